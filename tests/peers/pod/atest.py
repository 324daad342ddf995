"""Stands in for atest in a pod: reads the store that atest would read, dials its socket as atest does, and tells on its page
what the plugin answered.

usage: atest.py PORT
"""

import http.server
import json
import os
import pathlib
import re
import sys

import grpc

import loader_pb2_grpc
import server_pb2

HOME = pathlib.Path(os.environ["HOME"]) / ".config/atest"


def socket():
    """The address of the store `ai`, from the files in which atest looks for it."""
    kinds = (HOME / "data/core/extension.yaml").read_text()
    assert "name: atest-ext-ai" in kinds, kinds
    stores = (HOME / "stores.yaml").read_text()
    return re.search(r"url: [\"']?(unix://[^\"'\s]+)", stores).group(1)


def ask():
    """What the store says of itself, and the answer to a question. A new connection each time, as atest makes."""
    address = socket()
    options = [("grpc.default_authority", "localhost"), ("grpc.use_local_subchannel_pool", 1)]
    metadata = [("name", "ai"), ("kind", "atest-ext-ai"), ("kind.url", address), ("readonly", "false"), ("disabled", "false")]
    with grpc.insecure_channel(address.replace("unix://", "unix:"), options=options) as channel:
        plugin = loader_pb2_grpc.LoaderStub(channel)
        status = plugin.Verify(server_pb2.Empty(), timeout=5, metadata=metadata)
        question = json.dumps({"prompt": "show all users", "database_type": "mysql",
                               "schema_ddl": "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40));"})
        reply = plugin.Query(server_pb2.DataQuery(key="generate", sql=question), timeout=30, metadata=metadata)
    pairs = {pair.key: pair.value for pair in reply.data}
    return {"ready": status.ready, "version": status.version, "uid": os.getuid(), "pairs": pairs}


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            status, said = 200, ask()
        except Exception as error:  # Whatever it is, whoever looks at the page has to know.
            status, said = 503, {"error": repr(error)}
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Page).serve_forever()

"""Calls Verify over TCP, with or without TLS and a client certificate, and prints what comes of it.

usage: verify.py tls|plain ADDRESS PROTO_FOLDER CA [CERTIFICATE KEY]
"""

import importlib
import pathlib
import sys
import tempfile

import grpc
import grpc_tools.protoc

scheme, address, protos, authority, *pair = sys.argv[1:]
with tempfile.TemporaryDirectory() as out:
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    files = sorted(str(path) for path in pathlib.Path(protos).glob("*.proto"))
    arguments = ["protoc", f"-I{protos}", f"-I{well_known}", f"--python_out={out}", f"--grpc_python_out={out}", *files]
    if grpc_tools.protoc.main(arguments) != 0:
        sys.exit("the proto files do not compile")
    sys.path.insert(0, out)
    server = importlib.import_module("server_pb2")
    stubs = importlib.import_module("loader_pb2_grpc")

    def read(path):
        return pathlib.Path(path).read_bytes()

    if scheme == "plain":
        channel = grpc.insecure_channel(address)
    else:
        chain, key = (read(pair[0]), read(pair[1])) if pair else (None, None)
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(read(authority), key, chain))
    try:
        print("ready", stubs.LoaderStub(channel).Verify(server.Empty(), timeout=20).ready)
    except grpc.RpcError as error:
        print(error.code().name, error.details())

"""Calls a running plugin as atest does: every rpc, every key, and what no well-behaved caller sends.

usage: client.py SOCKET PROTO_FOLDER

The plugin's config must have the database `shop` with the table `users` (tests/plugin/python.rs starts it so).
Prints each check that fails and ends with 1 if one did.
"""

import atexit
import importlib
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

import grpc
import grpc_tools.protoc

CHECKS = []


def check(function):
    """Marks a promise; its name says which."""
    CHECKS.append(function)
    return function


def compile_stubs(protos):
    """The stubs from our own proto files, made for this run alone."""
    out = tempfile.mkdtemp(prefix="atest-stubs-")
    atexit.register(shutil.rmtree, out, ignore_errors=True)
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    files = sorted(str(path) for path in pathlib.Path(protos).glob("*.proto"))
    arguments = ["protoc", f"-I{protos}", f"-I{well_known}", f"--python_out={out}", f"--grpc_python_out={out}", *files]
    if grpc_tools.protoc.main(arguments) != 0:
        sys.exit("the proto files do not compile")
    sys.path.insert(0, out)
    return (importlib.import_module(name) for name in ("server_pb2", "loader_pb2", "loader_pb2_grpc"))


class Plugin:
    """A connection to the plugin."""

    def __init__(self, socket, server, loader, stubs):
        self.socket, self.server, self.loader, self.stubs = socket, server, loader, stubs
        self.channel = self.connect()
        self.stub = stubs.LoaderStub(self.channel)

    def connect(self):
        # gRPC-core sends the escaped socket path as :authority otherwise, which is no authority.
        options = [("grpc.default_authority", "localhost"), ("grpc.max_send_message_length", -1),
                   ("grpc.use_local_subchannel_pool", 1)]
        return grpc.insecure_channel(f"unix:{self.socket}", options=options)

    def ask(self, key, sql="", kind="", metadata=None, stub=None, timeout=30):
        """The pairs of a Query as a dict; no name may come twice."""
        request = self.server.DataQuery(type=kind, key=key, sql=sql)
        reply = (stub or self.stub).Query(request, metadata=metadata, timeout=timeout)
        assert not reply.items and not reply.HasField("meta"), "only pairs are used"
        pairs = {pair.key: pair.value for pair in reply.data}
        assert len(pairs) == len(reply.data), f"a name came twice: {[p.key for p in reply.data]}"
        return pairs

    def raw(self, method, request, timeout=10):
        return self.channel.unary_unary(method)(request, timeout=timeout)


def code_of(call):
    """The code that a call fails with, or OK."""
    try:
        call()
    except grpc.RpcError as error:
        assert error.details(), f"{error.code()} without a word"
        return error.code()
    return grpc.StatusCode.OK


def refused(plugin, says=None, **call):
    """The request is an INVALID_ARGUMENT whose text holds `says`."""
    try:
        pairs = plugin.ask(**call)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, f"{call}: {error.code()}: {error.details()}"
        assert not says or says in error.details(), f"{call}: {error.details()!r} does not say {says!r}"
        return
    raise AssertionError(f"{str(call)[:200]} was answered: {pairs}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    socket, protos = sys.argv[1:]
    plugin = Plugin(socket, *compile_stubs(protos))
    import calls  # noqa: F401  (fill CHECKS)
    import hard_input  # noqa: F401
    import questions  # noqa: F401

    failed = 0
    for promise in CHECKS:
        started = time.monotonic()
        try:
            promise(plugin)
        except Exception:  # every kind of failure counts as one
            failed += 1
            print(f"FAILED {promise.__module__}.{promise.__name__}\n{traceback.format_exc()}", flush=True)
        else:
            print(f"ok     {promise.__name__} ({time.monotonic() - started:.2f}s)", flush=True)
    print(f"{len(CHECKS)} checks, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    # The checks import this file by its name, and must find the same list.
    sys.modules["client"] = sys.modules["__main__"]
    main()

"""Asks over gRPC at an address, ten at a time, until its input ends. Prints how many were asked, then each loss on a line."""

import json
import sys
import threading
import time

import grpc

ASKERS = 10
PACE = 0.1
TABLE = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)"


def field(number, text):
    """A text in a message of protobuf."""
    data = text.encode()
    length, left = b"", len(data)
    while left > 127:
        length += bytes([left & 127 | 128])
        left >>= 7
    return bytes([number << 3 | 2]) + length + bytes([left]) + data


def question(number):
    parameters = {"prompt": f"show the first {number + 1} users", "database_type": "sqlite", "schema_ddl": TABLE}
    return field(1, "ai") + field(2, "generate") + field(3, json.dumps(parameters))


def ask(address, first, ended, asked, lost):
    # A connection for each: askers are not one client.
    channel = grpc.insecure_channel(address, [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)])
    call = channel.unary_unary("/remote.Loader/Query")
    number = first
    while not ended.is_set():
        begun = time.monotonic()
        try:
            reply = call(question(number % 300), timeout=20)
            if b"generated_sql" not in reply:
                lost.append(repr(reply))
        except grpc.RpcError as error:
            lost.append(f"{error.code()}: {error.details()}")
        asked.append(number)
        number += ASKERS
        ended.wait(max(0.0, PACE - (time.monotonic() - begun)))


def main():
    ended, asked, lost = threading.Event(), [], []
    askers = [threading.Thread(target=ask, args=(sys.argv[1], first, ended, asked, lost)) for first in range(ASKERS)]
    for asker in askers:
        asker.start()
    sys.stdin.read()
    ended.set()
    for asker in askers:
        asker.join()
    print(len(asked), *lost, sep="\n")


main()

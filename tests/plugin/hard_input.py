"""What no well-behaved caller sends."""

import json
import socket
import time

import grpc

from client import check, code_of, refused
from questions import DDL, generate, succeeded

CODE = grpc.StatusCode

QUESTIONS = {
    "control characters": "show\x00 all\x07 users\x1b[31m",
    "template": "{{ .Value }} show all users {{ randAlpha 3",
    "right to left": "اعرض كل المستخدمين",
    "override marks": "show \u202eall users\u202c",
    "emoji": "👩‍👩‍👧‍👦 show all users 🙂",
    "chinese": "显示所有用户",
    "combining": "e\u0301" * 50 + " users",
    "quotes": "users named O'Brien \"x\" `y` \\ %s ${HOME}",
    "injection": "users'; DROP TABLE users; --",
    "newlines": "show\r\nall\n\nusers\u2028\u2029",
    "sql": "SELECT * FROM users; DELETE FROM users",
    "long word": "a" * 10_000,
    "non-characters": "users \ufffe \uffff \U0010ffff",
}


def answered_or_told(plugin, prompt, **call):
    """SQL, or the reason why not; nothing else, and soon."""
    started = time.monotonic()
    try:
        pairs = generate(plugin, prompt=prompt, **call)
    except grpc.RpcError as error:
        assert error.code() == CODE.INVALID_ARGUMENT and error.details(), f"{error.code()}: {error.details()}"
        return None
    finally:
        took = time.monotonic() - started
        assert took < 10, f"{took:.1f}s for {prompt[:30]!r}"
    if pairs["success"] == "true":
        assert "error" not in pairs and pairs["generated_sql"].count("\n") == 1, pairs
        sql = pairs["generated_sql"].split("\n")[0].upper()
        for word in ("DROP ", "DELETE ", "TRUNCATE ", "INSERT ", "UPDATE "):
            assert not sql.removeprefix("SQL:").lstrip().startswith(word), pairs
    else:
        assert pairs["error"].strip() and pairs["error_kind"], pairs
    return pairs


@check
def odd_questions_are_answered_or_told_why_not(plugin):
    for name, prompt in QUESTIONS.items():
        answered_or_told(plugin, prompt)
        try:
            pairs = plugin.ask(prompt, metadata=[("pro.database", "shop")])
        except grpc.RpcError as error:
            assert error.code() == CODE.INVALID_ARGUMENT, f"{name}: {error.code()}: {error.details()}"
        else:
            assert pairs["success"] in ("true", "false"), (name, pairs)


@check
def empty_and_endless_questions_are_invalid(plugin):
    for key in ("", " ", "\t\n", "\u3000"):
        refused(plugin, says="key field is required", key=key)
    for prompt in ("", "   ", "\n\t", "\0"):
        refused(plugin, key="generate", sql=json.dumps({"prompt": prompt}))
    refused(plugin, says="bytes", key="generate", sql=json.dumps({"prompt": "users " * 170_000}))
    refused(plugin, says="bytes", key="users " * 170_000)


@check
def broken_parameters_are_invalid(plugin):
    for key in ("generate", "models", "models_catalog", "test_connection", "health_check"):
        for sql in ("{", "[]", '"text"', "5", "{'prompt': 1}", '{"prompt": "x"} tail', "\0", "[" * 100_000,
                    '{"a":' * 100_000):
            refused(plugin, key=key, sql=sql)
    for sql in ("", " ", "{}", "null", '{"prompt": null}', '{"prompt": 5}', '{"prompt": ["x"]}',
                '{"prompt": "x", "config": 5}', '{"prompt": "x", "config": []}', '{"prompt": "x", "model": 5}',
                '{"prompt": "x", "database": {}}', '{"prompt": "x", "provider": true}',
                '{"prompt": "x", "schema_ddl": ["CREATE"]}'):
        refused(plugin, key="generate", sql=sql)


@check
def broken_schema_values_are_named(plugin):
    for values in ("{", "[]", "5", [1], {"users": ["status"]}, {"users": {"status": "active"}},
                   {"users": {"status": [["a"]]}}):
        refused(plugin, says="schema_values", key="generate",
                sql=json.dumps({"prompt": "show all users", "schema_ddl": DDL, "schema_values": values}))


@check
def broken_tables_are_told(plugin):
    for ddl in ("CREATE TABLE", "DROP TABLE users", "🙂", "(" * 100_000, "CREATE TABLE t (a INT);" * 20_000):
        answered_or_told(plugin, "show all users", schema_ddl=ddl)


@check
def a_message_that_is_too_large_ends_its_call_alone(plugin):
    code = code_of(lambda: plugin.ask("generate", "x" * (5 * 1024 * 1024)))
    assert code in (CODE.OUT_OF_RANGE, CODE.RESOURCE_EXHAUSTED), code
    succeeded(generate(plugin))


@check
def bytes_that_are_no_text_end_their_call_alone(plugin):
    invalid_utf8 = b"\x12\x02\xff\xfe"
    truncated = b"\x12\x7fabc"
    for request in (invalid_utf8, truncated, b"\xff" * 64):
        code = code_of(lambda: plugin.raw("/remote.Loader/Query", request))
        assert code in (CODE.INVALID_ARGUMENT, CODE.INTERNAL), code
    succeeded(generate(plugin))


@check
def fields_of_a_later_contract_are_ignored(plugin):
    unknown = b"\xf2\x3f\x03new"
    request = plugin.server.DataQuery(key="models").SerializeToString() + unknown
    reply = plugin.server.DataQueryResult.FromString(plugin.raw("/remote.Loader/Query", request))
    assert reply.data, reply


@check
def unknown_calls_are_unimplemented(plugin):
    for method in ("/remote.Loader/Nope", "/remote.SecretService/GetSecrets", "/nope.Nope/Nope"):
        try:
            plugin.raw(method, b"")
        except grpc.RpcError as error:
            assert error.code() == CODE.UNIMPLEMENTED, f"{method}: {error.code()}"
        else:
            raise AssertionError(f"{method} was answered")


@check
def callers_that_give_up_hurt_nobody(plugin):
    for timeout in (0.0001, 0.001, 0.005):
        code = code_of(lambda: plugin.ask("generate", json.dumps({"prompt": "show all users"}), timeout=timeout))
        assert code in (CODE.OK, CODE.DEADLINE_EXCEEDED), code
    succeeded(generate(plugin))


@check
def connections_that_speak_no_grpc_hurt_nobody(plugin):
    for words in (b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00" * 4096, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxx"):
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(plugin.socket)
        stream.sendall(words)
        stream.close()
    idle = [socket.socket(socket.AF_UNIX) for _ in range(50)]
    for stream in idle:
        stream.connect(plugin.socket)
    succeeded(generate(plugin))
    for stream in idle:
        stream.close()


@check
def large_store_properties_are_carried(plugin):
    succeeded(generate(plugin, metadata=[("description", "x" * 7000), ("pro.note", "y" * 7000)]))

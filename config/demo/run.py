"""Starts the plugin with the demo shop, asks it one question, and stays until Ctrl-C.

Needs nothing but Python's standard library. `make run` calls it.
"""

import argparse
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

QUESTION = "total revenue per payment method"


def make_database(sql: pathlib.Path, database: pathlib.Path) -> None:
    """Writes the demo database anew, and only moves it into place when it is whole."""
    database.parent.mkdir(parents=True, exist_ok=True)
    half = database.with_suffix(".new")
    half.unlink(missing_ok=True)
    connection = sqlite3.connect(half)
    connection.executescript(sql.read_text(encoding="utf-8"))
    connection.commit()
    connection.close()
    half.replace(database)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(base: str, child: subprocess.Popen) -> None:
    for _ in range(300):
        if child.poll() is not None:
            sys.exit(child.returncode or 1)
        try:
            with urllib.request.urlopen(f"{base}/health/ready", timeout=2) as reply:
                if reply.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    child.terminate()
    sys.exit(f"the plugin did not become ready at {base} within 15 s")


def ask(base: str, question: str) -> dict:
    body = {"type": "ai", "natural_language": question, "database_type": "sqlite"}
    request = urllib.request.Request(
        f"{base}/api/v1/data/query",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        pairs = json.load(reply)["data"]
    return {pair["key"]: pair["value"] for pair in pairs}


def show(question: str, answer: dict, database: pathlib.Path) -> bool:
    if answer.get("success") != "true":
        print(f"No answer: {answer.get('error')}", file=sys.stderr)
        return False
    sql = answer["generated_sql"].splitlines()[0].removeprefix("sql:")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(sql).fetchall()
    print(f"\n  Question     {question}")
    print(f"  SQL          {sql}")
    print(f"  Means        {answer['explanation']}")
    print(f"  Confidence   {answer['confidence']} ({answer['confidence_source']})")
    print(f"  Rows         {rows}")
    return True


def where_next(base: str, binary: str, socket_path: str, database: pathlib.Path) -> None:
    print(
        f"""
  Ask more     {binary} ask "Find active customers" --database {database}
  Health       curl {base}/health/ready?verbose
  Metrics      curl {base}/metrics
  From atest   unix://{socket_path} (README.md says how atest finds it)

  Serving until Ctrl-C.
""",
        flush=True,
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--binary", default="target/quick/atest-ext-ai")
    arguments.add_argument("--sql", type=pathlib.Path, required=True)
    arguments.add_argument("--database", type=pathlib.Path, required=True)
    arguments.add_argument("--only-database", action="store_true", help="make the demo database and end")
    arguments.add_argument("--once", action="store_true", help="ask, then stop the plugin and end")
    arguments.add_argument("--free-port", action="store_true", help="use a free port and a socket of its own")
    options = arguments.parse_args()

    make_database(options.sql, options.database)
    if options.only_database:
        return 0

    environment = dict(os.environ, DEMO_DATABASE=str(options.database))
    scratch = tempfile.TemporaryDirectory(prefix="atest-demo-")
    if options.free_port:
        environment["ATEST_EXT_AI_SERVER_PORT"] = str(free_port())
        environment["AI_PLUGIN_SOCKET_PATH"] = f"{scratch.name}/demo.sock"
    port = environment.get("ATEST_EXT_AI_SERVER_PORT", "9090")
    socket_path = environment.get("AI_PLUGIN_SOCKET_PATH", "/tmp/atest-ext-ai.sock")
    base = f"http://127.0.0.1:{port}"
    child = subprocess.Popen([options.binary, "--config", "config/development.yaml"], env=environment)
    # Ctrl-C reaches the plugin too: it stops in order, and this waits for it.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        wait_until_ready(base, child)
        answered = show(QUESTION, ask(base, QUESTION), options.database)
        if options.once or not answered:
            child.terminate()
        else:
            where_next(base, options.binary, socket_path, options.database)
        code = child.wait()
        return code if answered else 1
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
        scratch.cleanup()


if __name__ == "__main__":
    sys.exit(main())

"""Asks the plugin's binary through real servers and judges what comes back. usage: test_llm.py BINARY CONFIG KEY

A small model may write SQL that does not pass the checks, or none: that is an answer of the model, and the plugin has
to say it as such. What must not happen is an answer of somebody else, a failure of the wire, or the key in a message.
"""

import json
import os
import subprocess
import sys
import tempfile

BINARY, CONFIG, KEY = sys.argv[1:4]
SERVICES = ["llama", "litellm", "ollama"]
# llama-cpp-python tells none in a stream, whatever it is asked for.
TELLS_TOKENS = ["litellm", "ollama"]
QUESTIONS = ["show all users", "how many users are there?", "email of the user named 'Ann'"]
DDL = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);"

# What the plugin says of an answer that came and was no good.
JUDGED = [
    "does not pass the checks",
    "without SQL",
    "no SQL in it",
    "an empty answer",
    "cut off",
    "repeated the template",
]
# Kinds of refusals that are a model's own.
REFUSALS = ["not_answerable", "unclear"]

failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)
    print(("  ok    " if condition else "  FAILED ") + what, flush=True)


def run(*arguments):
    done = subprocess.run([BINARY, "--config", CONFIG, *arguments], capture_output=True, text=True, timeout=1200)
    if KEY in done.stdout + done.stderr:
        expect(False, "the key stays out of what is printed")
    return done


def is_judged(reason, word=""):
    return word in REFUSALS or any(words in reason for words in JUDGED)


def test_providers():
    print("--test-providers")
    done = run("--test-providers", "--json")
    try:
        providers = {provider["provider"]: provider for provider in json.loads(done.stdout)["providers"]}
    except (ValueError, KeyError):
        expect(False, f"it prints a JSON object, not: {done.stdout[:200]!r} {done.stderr[:200]!r}")
        return
    for service in SERVICES:
        text = json.dumps(providers.get(service, {}))
        provider = providers.get(service)
        expect(provider is not None, f"{service} is tested")
        if provider is None:
            continue
        models = provider.get("models")
        expect(isinstance(models, int) and models > 0, f"{service} lists its models: {text}")
        reason = "" if provider["ok"] else provider["error"]
        expect(provider["ok"] or is_judged(reason), f"{service} answers, well or badly: {reason or 'well'}")


def ask(service, schema):
    print(f"ask --provider {service}")
    accepted = 0
    for question in QUESTIONS:
        done = run("ask", "--provider", service, "--json", "--dialect", "sqlite", "--schema", schema, question)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            expect(False, f"{question!r} prints a JSON object, not: {done.stdout[:200]!r} {done.stderr[:200]!r}")
            continue
        if not answer.get("sql"):
            reason, word = answer.get("refusal", ""), answer.get("reason", "")
            expect(is_judged(reason, word), f"{question!r}: the model's words were judged: {reason}")
            continue
        if answer.get("instead_of") or answer["provider"] != service:
            why = " ".join(answer.get("warnings", []))
            expect(is_judged(why), f"{question!r}: another one stepped in for a model that wrote badly: {why}")
            continue
        accepted += 1
        usage = answer.get("usage") or {}
        expect(answer["model"].endswith("smollm2"), f"{question!r}: {answer['sql']} [{answer['model']}]")
        expect(0 < answer["confidence"] < 0.95, f"  with the confidence {answer['confidence']} ({answer['confidence_source']})")
        if service in TELLS_TOKENS:
            expect(usage.get("input", 0) > 0 and usage.get("output", 0) > 0, f"  and its tokens were counted: {usage}")
        else:
            expect(usage == {}, f"  and no tokens were made up: {usage}")
        expect(answer.get("cost_usd") is None, "  and no price was made up")
    return accepted


with tempfile.TemporaryDirectory() as folder:
    schema = os.path.join(folder, "schema.sql")
    with open(schema, "w", encoding="utf-8") as file:
        file.write(DDL)
    test_providers()
    accepted = {service: ask(service, schema) for service in SERVICES}

expect(sum(accepted.values()) > 0, f"some of the model's SQL passes the checks, of {len(QUESTIONS)} answers: {accepted}")
if failures:
    print(f"{len(failures)} expectations failed:", *failures, sep="\n  ")
    sys.exit(1)

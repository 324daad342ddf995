"""Every key of the query language, as today's and older pages and hosts send it."""

import concurrent.futures
import json

import grpc

from client import check, code_of, refused

DDL = "CREATE TABLE users (id INT PRIMARY KEY, name TEXT, status TEXT); CREATE TABLE orders (id INT, user_id INT);"
PROMPT = "show all users"
NOT_FOUND = grpc.StatusCode.NOT_FOUND


def generate(plugin, metadata=None, kind="", key="generate", **parameters):
    parameters = {"prompt": PROMPT, "schema_ddl": DDL, **parameters}
    given = {name: value for name, value in parameters.items() if value is not None}
    return plugin.ask(key, json.dumps(given), kind=kind, metadata=metadata)


def as_the_page_reads(generated_sql):
    """The page of the first plugin: one line per prefix, the rest is dropped."""
    found = {}
    for line in generated_sql.split("\n"):
        for prefix in ("sql:", "explanation:"):
            if line.startswith(prefix):
                found[prefix] = line[len(prefix):]
    return found["sql:"], found["explanation:"]


def succeeded(pairs):
    assert pairs.get("success") == "true", pairs
    assert "error" not in pairs, "the host takes an error pair for a failure"
    sql, explanation = as_the_page_reads(pairs["generated_sql"])
    assert sql.upper().startswith(("SELECT", "WITH")), pairs
    assert explanation and explanation == pairs["explanation"], pairs
    assert len(pairs["generated_sql"].split("\n")) == 2, pairs
    assert "users" in sql, pairs
    assert 0 <= float(pairs["confidence"]) <= 1 and pairs["confidence_source"] == "builtin", pairs
    assert isinstance(json.loads(pairs["warnings"]), list), pairs
    assert pairs["provider"] == "builtin" and int(pairs["processing_time_ms"]) >= 0, pairs
    meta = json.loads(pairs["meta"])
    assert meta["confidence"] == float(pairs["confidence"]) and meta["model"] and meta["duration"] >= 0, pairs
    return meta


def failed(pairs, kind):
    assert pairs.get("success") == "false", pairs
    assert pairs["error"].strip(), "a failure without a word"
    assert pairs["error_code"] == "GENERATION_FAILED" and pairs["error_kind"] == kind, pairs
    assert "generated_sql" not in pairs, pairs
    return pairs["error"]


@check
def todays_page_gets_its_answer(plugin):
    config = json.dumps({"include_explanation": False, "provider": "builtin", "endpoint": "", "max_tokens": 2048,
                         "timeout": "120s", "temperature": 0.3, "database_type": "mysql"})
    pairs = generate(plugin, kind="ai", model="qwen2.5-coder:latest", database_type="mysql", config=config)
    meta = succeeded(pairs)
    assert pairs["api_version"] == "v1" and meta["dialect"] == "mysql", pairs


@check
def the_hosts_own_ai_route_gets_its_answer(plugin):
    succeeded(plugin.ask("generate", json.dumps({"config": "", "model": "", "prompt": PROMPT}), kind="ai",
                         metadata=[("pro.database", "shop")]))


@check
def the_type_is_not_needed_and_a_foreign_one_is_refused(plugin):
    for kind in ("", "ai"):
        succeeded(generate(plugin, kind=kind))
    for kind in ("sql", "AI", " ", "ai "):
        refused(plugin, says="unsupported query type", key="generate", sql='{"prompt": "x"}', kind=kind)


@check
def the_dialect_comes_from_every_spelling(plugin):
    for word, dialect in (("mysql", "mysql"), ("PG", "postgresql"), ("postgres", "postgresql"), ("sqlite3", "sqlite")):
        assert succeeded(generate(plugin, database_type=word))["dialect"] == dialect
        for name in ("database_type", "databaseDialect", "database_dialect", "dialect"):
            assert succeeded(generate(plugin, config=json.dumps({name: word})))["dialect"] == dialect, name
            assert succeeded(generate(plugin, config={name: word}))["dialect"] == dialect, name
    both = generate(plugin, database_type="sqlite", config={"database_type": "mysql"})
    assert succeeded(both)["dialect"] == "sqlite"
    of_store = generate(plugin, metadata=[("pro.database_type", "postgres")])
    assert succeeded(of_store)["dialect"] == "postgresql"


@check
def an_unknown_dialect_is_told(plugin):
    pairs = generate(plugin, database_type="oracle")
    assert succeeded(pairs)["dialect"] == "mysql"
    assert any("oracle" in warning for warning in json.loads(pairs["warnings"])), pairs
    other = generate(plugin, database_type="oracle", config={"dialect": "sqlite"})
    assert succeeded(other)["dialect"] == "sqlite" and "oracle" in other["warnings"], other


@check
def a_config_that_is_no_json_is_told(plugin):
    pairs = generate(plugin, config="provider=ollama")
    succeeded(pairs)
    assert "config" in pairs["warnings"], pairs


@check
def an_older_host_may_send_the_question_as_the_key(plugin):
    of_store = [("pro.database", "shop")]
    for sql in ("", "SELECT id FROM users"):
        pairs = plugin.ask(PROMPT, sql, kind="ai", metadata=of_store)
        succeeded(pairs)
        assert 0 <= float(pairs["confidence_score"]) <= 1 and len(pairs["confidence_score"]) == 4, pairs
        assert pairs["request_id"] and pairs["model_used"] and "api_version" not in pairs, pairs
    succeeded(plugin.ask(PROMPT, json.dumps({"schema_ddl": DDL, "database_type": "sqlite"})))


@check
def each_request_has_its_own_id(plugin):
    assert generate(plugin)["request_id"] != generate(plugin)["request_id"]


@check
def schema_values_are_taken_as_object_and_as_text(plugin):
    values = {"users": {"status": ["active", "inactive", 3, True, None]}}
    for given in (values, json.dumps(values), "", None):
        succeeded(generate(plugin, schema_values=given))
        succeeded(generate(plugin, config={"schema_values": given}))
    unknown = generate(plugin, schema_values={"ghosts": {"a": ["b"]}})
    assert "ghosts" in unknown["warnings"], unknown


@check
def the_database_is_a_configured_name(plugin):
    for call in ({"database": "shop"}, {"config": {"database": "shop"}}, {"metadata": [("pro.database", "shop")]}):
        succeeded(generate(plugin, schema_ddl=None, **call))
    assert "nowhere" in failed(generate(plugin, schema_ddl=None, database="nowhere"), "schema")
    for path in ("/etc/passwd", "file:/etc/passwd", "sqlite:///tmp/x.db", "../x"):
        failed(generate(plugin, schema_ddl=None, database=path), "schema")
    # Tables in the request are meant, whatever the store names.
    succeeded(generate(plugin, metadata=[("pro.database", "nowhere")]))


@check
def a_provider_that_is_not_there_is_never_replaced(plugin):
    for name in ("ollama", "local", "openai", "deepseek", "claude", "custom", "skynet"):
        for call in ({"provider": name}, {"config": json.dumps({"provider": name})},
                     {"metadata": [("pro.provider", name)]}):
            pairs = generate(plugin, **call)
            text = failed(pairs, pairs.get("error_kind"))
            assert pairs["error_kind"] in ("provider_unavailable", "network", "circuit_open"), pairs
            assert name in text or "ollama" in text or "anthropic" in text, text


@check
def the_request_wins_over_the_store(plugin):
    of_store = [("name", "ai"), ("kind", "atest-ext-ai"), ("pro.provider", "ollama"), ("pro.model", "m"),
                ("pro.endpoint", "http://localhost:11434"), ("pro.max_tokens", "4096"), ("pro.timeout", "30s"),
                ("password", "secret"), ("readonly", "false"), ("username", "")]
    for name in ("builtin", "embedded", "OFFLINE"):
        succeeded(generate(plugin, metadata=of_store, provider=name))
    # Nobody listens there: the embedded engine stands in, and says so.
    pairs = generate(plugin, metadata=[(key, value) if key != "pro.endpoint" else (key, "http://localhost:9")
                                       for key, value in of_store])
    succeeded(pairs)
    assert pairs["degraded"] == "true" and pairs["instead_of"] == "ollama", pairs
    # A model alone goes with the default provider, and empty texts mean nothing.
    succeeded(generate(plugin, model="gpt-5", provider="", config={"provider": "", "endpoint": "", "api_key": ""}))


@check
def keys_in_the_metadata_are_taken_and_told_to_nobody(plugin):
    for name in ("auth", "x-auth", "x-ai-api-key", "authorization"):
        for value in ("Bearer sk-not-to-be-seen", "sk-not-to-be-seen", "bEARER sk-not-to-be-seen"):
            pairs = generate(plugin, metadata=[(name, value), ("trace-bin", b"\xff\x00")], provider="openai",
                             endpoint="http://localhost:9", model="m", timeout=2)
            assert pairs["instead_of"] == "openai", pairs
            assert "not-to-be-seen" not in json.dumps(pairs), pairs


@check
def numbers_that_are_none_are_refused(plugin):
    for name, values in (("timeout", ("soon", -1, 0, "0s", [])), ("max_tokens", (-5, 1.5, "many", {}))):
        for value in values:
            sql = json.dumps({"prompt": PROMPT, name: value})
            refused(plugin, says=name, key="generate", sql=sql)
            refused(plugin, says=name, key="generate", sql=json.dumps({"prompt": PROMPT, "config": {name: value}}))
    refused(plugin, says="timeout", key="generate", sql='{"prompt": "x"}', metadata=[("pro.timeout", "soon")])
    succeeded(generate(plugin, timeout=5, max_tokens="100"))
    succeeded(generate(plugin, timeout="1m30s", max_tokens=0))


@check
def reserved_keys_are_refused(plugin):
    for key in ("ai.previews", "ai.", "ai.capabilitiesx"):
        refused(plugin, says="reserved", key=key)


@check
def capabilities_are_true(plugin):
    for sql in ("", "{}", '{"include_models":true,"include_features":true,"check_health":true}', "not json", "[1]"):
        pairs = plugin.ask("capabilities", sql)
        assert pairs["success"] == "true" and pairs["api_version"] == "v1" and "warning" not in pairs, pairs
        report = json.loads(pairs["capabilities"])
        assert report["models"] == json.loads(pairs["models"]) and report["models"][0]["provider"] == "builtin"
        assert report["features"] == json.loads(pairs["features"])
        assert {database["type"] for database in report["databases"]} == {"mysql", "postgresql", "sqlite"}
        assert report["version"] == pairs["version"] and report["limits"]["max_concurrent_requests"] > 0
    assert json.loads(plugin.ask("capabilities", '{"include_models":false}')["models"]) == []
    health = json.loads(plugin.ask("capabilities", '{"check_health":true}')["capabilities"])["health"]
    assert health["overall"] is True and health["providers"]["builtin"]["healthy"] is True, health


@check
def the_old_capabilities_are_answered(plugin):
    for key in ("ai.capabilities", "ai.capabilities.metadata", "ai.capabilities.models"):
        pairs = plugin.ask(key)
        for name in ("capabilities", "version", "last_updated", "model_count", "database_count", "feature_count",
                     "overall_health", "metadata"):
            assert pairs[name], (key, name)
        assert "success" not in pairs and pairs["overall_health"] == "true", pairs


@check
def providers_lists_who_can_answer(plugin):
    pairs = plugin.ask("providers")
    listed = json.loads(pairs["providers"])
    assert int(pairs["count"]) == len(listed) and pairs["success"] == "true", pairs
    assert [provider["name"] for provider in listed] == ["builtin"], listed
    assert listed[0]["type"] == "local" and listed[0]["available"] and listed[0]["models"], listed
    assert listed[0]["config"] == {"requires_api_key": False, "provider_type": "local"}, listed
    everyone = json.loads(plugin.ask("providers", '{"include_unavailable": true}')["providers"])
    for provider in everyone[1:]:
        assert not provider["available"] and provider["reason"], provider


@check
def models_are_listed_by_provider(plugin):
    everything = json.loads(plugin.ask("models")["models"])
    assert list(everything) == ["builtin"] and everything["builtin"][0]["id"], everything
    for name in ("builtin", "embedded"):
        pairs = plugin.ask("models", json.dumps({"provider": name}))
        assert pairs["provider"] == name and int(pairs["count"]) == len(json.loads(pairs["models"])), pairs
    for name in ("ollama", "openai", "skynet"):
        code = code_of(lambda: plugin.ask("models", json.dumps({"provider": name})))
        assert code == NOT_FOUND, f"{name}: {code}"


@check
def the_catalogue_has_the_shape_that_pages_read(plugin):
    for sql in ("", "{}"):
        pairs = plugin.ask("models_catalog", sql)
        entry = json.loads(pairs["catalog"])["builtin"]
        assert entry["display_name"] and entry["category"] == "local" and entry["models"], entry
        assert entry["requires_api_key"] is False and entry["endpoint"] == "" and pairs["success"] == "true"
    one = plugin.ask("models_catalog", '{"provider": "builtin"}')
    assert one["provider"] == "builtin" and list(json.loads(one["catalog"])) == ["builtin"], one
    assert code_of(lambda: plugin.ask("models_catalog", '{"provider": "skynet"}')) == NOT_FOUND


@check
def a_connection_test_really_asks(plugin):
    for sql in ("", '{"provider": "builtin", "endpoint": "", "model": "m", "max_tokens": 2048, "timeout": "120s"}'):
        pairs = plugin.ask("test_connection", sql)
        result = json.loads(pairs["result"])
        assert pairs["success"] == "true" and result["success"] is True and "error" not in pairs, pairs
        assert pairs["message"] == result["message"] == "Connection successful", pairs
        assert int(pairs["response_time_ms"]) == result["response_time"] // 1_000_000, pairs
        assert pairs["provider"] == "builtin", pairs
    for sql in ('{"provider": "ollama"}', '{"provider": "openai", "api_key": "sk-not-to-be-seen", "endpoint": "http://localhost:9"}', '{"provider": "x"}'):
        pairs = plugin.ask("test_connection", sql)
        assert pairs["success"] == "false" and pairs["error"] and pairs["message"], pairs
        assert json.loads(pairs["result"])["success"] is False and "not-to-be-seen" not in json.dumps(pairs), pairs


@check
def a_health_check_checks_the_one_it_is_asked_about(plugin):
    for sql, healthy in (("", True), ('{"provider": "builtin", "timeout": 5}', True), ('{"provider": "ollama"}', False)):
        pairs = plugin.ask("health_check", sql)
        assert pairs["success"] == "true" and pairs["healthy"] == str(healthy).lower(), pairs
        assert bool(pairs["error"]) is not healthy and pairs["timestamp"].startswith("20"), pairs


@check
def settings_that_cannot_be_saved_are_refused(plugin):
    config = {"provider": "x", "endpoint": "http://localhost:1", "api_key": "sk-not-to-be-seen", "timeout": "120s"}
    pairs = plugin.ask("update_config", json.dumps({"provider": "builtin", "config": config}))
    assert pairs["success"] == "true" and pairs["provider"] == "builtin" and "error" not in pairs, pairs
    for name in ("ollama", "openai"):
        for endpoint in ("http://10.1.2.3", "ftp://localhost", "http://user:sk-not-to-be-seen@localhost"):
            wrong = dict(config, endpoint=endpoint)
            pairs = plugin.ask("update_config", json.dumps({"provider": name, "config": wrong}))
            assert pairs["success"] == "false" and pairs["error"], pairs
            assert "not-to-be-seen" not in json.dumps(pairs), pairs
    refused(plugin, says="skynet", key="update_config", sql=json.dumps({"provider": "skynet", "config": config}))
    for sql in ("", "{}", "[]", '{"provider": "builtin"}', '{"config": {"a": 1}}', '{"provider": "", "config": {"a": 1}}'):
        refused(plugin, says="invalid request", key="update_config", sql=sql)


@check
def many_ask_at_once(plugin):
    def one(number):
        channel = plugin.connect() if number % 2 else None
        stub = plugin.stubs.LoaderStub(channel) if channel else plugin.stub
        sql = json.dumps({"prompt": PROMPT, "schema_ddl": DDL, "database_type": "sqlite"})
        pairs = plugin.ask("generate", sql, stub=stub)
        if channel:
            channel.close()
        succeeded(pairs)
        return pairs["generated_sql"], pairs["request_id"]

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(one, range(256)))
    assert len({sql for sql, _ in answers}) == 1, "the same question has the same answer"
    assert len({request_id for _, request_id in answers}) == 256

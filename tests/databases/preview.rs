//! The first rows of an answer.

use serde_json::{Value, json};

use crate::support::http::Reply;
use crate::support::plugin::Plugin;
use crate::{Server, Shop, query, refusal, sql};

fn on(shop: &Shop, more: &str) -> Plugin {
    Plugin::start(&format!("{}preview: {{enabled: true{more}}}\n", shop.config(&[])))
}

fn preview(plugin: &Plugin, parameters: Value) -> Reply {
    query(plugin, "ai.preview", &parameters)
}

fn parsed(reply: &Reply, key: &str) -> Value {
    let text = reply
        .pair(key)
        .unwrap_or_else(|| panic!("no {key}: {}", reply.text()));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_answer_comes_with_its_rows_types_and_nulls_kept() {
    for shop in Shop::each() {
        let name = shop.dialect();
        let plugin = on(&shop, "");
        let reply = preview(&plugin, json!({"prompt": "city of each customer"}));
        assert!(sql(&reply).to_lowercase().contains("city"), "{name}");
        let rows = parsed(&reply, "rows");
        assert!(
            rows.to_string().contains("\"Oslo\"") && rows.to_string().contains("null"),
            "{name}: {rows}"
        );

        let reply = preview(
            &plugin,
            json!({"sql": "SELECT id, total, city, placed_on FROM customers LEFT JOIN orders USING (id) ORDER BY id"}),
        );
        let (columns, rows) = (parsed(&reply, "columns"), parsed(&reply, "rows"));
        assert_eq!(rows[0][0], json!(1), "{name}: {rows}");
        assert_eq!(rows[0][1], json!(10.5), "{name}: {rows}");
        assert_eq!(rows[2][2], Value::Null, "{name}: {rows}");
        assert_eq!(rows[1][3], json!("2026-02-05"), "{name}: {rows}");
        assert_eq!(columns[0]["name"], "id", "{name}");
        let items = reply.json()["items"].clone();
        let item = &items[2]["data"][2];
        assert_eq!(
            (&item["key"], &item["value"], &item["description"]),
            (&json!("city"), &json!(""), &json!("null")),
            "{name}: {items}"
        );
        assert_eq!(items[0]["data"][0]["value"], "1");
        assert_eq!(reply.pair("truncated").as_deref(), Some("false"));
    }
}

#[test]
fn no_more_rows_than_the_limit_are_shown() {
    for shop in Shop::each() {
        let plugin = on(&shop, ", max_rows: 2");
        let reply = preview(
            &plugin,
            json!({"sql": "SELECT * FROM orders a, orders b, orders c LIMIT 1000"}),
        );
        assert_eq!(
            reply.pair("row_count").as_deref(),
            Some("2"),
            "{}: {}",
            shop.dialect(),
            reply.text()
        );
        assert_eq!(reply.pair("truncated").as_deref(), Some("true"));
        // The connection is as good as before.
        let reply = preview(&plugin, json!({"sql": "SELECT COUNT(*) FROM orders"}));
        assert_eq!(parsed(&reply, "rows"), json!([[3]]), "{}", shop.dialect());
    }
}

#[test]
fn a_statement_that_runs_for_long_is_stopped() {
    for shop in Shop::each() {
        let plugin = on(&shop, ", timeout: 300ms");
        let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
                       SELECT COUNT(*) FROM n a, n b, n c WHERE a.i * b.i * c.i < 0";
        let started = std::time::Instant::now();
        let (kind, reason) = refusal(&preview(&plugin, json!({"sql": numbers})));
        assert!(
            kind == "database" && reason.contains("preview.timeout"),
            "{}: {kind} {reason}",
            shop.dialect()
        );
        assert!(started.elapsed().as_secs() < 15, "{}", shop.dialect());
        let again = preview(&plugin, json!({"sql": "SELECT 1"}));
        assert_eq!(parsed(&again, "rows"), json!([[1]]), "{}", shop.dialect());
    }
}

#[test]
fn what_does_not_only_read_is_not_run() {
    for shop in Shop::each() {
        let plugin = on(&shop, "");
        for statement in [
            "DELETE FROM orders",
            "SELECT 1; DELETE FROM orders",
            "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
            "SELECT * FROM orders FOR UPDATE",
            "SELECT nope FROM orders",
        ] {
            let (kind, reason) = refusal(&preview(&plugin, json!({"sql": statement})));
            assert_eq!(kind, "sql_refused", "{}: {statement}: {reason}", shop.dialect());
        }
        let left = preview(&plugin, json!({"sql": "SELECT COUNT(*) FROM orders"}));
        assert_eq!(parsed(&left, "rows"), json!([[3]]));
    }
}

#[test]
fn a_function_that_writes_is_stopped_by_the_database_itself() {
    for shop in Shop::servers() {
        let Server::Postgres(server) = &shop.server else {
            continue;
        };
        server.run(
            "CREATE FUNCTION sneak() RETURNS INT LANGUAGE sql AS 'INSERT INTO orders VALUES (99, 1) RETURNING id';
             GRANT INSERT ON orders TO reader",
        );
        let plugin = on(&shop, "");
        let (kind, reason) = refusal(&preview(&plugin, json!({"sql": "SELECT sneak()"})));
        assert!(
            kind == "sql_refused" && reason.contains("read-only"),
            "{kind}: {reason}"
        );
        assert_eq!(server.run("SELECT COUNT(*) FROM orders").trim(), "3");
    }
}

#[test]
fn previews_are_off_unless_they_are_switched_on() {
    let shop = Shop::sqlite();
    let plugin = Plugin::start(&shop.config(&[]));
    for parameters in [json!({"prompt": "all orders"}), json!({"sql": "SELECT 1"})] {
        let (kind, reason) = refusal(&preview(&plugin, parameters));
        assert!(
            kind == "preview_off" && reason.contains("preview.enabled"),
            "{reason}"
        );
    }
    let asked = plugin.run(&["ask", "all orders", "--run"]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("preview.enabled"));
}

#[test]
fn ask_with_run_shows_the_rows() {
    for shop in Shop::each() {
        let plugin = on(&shop, ", max_rows: 2");
        let asked = plugin.run(&["ask", "city of each customer", "--run"]);
        let said = String::from_utf8_lossy(&asked.stdout).into_owned();
        assert!(
            asked.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&asked.stderr)
        );
        assert!(
            said.contains("CITY\n") && said.contains("the first 2 rows"),
            "{said}"
        );
        let asked = plugin.run(&["ask", "how many orders are there", "--run", "--json"]);
        let document: Value = serde_json::from_slice(&asked.stdout).unwrap();
        assert_eq!(document["rows"], json!([[3]]), "{document}");
    }
}

#[test]
fn odd_columns_and_values_are_shown_as_they_are() {
    for shop in Shop::each() {
        let plugin = on(&shop, ", max_bytes: 1KB");
        let reply = preview(&plugin, json!({"sql": "SELECT 1 AS a, 2 AS a, 'x' || 'y' AS b"}));
        if shop.dialect() == "mysql" {
            // Two bars are OR there, as in the server's own client.
            assert_eq!(parsed(&reply, "rows")[0], json!([1, 2, 0]));
        } else {
            assert_eq!(parsed(&reply, "rows")[0], json!([1, 2, "xy"]));
        }
        let names = parsed(&reply, "columns");
        assert_eq!((&names[0]["name"], &names[1]["name"]), (&json!("a"), &json!("a")));
        let long = match shop.dialect() {
            "sqlite" => "SELECT replace(printf('%2000s', 'x'), ' ', 'ab') AS long",
            _ => "SELECT REPEAT('ab', 5000) AS \"long\"",
        };
        let long = if shop.dialect() == "mysql" {
            long.replace('"', "`")
        } else {
            long.to_owned()
        };
        let reply = preview(&plugin, json!({"sql": long}));
        assert_eq!(
            reply.pair("truncated").as_deref(),
            Some("true"),
            "{}: {}",
            shop.dialect(),
            reply.text()
        );
        let rows = parsed(&reply, "rows");
        assert!(rows[0][0].as_str().unwrap().ends_with('…'));
    }
}

#[test]
fn every_type_of_a_server_has_a_text_and_a_json_value() {
    for shop in Shop::servers() {
        let plugin = on(&shop, "");
        let (statement, expected) = match &shop.server {
            Server::Postgres(server) => {
                server.run(
                    "CREATE TABLE types (a BOOLEAN, b BIGINT, c NUMERIC(30,10), d DOUBLE PRECISION, e TIMESTAMPTZ, f JSONB,
                                         g BYTEA, h TEXT[], i UUID, j INTERVAL);
                     INSERT INTO types VALUES (true, 9007199254740993, 12345678901234567890.5, 1e-7, '2026-01-02 03:04:05+00',
                       '{\"k\": [1, null]}', '\\x00ff', '{a,b}', '00000000-0000-0000-0000-000000000001', '1 day')",
                );
                (
                    "SELECT a, b, c, d, f, g, h, i, j FROM types",
                    json!([true, "9007199254740993", "12345678901234567890.5000000000", 1e-7, {"k": [1, null]}, "\\x00ff",
                           "{a,b}", "00000000-0000-0000-0000-000000000001", "1 day"]),
                )
            }
            Server::MariaDb(server) => {
                server.run(
                    "CREATE TABLE types (a BOOLEAN, b BIGINT UNSIGNED, c DECIMAL(30,10), d DOUBLE, e DATETIME, f JSON,
                                         g VARBINARY(8), h TIME, i YEAR);
                     INSERT INTO types VALUES (1, 18446744073709551615, 12345678901234567890.5, 1e-7, '2026-01-02 03:04:05',
                       '{\"k\": [1, null]}', x'00ff', '10:11:12', 2026)",
                );
                (
                    "SELECT a, b, c, d, e, g, h, i FROM types",
                    json!([
                        1,
                        "18446744073709551615",
                        "12345678901234567890.5000000000",
                        1e-7,
                        "2026-01-02 03:04:05",
                        "\\x00ff",
                        "10:11:12",
                        2026
                    ]),
                )
            }
            Server::Sqlite(_) => continue,
        };
        let plugin = {
            // The table is new, and what is known of the schema may be a minute old.
            drop(plugin);
            on(&shop, "")
        };
        let rows = parsed(&preview(&plugin, json!({"sql": statement})), "rows");
        assert_eq!(rows[0], expected, "{}", shop.dialect());
    }
}

#[test]
fn whoever_is_shown_rows_is_in_the_audit_log() {
    let shop = Shop::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.log");
    let plugin = Plugin::start(&format!(
        "{}preview: {{enabled: true}}\naudit: {{path: '{}'}}\n",
        shop.config(&[]),
        log.display()
    ));
    preview(&plugin, json!({"sql": "SELECT city FROM customers"}));
    preview(&plugin, json!({"sql": "DELETE FROM customers"}));
    let written = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["event"] == "data_preview")
        .collect();
    assert_eq!(lines.len(), 2, "{written}");
    assert_eq!(
        (&lines[0]["outcome"], &lines[1]["outcome"]),
        (&json!("success"), &json!("refused"))
    );
    assert_eq!(lines[0]["target"], "databases.default");
    assert!(lines[0].to_string().contains("\"rows\":3"), "{}", lines[0]);
    assert!(
        !written.contains("Oslo") && !written.contains("SELECT"),
        "{written}"
    );
}

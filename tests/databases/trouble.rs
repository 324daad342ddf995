//! Databases that are slow, change, refuse and are lost.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::plugin::{PATIENCE, Plugin};
use crate::{Server, Shop, ask, metric, refusal, sql, warnings};

/// Asks until it is as it should be.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

const ADD: &str = "CREATE TABLE parrots (id INTEGER PRIMARY KEY, wingspan INTEGER)";

#[test]
fn a_new_table_is_known_with_the_next_question_about_it() {
    for shop in Shop::each() {
        // Nobody looks by himself for an hour.
        let plugin = Plugin::start(&shop.config(&[("refresh_interval", "1h")]));
        assert_eq!(
            refusal(&ask(&plugin, "all parrots")).0,
            "not_in_schema",
            "{}",
            shop.dialect()
        );
        shop.run(ADD);
        let found = sql(&ask(&plugin, "all parrots"));
        assert!(found.contains("parrots"), "{}: {found}", shop.dialect());
    }
}

#[test]
fn a_column_that_is_gone_is_in_no_answer() {
    for shop in Shop::each() {
        let plugin = Plugin::start(&shop.config(&[("refresh_interval", "1h")]));
        let before = sql(&ask(&plugin, "city of each customer"));
        assert!(before.contains("city"), "{before}");
        shop.run("ALTER TABLE customers RENAME COLUMN city TO town");
        // Another question, which the cache does not know.
        let after = ask(&plugin, "the town of each customer");
        assert!(
            sql(&after).contains("town"),
            "{}: {}",
            shop.dialect(),
            after.text()
        );
        // The old one has to be answered anew too: its key is the schema's.
        let again = ask(&plugin, "city of each customer");
        let text = again.text();
        assert!(
            !text.contains("SELECT city") && !text.contains(".city"),
            "{}: {text}",
            shop.dialect()
        );
    }
}

#[test]
fn a_changed_schema_is_found_behind_the_questions() {
    for shop in Shop::servers() {
        let plugin = Plugin::start(&shop.config(&[("refresh_interval", "1s")]));
        let before = ask(&plugin, "all orders");
        assert_eq!(before.pair("cached").as_deref(), Some("false"));
        assert_eq!(ask(&plugin, "all orders").pair("cached").as_deref(), Some("true"));
        shop.run(ADD);
        // The key of the cache changes, once somebody has looked.
        until("a new key", || {
            ask(&plugin, "all orders").pair("cached").as_deref() == Some("false")
        });
        assert!(
            plugin.log().contains("the schema has changed"),
            "{}",
            plugin.log()
        );
    }
}

#[test]
fn without_the_database_no_untried_answer_is_given_and_it_comes_back_by_itself() {
    for mut shop in Shop::servers() {
        let plugin = Plugin::start(&shop.config(&[("timeout", "1s")]));
        sql(&ask(&plugin, "all orders"));
        shop.kill();
        let started = Instant::now();
        let (kind, reason) = refusal(&ask(&plugin, "how many customers are there"));
        assert!(
            kind == "database" && reason.contains("cannot be reached"),
            "{}: {kind}: {reason}",
            shop.dialect()
        );
        assert!(!reason.contains("planted"), "{reason}");
        assert!(
            started.elapsed() < Duration::from_secs(15),
            "{:?}",
            started.elapsed()
        );
        // What it has taken before is still good.
        assert_eq!(ask(&plugin, "all orders").pair("cached").as_deref(), Some("true"));
        assert!(
            metric(
                &plugin,
                "atest_ai_database_operations_total{operation=\"explain\",result=\"unreachable\"}"
            ) >= 1.0
        );
        shop.start_again();
        until("an answer", || {
            ask(&plugin, "how many customers are there")
                .pair("success")
                .as_deref()
                == Some("true")
        });
    }
}

#[test]
fn where_the_config_says_so_an_untried_answer_comes_with_a_warning() {
    for mut shop in Shop::servers() {
        let plugin = Plugin::start(&shop.config(&[("timeout", "1s"), ("explain", "tried")]));
        sql(&ask(&plugin, "all orders"));
        shop.kill();
        let reply = ask(&plugin, "how many customers are there");
        assert!(warnings(&reply).contains("was not tried"), "{}", reply.text());
        assert_eq!(reply.pair("explained").as_deref(), Some("false"));
    }
}

#[test]
fn a_server_that_is_down_at_the_start_is_said_so_at_once() {
    for mut shop in Shop::servers() {
        shop.kill();
        let plugin = Plugin::start(&shop.config(&[]));
        let started = Instant::now();
        let (kind, reason) = refusal(&ask(&plugin, "all orders"));
        assert!(
            kind == "database" && reason.contains("refused"),
            "{}: {kind}: {reason}",
            shop.dialect()
        );
        assert!(
            started.elapsed() < Duration::from_secs(4),
            "{:?}",
            started.elapsed()
        );
        shop.start_again();
        until("an answer", || {
            ask(&plugin, "all orders").pair("success").as_deref() == Some("true")
        });
    }
}

#[test]
fn a_server_that_falls_silent_is_not_waited_for() {
    for shop in Shop::servers() {
        let plugin = Plugin::start(&shop.config(&[("timeout", "500ms")]));
        sql(&ask(&plugin, "all orders"));
        shop.halt(true);
        let started = Instant::now();
        let (kind, reason) = refusal(&ask(&plugin, "how many customers are there"));
        // A connection that had just come back was still being looked at; then a new one is tried for 5 s.
        let took = started.elapsed();
        shop.halt(false);
        assert!(
            kind == "database" && (reason.contains("0.5 s") || reason.contains("5.0 s")),
            "{}: {kind}: {reason}",
            shop.dialect()
        );
        assert!(took < Duration::from_secs(8), "{took:?}");
        until("an answer", || {
            ask(&plugin, "how many customers are there")
                .pair("success")
                .as_deref()
                == Some("true")
        });
    }
}

#[test]
fn locks_of_others_do_not_hold_up_a_question_for_ever() {
    for shop in Shop::servers() {
        let Server::Postgres(server) = &shop.server else {
            continue;
        };
        let plugin = Plugin::start(&shop.config(&[("timeout", "500ms")]));
        sql(&ask(&plugin, "all orders"));
        std::thread::scope(|scope| {
            scope.spawn(|| server.run("BEGIN; LOCK TABLE customers; SELECT pg_sleep(4); COMMIT"));
            std::thread::sleep(Duration::from_millis(500));
            let (kind, reason) = refusal(&ask(&plugin, "how many customers are there"));
            assert!(kind == "database" && reason.contains("0.5 s"), "{kind}: {reason}");
        });
    }
}

#[test]
fn a_wrong_password_and_missing_rights_are_told_apart_from_a_lost_server() {
    for shop in Shop::servers() {
        let wrong = shop.dsn.replacen("planted", "wrongly-planted", 1);
        let database = json!({"driver": shop.dialect(), "dsn": wrong});
        let plugin = Plugin::start(&format!("databases:\n  default: {database}\n"));
        let (kind, reason) = refusal(&ask(&plugin, "all orders"));
        assert!(
            kind == "database" && reason.contains("refuses"),
            "{}: {kind}: {reason}",
            shop.dialect()
        );
        assert!(!reason.contains("planted"), "{reason}");
        match &shop.server {
            Server::Postgres(server) => {
                server.run("CREATE ROLE nobody_here LOGIN PASSWORD 'planted'");
                let dsn = format!("postgres://nobody_here:planted@{}/postgres", server.address());
                let database = json!({"driver": "postgresql", "dsn": dsn});
                let plugin = Plugin::start(&format!("databases:\n  default: {database}\n"));
                let (_, reason) = refusal(&ask(&plugin, "all orders"));
                assert!(reason.contains("no tables that this user may read"), "{reason}");
            }
            Server::MariaDb(server) => {
                server.run("CREATE USER part@'%' IDENTIFIED BY 'planted'; GRANT SELECT (id, total) ON shop.orders TO part@'%'");
                let database =
                    json!({"driver": "mysql", "dsn": format!("part:planted@tcp({})/shop", server.address())});
                let plugin = Plugin::start(&format!("databases:\n  default: {database}\n"));
                let some = sql(&ask(&plugin, "total of all orders"));
                assert!(some.contains("total"), "{some}");
                let (kind, _) = refusal(&ask(&plugin, "status of the orders"));
                assert!(kind == "not_in_schema" || kind == "not_understood", "{kind}");
            }
            Server::Sqlite(_) => {}
        }
    }
}

#[test]
fn no_more_connections_are_open_than_allowed_and_idle_ones_are_closed() {
    for shop in Shop::servers() {
        let Server::Postgres(server) = &shop.server else {
            continue;
        };
        let pools = "performance:\n  cache: {enabled: false}\n  connection_pools:\n    databases: {max_active_connections: 3, max_idle_connections: 1}\n";
        let plugin = Plugin::start(&format!("{}{pools}", shop.config(&[])));
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| sql(&ask(&plugin, "how many customers are there")));
            }
            let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'atest-ext-ai'";
            for _ in 0..20 {
                let count: u32 = server.run(open).trim().parse().unwrap();
                // One more where the first connection is tried.
                assert!(count <= 4, "{count} connections");
            }
        });
        let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'atest-ext-ai'";
        until("one idle connection", || server.run(open).trim() == "1");
        assert!(metric(&plugin, "atest_ai_database_connections_in_use") < 1.0);
    }
}

#[test]
fn nothing_of_a_database_is_in_the_log_but_its_name() {
    for shop in Shop::each() {
        // At debug, the question itself is logged.
        let plugin = Plugin::start(&shop.config(&[]));
        ask(&plugin, "orders of customers in Oslo");
        ask(&plugin, "all parrots");
        let log = plugin.log();
        for planted in ["planted", "Oslo", "SELECT"] {
            assert!(!log.contains(planted), "{planted:?} is in {log}");
        }
    }
}

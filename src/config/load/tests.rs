use std::path::PathBuf;

use nl2sql::Dialect;
use secrecy::ExposeSecret;

use super::*;
use crate::config::{LogFormat, LogLevel, LogOutput};

/// A machine without any config but `text`, in a file that lives as long as the folder.
struct Machine {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Machine {
    fn new() -> Machine {
        Machine {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    fn with(mut self, name: &str, value: &str) -> Machine {
        self.variables.push((name.into(), value.into()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn sources(&self, file: Option<PathBuf>) -> Sources {
        let home = ("HOME".to_owned(), self.folder.path().display().to_string());
        let pairs = self.variables.iter().cloned().chain([home]);
        Sources {
            file,
            environment: Environment::from_pairs(pairs).rooted_at(self.folder.path()),
            ..Sources::default()
        }
    }

    fn load(&self, text: &str) -> Result<Loaded, Problems> {
        self.load_bytes(text.as_bytes())
    }

    fn load_bytes(&self, bytes: &[u8]) -> Result<Loaded, Problems> {
        let path = self.path("config.yaml");
        std::fs::write(&path, bytes).unwrap();
        load(&self.sources(Some(path)))
    }
}

fn loaded(text: &str) -> Loaded {
    Machine::new()
        .load(text)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// The problems of `text`, one a line, without the folder of the file.
fn problems_of(text: &str) -> String {
    let machine = Machine::new();
    let problems = machine.load(text).expect_err("these are not valid");
    let folder = format!("{}/", machine.folder.path().display());
    problems.to_string().replace(&folder, "")
}

fn notices_about<'a>(loaded: &'a Loaded, key: &str) -> Vec<&'a Notice> {
    loaded.notices.iter().filter(|notice| notice.key == key).collect()
}

#[test]
fn without_a_file_everything_has_its_default() {
    let loaded = load(&Machine::new().sources(None)).unwrap();
    assert_eq!(loaded.file, None);
    assert_eq!(loaded.config.server.port, 9090);
    assert_eq!(loaded.config.ai.default_service, "builtin");
    assert_eq!(loaded.origin("server.port"), Origin::Default);
}

#[test]
fn the_users_own_file_is_found_and_the_working_folder_is_not_looked_at() {
    let machine = Machine::new();
    let places = places(&machine.sources(None).environment);
    assert!(places.iter().all(|place| place.is_absolute()));
    let own = machine.path(".config/atest/atest-ext-ai.yaml");
    std::fs::create_dir_all(own.parent().unwrap()).unwrap();
    std::fs::write(&own, "server: {port: 9191}").unwrap();
    let loaded = load(&machine.sources(None)).unwrap();
    assert_eq!(loaded.file, Some(own));
    assert_eq!(loaded.config.server.port, 9191);
}

#[test]
fn the_machines_file_is_read_when_the_user_has_none_and_a_go_plugins_file_is_pointed_out() {
    let machine = Machine::new();
    for name in ["etc/atest-ai/config.yaml", "etc/atest/config.yaml"] {
        let path = machine.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "server: {port: 9292}").unwrap();
    }
    let loaded = load(&machine.sources(None)).unwrap();
    assert_eq!(loaded.config.server.port, 9292);
    std::fs::remove_file(machine.path("etc/atest-ai/config.yaml")).unwrap();
    let overlooked = load(&machine.sources(None)).unwrap();
    assert_eq!(overlooked.config.server.port, 9090);
    let go_file = machine.path("etc/atest/config.yaml").display().to_string();
    assert_eq!(notices_about(&overlooked, &go_file).len(), 1);
}

#[test]
fn the_named_file_wins_over_the_variable_and_the_variable_over_the_users_own() {
    let machine = Machine::new();
    let by_variable = machine.path("variable.yaml");
    std::fs::write(&by_variable, "server: {port: 2}").unwrap();
    let by_option = machine.path("option.yaml");
    std::fs::write(&by_option, "server: {port: 3}").unwrap();
    let machine = machine.with("ATEST_EXT_AI_CONFIG", &by_variable.display().to_string());
    assert_eq!(load(&machine.sources(None)).unwrap().config.server.port, 2);
    let named = load(&machine.sources(Some(by_option))).unwrap();
    assert_eq!(named.config.server.port, 3);
}

#[test]
fn a_named_file_that_does_not_exist_is_told_with_the_places_that_are_looked_at() {
    let machine = Machine::new();
    let problems = load(&machine.sources(Some(machine.path("nope.yaml")))).unwrap_err();
    let text = problems.to_string();
    assert!(
        text.contains("nope.yaml") && text.contains("etc/atest-ai/config.yaml"),
        "{text}"
    );
}

#[test]
fn every_problem_is_told_at_once_with_line_column_key_and_suggestion() {
    let text = "\
server:
  prot: 9090
  timeout: 30
sever: {}
ai:
  max_concurrent_requests: many
  services:
    ollama: {temprature: 1}
logging:
  level: debgu
  fields:
    v: ${NOPE}
";
    let expected = "\
config.yaml:2:3: server.prot: there is no such setting in `server`; did you mean `server.port`?
config.yaml:3:12: server.timeout: a length of time needs a unit: write 30s for seconds
config.yaml:4:1: sever: there is no such section; did you mean `server`?
config.yaml:6:28: ai.max_concurrent_requests: not a whole number
config.yaml:8:14: ai.services.ollama.temprature: there is no such setting in `ai.services.ollama`; did you mean `ai.services.ollama.temperature`?
config.yaml:10:10: logging.level: not a level: one of trace, debug, info, warn, error; did you mean debug?
config.yaml:12:8: logging.fields.v: the variable NOPE is not set; set it, or write ${NOPE:-default}";
    assert_eq!(problems_of(text), expected);
}

#[test]
fn a_setting_in_the_wrong_section_is_sent_to_the_right_one() {
    let text = problems_of("plugin: {socket_path: /tmp/x}\nlevel: info\nai: {provider: local}");
    assert!(text.contains("`server.socket_path`"), "{text}");
    assert!(text.contains("`logging.level`"), "{text}");
    assert!(text.contains("`ai.default_service`"), "{text}");
}

#[test]
fn files_that_are_no_config_are_refused_with_the_reason() {
    let bomb = format!(
        "a: &a [x,x,x,x,x,x,x,x,x]\n{}",
        (b'b'..=b'i')
            .map(|c| {
                let (name, before) = (char::from(c), char::from(c - 1));
                format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(","))
            })
            .collect::<String>()
    );
    let deep = format!("server: {}", "[".repeat(1000));
    let cases: [(&str, &[u8], &str); 14] = [
        ("empty", b"", "holds no settings"),
        ("comments only", b"# nothing\n", "holds no settings"),
        ("null", b"~", "holds no settings"),
        ("a list", b"- a\n- b\n", "mapping of sections"),
        ("a word", b"hello", "mapping of sections"),
        ("a tab", b"server:\n\tport: 1\n", "spaces"),
        (
            "two documents",
            b"server: {}\n---\nserver: {}\n",
            "second document",
        ),
        ("twice a key", b"server: {}\nserver: {}\n", "a second time"),
        ("not UTF-8", b"plugin: {name: \"\xff\xfe\"}", "not UTF-8"),
        ("an unknown alias", b"server: *nobody", "not valid YAML"),
        ("an open bracket", b"server: {port: 1", "not valid YAML"),
        ("a tag", b"server: !include x.yaml", "has no meaning here"),
        ("an alias bomb", bomb.as_bytes(), "more than 20000 values"),
        ("deep nesting", deep.as_bytes(), "not valid YAML"),
    ];
    for (what, bytes, reason) in cases {
        let problems = Machine::new().load_bytes(bytes).expect_err(what).to_string();
        assert!(problems.contains(reason), "{what}: {problems}");
        assert!(problems.contains("config.yaml"), "{what}: {problems}");
    }
}

#[test]
fn a_file_of_ten_megabytes_and_a_folder_are_refused() {
    let machine = Machine::new();
    let large = "# filler\n".repeat(1_200_000);
    let problems = machine.load(&large).unwrap_err().to_string();
    assert!(problems.contains("larger than 1 MiB"), "{problems}");
    let folder = machine.folder.path().to_owned();
    let problems = load(&machine.sources(Some(folder))).unwrap_err().to_string();
    assert!(problems.contains("this is a folder"), "{problems}");
}

#[test]
fn an_empty_mapping_is_a_config_of_defaults() {
    assert_eq!(loaded("{}").config.server.port, 9090);
}

#[test]
fn blank_values_and_sections_count_as_unset() {
    let config =
        loaded("server:\n  port:\n  host: ''\nlogging:\nai: {services: {ollama: {api_key: '', model: }}}")
            .config;
    assert_eq!(config.server.port, 9090);
    assert_eq!(config.server.host, "127.0.0.1");
    assert!(config.ai.services["ollama"].api_key.is_none());
}

#[test]
fn a_text_is_kept_as_it_was_written() {
    let config =
        loaded("plugin: {environment: no, name: 1.10}\nlogging: {fields: {build: 0660, empty: }}").config;
    assert_eq!(config.plugin.environment, "no");
    assert_eq!(config.plugin.name, "1.10");
    assert_eq!(config.logging.fields["build"], "0660");
    assert_eq!(config.logging.fields["empty"], "");
}

#[test]
fn flags_are_true_or_false_and_nothing_else() {
    assert!(loaded("server: {behind_proxy: TRUE}").config.server.behind_proxy);
    let text = problems_of("server: {behind_proxy: yes, default_socket: off}");
    assert!(
        text.contains("write true") && text.contains("write false"),
        "{text}"
    );
}

#[test]
fn values_out_of_bounds_are_told_with_the_bound() {
    let text = problems_of(
        "server: {port: 0, max_connections: 0, timeout: 0s}\nai: {max_question_bytes: 2MiB}\nplugin: {debug: 1}",
    );
    for bound in ["at least 1", "at least 1ms", "at most 1MiB", "not true or false"] {
        assert!(text.contains(bound), "{bound}: {text}");
    }
    assert!(problems_of("server: {port: 65536}").contains("at most 65535"));
    assert!(problems_of("server: {port: -1}").contains("at least 1"));
}

#[test]
fn no_message_repeats_a_value() {
    let text = problems_of(
        "server: {port: hunter2, timeout: hunter2, socket_permissions: hunter2, listen_address: hunter2}\n\
         ai: {default_service: hunter2, services: {x: {provider: hunter2, endpoint: 'https://u:hunter2@h'}}}\n\
         logging: {level: hunter2, format: hunter2}",
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn variables_are_replaced_in_values_of_every_type() {
    let machine = Machine::new().with("P", "9191").with("SECRET", "a: b\nc: ${P}");
    let text = "\
server: {port: \"${P}\", host: \"${HOST:-127.0.0.2}\"}
plugin: {debug: \"${DEBUG:-true}\"}
logging: {fields: {secret: \"${SECRET}\", cost: 5$$, version: \"${VERSION}\"}}
";
    let loaded = machine.load(text).unwrap();
    assert_eq!(loaded.config.server.port, 9191);
    assert_eq!(loaded.config.server.host, "127.0.0.2");
    assert!(loaded.config.plugin.debug);
    assert_eq!(loaded.config.logging.fields["secret"], "a: b\nc: ${P}");
    assert_eq!(loaded.config.logging.fields["cost"], "5$");
    assert_eq!(loaded.config.logging.fields["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_supplied_environment_is_the_one_that_is_set() {
    let text = "plugin: {environment: staging}\nlogging: {fields: {e: '${ENVIRONMENT}', h: '${HOSTNAME}'}}";
    let fields = loaded(text).config.logging.fields;
    assert_eq!(fields["e"], "staging");
    assert!(!fields["h"].is_empty());
    let by_variable = Machine::new().with("ENVIRONMENT", "x").load(text).unwrap();
    assert_eq!(by_variable.config.logging.fields["e"], "x");
}

#[test]
fn the_environment_wins_over_the_file_and_the_command_line_over_both() {
    let machine = Machine::new()
        .with("ATEST_EXT_AI_SERVER_PORT", "9300")
        .with("AI_PLUGIN_SOCKET_PATH", "/run/env.sock");
    let path = machine.path("config.yaml");
    std::fs::write(
        &path,
        "server: {port: 9200, socket_path: /run/file.sock, host: ::1}",
    )
    .unwrap();
    let mut sources = machine.sources(Some(path.clone()));
    sources.socket = Some("/run/option.sock".into());
    sources.port = Some(7071);
    let loaded = load(&sources).unwrap();
    let server = &loaded.config.server;
    assert_eq!((server.port, server.host.as_str()), (9300, "::1"));
    assert_eq!(server.socket_path, PathBuf::from("/run/option.sock"));
    assert_eq!(server.listen_address.as_deref(), Some("127.0.0.1:7071"));
    assert_eq!(
        loaded.origin("server.port"),
        Origin::Environment("ATEST_EXT_AI_SERVER_PORT".into())
    );
    assert_eq!(
        loaded.origin("server.socket_path"),
        Origin::CommandLine("--socket")
    );
    let Origin::File { line, .. } = loaded.origin("server.host") else {
        panic!("the host was written in the file");
    };
    assert_eq!(line, 1);
}

#[test]
fn every_form_of_listen_address_is_understood() {
    for (value, socket, tcp) in [
        ("unix:///run/a.sock", "/run/a.sock", None),
        ("/run/b.sock", "/run/b.sock", None),
        (
            "tcp://127.0.0.1:7000",
            "/tmp/atest-ext-ai.sock",
            Some("127.0.0.1:7000"),
        ),
        ("127.0.0.1:7001", "/tmp/atest-ext-ai.sock", Some("127.0.0.1:7001")),
    ] {
        let machine = Machine::new().with("AI_PLUGIN_LISTEN_ADDR", value);
        let server = load(&machine.sources(None)).unwrap().config.server;
        assert_eq!(server.socket_path, PathBuf::from(socket), "{value}");
        assert_eq!(server.listen_address.as_deref(), tcp, "{value}");
    }
}

#[test]
fn the_level_comes_from_log_level_then_the_file_then_the_plugin_section() {
    let level = |variables: &[(&str, &str)], text: &str| {
        let mut machine = Machine::new();
        for (name, value) in variables {
            machine = machine.with(name, value);
        }
        machine.load(text).unwrap().config.logging.level
    };
    let both = "logging: {level: warn}\nplugin: {log_level: error, debug: true}";
    assert_eq!(level(&[("LOG_LEVEL", "TRACE")], both), LogLevel::Trace);
    assert_eq!(
        level(&[("ATEST_EXT_AI_LOG_LEVEL", "debug")], both),
        LogLevel::Debug
    );
    assert_eq!(level(&[], both), LogLevel::Warn);
    assert_eq!(
        level(&[], "plugin: {log_level: error, debug: true}"),
        LogLevel::Error
    );
    assert_eq!(level(&[], "plugin: {debug: true}"), LogLevel::Debug);
    assert_eq!(level(&[], "plugin: {debug: false}"), LogLevel::Info);
}

#[test]
fn development_means_logs_for_people_unless_the_format_is_set_too() {
    let development = Machine::new().with("APP_ENV", "development");
    let config = development.load("logging: {format: json}").unwrap().config;
    assert_eq!(config.logging.format, LogFormat::Text);
    assert_eq!(config.plugin.environment, "development");
    let both = development.with("ATEST_EXT_AI_LOG_FORMAT", "json");
    assert_eq!(both.load("{}").unwrap().config.logging.format, LogFormat::Json);
}

#[test]
fn an_api_key_alone_makes_a_service_and_stops_nothing() {
    for (variable, name) in [
        ("ATEST_EXT_AI_OPENAI_API_KEY", "openai"),
        ("CLAUDE_API_KEY", "anthropic"),
        ("DEEPSEEK_API_KEY", "deepseek"),
    ] {
        let machine = Machine::new().with(variable, "sk-1");
        let config = load(&machine.sources(None)).unwrap().config;
        let service = &config.ai.services[name];
        assert_eq!(service.api_key.as_ref().unwrap().expose_secret(), "sk-1");
        assert_eq!(service.provider.as_str(), name);
        assert_eq!(config.ai.default_service, "builtin");
    }
}

#[test]
fn an_api_key_goes_to_the_service_that_speaks_the_providers_language() {
    let machine = Machine::new().with("ANTHROPIC_API_KEY", "sk-2");
    let config = machine
        .load("ai: {services: {claude: {model: m}}}")
        .unwrap()
        .config;
    assert_eq!(config.ai.services.len(), 1);
    assert!(config.ai.services["claude"].api_key.is_some());
}

#[test]
fn the_guides_variables_choose_provider_model_and_endpoint() {
    let machine = Machine::new()
        .with("AI_PROVIDER", "local")
        .with("AI_MODEL", "sqlcoder")
        .with("OLLAMA_ENDPOINT", "http://gpu:11434");
    let loaded = load(&machine.sources(None)).unwrap();
    let ai = &loaded.config.ai;
    assert_eq!(ai.default_service, "ollama");
    assert_eq!(ai.services["ollama"].model.as_deref(), Some("sqlcoder"));
    assert_eq!(
        ai.services["ollama"].endpoint.as_deref(),
        Some("http://gpu:11434")
    );
    assert_eq!(
        notices_about(&loaded, "ai.default_service")[0].topic,
        Topic::Advice
    );
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let machine = Machine::new().with("AI_PROVIDER", "").with("LOG_LEVEL", " ");
    assert_eq!(
        load(&machine.sources(None)).unwrap().config.ai.default_service,
        "builtin"
    );
}

#[test]
fn a_wrong_value_in_the_environment_is_told_with_the_variable() {
    let machine = Machine::new()
        .with("LOG_LEVEL", "loud")
        .with("ATEST_EXT_AI_SERVER_PORT", "x")
        .with("AI_PROVIDER", "olama");
    let text = load(&machine.sources(None)).unwrap_err().to_string();
    for part in [
        "environment LOG_LEVEL: logging.level",
        "environment ATEST_EXT_AI_SERVER_PORT",
        "did you mean ollama?",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn unknown_and_meaningless_variables_are_notices_not_errors() {
    let machine = Machine::new()
        .with("ATEST_EXT_AI_SERVER_PROT", "1")
        .with("GOGC", "50")
        .with("GOMEMLIMIT", "2GiB")
        .with("GOMAXPROCS", "3");
    let loaded = load(&machine.sources(None)).unwrap();
    let unknown = notices_about(&loaded, "ATEST_EXT_AI_SERVER_PROT");
    assert!(
        unknown[0].text.contains("ATEST_EXT_AI_SERVER_PORT"),
        "{}",
        unknown[0].text
    );
    assert_eq!(notices_about(&loaded, "GOGC").len(), 1);
    assert_eq!(notices_about(&loaded, "GOMEMLIMIT").len(), 1);
    assert_eq!(loaded.config.performance.worker_threads, Some(3));
}

#[test]
fn two_spellings_that_agree_are_one_setting_and_two_that_disagree_are_an_error() {
    let agree = "performance: {worker_pool_size: 20, worker_pools: {ai_requests: {size: 20}}}\nai: {timeout: 60s, request_timeout: 1m}";
    let config = loaded(agree).config;
    assert_eq!(config.ai.max_concurrent_requests, 20);
    let disagree = "performance: {worker_pool_size: 20}\nai: {max_concurrent_requests: 10, timeout: 60s, request_timeout: 30s}";
    let text = problems_of(disagree);
    assert!(text.contains("performance.worker_pool_size: this disagrees with `ai.max_concurrent_requests` (config.yaml:2:31)"), "{text}");
    assert!(text.contains("ai.request_timeout: this disagrees"), "{text}");
}

#[test]
fn the_go_plugins_database_becomes_the_default_one() {
    let loaded = loaded(
        "database: {enabled: true, driver: sqlite, dsn: 'file:shop.db?cache=shared&mode=rwc', default_type: sqlite}",
    );
    let database = &loaded.config.databases["default"];
    assert_eq!(database.driver, Dialect::Sqlite);
    assert_eq!(database.dsn.as_ref().unwrap().expose_secret(), "shop.db");
    assert_eq!(loaded.config.ai.default_dialect, Dialect::Sqlite);
}

#[test]
fn a_disabled_database_block_is_not_read() {
    let loaded =
        loaded("database: {enabled: false, driver: mysql, dsn: 'u:p@tcp(h)/d', default_type: oracle}");
    assert!(loaded.config.databases.is_empty());
    assert_eq!(loaded.config.ai.default_dialect, Dialect::MySql);
    assert_eq!(notices_about(&loaded, "database.dsn").len(), 1);
    assert_eq!(notices_about(&loaded, "database.default_type").len(), 1);
}

#[test]
fn a_database_that_says_nothing_or_contradicts_itself_is_an_error() {
    let text = problems_of(
        "databases:\n  a: {driver: mysql}\n  b: {schema_ddl: 'CREATE TABLE t(i INT)'}\n  c: {path: ':memory:', driver: sqlite}\n  d: {path: x.db, dsn: y.db}\n  'e f': {path: x.db}",
    );
    for part in [
        "databases.a: nothing says",
        "databases.b.driver: this must be given",
        "databases.c: a database in memory",
        "databases.d.path: this disagrees",
        "databases.e f: not a name",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn listeners_that_cannot_be_are_refused() {
    let long = format!("/{}", "x".repeat(107));
    let text = problems_of(&format!(
        "server: {{host: '1.2.3.999', port: 9090, listen_address: '127.0.0.1', socket_path: {long}, socket_permissions: '0066'}}"
    ));
    for key in [
        "server.host",
        "server.listen_address",
        "server.socket_path",
        "server.socket_permissions",
    ] {
        assert!(text.contains(key), "{key}: {text}");
    }
    assert!(problems_of("server: {listen_address: '127.0.0.1:9090'}").contains("same port"));
}

#[test]
fn log_output_to_a_file_carries_its_rotation() {
    let logging = loaded("logging: {output: file, file: {path: /x.log, max_size: 1MiB, max_age: 30d}}")
        .config
        .logging;
    let expected = LogOutput::File {
        path: "/x.log".into(),
        max_size: 1 << 20,
        max_backups: 3,
        max_age_days: 30,
        compress: true,
    };
    assert_eq!(logging.output, expected);
}

#[test]
fn aliases_and_merge_keys_work() {
    let text = "\
ai:
  services:
    a: &shared {provider: ollama, model: m, enabled: false}
    b:
      <<: *shared
      enabled: true
";
    let services = loaded(text).config.ai.services;
    assert_eq!(services["b"].model.as_deref(), Some("m"));
    assert!(services["b"].enabled && !services["a"].enabled);
}

/// Each secret that a file or variable can hold, in every place that could show it.
#[test]
fn secrets_are_in_no_debug_output_and_no_notice() {
    let machine = Machine::new()
        .with("OPENAI_API_KEY", "hunter2-env")
        .with("ATEST_EXT_AI_DATABASE_DSN", "hunter2-dsn");
    let text = "\
ai:
  services:
    mine: {provider: custom, endpoint: 'http://h', api_key: hunter2-key, headers: {Authorization: hunter2-header}}
  cache: {redis_url: 'redis://:hunter2-url@h'}
databases:
  shop: {driver: mysql, dsn: 'u:hunter2-shop@tcp(h)/d'}
performance: {cache: {redis: {password: hunter2-redis}}}
";
    let loaded = machine.load(text).unwrap();
    let environment = machine.sources(None).environment;
    let shown = crate::config::show::as_yaml(&crate::config::show::effective(&loaded));
    for output in [
        format!("{loaded:?}"),
        format!("{loaded:#?}"),
        format!("{environment:?}"),
        shown,
    ] {
        assert!(!output.contains("hunter2"), "{output}");
    }
}

#[test]
fn settings_without_effect_are_named_in_notices() {
    let loaded = loaded(
        "ai: {retry: {enabled: true}}\nbackup: {retention: {daily: 7}}\nperformance: {memory: {limit: 2GB}}",
    );
    for key in [
        "ai.retry.enabled",
        "backup.retention.daily",
        "performance.memory.limit",
    ] {
        assert_eq!(notices_about(&loaded, key)[0].topic, Topic::NotInEffect, "{key}");
    }
}

#[test]
fn the_guides_blocks_are_understood() {
    let guide = include_str!("tests/guide.yaml");
    let loaded = Machine::new()
        .with("REDIS_PASSWORD", "x")
        .load(guide)
        .unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(loaded.config.ai.max_concurrent_requests, 10);
    assert_eq!(loaded.config.logging.components["metrics"], LogLevel::Error);
    assert_eq!(loaded.config.logging.fields["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_three_files_in_the_repository_are_valid_and_wholly_in_effect() {
    for name in ["development", "staging", "production"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("config/{name}.yaml"));
        let loaded =
            load(&Machine::new().sources(Some(path))).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(loaded.config.plugin.environment, name);
        assert_eq!(loaded.config.ai.default_service, "builtin");
        let idle = loaded
            .notices
            .iter()
            .find(|notice| notice.topic == Topic::NotInEffect);
        assert_eq!(idle, None, "{name}");
    }
}

#[test]
fn what_is_shown_is_a_config_that_loads_again() {
    let text = "\
server: {port: 9191, socket_permissions: '0600'}
plugin: {name: 'it''s: a \"name\" #1'}
databases: {shop: {driver: postgresql, schema_ddl: \"CREATE TABLE t (\\n  id INT\\n);\"}}
logging: {fields: {a.b: 'true', 'x y': '${VERSION}'}}
";
    let first = loaded(text);
    let shown = crate::config::show::as_yaml(&crate::config::show::effective(&first));
    let again = loaded(&shown);
    let written = |loaded: &Loaded| serde_json::to_value(&loaded.config).unwrap();
    assert_eq!(written(&first), written(&again), "{shown}");
}

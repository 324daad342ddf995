mod access;
mod profiling;
mod secrets;
mod tracing;

use std::path::PathBuf;

use nl2sql::Dialect;
use secrecy::ExposeSecret;

use super::*;
use crate::config::model::CacheKind;
use crate::config::{LogFormat, LogLevel, LogOutput, ProviderKind};

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
    let places = read::places(&machine.sources(None).environment);
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
        notices_about(&loaded, "ai.default_service"),
        Vec::<&Notice>::new()
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
fn services_that_cannot_be_asked_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let not_pem = folder.path().join("ca.pem");
    std::fs::write(&not_pem, "hello").unwrap();
    let text = problems_of(&format!(
        "ai:\n  services:\n    a: {{provider: custom}}\n    b: {{provider: custom, endpoint: 'https://u:p@h'}}\n    \
         c: {{provider: ollama, ca_file: /nowhere/ca.pem}}\n    d: {{provider: ollama, ca_file: {}}}\n    \
         e: {{provider: ollama, headers: {{authorization: x, 'X Y': z, X-Ok: \"a\\nb\"}}}}\n    \
         offline: {{provider: openai, api_key: k}}\n  \
         allowed_endpoints: ['https://ok.example.com', 'ftp://x']\n",
        not_pem.display()
    ));
    for part in [
        "ai.services.a.endpoint: a service of the kind `custom` needs an endpoint",
        "ai.services.b.endpoint: a user and password",
        "ai.services.c.ca_file: /nowhere/ca.pem cannot be read",
        "holds no certificate in PEM form",
        "ai.services.e.headers.authorization: the plugin sets this header itself; give the key as `api_key`",
        "ai.services.e.headers.X Y: not the name of a header",
        "ai.services.e.headers.X-Ok: not the value of a header",
        "ai.services.offline.provider: this name is the embedded engine's",
        "ai.allowed_endpoints[1]: not an http or https URL",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_order_of_fallbacks_names_services_by_any_word_and_each_once() {
    let ai = loaded(
        "ai: {fallback_order: [claude, local, main, offline], services: {main: {provider: custom, endpoint: 'http://h'}}}",
    )
    .config
    .ai;
    assert_eq!(ai.fallback_order, ["anthropic", "ollama", "main", "builtin"]);
    assert_eq!(ai.services["anthropic"].provider, ProviderKind::Anthropic);

    let text = problems_of("ai: {fallback_order: [ollama, local, olama, custom]}");
    assert_eq!(
        text,
        "config.yaml:1:31: ai.fallback_order[1]: this service stands here a second time; remove one of the two\n\
         config.yaml:1:38: ai.fallback_order[2]: neither a service nor a kind of provider; did you mean ollama?\n\
         config.yaml:1:45: ai.fallback_order[3]: neither a service nor a kind of provider; name services under `ai.services`"
    );

    let told = loaded("ai: {fallback_order: [builtin, ollama], services: {ollama: {enabled: false}}}");
    assert!(
        notices_about(&told, "ai.fallback_order[0]")[0]
            .text
            .contains("comes last")
    );
    assert!(
        notices_about(&told, "ai.fallback_order[1]")[0]
            .text
            .contains("passed over")
    );
}

#[test]
fn a_service_without_its_key_is_told_and_stops_nothing() {
    let keyless =
        loaded("ai: {services: {openai: {}, claude: {enabled: false}, ollama: {}, deepseek: {api_key: k}}}");
    let told: Vec<&str> = keyless.notices.iter().map(|notice| notice.key.as_str()).collect();
    assert!(told.contains(&"ai.services.openai.api_key"), "{told:?}");
    for quiet in ["claude", "ollama", "deepseek"] {
        assert!(
            !told.contains(&format!("ai.services.{quiet}.api_key").as_str()),
            "{quiet}"
        );
    }
}

#[test]
fn limits_that_contradict_each_other_are_refused() {
    let text = problems_of(
        "ai:\n  retry: {initial_delay: 2s, max_delay: 1s}\n  budget: {day: 10, month: 5}\n  health_check_interval: 10ms\n  \
         prices:\n    GPT-4o: {input: 1, output: 1}\n    m1: {input: 20000, output: 1}\n    \
         /x: {input: 1, output: 1}\n\
         performance: {cache: {redis: {address: 'http://h'}}}\n",
    );
    for part in [
        "config.yaml:2:26: ai.retry.initial_delay: longer than `ai.retry.max_delay`",
        "ai.budget.day: more for a day than for the month",
        "ai.health_check_interval: shorter than a second",
        "config.yaml:6:13: ai.prices.GPT-4o: names of models are compared in lower case",
        "ai.prices.m1: more than 10000 US dollars",
        "ai.prices./x: not the name of a model",
        "performance.cache.redis.address: not a URL of Redis",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = problems_of("ai: {stall_timeout: 0s, prices: {m: {input: -1, output: 1}, n: {input: 1}}}");
    for part in [
        "ai.stall_timeout: must be at least 1ms",
        "ai.prices.m.input: must be at least 0",
        "ai.prices.n.output: this must be given",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn limits_that_do_nothing_as_they_stand_are_told() {
    let told = loaded(
        "server: {timeout: 30s}\nai:\n  timeout: 40s\n  stall_timeout: 50s\n  rate_limit: {burst_size: 3}\n  \
         prices: {m: {input: 0.0000025, output: 1}}\n  services: {ollama: {timeout: 60s}}\n\
         performance: {cache: {size: 0, redis: {username: u}, policies: {}}}\n",
    );
    for key in [
        "server.timeout",
        "ai.stall_timeout",
        "ai.rate_limit.burst_size",
        "ai.prices.m",
        "ai.services.ollama.timeout",
        "performance.cache.size",
        "performance.cache.redis.username",
    ] {
        assert_eq!(notices_about(&told, key).len(), 1, "{key}: {:?}", told.notices);
    }
    let quiet = load(&Machine::new().sources(None)).unwrap();
    let advice = quiet.notices.iter().find(|notice| notice.topic == Topic::Advice);
    assert_eq!(advice, None, "defaults need no advice");
}

#[test]
fn the_go_plugins_cache_and_hosts_become_the_ones_that_count() {
    let text = "ai:\n  cache: {enabled: true, ttl: 10m, provider: redis, redis_url: 'rediss://app:p%40ss@cache:6380/2'}\n  \
                security: {allowed_hosts: [api.openai.com, '*.lan']}\n";
    let loaded = loaded(text);
    let cache = &loaded.config.performance.cache;
    assert_eq!(cache.kind, CacheKind::Redis);
    assert_eq!(cache.ttl.as_secs(), 600);
    assert_eq!(cache.redis.address, "rediss://cache:6380");
    assert_eq!(cache.redis.username.as_deref(), Some("app"));
    assert_eq!(cache.redis.password.as_ref().unwrap().expose_secret(), "p@ss");
    assert_eq!(cache.redis.database, 2);
    assert_eq!(loaded.config.ai.allowed_endpoints, ["api.openai.com", "*.lan"]);
    let shown = crate::config::show::as_yaml(&crate::config::show::effective(&loaded));
    assert!(!shown.contains("p@ss") && !shown.contains("p%40ss"), "{shown}");
    let disagree = problems_of(
        "ai: {cache: {redis_url: 'redis://:one@h'}}\nperformance: {cache: {redis: {password: two}}}",
    );
    assert!(
        disagree.contains("disagrees with `performance.cache.redis.password`") && !disagree.contains("one@"),
        "{disagree}"
    );
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
    mine: {provider: custom, endpoint: 'http://h', api_key: hunter2-key, headers: {X-Secret: hunter2-header}}
  cache: {redis_url: 'redis://:hunter2-url@h'}
databases:
  shop: {driver: mysql, dsn: 'u:hunter2-shop@tcp(h)/d'}
performance: {cache: {redis: {username: u}}}
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
        "ai: {rate_limit: {window_size: 1m}}\nbackup: {retention: {daily: 7}}\nperformance: {memory: {limit: 2GB}}",
    );
    for key in [
        "ai.rate_limit.window_size",
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
    let of_later_versions = [
        "backup.",
        "performance.memory.",
        "performance.connection_pools.databases.",
    ];
    for notice in &loaded.notices {
        let is_later = of_later_versions
            .iter()
            .any(|section| notice.key.starts_with(section));
        assert_eq!(is_later, notice.topic == Topic::NotInEffect, "{notice}");
    }
    let vault = loaded.config.secrets.vault.as_ref().unwrap();
    assert_eq!(vault.address.as_deref(), Some("https://vault.example.com"));
    assert_eq!(vault.mappings[1].entry_and_field(), Some(("claude", "api_key")));
    assert_eq!(loaded.config.ai.max_concurrent_requests, 10);
    let performance = &loaded.config.performance;
    assert_eq!(performance.worker_pools.ai_requests.queue_size, 100);
    assert_eq!(performance.cache.kind, CacheKind::Redis);
    assert_eq!(performance.cache.size, 500_000_000);
    assert_eq!(
        performance.cache.redis.password.as_ref().unwrap().expose_secret(),
        "x"
    );
    assert_eq!(
        performance.cache.policies.schema_info.max_size.unwrap().0,
        10_000_000
    );
    assert_eq!(
        performance.connection_pools.ai_providers.max_active_connections,
        50
    );
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
        // The demo's database is made by `make run`.
        let mut told = loaded
            .notices
            .iter()
            .filter(|notice| notice.key != "databases.default");
        assert_eq!(told.next(), None, "{name}");
    }
}

#[test]
fn the_audit_log_is_a_file_of_its_own() {
    let both = "logging: {output: file, file: {path: /x/a.log}}\naudit: {path: /x/a.log";
    let machine = Machine::new();
    let problems = machine.load(&format!("{both}}}")).unwrap_err().to_string();
    assert!(problems.contains("audit.path: the same file"), "{problems}");
    assert!(machine.load(&format!("{both}, enabled: false}}")).is_ok());
}

/// Each file shows all that can be set, commented out where it has no use there.
#[test]
fn the_three_files_in_the_repository_leave_no_setting_out() {
    let mut settings = Vec::new();
    Shape::root().walk("", &mut |key, shape| {
        let is_value = shape.kind() != crate::config::schema::Kind::Map;
        let is_first = spellings::first_spelling(key).is_none() && !key.starts_with("database.");
        if is_value && is_first && effect::why_not(key).is_none() && !key.ends_with('*') {
            settings.push(key.to_owned());
        }
    });
    for name in ["development", "staging", "production"] {
        let path = format!("{}/config/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let has = |key: &String| {
            let last = key.rsplit('.').next().unwrap();
            text.lines()
                .any(|line| line.contains(&format!(" {last}:")) || line.contains(&format!("{{{last}:")))
        };
        let missing: Vec<&String> = settings.iter().filter(|key| !has(key)).collect();
        assert!(missing.is_empty(), "{name} leaves out {missing:?}");
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

proptest::proptest! {
    /// Whatever a file holds, there is a config or there are problems: never a panic, never a problem without a text.
    #[test]
    fn any_text_is_a_config_or_has_problems(text in "([a-z{}\\[\\],:&*<!|>'\"#$~ .0-9-]|\n|\n  |server|ai|logging|timeout|port|\\$\\{|µ|é){0,60}") {
        if let Err(problems) = Machine::new().load(&text) {
            proptest::prop_assert!(!problems.0.is_empty());
            proptest::prop_assert!(problems.0.iter().all(|problem| !problem.message.is_empty()));
        }
    }

    /// The same for values in the right places.
    #[test]
    fn any_value_is_right_or_told(value in ".{0,20}") {
        let quoted = serde_json::Value::from(value.as_str()).to_string();
        let text = format!(
            "server: {{host: {quoted}, port: {quoted}, timeout: {quoted}, socket_permissions: {quoted}, listen_address: {quoted}}}\n\
             ai: {{default_service: {quoted}, max_question_bytes: {quoted}, services: {{x: {{provider: custom, endpoint: {quoted}}}}}}}\n\
             databases: {{d: {{dsn: {quoted}}}}}\nperformance: {{memory: {{allocation_rate_limit: {quoted}}}}}\n"
        );
        let _ = Machine::new().load(&text);
    }
}

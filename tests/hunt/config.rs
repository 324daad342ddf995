//! The config and the environment with a secret in every place of theirs.

use std::fs;
use std::path::Path;

use crate::planted::secret;

/// What the config names.
pub struct Named<'a> {
    pub provider: &'a str,
    pub collector: &'a str,
    pub profiles: &'a str,
    pub vault: &'a str,
    pub role_id: &'a str,
    pub secret_id: &'a str,
    pub redis: &'a str,
    pub inputs: &'a Path,
    pub logs: &'a Path,
}

/// The config.
pub fn config(named: &Named) -> String {
    let Named {
        provider,
        collector,
        profiles,
        vault,
        role_id,
        secret_id,
        redis,
        ..
    } = named;
    let (inputs, logs) = (named.inputs.display(), named.logs.display());
    let service = |name: &str, kind: &str, more: &str| {
        format!(
            "    {name}:\n      provider: {kind}\n      endpoint: {provider}/{name}/v1\n      model: m\n{more}"
        )
    };
    let services = [
        service("good", "custom", &format!(
            "      api_key: {}\n      headers: {{x-team: '{}', x-other: '${{file:{inputs}/header}}', x-third: '${{TEAM_KEY}}', x-fourth: '${{UNIT_KEY}}'}}\n",
            secret("config: api_key"), secret("config: headers of a service")
        )),
        service("refusing", "custom", &format!(
            "      api_key: {}\n      headers: {{x-team: {}}}\n",
            secret("config: api_key of a service that refuses"),
            secret("config: headers of a service that refuses")
        )),
        service("streaming", "custom", &format!("      api_key: {}\n", secret("config: api_key"))),
        service("broken", "custom", &format!("      api_key: {}\n", secret("config: api_key"))),
        service("elsewhere", "custom", &format!("      api_key: {}\n", secret("config: api_key"))),
        service("parrot", "custom", &format!("      api_key: {}\n", secret("config: api_key"))),
        service("html", "ollama", &format!("      api_key: {}\n", secret("config: api_key"))),
        // Their keys come from Vault, from a folder, from the unit's credentials and from the environment.
        service("openai", "openai", ""),
        service("deepseek", "deepseek", ""),
        service("anthropic", "anthropic", ""),
        format!(
            "    proxied:\n      provider: custom\n      endpoint: https://provider.invalid/v1\n      model: m\n      \
             api_key: {}\n",
            secret("config: api_key")
        ),
    ]
    .concat();
    format!(
        "logging:\n  level: trace\n  output: file\n  components: {{ai_provider: trace, sql_generator: trace, database: trace, \
         metrics: trace, dependencies: trace}}\n  file: {{path: {logs}/plugin.log, max_size: 1MB, max_backups: 1000, compress: true}}\n\
         audit:\n  path: {logs}/audit.log\n\
         access:\n  max_failures: 30\n  jwt: {{secret: '{jwt}'}}\n  tokens:\n    operator: {{token: '{token}', scopes: [api, admin]}}\n\
         performance:\n  cache:\n    type: redis\n    redis: {{address: '{redis}', password: '{password}'}}\n\
         databases:\n  shop:\n    driver: mysql\n    dsn: 'app:{database}@tcp(db.invalid)/shop'\n    schema_ddl: CREATE TABLE users (id int, name text)\n\
         tracing: {{endpoint: '{collector}', protocol: http/protobuf, sampler: always_on, capture_content: true, batch_delay: 50ms, \
         headers: {{x-collector: '{header}'}}}}\n\
         profiling: {{continuous: {{enabled: true, interval: 10s, duration: 1s, push_url: '{profiles}', \
         push_headers: {{x-profiles: '{profiling}'}}}}}}\n\
         secrets:\n  folders: [{inputs}/mounted]\n  vault:\n    enabled: true\n    address: {vault}\n    auth_method: approle\n    \
         role_id: {role_id}\n    secret_id: {secret_id}\n    refresh_interval: 1s\n    timeout: 2s\n    mappings:\n      \
         - {{vault_path: openai/api_key, env_var: OPENAI_API_KEY}}\n\
         ai:\n  default_service: good\n  default_dialect: mysql\n  circuit_breaker: {{enabled: false}}\n  \
         fallback_order: [refusing, good]\n  retry: {{initial_delay: 1ms, max_delay: 2ms}}\n  services:\n{services}",
        jwt = secret("config: access.jwt.secret"),
        token = secret("config: access.tokens"),
        password = secret("config: redis password"),
        database = secret("config: dsn of a database"),
        header = secret("config: tracing headers"),
        profiling = secret("config: profiling headers"),
    )
}

/// The environment.
pub fn environment(proxy: &str, inputs: &Path) -> Vec<(String, String)> {
    let by_proxy = format!(
        "http://user:{}@{}",
        crate::forms::in_url(&secret("environment: HTTPS_PROXY")),
        proxy.trim_start_matches("http://")
    );
    let unit = inputs.join("unit").display().to_string();
    [
        ("ANTHROPIC_API_KEY", secret("environment: ANTHROPIC_API_KEY")),
        (
            "OPENAI_API_KEY",
            secret("environment: a key that loses to another"),
        ),
        ("TEAM_KEY", secret("environment: a variable in the config")),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            format!("x-otel={}", secret("environment: OTEL_EXPORTER_OTLP_HEADERS")),
        ),
        ("JWT_SECRET", secret("environment: JWT_SECRET")),
        (
            "ATEST_EXT_AI_ADMIN_TOKEN",
            secret("environment: ATEST_EXT_AI_ADMIN_TOKEN"),
        ),
        (
            "ATEST_EXT_AI_METRICS_TOKEN",
            secret("environment: ATEST_EXT_AI_METRICS_TOKEN"),
        ),
        ("HTTPS_PROXY", by_proxy),
        ("CREDENTIALS_DIRECTORY", unit),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The files that the config names, each with a secret in it.
pub fn write_files(folder: &Path) {
    for (name, place) in [
        ("mounted/deepseek-api-key", "a secret folder"),
        ("unit/unit-key", "CREDENTIALS_DIRECTORY"),
        ("header", "a file named in the config"),
        ("token", "--token-file"),
        ("wrong-token", "a wrong token file"),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, secret(place) + "\n").unwrap();
    }
}

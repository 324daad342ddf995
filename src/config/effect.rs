//! The one table of keys that are understood and checked, but do nothing in this version, each with its reason.

/// Of a setting that is planned.
const LATER: &str = "comes with a later version";
/// Of the Go plugin's switches for TLS.
const TLS: &str = "has no meaning here: TLS is used where an endpoint begins with https://, and \
                   `ai.services.<name>.ca_file` names authorities of one's own";

/// Key (a `*` stands for a free name, a last `**` for everything below) and the reason. The first match counts.
const NOT_IN_EFFECT: &[(&str, &str)] = &[
    (
        "plugin.name",
        "comes with a later version: atest calls the plugin by the name of its store",
    ),
    (
        "plugin.version",
        "has no meaning here: the version is the program's own (`--version`)",
    ),
    ("plugin.metadata.**", "has no meaning here: nothing reads it"),
    (
        "ai.rate_limit.window_size",
        "has no meaning here: places come back evenly, `requests_per_minute` says how fast",
    ),
    (
        "ai.cache.max_size",
        "has no meaning here: the cache is bounded in bytes, by `performance.cache.size`",
    ),
    (
        "ai.security.encrypt_credentials",
        "has no meaning here: what the page saves is in a file that only this user can read",
    ),
    ("ai.security.tls_enabled", TLS),
    ("ai.security.cert_file", TLS),
    ("ai.security.key_file", TLS),
    (
        "ai.services.*.priority",
        "has no meaning here: `ai.fallback_order` says the order",
    ),
    (
        "logging.rotation.**",
        "has no meaning here: `logging.file` says how the file is rotated",
    ),
    (
        "logging.filters",
        "has no meaning here: secrets and questions are never logged at info or above",
    ),
    (
        "performance.memory.gc_percent",
        "has no meaning here: there is no garbage collector",
    ),
    ("performance.memory.**", LATER),
    ("backup.**", LATER),
];

/// Why a setting does nothing in this version; `None` when it is in effect.
pub fn why_not(key: &str) -> Option<&'static str> {
    NOT_IN_EFFECT
        .iter()
        .find(|(pattern, _)| matches(pattern, key))
        .map(|(_, reason)| *reason)
}

/// Whether a dotted key fits a pattern; `*` in the key itself fits `*`.
pub fn matches(pattern: &str, key: &str) -> bool {
    let mut keys = key.split('.');
    for part in pattern.split('.') {
        if part == "**" {
            return keys.next().is_some();
        }
        match keys.next() {
            Some(word) if part == "*" || part == word => {}
            _ => return false,
        }
    }
    keys.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema::{Kind, Shape};

    fn leaves() -> Vec<String> {
        let mut leaves = Vec::new();
        Shape::root().walk("", &mut |key, shape| {
            if shape.kind() != Kind::Map {
                leaves.push(key.to_owned());
            }
        });
        leaves
    }

    #[test]
    fn every_entry_of_the_table_names_a_setting() {
        let leaves = leaves();
        for (pattern, _) in NOT_IN_EFFECT {
            assert!(
                leaves.iter().any(|key| matches(pattern, key)),
                "{pattern} fits no setting"
            );
        }
    }

    #[test]
    fn patterns_fit_whole_words() {
        assert!(matches("backup.**", "backup.schedule.logs"));
        assert!(!matches("backup.**", "backup"));
        assert!(!matches("backup", "backup_more"));
        assert!(matches("ai.services.*.model", "ai.services.mine.model"));
    }

    /// A setting whose type sits among those without effect must not be advertised as working.
    #[test]
    fn every_later_setting_is_in_the_table_or_another_spelling() {
        let in_effect: Vec<String> = leaves()
            .into_iter()
            .filter(|key| why_not(key).is_none())
            .collect();
        for key in &in_effect {
            let is_ours =
                crate::config::spellings::first_spelling(key).is_some() || IN_EFFECT.contains(&key.as_str());
            assert!(is_ours, "{key} is neither listed as working nor in the table");
        }
        for key in IN_EFFECT {
            assert!(
                in_effect.iter().any(|known| known == key),
                "{key} is listed as working but does not"
            );
        }
    }

    /// Written by hand: each was found to be read by the program.
    const IN_EFFECT: &[&str] = &[
        "server.host",
        "server.port",
        "server.socket_path",
        "server.default_socket",
        "server.listen_address",
        "server.allow_insecure_grpc",
        "server.tls.cert_file",
        "server.tls.key_file",
        "server.tls.client_ca_file",
        "server.tls.client_auth",
        "server.tls.min_version",
        "server.socket_permissions",
        "server.socket_owner",
        "server.socket_group",
        "server.socket_uids",
        "server.behind_proxy",
        "server.extension_proxy",
        "server.timeout",
        "server.read_timeout",
        "server.write_timeout",
        "server.max_connections",
        "server.max_requests_per_second",
        "server.shutdown_delay",
        "server.shutdown_timeout",
        "server.exit_with_parent",
        "server.state_dir",
        "access.tokens.*.token",
        "access.tokens.*.sha256",
        "access.tokens.*.scopes",
        "access.tokens.*.expires",
        "access.metrics",
        "access.jwt.secret",
        "access.jwt.jwks_file",
        "access.jwt.issuer",
        "access.jwt.audience",
        "access.jwt.leeway",
        "access.jwt.scope_claim",
        "access.session_lifetime",
        "access.max_failures",
        "access.max_failure_delay",
        "plugin.environment",
        "plugin.debug",
        "plugin.log_level",
        "ai.default_service",
        "ai.timeout",
        "ai.max_question_bytes",
        "ai.default_dialect",
        "ai.services.*.enabled",
        "ai.services.*.provider",
        "ai.services.*.endpoint",
        "ai.services.*.api_key",
        "ai.services.*.model",
        "ai.services.*.max_tokens",
        "ai.services.*.timeout",
        "ai.services.*.temperature",
        "ai.services.*.top_p",
        "ai.services.*.headers.*",
        "ai.services.*.models",
        "ai.services.*.ca_file",
        "ai.max_concurrent_requests",
        "ai.fallback_order",
        "ai.allowed_endpoints",
        "ai.stall_timeout",
        "ai.share_sample_values",
        "ai.schema_tokens",
        "ai.retry.enabled",
        "ai.retry.max_attempts",
        "ai.retry.initial_delay",
        "ai.retry.max_delay",
        "ai.retry.multiplier",
        "ai.retry.jitter",
        "ai.rate_limit.enabled",
        "ai.rate_limit.requests_per_minute",
        "ai.rate_limit.burst_size",
        "ai.circuit_breaker.enabled",
        "ai.circuit_breaker.failure_threshold",
        "ai.circuit_breaker.success_threshold",
        "ai.circuit_breaker.timeout",
        "ai.circuit_breaker.reset_timeout",
        "ai.budget.day",
        "ai.budget.month",
        "ai.budget.action",
        "ai.shared_limits",
        "ai.prices.*.input",
        "ai.prices.*.output",
        "ai.prices.*.cached_input",
        "ai.health_check_interval",
        "ai.samples",
        "ai.feedback.enabled",
        "ai.feedback.keep_text",
        "databases.*.driver",
        "databases.*.dsn",
        "databases.*.schema_ddl",
        "databases.*.schema_file",
        "databases.*.sample_values",
        "databases.*.sample_columns",
        "databases.*.aliases.*",
        "databases.*.explain",
        "databases.*.timeout",
        "databases.*.refresh_interval",
        "preview.enabled",
        "preview.max_rows",
        "preview.timeout",
        "preview.max_bytes",
        "database.enabled",
        "database.driver",
        "database.dsn",
        "logging.level",
        "logging.format",
        "logging.output",
        "logging.file.path",
        "logging.file.max_size",
        "logging.file.max_backups",
        "logging.file.max_age",
        "logging.file.compress",
        "logging.fields.*",
        "logging.components.*",
        "logging.debug_duration",
        "audit.enabled",
        "audit.path",
        "audit.max_size",
        "audit.max_backups",
        "audit.max_age",
        "audit.compress",
        "tracing.enabled",
        "tracing.endpoint",
        "tracing.traces_endpoint",
        "tracing.protocol",
        "tracing.headers.*",
        "tracing.ca_file",
        "tracing.compression",
        "tracing.timeout",
        "tracing.sampler",
        "tracing.sample_ratio",
        "tracing.keep_errors",
        "tracing.slow_threshold",
        "tracing.capture_content",
        "tracing.queue_size",
        "tracing.batch_size",
        "tracing.batch_delay",
        "tracing.service_name",
        "tracing.attributes.*",
        "profiling.continuous.enabled",
        "profiling.continuous.interval",
        "profiling.continuous.duration",
        "profiling.continuous.hertz",
        "profiling.continuous.folder",
        "profiling.continuous.max_size",
        "profiling.continuous.max_age",
        "profiling.continuous.push_url",
        "profiling.continuous.push_headers.*",
        "profiling.continuous.push_name",
        "profiling.guard.enabled",
        "profiling.guard.cpu_percent",
        "profiling.guard.memory_percent",
        "profiling.guard.for",
        "profiling.guard.cooldown",
        "reload.watch",
        "reload.debounce",
        "reload.poll_interval",
        "secrets.folders",
        "secrets.vault.enabled",
        "secrets.vault.address",
        "secrets.vault.namespace",
        "secrets.vault.ca_file",
        "secrets.vault.auth_method",
        "secrets.vault.auth_mount",
        "secrets.vault.role",
        "secrets.vault.jwt_file",
        "secrets.vault.role_id",
        "secrets.vault.secret_id",
        "secrets.vault.secret_id_file",
        "secrets.vault.token",
        "secrets.vault.token_file",
        "secrets.vault.mount_path",
        "secrets.vault.kv_version",
        "secrets.vault.mappings",
        "secrets.vault.refresh_interval",
        "secrets.vault.timeout",
        "performance.worker_threads",
        "performance.worker_pools.ai_requests.queue_size",
        "performance.worker_pools.ai_requests.timeout",
        "performance.cache.enabled",
        "performance.cache.type",
        "performance.cache.size",
        "performance.cache.ttl",
        "performance.cache.cleanup_interval",
        "performance.cache.min_confidence",
        "performance.cache.redis.address",
        "performance.cache.redis.username",
        "performance.cache.redis.password",
        "performance.cache.redis.database",
        "performance.cache.redis.pool_size",
        "performance.cache.redis.max_retries",
        "performance.cache.redis.retry_delay",
        "performance.cache.redis.timeout",
        "performance.cache.policies.sql_queries.ttl",
        "performance.cache.policies.sql_queries.max_size",
        "performance.cache.policies.schema_info.ttl",
        "performance.cache.policies.schema_info.max_size",
        "performance.connection_pools.ai_providers.max_idle_connections",
        "performance.connection_pools.ai_providers.max_active_connections",
        "performance.connection_pools.ai_providers.connection_timeout",
        "performance.connection_pools.ai_providers.idle_timeout",
        "performance.connection_pools.databases.max_idle_connections",
        "performance.connection_pools.databases.max_active_connections",
        "performance.connection_pools.databases.connection_timeout",
        "performance.connection_pools.databases.idle_timeout",
        "performance.connection_pools.databases.max_lifetime",
    ];
}

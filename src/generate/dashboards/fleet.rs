//! The fleet: which builds and configs run, and what keeps them running.

use super::overview::UP_AND_DOWN;
use super::panel::{Colour, Dashboard, Measure, Panel, Row, Word};
use super::promql::{Promql, RANGE};
use crate::generate::plan::Plan;
use crate::telemetry::catalogue::{
    AUDIT_WRITE_FAILURES, AUTH_FAILURES, BUILD_INFO, CACHE_BACKEND_UP, CONFIG_INFO,
    CONFIG_RELOAD_SUCCESS_TIME, CONFIG_RELOAD_SUCCESSFUL, CONFIG_RELOADS, CONFIG_WAITING, CONFIG_WATCH_UP,
    LOG_MESSAGES, MAINTENANCE, PROCESS_START_TIME, PROFILE_PUSH_FAILURES, PROFILES, PROFILES_FOLDER,
    PROFILES_KEPT, READY, SECRET_EXPIRY, SERIES_DROPPED, TELEMETRY_DROPPED, TELEMETRY_EXPORT_FAILURES,
    TLS_CERT_EXPIRY, TLS_HANDSHAKE_FAILURES, TRACE_SPANS, VAULT_UP,
};

const EACH: &[&str] = &["instance"];

const READINESS: [Word; 2] = [
    Word {
        value: 0,
        text: "not ready",
        colour: Colour::Red,
    },
    Word {
        value: 1,
        text: "ready",
        colour: Colour::Green,
    },
];
const IN_MAINTENANCE: [Word; 2] = [
    Word {
        value: 0,
        text: "off",
        colour: Colour::Green,
    },
    Word {
        value: 1,
        text: "on",
        colour: Colour::Blue,
    },
];
const RIGHT: [Word; 2] = [
    Word {
        value: 0,
        text: "wrong",
        colour: Colour::Red,
    },
    Word {
        value: 1,
        text: "right",
        colour: Colour::Green,
    },
];

/// The fleet.
pub fn dashboard(plan: &Plan) -> Dashboard {
    let q = Promql::new(plan, &[]);
    Dashboard {
        key: "fleet",
        title: "atest-ext-ai fleet",
        about: "Which builds and configs run, and whether what keeps them running is in order.",
        variables: &[],
        rows: vec![
            builds(&q),
            config(plan, &q),
            dependencies(plan, &q),
            telemetry(plan, &q),
            profiles(&q),
        ],
    }
}

fn builds(q: &Promql) -> Row {
    let up = format!("min by (instance) (up{{{}}})", q.scope());
    let started = q.max(&PROCESS_START_TIME, EACH, "");
    let restarts = format!(
        "sum by (instance) (changes({}[{RANGE}]))",
        q.of(&PROCESS_START_TIME, "")
    );
    let panels = vec![
        Panel::timeline(
            "Reached",
            "Whether Prometheus reaches each instance.",
            &UP_AND_DOWN,
        )
        .query(up, "{{instance}}"),
        Panel::timeline("Ready", "Whether each instance takes questions.", &READINESS)
            .query(q.min(&READY, EACH, ""), "{{instance}}"),
        Panel::lines(
            "Versions",
            Measure::Count,
            "Instances of each build. Two lines for long: a change got stuck.",
        )
        .query(
            q.count(&BUILD_INFO, &["version", "git_sha"]),
            "{{version}} {{git_sha}}",
        )
        .stacked(),
        Panel::timeline(
            "Maintenance",
            "Whether an operator has switched questions off; alerts about readiness are quiet meanwhile.",
            &IN_MAINTENANCE,
        )
        .query(q.max(&MAINTENANCE, EACH, ""), "{{instance}}")
        .wide(8)
        .high(8),
        Panel::bars(
            "Restarts",
            Measure::Count,
            "Starts of each instance in the time shown, its first one left out.",
        )
        .query(restarts, "{{instance}}")
        .wide(4)
        .coloured(Colour::Green, &[(1.0, Colour::Blue), (3.0, Colour::Red)]),
        Panel::bars(
            "Running for",
            Measure::Seconds,
            "Time since each instance started.",
        )
        .query(format!("time() - {started}"), "{{instance}}")
        .wide(4),
    ];
    Row::new("Instances", panels)
}

fn config(plan: &Plan, q: &Promql) -> Row {
    let panels = vec![
        Panel::lines("Configs", Measure::Count, "Instances with each config. Two lines for long: a change did not reach all of them.")
            .query(q.count(&CONFIG_INFO, &["hash"]), "{{hash}}")
            .stacked(),
        Panel::timeline("Last config", "Whether the config was right when it was last loaded. While it is wrong, the one before is in effect.", &RIGHT)
            .query(q.min(&CONFIG_RELOAD_SUCCESSFUL, EACH, ""), "{{instance}}")
            .wide(8)
            .high(8),
        Panel::bars("Config reloads", Measure::Count, "Times that the config was loaded again in the time shown.")
            .query(q.grown(&CONFIG_RELOADS, &["trigger", "result"], "") + " > 0", "{{trigger}} {{result}}")
            .empty_when("nobody has changed the config in the time shown"),
        Panel::bars("Config in effect since", Measure::Moment, "When the config in effect was loaded.")
            .query(format!("{} * 1000", q.max(&CONFIG_RELOAD_SUCCESS_TIME, EACH, "")), "{{instance}}"),
        Panel::lines("Settings awaiting a restart", Measure::of(&CONFIG_WAITING), "Settings whose new values take effect at the next start; GET /admin/reload names them.")
            .query(q.max(&CONFIG_WAITING, EACH, ""), "{{instance}}")
            .limit(plan, "AtestAiRestartForgotten"),
        Panel::timeline("Config watch", "Whether the system tells of changed files; while down, changes arrive late.", &UP_AND_DOWN)
            .query(q.min(&CONFIG_WATCH_UP, EACH, ""), "{{instance}}")
            .wide(8)
            .high(8),
    ];
    Row::new("Config", panels)
}

fn dependencies(plan: &Plan, q: &Promql) -> Row {
    let certificates = format!("{} - time()", q.min(&TLS_CERT_EXPIRY, &["name"], ""));
    let secrets = format!("{} - time()", q.min(&SECRET_EXPIRY, &["name"], ""));
    let panels = vec![
        Panel::bars(
            "Certificates",
            Measure::Seconds,
            "Time until the certificate of the listeners, and the authorities of clients, end.",
        )
        .query(certificates, "{{name}}")
        .limit(plan, "AtestAiCertificateExpiring")
        .limit(plan, "AtestAiCertificateExpiringSoon")
        .wide(6)
        .empty_when("no certificate is configured (`server.tls`)"),
        Panel::bars(
            "Secrets",
            Measure::Seconds,
            "Time until secrets of Vault, and the sign-in there, end.",
        )
        .query(secrets, "{{name}}")
        .limit(plan, "AtestAiSecretExpiring")
        .wide(6)
        .empty_when("no secret that ends comes from Vault"),
        Panel::timeline("Vault", "Whether Vault can be asked for secrets.", &UP_AND_DOWN)
            .query(q.min(&VAULT_UP, EACH, ""), "{{instance}}")
            .wide(6)
            .high(8)
            .empty_when("Vault is not configured"),
        Panel::timeline(
            "Where answers are kept",
            "Whether answers are kept there: while Redis is down, in memory alone.",
            &UP_AND_DOWN,
        )
        .query(
            q.min(&CACHE_BACKEND_UP, &["instance", "backend"], ""),
            "{{instance}} {{backend}}",
        )
        .wide(6)
        .high(8),
    ];
    Row::new("What it depends on", panels)
}

fn telemetry(plan: &Plan, q: &Promql) -> Row {
    let panels = vec![
        Panel::lines("Log lines", Measure::PerSecond, "Log lines by level.")
            .query(q.rate(&LOG_MESSAGES, &["level"], ""), "{{level}}")
            .stacked(),
        Panel::lines("Spans", Measure::PerSecond, "Spans that ended and were to be sent, and those that a collector has taken. Both are 0 while traces are off.")
            .query(q.rate(&TRACE_SPANS, &["state"], ""), "{{state}}"),
        Panel::lines("Telemetry lost", Measure::PerSecond, "Spans and log lines that were lost: gaps in traces and logs.")
            .query(q.rate(&TELEMETRY_DROPPED, &["signal"], ""), "{{signal}}"),
        Panel::lines("Failed exports", Measure::PerSecond, "Batches of spans that could not be sent.")
            .query(q.rate(&TELEMETRY_EXPORT_FAILURES, &["signal"], ""), "{{signal}}")
            .limit(plan, "AtestAiTelemetryExportFailing"),
        Panel::lines("Audit lines lost", Measure::PerSecond, "Lines of the audit log that could not be written: actions that nobody can look up later.")
            .query(q.rate(&AUDIT_WRITE_FAILURES, EACH, ""), "{{instance}}"),
        Panel::lines("Callers refused", Measure::PerSecond, "HTTP callers without a good token, by reason: somebody who guesses, or a client with an old one.")
            .query(q.rate(&AUTH_FAILURES, &["reason"], ""), "{{reason}}"),
        Panel::bars("Series dropped", Measure::Count, "Values that were counted as `other`, or not at all, in the time shown: a provider or model to put into the config, or too many of them.")
            .query(q.grown(&SERIES_DROPPED, &["metric"], ""), "{{metric}}")
            .wide(8),
        Panel::lines("TLS handshakes failed", Measure::PerSecond, "Clients that cannot come in, by reason; after a change of certificates above all.")
            .query(q.rate(&TLS_HANDSHAKE_FAILURES, &["reason"], ""), "{{reason}}"),
    ];
    Row::new("Telemetry", panels)
}

fn profiles(q: &Promql) -> Row {
    let panels = vec![
        Panel::bars("Profiles", Measure::Count, "Profiles that somebody asked for in the time shown, by what became of them.")
            .query(q.grown(&PROFILES, &["profile", "outcome"], "") + " > 0", "{{profile}} {{outcome}}")
            .wide(6)
            .empty_when("nobody has asked for a profile in the time shown"),
        Panel::bars("Profiles kept", Measure::Count, "Profiles that were taken at intervals or by the guard in the time shown: an incident leaves some behind.")
            .query(q.grown(&PROFILES_KEPT, &["cause", "place"], ""), "{{cause}} {{place}}")
            .wide(6),
        Panel::lines("Profiles not taken by the server", Measure::PerSecond, "Profiles that the server did not accept; they go into the folder.")
            .query(q.rate(&PROFILE_PUSH_FAILURES, EACH, ""), "{{instance}}")
            .wide(6),
        Panel::lines("Folder of profiles", Measure::of(&PROFILES_FOLDER), "Size of the profiles that are kept.")
            .query(q.max(&PROFILES_FOLDER, EACH, ""), "{{instance}}")
            .wide(6),
    ];
    Row::new("Profiles", panels).collapsed()
}

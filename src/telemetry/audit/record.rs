//! One line of the audit log.

use std::fmt;
use std::net::SocketAddr;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::telemetry::trace::SpanIds;

/// Everything that is audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The plugin takes questions.
    PluginStart,
    /// It has stopped.
    PluginStop,
    /// A caller was turned away, because it is not one of those who may.
    AuthenticationFailure,
    /// Somebody signed in with a browser.
    SignIn,
    /// Somebody signed out.
    SignOut,
    /// Questions were switched off.
    MaintenanceOn,
    /// Questions were switched on again.
    MaintenanceOff,
    /// The caches were emptied.
    CacheClear,
    /// Other log levels are in effect.
    LogLevelChange,
    /// Settings were changed by the page.
    ConfigChange,
    /// Rows of a database were to be shown.
    DataPreview,
    /// The config was loaded again.
    ConfigReload,
    /// A secret was taken into use.
    SecretRead,
    /// Secrets have other values.
    SecretChange,
    /// Lines of this log were lost.
    AuditGap,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was not allowed, or not valid.
    Refused,
    /// It was tried, and did not come to its end.
    Failed,
}

/// Which way it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The HTTP listener.
    Http,
    /// A gRPC listener.
    Grpc,
    /// A signal to the process.
    Signal,
    /// The plugin itself: its start, its end, its clock.
    #[default]
    Plugin,
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// An address with its port.
    Address(SocketAddr),
    /// A process of this machine, behind a Unix socket.
    Process {
        /// Its user.
        user: u32,
        /// Its number; not every system tells it.
        id: Option<i32>,
    },
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Address(address) => write!(f, "{address}"),
            Peer::Process { user, id: None } => write!(f, "user {user}"),
            Peer::Process { user, id: Some(id) } => write!(f, "user {user} process {id}"),
        }
    }
}

impl Serialize for Peer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Actor {
    /// Which way it came.
    pub door: Door,
    /// The other end, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<Peer>,
    /// The name of the token that it showed, or the subject of a signed one; none for who is let in without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<String>,
}

impl Actor {
    /// The plugin itself.
    pub const PLUGIN: Actor = Actor {
        door: Door::Plugin,
        peer: None,
        signed_in: None,
    };
    /// Whoever sent a signal; the system does not say who.
    pub const SIGNAL: Actor = Actor {
        door: Door::Signal,
        peer: None,
        signed_in: None,
    };
}

/// What happened. Neither `target` nor `details` may hold a value of a setting, a question or a header.
#[derive(Debug)]
pub struct Record<'a> {
    /// What.
    pub event: Event,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it.
    pub actor: &'a Actor,
    /// To what: a path, a setting.
    pub target: &'a str,
    /// More, by name; null when there is no more.
    pub details: Value,
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    event: Event,
    outcome: Outcome,
    actor: &'a Actor,
    target: &'a str,
    #[serde(skip_serializing_if = "Value::is_null")]
    details: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
}

impl Record<'_> {
    /// The line with its line feed. JSON escapes whatever could end a line.
    pub(super) fn line(&self, now: Timestamp, ids: Option<SpanIds>) -> String {
        let line = Line {
            timestamp: format!("{now:.6}"),
            event: self.event,
            outcome: self.outcome,
            actor: self.actor,
            target: self.target,
            details: &self.details,
            trace_id: ids.map(|ids| ids.trace_id().to_string()),
            span_id: ids.map(|ids| ids.span_id().to_string()),
        };
        let mut text = serde_json::to_string(&line).expect("a line has nothing that JSON could not hold");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_when_what_who_and_to_what() {
        let actor = Actor {
            door: Door::Http,
            peer: Some(Peer::Address("127.0.0.1:40000".parse().unwrap())),
            signed_in: None,
        };
        let record = Record {
            event: Event::AuthenticationFailure,
            outcome: Outcome::Refused,
            actor: &actor,
            target: "/admin/cache",
            details: json!({"reason": "a\nb"}),
        };
        let now: Timestamp = "2026-11-24T17:23:45.123456789Z".parse().unwrap();
        let ids = SpanIds {
            trace: 0xab,
            span: 0xc,
        };
        assert_eq!(
            record.line(now, Some(ids)),
            "{\"timestamp\":\"2026-11-24T17:23:45.123456Z\",\"event\":\"authentication_failure\",\"outcome\":\"refused\",\
             \"actor\":{\"door\":\"http\",\"peer\":\"127.0.0.1:40000\"},\"target\":\"/admin/cache\",\
             \"details\":{\"reason\":\"a\\nb\"},\"trace_id\":\"000000000000000000000000000000ab\",\
             \"span_id\":\"000000000000000c\"}\n"
        );
        let bare = Record {
            event: Event::PluginStart,
            outcome: Outcome::Success,
            actor: &Actor::PLUGIN,
            target: "plugin",
            details: Value::Null,
        };
        assert_eq!(
            bare.line(now, None),
            "{\"timestamp\":\"2026-11-24T17:23:45.123456Z\",\"event\":\"plugin_start\",\"outcome\":\"success\",\
             \"actor\":{\"door\":\"plugin\"},\"target\":\"plugin\"}\n"
        );
    }
}

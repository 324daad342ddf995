//! `receivers`: who is told, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::units::Time;

/// Who is told, by how urgent it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Receivers {
    /// Gets whatever no other receiver gets.
    pub default: Receiver,
    /// Gets what is critical. Empty: `default` gets it.
    pub critical: Receiver,
    /// Gets what is a warning. Empty: `default` gets it.
    pub warning: Receiver,
    /// Gets the sign of life that must never end: a service that calls somebody when it does.
    pub dead_man: Receiver,
    /// Times in which warnings are not told, and neither is what is less urgent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub maintenance: Vec<Maintenance>,
    /// How soon, and how often.
    pub timing: Timing,
}

/// A time of the week in which people work on the system.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Maintenance {
    /// Days, or ranges of them: `saturday`, `monday:friday`. Empty: each day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    /// Hours, like `22:00-24:00`; midnight ends a day, so a night has two of them. Empty: all day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<String>,
    /// Days of the month, or ranges of them: `1`, `1:7`, `-1` for the last. Empty: each day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days_of_month: Vec<String>,
    /// The time zone, like `Europe/Berlin`. Empty: UTC.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub location: String,
}

/// How soon receivers are told, and how often again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Timing {
    /// How long others of the same kind are waited for, before the first message.
    #[schemars(extend("x-max" = "1h"))]
    pub group_wait: Time,
    /// How long until a message about further ones.
    #[schemars(extend("x-min" = "1s", "x-max" = "1d"))]
    pub group_interval: Time,
    /// How long until what still holds is told again.
    #[schemars(extend("x-min" = "1s", "x-max" = "30d"))]
    pub repeat_interval: Time,
    /// The same for what is critical.
    #[schemars(extend("x-min" = "1s", "x-max" = "30d"))]
    pub critical_repeat_interval: Time,
    /// How often the sign of life is sent.
    #[schemars(extend("x-min" = "1s", "x-max" = "1h"))]
    pub dead_man_interval: Time,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            group_wait: Time::of_seconds(30),
            group_interval: Time::of_seconds(5 * 60),
            repeat_interval: Time::of_seconds(4 * 3_600),
            critical_repeat_interval: Time::of_seconds(3_600),
            dead_man_interval: Time::of_seconds(5 * 60),
        }
    }
}

/// One who is told, by any number of ways.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Receiver {
    /// By e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// In Slack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slack: Option<Slack>,
    /// Through a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Webhook>,
    /// By PagerDuty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pagerduty: Option<PagerDuty>,
}

impl Receiver {
    /// Whether there is no way to tell them.
    pub fn is_empty(&self) -> bool {
        *self == Receiver::default()
    }
}

/// By e-mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Email {
    /// To whom; several with commas between them.
    pub to: String,
    /// From whom.
    pub from: String,
    /// `host:port` of the mail server.
    pub smarthost: String,
    /// The user there. Empty: none.
    pub user: String,
    /// The file with the user's password.
    pub password_file: String,
    /// Whether the mail server must speak TLS.
    pub require_tls: bool,
}

impl Default for Email {
    fn default() -> Email {
        Email {
            to: String::new(),
            from: String::new(),
            smarthost: String::new(),
            user: String::new(),
            password_file: String::new(),
            require_tls: true,
        }
    }
}

/// In Slack.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Slack {
    /// The channel, with `#`.
    pub channel: String,
    /// The file with the webhook's address, which is a secret.
    pub api_url_file: String,
}

/// Through a webhook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Webhook {
    /// The address. One that holds a secret belongs into `urlFile`.
    pub url: String,
    /// The file with the address. Alertmanager reads it from version 0.26 on.
    pub url_file: String,
    /// The file with a bearer token.
    pub token_file: String,
}

/// By PagerDuty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct PagerDuty {
    /// The file with the integration key.
    pub routing_key_file: String,
}

//! `receivers`: who is told, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is told, by how urgent it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Receivers {
    /// Gets whatever no other receiver gets.
    pub default: Receiver,
    /// Gets what is critical.
    pub critical: Receiver,
    /// Gets what is a warning. Empty: `default` gets it.
    pub warning: Receiver,
    /// Gets the sign of life that must never end.
    pub dead_man: Receiver,
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

/// By e-mail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Email {
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// `host:port` of the mail server.
    pub smarthost: String,
    /// The user there. Empty: none.
    pub user: String,
    /// The file with the user's password.
    pub password_file: String,
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
    /// The file with the address.
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

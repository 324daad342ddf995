//! Those who are told, and by which way.

use std::collections::BTreeMap;

use serde::Serialize;

use super::DEAD_MAN;
use super::routes::{CRITICAL, DEADMAN, DEFAULT, NOBODY, WARNING};
use crate::generate::plan::Plan;
use crate::generate::values::{self, Receiver};

/// A receiver. One without any way is valid, and told nothing.
#[derive(Debug, Serialize, Default)]
pub(super) struct Told {
    name: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    email_configs: Vec<Email>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slack_configs: Vec<Slack>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    webhook_configs: Vec<Webhook>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pagerduty_configs: Vec<PagerDuty>,
}

#[derive(Debug, Serialize)]
struct Email {
    to: String,
    from: String,
    smarthost: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_password_file: Option<String>,
    require_tls: bool,
    headers: BTreeMap<&'static str, String>,
    text: String,
    html: String,
    send_resolved: bool,
}

#[derive(Debug, Serialize)]
struct Slack {
    api_url_file: String,
    channel: String,
    title: String,
    title_link: String,
    text: String,
    fallback: String,
    color: String,
    actions: Vec<Action>,
    send_resolved: bool,
}

#[derive(Debug, Serialize)]
struct Action {
    r#type: &'static str,
    text: &'static str,
    url: String,
}

#[derive(Debug, Serialize)]
struct Webhook {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_config: Option<Http>,
    send_resolved: bool,
}

#[derive(Debug, Serialize)]
struct Http {
    authorization: Authorization,
}

#[derive(Debug, Serialize)]
struct Authorization {
    r#type: &'static str,
    credentials_file: String,
}

#[derive(Debug, Serialize)]
struct PagerDuty {
    routing_key_file: String,
    client: &'static str,
    client_url: String,
    description: String,
    severity: String,
    class: String,
    component: String,
    group: String,
    links: Vec<Link>,
    send_resolved: bool,
}

#[derive(Debug, Serialize)]
struct Link {
    href: String,
    text: &'static str,
}

/// All of them: those that a route names.
pub(super) fn all(plan: &Plan) -> Vec<Told> {
    let receivers = &plan.values.receivers;
    let mut all = vec![told(plan, DEFAULT, &receivers.default)];
    for (name, receiver) in [(CRITICAL, &receivers.critical), (WARNING, &receivers.warning)] {
        if !receiver.is_empty() {
            all.push(told(plan, name, receiver));
        }
    }
    if plan.alert(DEAD_MAN).is_some() {
        all.push(told(plan, DEADMAN, &receivers.dead_man));
    }
    all.push(Told {
        name: NOBODY,
        ..Told::default()
    });
    all
}

fn told(plan: &Plan, name: &'static str, receiver: &Receiver) -> Told {
    // That the sign of life has ended must not look like one.
    let send_resolved = name != DEADMAN;
    Told {
        name,
        email_configs: receiver
            .email
            .iter()
            .map(|way| email(way, send_resolved))
            .collect(),
        slack_configs: receiver
            .slack
            .iter()
            .map(|way| slack(plan, way, send_resolved))
            .collect(),
        webhook_configs: receiver
            .webhook
            .iter()
            .map(|way| webhook(way, send_resolved))
            .collect(),
        pagerduty_configs: receiver
            .pagerduty
            .iter()
            .map(|way| pagerduty(plan, way, send_resolved))
            .collect(),
    }
}

/// What a template of `templates/atest-ai.tmpl` says.
fn template(name: &str) -> String {
    format!("{{{{ template \"atest_ai.{name}\" . }}}}")
}

fn given(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn email(way: &values::Email, send_resolved: bool) -> Email {
    Email {
        to: way.to.clone(),
        from: way.from.clone(),
        smarthost: way.smarthost.clone(),
        auth_username: given(&way.user),
        auth_password_file: given(&way.password_file),
        require_tls: way.require_tls,
        headers: BTreeMap::from([("Subject", template("title"))]),
        text: template("text"),
        html: template("html"),
        send_resolved,
    }
}

/// What people do next: titles, and templates of the addresses. Slack and PagerDuty take no empty address, so a link that not
/// every alert has is left out.
fn links(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut links = vec![("Runbook", template("runbook"))];
    if !plan.values.alert_defaults.dashboard_base.is_empty() {
        links.push(("Dashboard", template("dashboard")));
    }
    links.push(("Silence", template("silence")));
    links
}

fn slack(plan: &Plan, way: &values::Slack, send_resolved: bool) -> Slack {
    let actions = links(plan).into_iter().map(|(text, url)| Action {
        r#type: "button",
        text,
        url,
    });
    Slack {
        api_url_file: way.api_url_file.clone(),
        channel: way.channel.clone(),
        title: template("title"),
        title_link: template("source"),
        text: template("slack"),
        fallback: template("title"),
        color: template("colour"),
        actions: actions.collect(),
        send_resolved,
    }
}

fn webhook(way: &values::Webhook, send_resolved: bool) -> Webhook {
    Webhook {
        url: given(&way.url),
        url_file: given(&way.url_file),
        http_config: given(&way.token_file).map(|credentials_file| Http {
            authorization: Authorization {
                r#type: "Bearer",
                credentials_file,
            },
        }),
        send_resolved,
    }
}

fn pagerduty(plan: &Plan, way: &values::PagerDuty, send_resolved: bool) -> PagerDuty {
    let links = links(plan).into_iter().map(|(text, href)| Link { href, text });
    PagerDuty {
        routing_key_file: way.routing_key_file.clone(),
        client: "Alertmanager",
        client_url: template("source"),
        description: template("title"),
        severity: template("pagerduty_severity"),
        class: "{{ .GroupLabels.alertname }}".to_owned(),
        component: "{{ .CommonLabels.component }}".to_owned(),
        group: "{{ .CommonLabels.job }}".to_owned(),
        links: links.collect(),
        send_resolved,
    }
}

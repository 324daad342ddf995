//! What is wrong with the values for receivers.

use super::intervals;
use crate::config::Problems;
use crate::generate::plan::Plan;
use crate::generate::prometheus::Address;
use crate::generate::values::{Email, Maintenance, PagerDuty, Slack, Webhook};

/// Days as Alertmanager names them.
const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];

/// Adds what is wrong.
pub(super) fn problems(plan: &Plan, problems: &mut Problems) {
    let receivers = &plan.values.receivers;
    let mut found = Found { plan, problems };
    for (name, receiver) in [
        ("default", &receivers.default),
        ("critical", &receivers.critical),
        ("warning", &receivers.warning),
        ("deadMan", &receivers.dead_man),
    ] {
        let key = |way: &str| format!("receivers.{name}.{way}");
        if let Some(way) = &receiver.email {
            email(way, &key("email"), &mut found);
        }
        if let Some(way) = &receiver.slack {
            slack(way, &key("slack"), &mut found);
        }
        if let Some(way) = &receiver.webhook {
            webhook(way, &key("webhook"), &mut found);
        }
        if let Some(way) = &receiver.pagerduty {
            pagerduty(way, &key("pagerduty"), &mut found);
        }
    }
    for one in &receivers.maintenance {
        maintenance(one, &mut found);
    }
    let timing = &receivers.timing;
    if timing.repeat_interval.0 < timing.group_interval.0 {
        found.add(
            "receivers.timing",
            "repeatInterval",
            "is shorter than groupInterval, at which messages are looked at",
            "make it a multiple of groupInterval",
        );
    }
}

struct Found<'a> {
    plan: &'a Plan,
    problems: &'a mut Problems,
}

impl Found<'_> {
    fn add(&mut self, way: &str, key: &str, what: &str, to_do: &str) {
        let key = format!("{way}.{key}");
        self.problems
            .add(&self.plan.place(&key), key, what)
            .suggest(to_do);
    }

    /// A file must be named by its whole path: Alertmanager looks for others from its config's folder, which is another one
    /// on its machine than here.
    fn file(&mut self, way: &str, key: &str, path: &str) {
        if !path.is_empty() && !path.starts_with('/') {
            let what = format!("{path:?} is not the whole path of a file");
            self.add(way, key, &what, "name the file on Alertmanager's machine, from /");
        }
    }
}

fn email(email: &Email, way: &str, found: &mut Found<'_>) {
    for (key, text) in [("to", &email.to), ("from", &email.from)] {
        if text.is_empty() {
            found.add(way, key, "is missing", "give an address like ops@example.org");
        } else if !text.split(',').all(|one| is_mail_address(one.trim())) {
            let what = format!("{text:?} is not an e-mail address");
            found.add(way, key, &what, "write it like ops@example.org");
        }
    }
    if email.smarthost.is_empty() {
        found.add(
            way,
            "smarthost",
            "is missing",
            "name the mail server, like mail.example.org:587",
        );
    } else if let Err(what) = Address::parse(&email.smarthost) {
        let what = format!("{:?} {what}", email.smarthost);
        found.add(way, "smarthost", &what, "write it like mail.example.org:587");
    }
    if email.user.is_empty() != email.password_file.is_empty() {
        let missing = if email.user.is_empty() {
            "user"
        } else {
            "passwordFile"
        };
        found.add(
            way,
            missing,
            "is missing",
            "give both a user and the file with the password, or neither",
        );
    }
    found.file(way, "passwordFile", &email.password_file);
}

/// `name@domain`, or `Words <name@domain>`.
fn is_mail_address(text: &str) -> bool {
    let bare = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or(""),
        None => text,
    };
    let Some((name, domain)) = bare.split_once('@') else {
        return false;
    };
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@<>,;".contains(c));
    is_plain(name) && is_plain(domain)
}

fn slack(slack: &Slack, way: &str, found: &mut Found<'_>) {
    if slack.channel.is_empty() {
        found.add(way, "channel", "is missing", "name the channel, like \"#ops\"");
    } else if slack.channel.contains(char::is_whitespace) {
        let what = format!("{:?} is not a channel", slack.channel);
        found.add(way, "channel", &what, "write it like \"#ops\"");
    }
    if slack.api_url_file.is_empty() {
        let to_do = "put the webhook's address into a file on Alertmanager's machine, and name that file";
        found.add(way, "apiUrlFile", "is missing", to_do);
    } else if slack.api_url_file.contains("://") {
        // Not shown: it is the secret itself.
        found.add(
            way,
            "apiUrlFile",
            "is an address, where a file is asked for; whoever knows the address can write to the channel",
            "put the address into a file on Alertmanager's machine, and name that file",
        );
    } else {
        found.file(way, "apiUrlFile", &slack.api_url_file);
    }
}

fn webhook(webhook: &Webhook, way: &str, found: &mut Found<'_>) {
    match (webhook.url.is_empty(), webhook.url_file.is_empty()) {
        (true, true) => found.add(
            way,
            "url",
            "is missing",
            "give url, or urlFile where the address is a secret",
        ),
        (false, false) => found.add(way, "url", "is given as well as urlFile", "keep one of the two"),
        (true, false) => found.file(way, "urlFile", &webhook.url_file),
        (false, true) => address(&webhook.url, way, found),
    }
    found.file(way, "tokenFile", &webhook.token_file);
}

/// The address itself is not shown, because what is wrong with it may be a secret in it.
fn address(url: &str, way: &str, found: &mut Found<'_>) {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let Some(rest) = rest else {
        found.add(
            way,
            "url",
            "is not an http or https URL",
            "write it like https://hooks.example.org/atest",
        );
        return;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    if host.contains('@') {
        let to_do =
            "put the whole address into a file, and name it as urlFile; or give a bearer token by tokenFile";
        found.add(way, "url", "holds a user or a password", to_do);
    } else if host.is_empty() || host.starts_with(':') || url.contains(char::is_whitespace) {
        found.add(
            way,
            "url",
            "names no host",
            "write it like https://hooks.example.org/atest",
        );
    } else if has_secret(rest) {
        let to_do = "put the whole address into a file, and name it as urlFile";
        found.add(
            way,
            "url",
            "seems to hold a token, and generated files must not",
            to_do,
        );
    }
}

/// A parameter that is called like a secret, or a part of the path that nobody could have made up: Slack's, Discord's, Teams'
/// and healthchecks.io's addresses are secrets as a whole.
fn has_secret(rest: &str) -> bool {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let named = query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or("").to_ascii_lowercase();
        ["token", "key", "secret", "password", "sig", "auth", "code"]
            .iter()
            .any(|word| name.contains(word))
    });
    let random = path.split('/').skip(1).any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() >= 20
            && digits >= 3
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    });
    named || random
}

fn pagerduty(pagerduty: &PagerDuty, way: &str, found: &mut Found<'_>) {
    if pagerduty.routing_key_file.is_empty() {
        let to_do = "put the integration key into a file on Alertmanager's machine, and name that file";
        found.add(way, "routingKeyFile", "is missing", to_do);
    }
    found.file(way, "routingKeyFile", &pagerduty.routing_key_file);
}

fn maintenance(one: &Maintenance, found: &mut Found<'_>) {
    let way = "receivers.maintenance";
    if *one == Maintenance::default() {
        found.add(
            way,
            "times",
            "is missing",
            "an entry without weekdays, days or times would be always",
        );
    }
    for days in &one.weekdays {
        let known = |day: &str| WEEKDAYS.iter().position(|known| known.eq_ignore_ascii_case(day));
        let is_good = match days.split_once(':') {
            Some((first, last)) => {
                matches!((known(first), known(last)), (Some(first), Some(last)) if first <= last)
            }
            None => known(days).is_some(),
        };
        if !is_good {
            let what =
                format!("{days:?} is not a day of the week, nor a range of them within a week from sunday");
            found.add(way, "weekdays", &what, "write it like saturday, or monday:friday");
        }
    }
    for days in &one.days_of_month {
        let day = |text: &str| {
            text.parse::<i8>()
                .ok()
                .filter(|day| *day != 0 && (-31..=31).contains(day))
        };
        let is_good = match days.split_once(':') {
            Some((first, last)) => {
                matches!((day(first), day(last)), (Some(first), Some(last)) if first <= last && (first < 0) == (last < 0))
            }
            None => day(days).is_some(),
        };
        if !is_good {
            let what = format!("{days:?} is not a day of the month, nor a range of them");
            found.add(
                way,
                "daysOfMonth",
                &what,
                "write it like \"1:7\", or \"-1\" for the last day",
            );
        }
    }
    for text in &one.times {
        if let Err(what) = intervals::span(text) {
            found.add(way, "times", &what, "write it like 22:00-24:00");
        }
    }
    let is_zone = |letter: char| letter.is_ascii_alphanumeric() || "/_+-".contains(letter);
    if !one.location.chars().all(is_zone) {
        let what = format!("{:?} is not a time zone", one.location);
        found.add(way, "location", &what, "write it like Europe/Berlin");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_told_from_others() {
        for good in ["ops@example.org", "Ops Team <ops@example.org>", "ops@localhost"] {
            assert!(is_mail_address(good), "{good}");
        }
        for wrong in ["", "ops", "@example.org", "ops@", "a b@c", "Ops <ops@example.org"] {
            assert!(!is_mail_address(wrong), "{wrong}");
        }
    }

    #[test]
    fn addresses_that_are_secrets_are_told_from_others() {
        for good in [
            "127.0.0.1:9400/hook",
            "hooks.example.org/atest/alerts?team=qa",
            "hooks.example.org/the-receiver-of-all-the-alerts",
        ] {
            assert!(!has_secret(good), "{good}");
        }
        for secret in [
            "hooks.slack.com/services/T00000000/B00000000/AbCdEf0123456789AbCdEf01",
            "hc-ping.com/5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278",
            "example.org/hook?token=x",
            "example.org/hook?api_key=x",
        ] {
            assert!(has_secret(secret), "{secret}");
        }
    }
}

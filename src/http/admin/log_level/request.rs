//! Reading a change of log levels: JSON, or a form that a person can type.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Deserialize;

use crate::config::units::Time;
use crate::config::{LOG_COMPONENTS, LogLevel};
use crate::telemetry::logs::LevelChange;

/// What is wrong with it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum Problem {
    /// Neither form.
    #[error(
        "{0}; send {{\"level\": \"debug\", \"components\": {{\"provider\": \"trace\"}}, \"for\": \"10m\"}}, or \
         level=debug&provider=trace&for=10m: each part may be left out, but not all"
    )]
    Form(String),
    /// A level that there is not.
    #[error("there is no log level {0:?}; there are error, warn, info, debug, trace")]
    Level(String),
    /// A component that there is not.
    #[error("there is no component {0:?}; there are {known}", known = LOG_COMPONENTS.join(", "))]
    Component(String),
    /// A time that is none.
    #[error("for: {0}; 0 is until it is changed back")]
    Time(String),
}

impl Problem {
    /// 400 for what cannot be read, 422 for what is not known.
    pub(in crate::http) fn status(&self) -> StatusCode {
        match self {
            Problem::Form(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    level: Option<String>,
    components: BTreeMap<String, String>,
    r#for: Option<String>,
}

/// Reads either form. The content type says nothing: curl calls everything a form. A web page cannot send a PUT to another
/// origin without asking first, so a form is as safe as JSON.
pub(in crate::http) fn parse(body: &[u8]) -> Result<LevelChange, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::Form("the body is not UTF-8 text".into()))?;
    let text = text.trim();
    let written = if text.starts_with('{') {
        serde_json::from_str(text)
            .map_err(|error| Problem::Form(format!("the JSON cannot be used: {error}")))?
    } else {
        form(text)?
    };
    change(written)
}

fn form(text: &str) -> Result<Written, Problem> {
    let mut written = Written::default();
    let parts = text.split(|letter: char| letter == '&' || letter.is_whitespace());
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or(("level", part));
        let before = match name {
            "level" => written.level.replace(value.into()),
            "for" => written.r#for.replace(value.into()),
            component => written.components.insert(component.into(), value.into()),
        };
        if before.is_some() {
            return Err(Problem::Form(format!("{name:?} is given twice")));
        }
    }
    Ok(written)
}

fn change(written: Written) -> Result<LevelChange, Problem> {
    let level = |word: String| LogLevel::parse(&word).ok_or(Problem::Level(word));
    let time = |text: String| Time::parse(&text).map(|time| time.0).map_err(Problem::Time);
    if written.level.is_none() && written.components.is_empty() {
        return Err(Problem::Form("neither a level nor a component is given".into()));
    }
    let unknown = |name: &&String| !LOG_COMPONENTS.contains(&name.as_str());
    if let Some(name) = written.components.keys().find(unknown) {
        return Err(Problem::Component(name.clone()));
    }
    let components = written.components.into_iter();
    Ok(LevelChange {
        level: written.level.map(level).transpose()?,
        components: components
            .map(|(name, word)| Ok((name, level(word)?)))
            .collect::<Result<_, _>>()?,
        time: written.r#for.map(time).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        for body in [
            r#"{"level": "debug", "components": {"provider": "trace"}, "for": "10m"}"#,
            "level=debug&provider=trace&for=10m",
            "DEBUG provider=trace\nfor=600s\n",
        ] {
            let change = parse(body.as_bytes()).unwrap();
            assert_eq!(change.level, Some(LogLevel::Debug), "{body}");
            assert_eq!(change.components["provider"], LogLevel::Trace, "{body}");
            assert_eq!(change.time, Some(Duration::from_secs(600)), "{body}");
        }
        let one = parse(b"database=trace").unwrap();
        assert_eq!((one.level, one.components.len(), one.time), (None, 1, None));
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_can() {
        for (body, status, part) in [
            ("", 400, "neither a level"),
            ("{}", 400, "neither a level"),
            ("for=10m", 400, "neither a level"),
            ("{\"lvl\": \"debug\"}", 400, "unknown field `lvl`"),
            ("{\"level\": ", 400, "JSON"),
            ("level=debug&level=info", 400, "twice"),
            ("loud", 422, "error, warn, info, debug, trace"),
            ("provider=loud", 422, "error, warn, info, debug, trace"),
            ("provder=debug", 422, "ai_provider, sql_generator"),
            ("debug for=ten", 422, "not a length of time"),
            ("debug for=10", 422, "10s for seconds"),
        ] {
            let problem = parse(body.as_bytes()).unwrap_err();
            assert_eq!(problem.status().as_u16(), status, "{body}");
            assert!(problem.to_string().contains(part), "{body}: {problem}");
        }
        assert!(parse(b"\xff").is_err());
    }
}

//! What a request for a profile asks for.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use profiling::cpu;

use crate::telemetry::profiles::{Ask, ProfileName};

/// A request that is within all bounds.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) ask: Ask,
    pub(super) format: Format,
}

/// How the profile is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// For `go tool pprof`, or `go tool trace`.
    Usual,
    /// For <https://ui.perfetto.dev>.
    Perfetto,
    /// For people; with each task of its own, where there are any.
    Text {
        /// Whether they are.
        each: bool,
    },
    /// The lines that a flame graph is made from, of this value.
    Folded(&'static str),
    /// A flame graph of this value.
    Svg(&'static str),
}

impl Asked {
    /// Reads the query string. Parameters that mean nothing here are left alone, as Go does: tools send some.
    pub(super) fn read(name: ProfileName, query: &str) -> Result<Asked, String> {
        let mut asked = Asked {
            ask: Ask {
                name,
                duration: name.usual_duration(),
                hertz: cpu::DEFAULT_HERTZ,
            },
            format: Format::Usual,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode_str(value).decode_utf8_lossy();
            match key {
                "seconds" => asked.ask.duration = seconds(name, &value)?,
                "hz" | "frequency" => asked.ask.hertz = hertz(key, &value)?,
                "format" => asked.format = format(name, &value)?,
                "debug" => match value.parse::<u8>() {
                    Ok(0) => {}
                    Ok(detail) => asked.format = text(name, detail > 1)?,
                    Err(_) => return Err("debug is 0, 1 or 2".to_owned()),
                },
                _ => {}
            }
        }
        Ok(asked)
    }
}

fn seconds(name: ProfileName, value: &str) -> Result<Duration, String> {
    let (least, most) = (*cpu::SECONDS.start(), *cpu::SECONDS.end());
    if !matches!(name, ProfileName::Cpu | ProfileName::Execution) {
        return Err(format!(
            "{} tells of one moment and takes no seconds; to see a change, take two and let `go tool pprof -base` compare them",
            name.word()
        ));
    }
    let seconds = value
        .parse::<f64>()
        .ok()
        .filter(|seconds| (least as f64..=most as f64).contains(seconds));
    match seconds {
        Some(seconds) => Ok(Duration::from_secs_f64(seconds)),
        None => Err(format!("seconds is a number from {least} to {most}")),
    }
}

fn hertz(key: &str, value: &str) -> Result<u32, String> {
    let hertz = value
        .parse::<u32>()
        .ok()
        .filter(|hertz| cpu::HERTZ.contains(hertz));
    hertz.ok_or_else(|| {
        let (least, most) = (cpu::HERTZ.start(), cpu::HERTZ.end());
        format!("{key} is a whole number from {least} to {most}: samples in a second of CPU time")
    })
}

fn format(name: ProfileName, value: &str) -> Result<Format, String> {
    let drawn = |form: fn(&'static str) -> Format| {
        name.drawn()
            .map(form)
            .ok_or_else(|| format!("{} cannot be drawn as a flame graph", name.word()))
    };
    match (value, name) {
        ("pprof", name) if name != ProfileName::Execution => Ok(Format::Usual),
        ("go", ProfileName::Execution) => Ok(Format::Usual),
        ("perfetto", ProfileName::Execution) => Ok(Format::Perfetto),
        ("text", name) => text(name, false),
        ("folded", _) => drawn(Format::Folded),
        ("svg", _) => drawn(Format::Svg),
        (_, ProfileName::Execution) => Err("format is go or perfetto".to_owned()),
        _ => Err("format is pprof, svg, folded or text".to_owned()),
    }
}

fn text(name: ProfileName, each: bool) -> Result<Format, String> {
    match name {
        ProfileName::Execution => Err("a trace is no text; format is go or perfetto".to_owned()),
        _ => Ok(Format::Text { each }),
    }
}

//! The contract's `PProf`: a profile by name, for as long as the caller waits, and never an error.
//!
//! atest reads the reply of a failed call, too, and crashes. So what cannot be had is empty, and the log and the metrics say
//! why.

use std::time::Duration;

use profiling::cpu;
use tonic::metadata::MetadataMap;

use crate::answer::AnswerService;
use crate::telemetry::profiles::{self, Ask, ProfileError, ProfileName, ProfileOutcome};

/// Longest profile: atest's own page waits no longer.
const LONGEST: Duration = Duration::from_secs(5);
/// What is left of the caller's time for the names and the way back.
const FOR_THE_REST: Duration = Duration::from_millis(750);

/// The profile of that name as a file, or nothing.
pub(super) async fn profile(answers: &AnswerService, name: &str, metadata: &MetadataMap) -> Vec<u8> {
    let Some(name) = ProfileName::find(name) else {
        answers
            .metrics
            .profiled(ProfileName::Other, ProfileOutcome::Refused);
        tracing::warn!("a profile was asked for over gRPC by a name that there is not; the reply is empty");
        return Vec::new();
    };
    let ask = Ask {
        name,
        duration: lasting(metadata),
        hertz: cpu::DEFAULT_HERTZ,
    };
    let taken = tokio::select! {
        taken = profiles::take(&answers.metrics, ask) => taken,
        () = answers.admission.drains() => Err(ProfileError::Failed("the plugin is stopping".to_owned())),
    };
    let file = match taken {
        Ok(taken) => profiles::aside("write a profile", move || taken.to_file()).await,
        Err(error) => Err(error),
    };
    match file {
        Ok(file) => file,
        Err(error) => {
            tracing::warn!(profile = name.word(), %error, "no profile could be given over gRPC; the reply is empty");
            Vec::new()
        }
    }
}

/// How long a profile may last that this caller waits for.
fn lasting(metadata: &MetadataMap) -> Duration {
    let patience = metadata
        .get("grpc-timeout")
        .and_then(|timeout| patience(timeout.to_str().ok()?));
    patience.map_or(LONGEST, |patience| {
        patience.saturating_sub(FOR_THE_REST).min(LONGEST)
    })
}

/// The header `grpc-timeout`: at most eight digits and a unit.
/// Source: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.
fn patience(header: &str) -> Option<Duration> {
    let unit = header.chars().next_back()?;
    let number: u64 = header[..header.len() - unit.len_utf8()].parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(number.saturating_mul(3600))),
        'M' => Some(Duration::from_secs(number.saturating_mul(60))),
        'S' => Some(Duration::from_secs(number)),
        'm' => Some(Duration::from_millis(number)),
        'u' => Some(Duration::from_micros(number)),
        'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_lasts_what_the_caller_waits_and_five_seconds_at_most() {
        let of = |header: Option<&'static str>| {
            let mut metadata = MetadataMap::new();
            if let Some(header) = header {
                metadata.insert("grpc-timeout", header.parse().unwrap());
            }
            lasting(&metadata)
        };
        let milliseconds = Duration::from_millis;
        for header in [
            None,
            Some("1H"),
            Some("10S"),
            Some("99999999S"),
            Some("odd"),
            Some("S"),
            Some("-1S"),
            Some("5x"),
        ] {
            assert_eq!(of(header), LONGEST, "{header:?}");
        }
        assert_eq!(of(Some("3000m")), milliseconds(2250));
        assert_eq!(of(Some("2000000u")), milliseconds(1250));
        assert_eq!(of(Some("1n")), Duration::ZERO);
    }
}

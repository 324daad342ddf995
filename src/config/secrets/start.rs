//! The first look into Vault, before there is a config: what is needed and not there ends the start, with its reason.

use std::sync::Arc;

use tokio::time::{Duration, Instant};

use super::Held;
use super::vault::{Failure, FailureKind, Readings, Vault, place};
use crate::config::model::Vault as Settings;

/// Waits between two tries: the first and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Secrets that are needed and that Vault does not give; one reason a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct VaultError(Vec<String>);

/// Longest time for signing out.
const SIGNING_OUT: Duration = Duration::from_secs(1);

/// Ends the sign-in that the secrets were read with, so that it does not live on in Vault after a command that took a
/// second. A token that somebody else made is left alone.
pub fn sign_out(held: &Held) {
    let Some(session) = held.session.as_ref().filter(|session| session.is_own()) else {
        return;
    };
    let mut vault = Vault::of(session);
    // That it cannot be ended is as well: its lease does.
    drop(within_a_runtime(async {
        drop(tokio::time::timeout(SIGNING_OUT, vault.sign_out()).await);
    }));
}

/// What Vault has of the mapped secrets. Waits for it, as long as `timeout` says: nothing for an async task.
///
/// # Errors
/// Which of those that are required it does not give, why, and what to do.
pub fn ask(settings: &Settings) -> Result<Held, VaultError> {
    within_a_runtime(first(settings))?
}

/// Waits for it, in a thread of its own: where the caller is within a runtime, another one may not be started.
fn within_a_runtime<T: Send>(work: impl Future<Output = T> + Send) -> Result<T, VaultError> {
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| VaultError(vec![format!("Vault cannot be asked: {error}")]))?;
            Ok(runtime.block_on(work))
        });
        asking
            .join()
            .unwrap_or_else(|_| Err(VaultError(vec!["asking Vault stopped; this is a bug".into()])))
    })
}

/// The same within a runtime.
pub(super) async fn first(settings: &Settings) -> Result<Held, VaultError> {
    let mut vault = Vault::new(Arc::new(settings.clone()));
    let until = Instant::now() + settings.timeout;
    let mut wait = WAITS.0;
    let outcome = loop {
        let failure = match tokio::time::timeout_at(until, once(&mut vault)).await {
            Ok(Ok(readings)) => break Ok(readings),
            Ok(Err(failure)) => failure,
            Err(_) => break Err(slow()),
        };
        if !failure.kind.is_passing() || Instant::now() + wait >= until {
            break Err(failure);
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAITS.1);
    };
    let mut held = Held::default();
    let mut lines = Vec::new();
    match outcome {
        Ok(readings) => {
            held.was_answered = true;
            sort(settings, readings, &mut held, &mut lines);
        }
        Err(failure) => lack(settings, &failure, &mut held, &mut lines),
    }
    let session = vault.session();
    if lines.is_empty() {
        held.session = Some(Arc::new(session));
        return Ok(held);
    }
    if session.is_own() {
        drop(tokio::time::timeout(SIGNING_OUT, vault.sign_out()).await);
    }
    Err(VaultError(lines))
}

async fn once(vault: &mut Vault) -> Result<Readings, Failure> {
    vault.sign_in().await?;
    vault.read().await
}

fn slow() -> Failure {
    Failure::new(
        FailureKind::Unreachable,
        "Vault did not answer in time",
        "check it and the network, or raise secrets.vault.timeout",
    )
}

fn sort(settings: &Settings, mut readings: Readings, held: &mut Held, lines: &mut Vec<String>) {
    for mapping in &settings.mappings {
        match readings.remove(&mapping.env_var) {
            Some(Ok(secret)) => drop(held.secrets.insert(mapping.env_var.clone(), secret)),
            Some(Err(failure)) if mapping.required => lines.push(needed(
                &format!(
                    "{} (vault {})",
                    mapping.env_var,
                    place(&settings.mount_path, mapping)
                ),
                &failure,
            )),
            Some(Err(failure)) => drop(held.missing.insert(mapping.env_var.clone(), failure.to_string())),
            None => {}
        }
    }
}

/// Vault gave nothing at all.
fn lack(settings: &Settings, failure: &Failure, held: &mut Held, lines: &mut Vec<String>) {
    let required = settings.mappings.iter().filter(|mapping| mapping.required);
    let names: Vec<&str> = required.map(|mapping| mapping.env_var.as_str()).collect();
    if !names.is_empty() {
        lines.push(needed(&names.join(", "), failure));
    }
    for mapping in settings.mappings.iter().filter(|mapping| !mapping.required) {
        held.missing.insert(mapping.env_var.clone(), failure.to_string());
    }
}

fn needed(names: &str, failure: &Failure) -> String {
    let verbs = if names.contains(", ") {
        ("are", "were")
    } else {
        ("is", "was")
    };
    format!(
        "secrets.vault.mappings: {names} {} needed and {} not read: {failure}. With `required: false` the plugin \
         starts without it and goes on asking",
        verbs.0, verbs.1
    )
}

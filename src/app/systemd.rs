//! What systemd is told of the process (sd_notify(3)); nothing happens where nobody listens.

use sd_notify::NotifyState;

/// Everything is built and the sockets answer.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// A reload begins; `ready` ends it. The moment goes along, as `Type=notify-reload` demands.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[
            NotifyState::Reloading,
            now,
            NotifyState::Status("reloading the config"),
        ]),
        Err(error) => tracing::debug!(%error, "cannot read the monotonic clock for systemd"),
    }
}

/// The stop begins.
pub fn stopping() {
    tell(&[
        NotifyState::Stopping,
        NotifyState::Status("finishing what is under way"),
    ]);
}

/// Tells the watchdog, at half the time it allows, that the runtime turns. It never ends: spawn it on the runtime
/// that serves, so that a runtime that hangs falls silent. Without a watchdog it sleeps for ever.
pub async fn watchdog() {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    let mut beats = tokio::time::interval(limit / 2);
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        tell(&[NotifyState::Watchdog]);
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd cannot be told");
    }
}

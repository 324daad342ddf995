//! Connections, and the certificates that some of them are made with.

use std::sync::Arc;

use jiff::Timestamp;
use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

use super::register::Register;
use super::{GaugeGuard, Metrics};
use crate::telemetry::catalogue;
use crate::telemetry::label::{CertificateName, ConnectionClosed, ConnectionDoor, HandshakeFailure};

pub(super) struct Connections {
    open: IntGauge,
    most: IntGauge,
    closed: IntCounterVec,
    certificate_ends: IntGaugeVec,
    handshake_failures: Vec<IntCounter>,
}

impl Connections {
    pub(super) fn new(register: &Register<'_>) -> Connections {
        let closed = register.counters(&catalogue::CONNECTIONS_CLOSED);
        for door in ConnectionDoor::WORDS {
            for reason in ConnectionClosed::WORDS {
                closed.with_label_values(&[door, reason]);
            }
        }
        Connections {
            open: register.gauge(&catalogue::ACTIVE_CONNECTIONS),
            most: register.gauge(&catalogue::MAX_CONNECTIONS),
            closed,
            certificate_ends: register.gauges(&catalogue::TLS_CERT_EXPIRY),
            handshake_failures: register.each(&catalogue::TLS_HANDSHAKE_FAILURES, HandshakeFailure::WORDS),
        }
    }
}

impl Metrics {
    /// A connection that is open until the guard is dropped.
    pub fn connection_opened(self: &Arc<Self>) -> GaugeGuard {
        GaugeGuard::raise(&self.connections.open)
    }

    /// Most connections that may be open at once.
    pub fn set_max_connections(&self, most: usize) {
        self.connections.most.set(i64::try_from(most).unwrap_or(i64::MAX));
    }

    /// A connection that was turned away, or cut.
    pub fn connection_closed(&self, door: ConnectionDoor, reason: ConnectionClosed) {
        let words = [
            ConnectionDoor::WORDS[door as usize],
            ConnectionClosed::WORDS[reason as usize],
        ];
        self.connections.closed.with_label_values(&words).inc();
    }

    /// When the certificates in use end; those that are not named have no series.
    pub fn certificates_end(&self, ends: &[(CertificateName, Timestamp)]) {
        let gauges = &self.connections.certificate_ends;
        for (name, word) in [CertificateName::Server, CertificateName::ClientCa]
            .into_iter()
            .zip(CertificateName::WORDS)
        {
            match ends.iter().find(|(known, _)| *known == name) {
                Some((_, end)) => gauges.with_label_values(&[word]).set(end.as_second()),
                // There may have been none.
                None => drop(gauges.remove_label_values(&[word])),
            }
        }
    }

    /// A TLS handshake that came to nothing.
    pub fn handshake_failed(&self, reason: HandshakeFailure) {
        self.connections.handshake_failures[reason as usize].inc();
    }
}

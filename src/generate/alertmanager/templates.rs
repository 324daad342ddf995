//! What people read: the texts of messages, in Alertmanager's template language.

use crate::generate::artefact::{Artefact, Set};
use crate::generate::plan::Plan;

/// `monitoring/templates/atest-ai.tmpl`.
pub(super) fn artefact(plan: &Plan) -> Artefact {
    Artefact {
        set: Set::Alertmanager,
        path: "monitoring/templates/atest-ai.tmpl".to_owned(),
        text: format!("{{{{/* {} */}}}}\n\n{TEXT}", plan.header()),
    }
}

/// One template a message or a part of one. Alerts of a group have one name, hence one runbook, and the rest of the first.
const TEXT: &str = include_str!("atest-ai.tmpl");

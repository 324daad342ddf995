//! balancer

use crate::generate::artefact::Artefact;
use crate::generate::plan::Plan;

/// The files.
pub fn artefacts(_plan: &Plan) -> Vec<Artefact> {
    Vec::new()
}

//! systemd: the service, its socket, its user and its folder.

mod check;
mod others;
mod service;
mod unit;

use crate::config::Problems;
use crate::generate::artefact::{Artefact, Set};
use crate::generate::deploy::NAME;
use crate::generate::plan::Plan;

/// The folder of all of it.
const FOLDER: &str = "deploy/systemd";

/// The files.
pub fn artefacts(plan: &Plan) -> Vec<Artefact> {
    let user = &plan.values.systemd.user;
    let group = &plan.values.systemd.group;
    let version = plan.values.systemd.version;
    let for_version = format!("For systemd {version} and later.");
    let joins = format!("atest's user must be in the group {group}: usermod -aG {group} USER");
    let file = |path: &str, notes: &[&str], body: &str| {
        let path = format!("{FOLDER}/{path}");
        Artefact::commented(plan, Set::Systemd, &path, "#", notes, body)
    };
    vec![
        file(
            &format!("{NAME}.service"),
            &[&for_version, "Goes into /etc/systemd/system.", &joins],
            &service::text(plan),
        ),
        file(
            &format!("{NAME}.socket"),
            &[
                &for_version,
                "Goes into /etc/systemd/system, if you want it: systemd then holds the socket, so that questions wait while",
                "the plugin starts, and the first one starts it. It needs the file of tmpfiles.d.",
            ],
            &others::socket(plan),
        ),
        file(
            &format!("sysusers.d/{NAME}.conf"),
            &[
                &format!(
                    "Goes into /etc/sysusers.d; `systemd-sysusers` then makes the user {user}, who cannot sign in."
                ),
                "It changes nothing where the user is there already.",
            ],
            &others::users(plan),
        ),
        file(
            &format!("tmpfiles.d/{NAME}.conf"),
            &[
                "Goes into /etc/tmpfiles.d; `systemd-tmpfiles --create` makes the folder of the socket, as each boot does.",
            ],
            &others::folders(plan),
        ),
        file(
            &format!("default/{NAME}"),
            &["Goes into /etc/default. Its variables win over the config and over those of the unit."],
            &others::variables(),
        ),
    ]
}

/// What is wrong with the values, as far as these files are concerned.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    check::problems(plan, problems);
}

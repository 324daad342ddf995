//! What the service has around it: a socket, its user, its folder, its variables.

use super::unit::Unit;
use crate::generate::deploy::{SOCKET, SOCKET_FOLDER, STATE_FOLDER};
use crate::generate::plan::Plan;

/// The socket, held by systemd.
pub fn socket(plan: &Plan) -> String {
    let values = &plan.values.systemd;
    let mut unit = Unit::new(values.version);
    unit.section("Unit").all(&[
        ("Description", "Socket of the AI plugin of atest (atest-ext-ai)"),
        ("Documentation", "https://github.com/linuxsuren/atest-ext-ai"),
    ]);
    unit.section("Socket")
        .set("ListenStream", SOCKET)
        .set("SocketUser", &values.user)
        .set("SocketGroup", &values.group)
        .set("SocketMode", "0660")
        .note("Only when tmpfiles.d has not made the folder.")
        .set("DirectoryMode", "0750")
        .set("RemoveOnStop", "yes");
    unit.section("Install").set("WantedBy", "sockets.target");
    unit.into_text()
}

/// The user and the group.
pub fn users(plan: &Plan) -> String {
    let values = &plan.values.systemd;
    let (user, group) = (&values.user, &values.group);
    let one = format!("u {user} - \"atest and its plugins\" {STATE_FOLDER}\n");
    match user == group {
        true => one,
        false => format!("g {group} -\n{one}m {user} {group}\n"),
    }
}

/// The folder of the socket.
pub fn folders(plan: &Plan) -> String {
    let values = &plan.values.systemd;
    format!("d {SOCKET_FOLDER} 0750 {} {} -\n", values.user, values.group)
}

/// Variables with what they are when nobody sets them.
pub fn variables() -> String {
    let mut text = String::new();
    for (note, examples) in [
        (
            "Who answers: builtin needs no model server and no key.",
            &["AI_PROVIDER=builtin", "AI_MODEL="][..],
        ),
        (
            "A model server on this machine.",
            &["OLLAMA_ENDPOINT=http://localhost:11434"],
        ),
        ("debug, info, warn or error.", &["LOG_LEVEL=info"]),
        (
            "0.0.0.0 where Prometheus is on another machine.",
            &["HTTP_HOST=127.0.0.1"],
        ),
    ] {
        text.push_str(&format!("# {note}\n"));
        for example in examples {
            text.push_str(&format!("#{example}\n"));
        }
    }
    text.push_str(
        "# No keys here, where everybody reads them: use the unit's credentials, or the config's secrets.folders.\n",
    );
    text
}

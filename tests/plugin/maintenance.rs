//! What atest sees while an operator has switched questions off.

use crate::contract::{health, query, verify};
use crate::support::http::send;
use crate::support::plugin::Plugin;

const SERVING: i32 = 1;
const NOT_SERVING: i32 = 2;

#[test]
fn in_maintenance_the_store_says_why_it_answers_nothing() {
    let plugin = Plugin::start("");
    let ask = || query(&plugin.socket, "generate", r#"{"prompt": "show all users"}"#).unwrap();
    assert_eq!(ask()["success"], "true", "{:?}", ask());
    assert_eq!(health(&plugin.socket), Ok(SERVING));

    send(plugin.http, "POST", "/admin/maintenance-mode", &[], b"");
    let status = verify(&plugin.socket).unwrap();
    assert!(
        !status.ready && status.message.contains("maintenance"),
        "{status:?}"
    );
    assert_eq!(health(&plugin.socket), Ok(NOT_SERVING));
    let refused = ask();
    assert_eq!(refused["success"], "false");
    assert_eq!(refused["error_kind"], "maintenance");
    assert!(refused["error"].contains("maintenance"), "{refused:?}");
    // What needs no answer goes on.
    assert!(query(&plugin.socket, "capabilities", "").is_ok());

    send(plugin.http, "DELETE", "/admin/maintenance-mode", &[], b"");
    assert!(verify(&plugin.socket).unwrap().ready);
    assert_eq!(health(&plugin.socket), Ok(SERVING));
    assert_eq!(ask()["success"], "true");
}

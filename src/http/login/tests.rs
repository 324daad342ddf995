//! Where signing in leads, and what a form says.

use super::*;

#[test]
fn it_leads_nowhere_but_to_paths_of_this_listener() {
    for own in ["/", "/debug/", "/debug/pprof/heap", "/ui/main.js"] {
        assert_eq!(own_path(Some(own)), own);
    }
    for other in [
        "",
        "debug",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example",
        "/@evil.example",
        "/a?b",
        "/%2f%2fevil.example",
        "/a\r\nSet-Cookie: x=y",
    ] {
        assert_eq!(own_path(Some(other)), "/", "{other:?}");
    }
    assert_eq!(own_path(Some(&format!("/{}", "a".repeat(300)))), "/");
    assert_eq!(own_path(None), "/");
}

#[test]
fn a_form_is_read_as_browsers_write_it() {
    let form = b"next=%2Fdebug%2F&token=a%2Bb+c%3D&tokens=x&empty=";
    assert_eq!(value(form, "next").as_deref(), Some("/debug/"));
    assert_eq!(value(form, "token").as_deref(), Some("a+b c="));
    assert_eq!(value(form, "empty").as_deref(), Some(""));
    assert_eq!(value(form, "nothing"), None);
    assert_eq!(value(b"token=%ff", "token"), None);
    assert_eq!(value(b"", "token"), None);
}

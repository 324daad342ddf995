//! `profiling`: what may be set, and what contradicts itself.

use super::*;
use crate::config::show;

#[test]
fn profiles_are_taken_only_where_somebody_says_so() {
    let profiling = loaded("server: {}").config.profiling;
    assert!(!profiling.continuous.enabled);
    assert!(!profiling.guard.enabled);
    let guard = loaded("profiling: {guard: {enabled: true, for: 1m, cpu_percent: 62.5}}")
        .config
        .profiling
        .guard;
    assert_eq!((guard.lasting.as_secs(), guard.cpu_percent), (60, 62.5));
}

#[test]
fn what_is_wrong_is_told_with_its_key() {
    for (text, key) in [
        ("continuous: {duration: 10m}", "continuous.duration"),
        (
            "continuous: {duration: 20s, interval: 20s}",
            "continuous.duration",
        ),
        ("continuous: {duration: 500ms}", "continuous.duration"),
        (
            "continuous: {duration: 301s, interval: 1h}",
            "continuous.duration",
        ),
        ("continuous: {interval: 9s, duration: 1s}", "continuous.interval"),
        ("continuous: {hertz: 0}", "continuous.hertz"),
        ("continuous: {hertz: 251}", "continuous.hertz"),
        ("continuous: {max_size: 999KB}", "continuous.max_size"),
        ("continuous: {folder: /dev/null}", "continuous.folder"),
        ("continuous: {push_url: 'pyroscope:4040'}", "continuous.push_url"),
        (
            "continuous: {push_url: 'http://me:planted@p:4040'}",
            "continuous.push_url",
        ),
        ("continuous: {push_name: 'a{b}'}", "continuous.push_name"),
        (
            "continuous: {push_headers: {'a b': x}}",
            "continuous.push_headers.a b",
        ),
        (
            "continuous: {push_headers: {x-team: \"planted\\u0001\"}}",
            "continuous.push_headers.x-team",
        ),
        ("guard: {cpu_percent: 0}", "guard.cpu_percent"),
        ("guard: {memory_percent: 101}", "guard.memory_percent"),
        ("guard: {cooldown: 9s}", "guard.cooldown"),
        ("guard: {lasting: 9s}", "guard.lasting"),
    ] {
        let problems = Machine::new()
            .load(&format!("profiling: {{{text}}}"))
            .expect_err(text);
        assert_eq!(
            problems.0[0].key,
            format!("profiling.{key}"),
            "{text}: {problems}"
        );
        let told = problems.to_string();
        assert!(!told.contains("planted"), "{told}");
        assert!(!told.contains("api_key"), "{told}");
    }
}

#[test]
fn headers_are_secret_and_warned_of_where_they_are_not_safe() {
    let told = |url: &str| {
        let loaded = loaded(&format!(
            "profiling: {{continuous: {{{url} push_headers: {{Authorization: Bearer planted}}}}}}"
        ));
        let shown = show::as_yaml(&show::effective(&loaded));
        assert!(!shown.contains("planted"), "{shown}");
        assert!(!format!("{:?}", loaded.config).contains("planted"));
        let notices = loaded.notices.into_iter();
        let mut notices = notices.filter(|notice| notice.key == "profiling.continuous.push_headers");
        notices.next().map(|notice| notice.text)
    };
    assert!(told("").unwrap().contains("without a `push_url`"));
    assert!(
        told("push_url: 'http://pyroscope:4040',")
            .unwrap()
            .contains("plain text")
    );
    assert_eq!(told("push_url: 'https://pyroscope:4040',"), None);
    assert_eq!(told("push_url: 'http://127.0.0.1:4040',"), None);
}

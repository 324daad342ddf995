use proptest::prelude::*;

use super::*;

fn endpoint(text: &str) -> Endpoint {
    Endpoint::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn patterns(texts: &[&str]) -> Allowed {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    for text in &texts {
        Allowed::check_pattern(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    Allowed::new(&texts, std::iter::empty())
}

#[test]
fn spellings_of_one_place_are_equal() {
    for spelling in [
        "https://api.openai.com",
        "https://api.openai.com/",
        "https://api.openai.com:443",
        "https://API.OpenAI.com/v1",
        " https://api.openai.com/v1/ ",
        "https://api.openai.com./v1//",
        "https://api.openai.com/v1/chat/completions",
        "https://api.openai.com/v1/models",
        "https://api.openai.com/v1/messages/",
    ] {
        let read = endpoint(spelling);
        assert_eq!(read, endpoint("https://api.openai.com"), "{spelling}");
        assert_eq!(read.to_string(), "https://api.openai.com", "{spelling}");
        assert_eq!(
            read.versioned("/chat/completions").as_str(),
            "https://api.openai.com/v1/chat/completions",
            "{spelling}"
        );
    }
}

#[test]
fn another_scheme_host_port_or_path_is_another_place() {
    let one = endpoint("https://llm.example.com/a");
    for other in [
        "http://llm.example.com/a",
        "https://llm2.example.com/a",
        "https://llm.example.com:8443/a",
        "https://llm.example.com/b",
        "https://llm.example.com",
    ] {
        assert_ne!(one, endpoint(other), "{other}");
    }
}

#[test]
fn a_path_before_the_version_is_kept() {
    for (written, called) in [
        (
            "https://openrouter.ai/api/v1",
            "https://openrouter.ai/api/v1/chat/completions",
        ),
        (
            "https://x.example/openai",
            "https://x.example/openai/v1/chat/completions",
        ),
        (
            "https://x.example/openai/v1/chat/completions",
            "https://x.example/openai/v1/chat/completions",
        ),
        (
            "http://10.0.0.7:8000/v1/x/v1",
            "http://10.0.0.7:8000/v1/x/v1/chat/completions",
        ),
        // A version of its own needs no other.
        (
            "https://open.bigmodel.cn/api/paas/v4",
            "https://open.bigmodel.cn/api/paas/v4/chat/completions",
        ),
        (
            "https://g.example/v1beta/openai/",
            "https://g.example/v1beta/openai/chat/completions",
        ),
        // A whole address is what is called, to the letter.
        (
            "https://api.perplexity.ai/chat/completions",
            "https://api.perplexity.ai/chat/completions",
        ),
    ] {
        assert_eq!(
            endpoint(written).versioned("/chat/completions").as_str(),
            called,
            "{written}"
        );
    }
}

#[test]
fn ollama_is_found_from_any_of_its_addresses() {
    for written in [
        "http://localhost:11434",
        "http://localhost:11434/v1",
        "http://localhost:11434/api",
        "http://localhost:11434/api/chat",
        "http://localhost:11434/api/tags",
    ] {
        assert_eq!(
            endpoint(written).ollama("/chat").as_str(),
            "http://localhost:11434/api/chat",
            "{written}"
        );
    }
    assert_eq!(
        endpoint("https://gate.example/ollama/api/chat")
            .ollama("/tags")
            .as_str(),
        "https://gate.example/ollama/api/tags"
    );
}

#[test]
fn what_is_no_base_url_is_refused_without_repeating_it() {
    for (text, word) in [
        ("", "empty"),
        ("localhost:11434", "scheme"),
        ("api.openai.com", "scheme"),
        ("ftp://example.com", "ftp"),
        ("file:///etc/passwd", "file"),
        ("https://", "URL"),
        ("https://user:hunter2@example.com", "user or password"),
        ("https://hunter2@example.com", "user or password"),
        ("https://example.com?key=hunter2", "query"),
        ("https://example.com/#hunter2", "fragment"),
        ("https://exa mple.com", "URL"),
        ("https://[::1", "URL"),
        ("https://example.com:99999", "URL"),
    ] {
        let error = Endpoint::parse(text).expect_err(text);
        assert!(error.contains(word), "{text}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let long = format!("https://example.com/{}", "a".repeat(5000));
    assert!(Endpoint::parse(&long).is_err());
}

#[test]
fn loopback_is_told_in_every_spelling() {
    for text in [
        "http://localhost",
        "http://LOCALHOST:8080/v1",
        "http://localhost.",
        "http://ollama.localhost:11434",
        "http://127.0.0.1",
        "http://127.255.255.254",
        "http://127.1",
        "http://2130706433",
        "http://0x7f.0.0.1",
        "http://0177.0.0.1",
        "http://[::1]:11434",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:7f00:1]",
        "http://127.0.0.1.",
    ] {
        assert!(endpoint(text).is_loopback(), "{text}");
    }
}

#[test]
fn what_only_looks_like_loopback_is_not() {
    for text in [
        "http://127.0.0.1.evil.com",
        "http://localhost.evil.com",
        "http://notlocalhost",
        "http://localhost-evil",
        "http://127-0-0-1.example",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::2]",
        "http://[::ffff:10.0.0.1]",
        "http://[::127.0.0.1]",
        "http://10.127.0.1",
        "http://example.com/127.0.0.1",
        "http://example.com/localhost",
    ] {
        assert!(!endpoint(text).is_loopback(), "{text}");
    }
}

#[test]
fn loopback_and_known_servers_may_be_named_and_no_others() {
    let known = ["https://api.openai.com", "http://10.0.0.5:8000/vllm"];
    let allowed = Allowed::new(&[], known.iter().map(|text| endpoint(text)));
    for text in [
        "http://localhost:11434",
        "http://[::1]:9",
        "https://api.openai.com/v1",
        "https://api.openai.com/another/path",
        "http://10.0.0.5:8000",
    ] {
        assert!(allowed.permits(&endpoint(text)), "{text}");
    }
    for text in [
        "http://api.openai.com",
        "https://api.openai.com:8443",
        "https://api.openai.com.evil.com",
        "https://evil.com/api.openai.com",
        "http://10.0.0.5:8001",
        "http://169.254.169.254",
        "http://0.0.0.0:11434",
    ] {
        assert!(!allowed.permits(&endpoint(text)), "{text}");
    }
}

#[test]
fn patterns_allow_what_they_say() {
    let cases: [(&str, &[&str], &[&str]); 9] = [
        (
            "https://llm.example.com",
            &["https://llm.example.com", "https://LLM.example.com/x"],
            &[
                "http://llm.example.com",
                "https://llm.example.com:8443",
                "https://a.llm.example.com",
            ],
        ),
        (
            "http://*.lan:11434",
            &["http://gpu.lan:11434", "http://a.b.lan:11434"],
            &[
                "http://lan:11434",
                "http://evillan:11434",
                "http://gpu.lan",
                "https://gpu.lan:11434",
                "http://gpu.lan.evil.com:11434",
            ],
        ),
        (
            "llm.example.com",
            &["http://llm.example.com", "https://llm.example.com:9999"],
            &["http://x.llm.example.com", "http://llm.example.co"],
        ),
        (
            "gpu.lan:8000",
            &["http://gpu.lan:8000", "https://gpu.lan:8000"],
            &["http://gpu.lan"],
        ),
        ("*", &["http://anything.example:1", "https://10.0.0.1"], &[]),
        (
            "https://*",
            &["https://anything.example"],
            &["http://anything.example", "https://anything.example:8443"],
        ),
        (
            "10.0.0.7",
            &["http://10.0.0.7:8000", "http://167772167"],
            &["http://10.0.0.70"],
        ),
        (
            "http://[fd00::7]:8000",
            &["http://[fd00:0::7]:8000"],
            &["http://[fd00::8]:8000"],
        ),
        (
            "https://bücher.example/",
            &["https://xn--bcher-kva.example"],
            &["https://bucher.example"],
        ),
    ];
    for (pattern, inside, outside) in cases {
        let allowed = patterns(&[pattern]);
        for text in inside {
            assert!(allowed.permits(&endpoint(text)), "{pattern} must allow {text}");
        }
        for text in outside {
            assert!(
                !allowed.permits(&endpoint(text)),
                "{pattern} must not allow {text}"
            );
        }
    }
}

#[test]
fn a_pattern_that_could_mean_more_than_it_says_is_refused() {
    for text in [
        "",
        "https://",
        "ftp://example.com",
        "https://example.com/path",
        "https://user@example.com",
        "https://example.com?x",
        "llm*.example.com",
        "*.*.lan",
        "**",
        "*lan",
        "*.",
        "*.1",
        "*.[::1]",
        "example.com:0",
        "example.com:x",
        "example.com:70000",
        "fd00::7",
        "a b",
        "..",
    ] {
        let error = Allowed::check_pattern(text).expect_err(text);
        assert!(!error.is_empty());
        // Nor does it allow anything when it is used all the same.
        let allowed = Allowed::new(&[text.to_owned()], std::iter::empty());
        assert!(!allowed.permits(&endpoint("https://example.com")), "{text}");
    }
}

proptest! {
    #[test]
    fn reading_what_was_shown_gives_the_same_place(
        https: bool,
        host in "[a-z]{1,8}(\\.[a-z]{1,8}){0,3}",
        port in proptest::option::of(1u16..),
        path in proptest::collection::vec("[a-z0-9]{1,6}", 0..4),
    ) {
        let scheme = if https { "https" } else { "http" };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let path: String = path.iter().map(|part| format!("/{part}")).collect();
        let one = endpoint(&format!("{scheme}://{host}{port}{path}"));
        prop_assert_eq!(&endpoint(&one.to_string()), &one);
        prop_assert_eq!(&endpoint(&format!("{one}/")), &one);
        prop_assert!(one.versioned("/x").as_str().starts_with(&one.to_string()));
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_both_remote_and_loopback(text in "\\PC{0,60}") {
        for text in [text.clone(), format!("http://{text}"), format!("http://{text}.evil.com"), format!("http://127.0.0.1{text}")] {
            let Ok(read) = Endpoint::parse(&text) else { continue };
            let host = read.host().to_owned();
            if read.is_loopback() {
                let address = host.trim_matches(['[', ']']);
                let is_address = address.parse::<std::net::IpAddr>().is_ok();
                prop_assert!(is_address || host == "localhost" || host.ends_with(".localhost"), "{}", host);
            }
            prop_assert!(!host.ends_with("evil.com") || !read.is_loopback());
            let _ = Allowed::check_pattern(&text);
        }
    }

    #[test]
    fn nothing_outside_a_suffix_is_inside_it(name in "[a-z0-9.-]{1,20}") {
        let allowed = patterns(&["*.lan"]);
        if let Ok(read) = Endpoint::parse(&format!("http://{name}")) && !read.is_loopback() {
            prop_assert_eq!(allowed.permits(&read), read.host().ends_with(".lan") && read.host() != ".lan");
        }
    }
}

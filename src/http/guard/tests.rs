//! Who is let in with what, and what the others are told.

use axum::body::Body;
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::config::Config;
use crate::config::model::{MetricsFor, Token};
use crate::http::heartbeat::Heartbeat;
use crate::http::router::{relayed, router};
use crate::http::testing::{self, Reply, exchange};
use crate::telemetry::Format;

const QUERY: &str = "/api/v1/data/query";
const MAINTENANCE: &str = "/admin/maintenance-mode";
const ALL: &str = "token-that-opens-all";
const ASKER: &str = "token-for-questions";
const SCRAPER: &str = "token-for-a-scraper";
const JSON: (&str, &str) = ("content-type", "application/json");
const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
const ELSEWHERE: ([u8; 4], u16) = ([192, 0, 2, 1], 40_000);
const HERE: ([u8; 4], u16) = ([127, 0, 0, 1], 40_000);

/// A door with three tokens, and who was let in or not so far.
struct House(Gate);

impl House {
    fn new(change: impl FnOnce(&mut Config)) -> House {
        let mut config = Config::default();
        for (name, token, scopes) in [
            ("all", ALL, &Scope::ALL[..]),
            ("asker", ASKER, &[Scope::Api]),
            ("scraper", SCRAPER, &[Scope::Metrics]),
        ] {
            let token = Token {
                token: Some(token.into()),
                scopes: scopes.to_vec(),
                ..Token::default()
            };
            config.access.tokens.insert(name.into(), token);
        }
        change(&mut config);
        House(testing::gate(&testing::service(config)))
    }

    fn with_tokens() -> House {
        House::new(|_| {})
    }

    fn without_tokens() -> House {
        House::new(|config| config.access.tokens.clear())
    }

    async fn ask(&self, from: ([u8; 4], u16), method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
        let router = router(self.0.clone(), Arc::new(Heartbeat::new()));
        exchange(router, from.into(), method, path, headers, Body::empty()).await
    }

    /// GET from elsewhere, with a token.
    async fn bearer(&self, path: &str, token: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        self.ask(ELSEWHERE, Method::GET, path, &[("authorization", &bearer)])
            .await
    }

    async fn form(&self, from: ([u8; 4], u16), path: &str, headers: &[(&str, &str)], form: &str) -> Reply {
        let router = router(self.0.clone(), Arc::new(Heartbeat::new()));
        let headers = [headers, &[("content-type", "application/x-www-form-urlencoded")]].concat();
        exchange(router, from.into(), Method::POST, path, &headers, form.to_owned()).await
    }

    /// Signs in from elsewhere; the cookie as the browser sends it.
    async fn cookie(&self, token: &str) -> String {
        let origin = ("origin", "http://localhost:9090");
        let reply = self
            .form(ELSEWHERE, "/login", &[origin], &format!("token={token}"))
            .await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
        reply.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    fn counted(&self, reason: &str) -> bool {
        let text = String::from_utf8(self.0.service.metrics.render(Format::Text004)).unwrap();
        let line = format!("atest_ai_authentication_failures_total{{reason=\"{reason}\"}} 1");
        let sum = "atest_ai_requests_rejected_total{reason=\"auth\"} 1";
        text.lines().any(|known| known == line) && text.lines().any(|known| known == sum)
    }
}

#[tokio::test]
async fn a_token_opens_its_scopes_from_elsewhere_and_nothing_else() {
    let house = House::with_tokens();
    for path in [
        MAINTENANCE,
        "/admin/cache",
        "/admin/log-level",
        "/debug/",
        "/debug",
    ] {
        assert!(house.bearer(path, ALL).await.status.as_u16() < 400, "{path}");
        let message = house.bearer(path, ASKER).await.refusal(StatusCode::FORBIDDEN, 7);
        assert!(
            message.contains("needs the scope")
                && message.contains("token asker")
                && message.contains("only: api"),
            "{message}"
        );
    }
    let bearer = format!("Bearer {ASKER}");
    // Past the guard: an empty body is no question.
    let asked = house
        .ask(
            ELSEWHERE,
            Method::POST,
            QUERY,
            &[("authorization", &bearer), JSON],
        )
        .await;
    assert_eq!(asked.status, StatusCode::BAD_REQUEST);
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("x:{ALL}")));
    let page = house
        .ask(ELSEWHERE, Method::GET, "/debug/", &[("authorization", &basic)])
        .await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn who_shows_nothing_or_something_wrong_is_asked_for_a_token() {
    let house = House::with_tokens();
    let none = house.ask(ELSEWHERE, Method::GET, MAINTENANCE, &[]).await;
    let message = none.refusal(StatusCode::UNAUTHORIZED, 16);
    assert!(
        message.contains("Authorization: Bearer") && message.contains("/login"),
        "{message}"
    );
    assert!(house.counted("missing"));
    let challenges: Vec<&[u8]> = (none.headers.get_all("www-authenticate").iter())
        .map(|value| value.as_bytes())
        .collect();
    assert_eq!(challenges, [BEARER.as_bytes(), BASIC.as_bytes()]);
    for wrong in ["token-that-opens-al", "x", "a.b.c", &ALL.to_uppercase()] {
        let message = house
            .bearer(MAINTENANCE, wrong)
            .await
            .refusal(StatusCode::UNAUTHORIZED, 16);
        assert!(
            message.contains("refused") && !message.contains(wrong),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_wrong_token_is_refused_to_local_callers_too() {
    for house in [House::with_tokens(), House::without_tokens()] {
        for wrong in [
            "Bearer wrong-token-000000",
            "Basic eDp3cm9uZw==",
            "Bearer",
            "Digest x",
        ] {
            let reply = house
                .ask(HERE, Method::POST, MAINTENANCE, &[("authorization", wrong)])
                .await;
            reply.refusal(StatusCode::UNAUTHORIZED, 16);
        }
        assert!(!house.0.service.admission.in_maintenance());
        let bare = house.ask(HERE, Method::GET, MAINTENANCE, &[]).await;
        assert_eq!(bare.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn where_there_is_no_token_strangers_read_how_to_get_one() {
    let house = House::without_tokens();
    let refused = house.ask(ELSEWHERE, Method::GET, MAINTENANCE, &[]).await;
    let message = refused.refusal(StatusCode::FORBIDDEN, 7);
    assert!(
        message.contains("ATEST_EXT_AI_ADMIN_TOKEN") && message.contains("openssl rand"),
        "{message}"
    );
    assert_eq!(refused.header("www-authenticate"), "");
    assert!(house.counted("not_local"));
    for path in ["/", "/login", "/debug/"] {
        let page = house.ask(ELSEWHERE, Method::GET, path, &[HTML]).await;
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert!(page.text().contains("ATEST_EXT_AI_ADMIN_TOKEN"), "{path}");
        assert!(!page.text().contains("<form"), "{path}");
    }
    assert!(
        !house
            .ask(HERE, Method::GET, "/", &[HTML])
            .await
            .text()
            .contains("openssl")
    );
    let text = house.ask(ELSEWHERE, Method::GET, "/", &[]).await;
    assert!(text.text().contains("there is no token yet"), "{}", text.text());
}

#[tokio::test]
async fn metrics_are_open_unless_the_config_says_otherwise() {
    let open = House::with_tokens();
    assert_eq!(
        open.ask(ELSEWHERE, Method::GET, "/metrics", &[]).await.status,
        StatusCode::OK
    );
    let kept = House::new(|config| config.access.metrics = MetricsFor::Token);
    assert_eq!(
        kept.ask(ELSEWHERE, Method::GET, "/metrics", &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(kept.bearer("/metrics", ASKER).await.status, StatusCode::FORBIDDEN);
    assert_eq!(kept.bearer("/metrics", SCRAPER).await.status, StatusCode::OK);
    assert_eq!(
        kept.ask(HERE, Method::GET, "/metrics", &[]).await.status,
        StatusCode::OK
    );
    assert_eq!(
        kept.bearer("/admin/cache", SCRAPER).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_browser_is_shown_the_form_and_then_the_page_that_it_wanted() {
    let house = House::with_tokens();
    let form = house.ask(ELSEWHERE, Method::GET, "/debug/", &[HTML]).await;
    assert_eq!(form.status, StatusCode::UNAUTHORIZED);
    assert_eq!(form.header("www-authenticate"), BEARER);
    assert!(
        form.text().contains("name=\"next\" value=\"/debug/\""),
        "{}",
        form.text()
    );
    assert_eq!(form.header("referrer-policy"), "same-origin");
    let policy = form.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );

    let origin = ("origin", "http://localhost:9090");
    let signed_in = house
        .form(
            ELSEWHERE,
            "/login",
            &[origin],
            &format!("next=%2Fdebug%2F&token={ALL}"),
        )
        .await;
    assert_eq!(
        (signed_in.status, signed_in.header("location")),
        (StatusCode::SEE_OTHER, "/debug/")
    );
    let cookie = signed_in.header("set-cookie").to_owned();
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains(ALL), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let page = house
        .ask(ELSEWHERE, Method::GET, "/debug/", &[HTML, ("cookie", cookie)])
        .await;
    assert_eq!(page.status, StatusCode::OK);

    let out = house
        .form(ELSEWHERE, "/logout", &[origin, ("cookie", cookie)], "")
        .await;
    assert_eq!(
        (out.status, out.header("location")),
        (StatusCode::SEE_OTHER, "/login")
    );
    let page = house
        .ask(ELSEWHERE, Method::GET, "/debug/", &[HTML, ("cookie", cookie)])
        .await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn behind_tls_the_cookie_is_for_tls_alone() {
    let house = House::with_tokens();
    let headers = [("origin", "https://ai.example.com"), ("host", "ai.example.com")];
    let reply = house
        .form(ELSEWHERE, "/login", &headers, &format!("token={ALL}"))
        .await;
    assert!(reply.header("set-cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn a_wrong_token_in_the_form_shows_the_form_again() {
    let house = House::with_tokens();
    let reply = house
        .form(
            ELSEWHERE,
            "/login",
            &[],
            "next=%2F%2Fevil.example&token=%3Cwrong%3E-token-0",
        )
        .await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.header("set-cookie"), "");
    let text = reply.text();
    assert!(
        text.contains("it is not a token") && text.contains("value=\"/\""),
        "{text}"
    );
    assert!(!text.contains("wrong&gt;") && !text.contains("<wrong>"), "{text}");
    assert!(house.counted("wrong_token"));
}

#[tokio::test]
async fn other_pages_can_neither_sign_in_nor_use_a_sign_in() {
    let house = House::with_tokens();
    let cookie = house.cookie(ALL).await;
    let cookie = ("cookie", cookie.as_str());
    let foreign = ("origin", "http://evil.example");
    let refused = house
        .form(ELSEWHERE, "/login", &[foreign], &format!("token={ALL}"))
        .await;
    refused.refusal(StatusCode::FORBIDDEN, 7);
    for sent_by in [
        &[foreign][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://localhost:8080")],
        &[],
    ] {
        let headers = [&[cookie], sent_by].concat();
        for path in [MAINTENANCE, "/logout"] {
            let reply = house.ask(ELSEWHERE, Method::POST, path, &headers).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path} {sent_by:?}");
        }
    }
    // A browser keeps the password of Basic, and sends it by itself.
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("x:{ALL}")));
    let headers = [
        ("authorization", basic.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    let reply = house.ask(ELSEWHERE, Method::POST, MAINTENANCE, &headers).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(!house.0.service.admission.in_maintenance());

    let own = [cookie, ("origin", "http://localhost:9090")];
    let reply = house.ask(ELSEWHERE, Method::POST, MAINTENANCE, &own).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(house.0.service.admission.in_maintenance());
    let headers = [("authorization", basic.as_str())];
    let reply = house.ask(ELSEWHERE, Method::DELETE, MAINTENANCE, &headers).await;
    assert_eq!(reply.status, StatusCode::OK);
}

#[tokio::test]
async fn a_cookie_takes_nothing_from_who_is_local() {
    let house = House::with_tokens();
    let cookie = house.cookie(ASKER).await;
    for cookie in [cookie.as_str(), "atest_ext_ai_session=gone"] {
        let local = house
            .ask(HERE, Method::GET, MAINTENANCE, &[("cookie", cookie)])
            .await;
        assert_eq!(local.status, StatusCode::OK, "{cookie}");
    }
    let reply = house
        .ask(ELSEWHERE, Method::GET, MAINTENANCE, &[("cookie", &cookie)])
        .await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    let gone = house
        .ask(
            ELSEWHERE,
            Method::GET,
            MAINTENANCE,
            &[("cookie", "atest_ext_ai_session=gone")],
        )
        .await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_guesser_alone() {
    let house = House::with_tokens();
    for number in 0..11 {
        house
            .bearer(MAINTENANCE, &format!("guess-number-{number:06}"))
            .await
            .refusal(StatusCode::UNAUTHORIZED, 16);
    }
    let slowed = house.bearer(MAINTENANCE, ALL).await;
    let message = slowed.refusal(StatusCode::TOO_MANY_REQUESTS, 8);
    assert!(message.contains("try again in 1 s"), "{message}");
    assert_eq!(slowed.header("retry-after"), "1");
    let form = house
        .form(ELSEWHERE, "/login", &[], &format!("token={ALL}"))
        .await;
    assert_eq!(form.status, StatusCode::TOO_MANY_REQUESTS);
    let bearer = format!("Bearer {ALL}");
    let other = house
        .ask(
            ([192, 0, 2, 2], 1),
            Method::GET,
            MAINTENANCE,
            // Neither is believed.
            &[("authorization", &bearer), ("x-forwarded-for", "192.0.2.1")],
        )
        .await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn through_the_extension_proxy_nothing_but_a_bearer_token_asks() {
    let house = House::with_tokens();
    let cookie = house.cookie(ALL).await;
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("x:{ALL}")));
    let ask = async |method: Method, path: &str, headers: &[(&str, &str)], body: &'static str| {
        let router = relayed(house.0.clone());
        let headers = [headers, &[JSON]].concat();
        exchange(router, HERE.into(), method, path, &headers, body).await
    };
    const QUESTION: &str = r#"{"type":"ai","natural_language":"show all users","database_type":"mysql"}"#;
    for without in [
        &[][..],
        &[("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")],
        &[("authorization", basic.as_str())],
        &[("authorization", "Bearer wrong-token-000000")],
    ] {
        let reply = ask(Method::POST, "/query", without, QUESTION).await;
        let message = reply.refusal(StatusCode::UNAUTHORIZED, 16);
        assert!(message.contains("oken"), "{message}");
    }
    let bearer = format!("Bearer {ASKER}");
    // atest's page, and what atest's proxy adds.
    let with = [
        ("authorization", bearer.as_str()),
        ("origin", "http://localhost:8080"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    let reply = ask(Method::POST, "/query", &with, QUESTION).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert!(reply.pair("generated_sql").is_some(), "{}", reply.text());
    for path in [
        "/",
        "/health",
        "/metrics",
        QUERY,
        MAINTENANCE,
        "/debug/",
        "/login",
        "/query/",
    ] {
        let reply = ask(Method::GET, path, &with, "").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn the_advice_is_one_that_helps() {
    let at = |host: &str| Server {
        host: host.into(),
        port: 8123,
        ..Server::default()
    };
    for host in ["127.0.0.1", "localhost", "0.0.0.0", "::", "[::1]"] {
        assert!(
            advice(&NotLocal::Host, &at(host)).contains("http://127.0.0.1:8123"),
            "{host}"
        );
    }
    for host in ["10.0.0.5", "[fe80::1]"] {
        assert!(
            advice(&NotLocal::Peer, &at(host)).contains("`server.host`"),
            "{host}"
        );
    }
    assert!(!advice(&NotLocal::BehindProxy, &at("127.0.0.1")).contains("http://"));
}

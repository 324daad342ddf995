//! Requests over HTTP: questions with keys, and everything that callers show to be let in, right and wrong.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::planted::secret;
use crate::scene::{Scene, bearer};
use crate::support::http::{Reply, exchange, get};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
/// What nobody on this machine calls it: whoever does is not local.
const ELSEWHERE: (&str, &str) = ("Host", "plugin.example.com");
const OWN: (&str, &str) = ("Origin", "http://plugin.example.com");
const QUERY: &str = "/api/v1/data/query";

/// Sends a key of the host's language.
fn query(scene: &mut Scene, key: &str, parameters: &Value) -> Reply {
    let body = json!({"type": "ai", "key": key, "sql": parameters.to_string()});
    scene.send("POST", QUERY, &[JSON], body.to_string())
}

/// Asks a service of the config.
pub fn ask(scene: &mut Scene, question: &str, service: &str) -> Reply {
    let parameters = json!({"prompt": question, "database": "shop", "provider": service});
    query(scene, "generate", &parameters)
}

/// All of them.
pub fn all(scene: &mut Scene) {
    questions(scene);
    pages(scene);
    who(scene);
    signed(scene);
    sessions(scene);
    odd(scene);
    administration(scene);
}

fn questions(scene: &mut Scene) {
    let services = [
        "good",
        "refusing",
        "streaming",
        "broken",
        "broken",
        "elsewhere",
        "parrot",
        "html",
        "openai",
        "deepseek",
        "anthropic",
        "proxied",
    ];
    let (brought, tested) = (secret("request: api_key"), secret("request: api_key of a test"));
    for (number, service) in services.iter().enumerate() {
        ask(scene, &format!("names of all users {number}"), service);
        // A key of the request's own, at every place that it may stand at.
        let endpoint = format!("{}/{service}/v1", scene.provider.url());
        let config = json!({"provider": service, "endpoint": endpoint, "api_key": brought});
        let asked =
            json!({"prompt": format!("users of the request {number}"), "database": "shop", "config": config});
        query(scene, "generate", &asked);
        let config = json!({"api_key": tested, "endpoint": endpoint, "provider": "custom"});
        for key in [
            "test_connection",
            "health_check",
            "models",
            "providers",
            "capabilities",
        ] {
            let flat = json!({"provider": service, "api_key": tested, "include_unavailable": true});
            query(scene, key, &flat);
            query(scene, key, &json!({"provider": service, "config": config}));
        }
    }
    let endpoint = format!(
        "http://user:{}@127.0.0.1:9/v1",
        crate::forms::in_url(&secret("request: endpoint with a password"))
    );
    for key in ["generate", "test_connection", "models", "update_config"] {
        let config = json!({"provider": "custom", "endpoint": endpoint});
        query(
            scene,
            key,
            &json!({"prompt": "users", "provider": "good", "config": config}),
        );
        query(
            scene,
            key,
            &json!({"prompt": "users", "provider": "good", "endpoint": endpoint}),
        );
    }
}

fn pages(scene: &mut Scene) {
    let refused = secret("request: api_key of a page that is refused");
    for config in [
        json!({"api_key": refused, "endpoint": "not a url"}),
        json!({"api_key": refused, "endpoint": "https://foreign.example"}),
        json!({"api_key": refused, "max_tokens": refused}),
        json!({"api_key": [refused]}),
    ] {
        query(
            scene,
            "update_config",
            &json!({"provider": "refusing", "config": config}),
        );
    }
    let saved = json!({"api_key": secret("request: api_key of a page"), "model": "m"});
    let reply = query(
        scene,
        "update_config",
        &json!({"provider": "refusing", "config": saved}),
    );
    assert_eq!(reply.pair("success").as_deref(), Some("true"), "{}", reply.text());
    ask(scene, "users with the saved key", "refusing");
}

/// What callers show, of all kinds.
fn who(scene: &mut Scene) {
    let (admin, operator) = (
        secret("environment: ATEST_EXT_AI_ADMIN_TOKEN"),
        secret("config: access.tokens"),
    );
    let metrics = secret("environment: ATEST_EXT_AI_METRICS_TOKEN");
    let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("x:{password}")));
    for (shown, status) in [
        (bearer(&admin), 200),
        (bearer(&operator), 200),
        (basic(&admin), 200),
        (bearer(&metrics), 403),
        (bearer(&secret("request: a wrong Bearer")), 401),
        (basic(&secret("request: a wrong Basic")), 401),
        (format!("Digest {}", secret("request: an unknown scheme")), 401),
    ] {
        let reply = scene.send(
            "GET",
            "/admin/config",
            &[ELSEWHERE, ("Authorization", &shown)],
            "",
        );
        assert_eq!(reply.status, status, "{}", reply.text());
        scene.send(
            "POST",
            QUERY,
            &[ELSEWHERE, JSON, ("Authorization", &shown)],
            QUESTION,
        );
    }
}

const QUESTION: &str = r#"{"type":"ai","natural_language":"Show all users","database_type":"mysql"}"#;

fn signed(scene: &mut Scene) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let right = EncodingKey::from_secret(secret("environment: JWT_SECRET").as_bytes());
    let wrong = EncodingKey::from_secret(b"another secret of another program");
    for (name, expires, key, status) in [
        ("right", now + 600, &right, 200),
        ("expired", now - 600, &right, 401),
        ("wrong", now + 600, &wrong, 401),
    ] {
        let claims =
            json!({"sub": "ann", "aud": "atest-ext-ai", "exp": expires, "scope": "admin", "jti": name});
        let token = encode(&Header::default(), &claims, key).unwrap();
        // All tokens begin alike: what they say and their signatures differ.
        for part in token.split('.').skip(1) {
            scene.made(&format!("a signed token: {name}"), part);
        }
        let reply = scene.send(
            "GET",
            "/admin/config",
            &[ELSEWHERE, ("Authorization", &bearer(&token))],
            "",
        );
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
    }
}

fn sessions(scene: &mut Scene) {
    let login = |token: &str| format!("next=/debug/&token={}", crate::forms::in_url(token));
    let wrong = login(&secret("request: a wrong token at /login"));
    assert_eq!(
        scene
            .send("POST", "/login", &[ELSEWHERE, OWN, FORM], wrong)
            .status,
        401
    );
    // Its reply holds the session's cookie, and so does not count as shown.
    let right = login(&secret("environment: ATEST_EXT_AI_ADMIN_TOKEN"));
    let headers = [ELSEWHERE, OWN, FORM];
    let reply = crate::support::http::send(scene.plugin.http, "POST", "/login", &headers, right.as_bytes());
    assert_eq!(reply.status, 303);
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    scene.made("a session", cookie.split_once('=').unwrap().1);
    let unknown = format!("atest_ext_ai_session={}", secret("request: a wrong session"));
    let others = format!("{cookie}; other={}", secret("request: a cookie of others"));
    for (cookie, status) in [(&cookie, 200), (&others, 200), (&unknown, 401)] {
        for path in ["/debug/", "/admin/config"] {
            let reply = scene.send("GET", path, &[ELSEWHERE, ("Cookie", cookie)], "");
            assert_eq!(reply.status, status, "{}", reply.text());
        }
        for path in ["/", "/login"] {
            scene.send(
                "GET",
                path,
                &[ELSEWHERE, ("Accept", "text/html"), ("Cookie", cookie)],
                "",
            );
        }
    }
    scene.send(
        "POST",
        "/logout",
        &[ELSEWHERE, OWN, FORM, ("Cookie", &cookie)],
        "x=y",
    );
    scene.send("GET", "/debug/", &[ELSEWHERE, ("Cookie", &cookie)], "");
}

/// What is no right request at all.
fn odd(scene: &mut Scene) {
    let text = |place: &str| crate::forms::in_url(&secret(place));
    let asked = format!("?api_key={0}&token={0}", text("request: query string"));
    for path in [
        "/",
        "/metrics",
        "/health/ready",
        "/admin/config",
        "/login",
        "/debug/",
        QUERY,
    ] {
        for headers in [&[][..], &[ELSEWHERE, ("Accept", "text/html")]] {
            scene.send("GET", &format!("{path}{asked}"), headers, "");
        }
    }
    // The page leads back to where its reader wanted to go, so that its own reply is no leak.
    let next = format!("/login?next=/{}", text("request: query string"));
    get(scene.plugin.http, &next);
    scene.send("GET", &format!("/{}", text("request: path")), &[], "");
    scene.send(
        "PUT",
        &format!("/admin/{}", text("request: path")),
        &[ELSEWHERE],
        "",
    );
    let header = secret("request: a header of others");
    scene.send(
        "GET",
        "/admin/config",
        &[
            ELSEWHERE,
            ("X-Api-Key", &header),
            ("Proxy-Authorization", &header),
        ],
        "",
    );
    let body = format!(
        "{{\"natural_language\": \"users\", \"api_key\": {}",
        secret("request: a body that is no JSON")
    );
    scene.send("POST", QUERY, &[JSON], &body);
    scene.send("PUT", "/admin/log-level", &[JSON], &body);
    let target = format!(
        "GET http://user:{}@localhost/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        text("request: user and password in the target")
    );
    if let Ok(reply) = exchange(scene.plugin.http, target.as_bytes()) {
        scene.reply("the reply to a target with a password", &reply);
    }
    let broken = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Key {header}\r\n\r\n");
    if let Ok(reply) = exchange(scene.plugin.http, broken.as_bytes()) {
        scene.reply("the reply to a broken head", &reply);
    }
}

fn administration(scene: &mut Scene) {
    let admin = bearer(&secret("environment: ATEST_EXT_AI_ADMIN_TOKEN"));
    let shown = [ELSEWHERE, ("Authorization", admin.as_str())];
    for (method, path) in [
        ("POST", "/admin/maintenance-mode"),
        ("GET", "/health/ready?verbose"),
        ("DELETE", "/admin/maintenance-mode"),
        ("DELETE", "/admin/cache"),
        ("POST", "/admin/reload"),
    ] {
        scene.send(method, path, &shown, "");
    }
}

/// Wrong tokens until none is looked at any more, and sign-ins too.
pub fn until_slowed_down(scene: &mut Scene) {
    let wrong = bearer(&secret("request: a wrong Bearer"));
    scene.until("wrong tokens are slowed down", |scene| {
        scene
            .send(
                "GET",
                "/admin/config",
                &[ELSEWHERE, ("Authorization", &wrong)],
                "",
            )
            .status
            == 429
    });
    let form = format!(
        "token={}",
        crate::forms::in_url(&secret("request: a wrong token at /login"))
    );
    scene.send("POST", "/login", &[ELSEWHERE, OWN, FORM], form);
}

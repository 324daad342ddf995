//! The keeper and a real OpenBao: rotation, ends of tokens, sealing, rights.

// Each test crate uses another part of it.
#[allow(dead_code, unreachable_pub, clippy::duplicate_mod)]
#[path = "../../../../tests/support"]
mod support {
    pub mod openbao;
    pub mod peer;
}

use std::sync::Mutex;

use secrecy::ExposeSecret;

use self::support::openbao::{OpenBao, PATIENCE, ROOT, TokenReview};
use super::*;
use crate::config::model::{AuthMethod, KvVersion, Vault as Settings, VaultMapping};
use crate::config::secrets::start::first;

fn mapping(vault_path: &str, env_var: &str, required: bool) -> VaultMapping {
    VaultMapping {
        vault_path: vault_path.into(),
        env_var: env_var.into(),
        required,
    }
}

/// With the key of OpenAI, by the root token.
fn settings(bao: &OpenBao) -> Settings {
    Settings {
        enabled: true,
        address: Some(bao.url.clone()),
        token: Some(ROOT.into()),
        mappings: vec![mapping("openai/api_key", "OPENAI_API_KEY", true)],
        refresh_interval: Duration::from_millis(200),
        ..Settings::default()
    }
}

fn value(held: &Held, name: &str) -> String {
    held.secrets
        .get(name)
        .map(|secret| secret.value.expose_secret().to_owned())
        .unwrap_or_default()
}

/// A keeper at work, what it hands on and what it says.
struct AtWork {
    changed: mpsc::Receiver<Held>,
    said: Arc<Mutex<Vec<News>>>,
    task: tokio::task::JoinHandle<()>,
}

impl AtWork {
    fn begin(held: &Held) -> AtWork {
        let (sender, changed) = mpsc::channel(1);
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let keeper = Keeper::new(held).expect("Vault was asked");
        let task = tokio::spawn(keeper.run(sender, move |news| heard.lock().unwrap().push(news)));
        AtWork { changed, said, task }
    }

    async fn next(&mut self) -> Held {
        let held = tokio::time::timeout(PATIENCE, self.changed.recv()).await;
        held.unwrap_or_else(|_| panic!("nothing changed: {:?}", self.said.lock().unwrap()))
            .expect("the keeper goes on")
    }

    /// Waits until the key of OpenAI is that one.
    async fn until_it_has(&mut self, key: &str) {
        while value(&self.next().await, "OPENAI_API_KEY") != key {}
    }

    fn count(&self, wanted: impl Fn(&News) -> bool) -> usize {
        self.said
            .lock()
            .unwrap()
            .iter()
            .filter(|news| wanted(news))
            .count()
    }

    async fn until_said(&self, what: &str, wanted: impl Fn(&News) -> bool) {
        let waiting = async {
            while self.count(&wanted) == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let outcome = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(outcome.is_ok(), "not {what}: {:?}", self.said.lock().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_the_store_are_read_whoever_says_which_it_is() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=two");
    bao.run(&["secrets", "enable", "-path=team/kv", "-version=1", "kv"]);
    bao.put("team/kv/atest-ai/deep/openai", "api_key=one");
    bao.let_read("two", "secret/data/atest-ai");
    bao.let_read("one", "team/kv/atest-ai");
    let read = async |mount: &str, version, policy: &str, path: &str| {
        let settings = Settings {
            mount_path: mount.into(),
            kv_version: version,
            token: Some(bao.token(policy, &["-no-default-policy"]).into()),
            mappings: vec![mapping(path, "KEY", true)],
            ..settings(&bao)
        };
        first(&settings).await.map(|held| value(&held, "KEY"))
    };
    let (auto, one, two) = (KvVersion::Auto, KvVersion::One, KvVersion::Two);
    for version in [auto, two] {
        let found = read("secret/atest-ai", version, "two", "openai/api_key").await;
        assert_eq!(found.as_deref(), Ok("two"));
    }
    for version in [auto, one] {
        let found = read("/team/kv/atest-ai/", version, "one", "deep/openai/api_key").await;
        assert_eq!(found.as_deref(), Ok("one"));
    }
    // Where the path has nothing below the mount.
    bao.put("secret/plain", "k=v");
    bao.let_read("all", "secret/data");
    assert_eq!(read("secret", auto, "all", "plain/k").await.as_deref(), Ok("v"));
    let wrong = read("secret/atest-ai", one, "two", "openai/api_key").await;
    assert!(wrong.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rotated_reaches_whoever_waits_for_it() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=first");
    let mut settings = settings(&bao);
    settings.mappings.push(mapping("later/key", "LATER", false));
    let held = first(&settings).await.unwrap();
    assert_eq!(value(&held, "OPENAI_API_KEY"), "first");
    assert!(held.missing.contains_key("LATER"), "{held:?}");
    let mut work = AtWork::begin(&held);

    bao.put("secret/atest-ai/openai", "api_key=second");
    let held = work.next().await;
    assert_eq!(value(&held, "OPENAI_API_KEY"), "second");
    assert!(held.answers(&settings));

    // A secret that was not there at the start comes, with an end; another one goes, and what was read stays.
    bao.run(&[
        "kv",
        "metadata",
        "put",
        "-delete-version-after=1h",
        "secret/atest-ai/later",
    ]);
    bao.put("secret/atest-ai/later", "key=here");
    let held = work.next().await;
    assert_eq!(value(&held, "LATER"), "here");
    assert!(held.missing.is_empty(), "{held:?}");
    let has_end =
        |news: &News| matches!(news, News::Ends(ends) if ends.iter().any(|(name, _)| name == "LATER"));
    work.until_said("when LATER ends", has_end).await;
    bao.run(&["kv", "delete", "secret/atest-ai/openai"]);
    let is_gone = |news: &News| matches!(news, News::Unread(name, failure) if name == "OPENAI_API_KEY" && failure.kind == FailureKind::Missing);
    work.until_said("that it is gone", is_gone).await;
    bao.put("secret/atest-ai/later", "key=other");
    let held = work.next().await;
    assert_eq!(value(&held, "OPENAI_API_KEY"), "second");
    assert_eq!(work.count(is_gone), 1);
    assert!(!work.task.is_finished());
    drop(work.changed);
    tokio::time::timeout(PATIENCE, work.task).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_sealed_changes_nothing_and_is_told_once() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=first");
    bao.let_read("sidecar", "secret/data/atest-ai");
    let (role_id, secret_id) = bao.app_role("sidecar", "sidecar", &["token_ttl=2s", "token_max_ttl=1h"]);
    let settings = Settings {
        auth_method: AuthMethod::AppRole,
        role_id: Some(role_id),
        secret_id: Some(secret_id.into()),
        timeout: Duration::from_millis(500),
        ..settings(&bao)
    };
    let held = first(&settings).await.unwrap();
    let mut work = AtWork::begin(&held);
    bao.seal();
    let is_lost = |news: &News| matches!(news, News::Lost(failure) if failure.kind == FailureKind::Sealed);
    work.until_said("that it is sealed", is_lost).await;
    let refused = first(&settings).await.unwrap_err().to_string();
    assert!(
        refused.contains("OPENAI_API_KEY") && refused.contains("sealed"),
        "{refused}"
    );
    let optional = Settings {
        mappings: vec![mapping("openai/api_key", "OPENAI_API_KEY", false)],
        ..settings.clone()
    };
    let degraded = first(&optional).await.unwrap();
    assert!(
        degraded.secrets.is_empty() && !degraded.was_answered,
        "{degraded:?}"
    );
    let mut later = AtWork::begin(&degraded);
    assert_eq!(work.count(|news| matches!(news, News::Lost(_))), 1);

    bao.unseal();
    bao.put("secret/atest-ai/openai", "api_key=second");
    work.until_it_has("second").await;
    later.until_it_has("second").await;
    work.until_said("that it is back", |news| *news == News::Back)
        .await;
    later
        .until_said("that it is back", |news| *news == News::Back)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_and_at_its_longest_life_there_is_a_new_one() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=0");
    bao.let_read("sidecar", "secret/data/atest-ai");
    let (role_id, secret_id) = bao.app_role("sidecar", "sidecar", &["token_ttl=2s", "token_max_ttl=4s"]);
    let settings = Settings {
        auth_method: AuthMethod::AppRole,
        role_id: Some(role_id),
        secret_id: Some(secret_id.into()),
        ..settings(&bao)
    };
    let held = first(&settings).await.unwrap();
    let mut work = AtWork::begin(&held);
    // Longer than the longest life of two tokens: each change is still seen.
    let started = Instant::now();
    let mut number = 0;
    while started.elapsed() < Duration::from_secs(9) {
        number += 1;
        bao.put("secret/atest-ai/openai", &format!("api_key={number}"));
        assert_eq!(value(&work.next().await, "OPENAI_API_KEY"), number.to_string());
    }
    assert_eq!(
        work.count(|news| matches!(news, News::Lost(_) | News::Unread(..))),
        0,
        "{:?}",
        work.said
    );
    let ends: Vec<Timestamp> = work
        .said
        .lock()
        .unwrap()
        .iter()
        .filter_map(|news| match news {
            News::Ends(ends) => ends
                .iter()
                .find(|(name, _)| name == "vault_token")
                .map(|(_, end)| *end),
            _ => None,
        })
        .collect();
    assert!(ends.last() > ends.first(), "{ends:?}");

    // One that an operator has revoked.
    bao.run(&["token", "revoke", "-mode=path", "auth/approle"]);
    bao.put("secret/atest-ai/openai", "api_key=after");
    assert_eq!(value(&work.next().await, "OPENAI_API_KEY"), "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_signs_in_and_a_wrong_one_is_told_what_is_wrong() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=sk-1");
    bao.let_read("sidecar", "secret/data/atest-ai");
    // Its claims are read before anybody is asked whether it is genuine.
    let claims = |account: &str| {
        let header = base64(br#"{"alg":"RS256","typ":"JWT"}"#);
        let claims = base64(
            serde_json::json!({
                "iss": "kubernetes/serviceaccount", "sub": format!("system:serviceaccount:default:{account}"),
                "kubernetes.io/serviceaccount/namespace": "default",
                "kubernetes.io/serviceaccount/service-account.name": account,
                "kubernetes.io/serviceaccount/service-account.uid": "u1",
            })
            .to_string()
            .as_bytes(),
        );
        format!("{header}.{claims}.{}", base64(b"signature-planted"))
    };
    let jwt = claims("sidecar");
    let reviewer = TokenReview::start(&jwt);
    bao.let_kubernetes(&reviewer, "k8s", "atest-ai-plugin", "sidecar");
    let folder = tempfile::tempdir().unwrap();
    let jwt_file = folder.path().join("token");
    let settings = Settings {
        auth_method: AuthMethod::Kubernetes,
        auth_mount: Some("k8s".into()),
        role: Some("atest-ai-plugin".into()),
        jwt_file: jwt_file.clone(),
        ..settings(&bao)
    };
    let without = first(&settings).await.unwrap_err().to_string();
    assert!(without.contains("jwt_file does not exist"), "{without}");
    std::fs::write(&jwt_file, format!("{jwt}\n")).unwrap();
    let held = first(&settings).await.unwrap();
    assert_eq!(value(&held, "OPENAI_API_KEY"), "sk-1");
    assert_eq!(*reviewer.asked.lock().unwrap(), [jwt]);

    let wrong_role = Settings {
        role: Some("nobody".into()),
        ..settings.clone()
    };
    let told = first(&wrong_role).await.unwrap_err().to_string();
    assert!(told.contains("secrets.vault.role"), "{told}");
    let wrong_mount = Settings {
        auth_mount: None,
        ..settings.clone()
    };
    let told = first(&wrong_mount).await.unwrap_err().to_string();
    assert!(told.contains("auth_mount"), "{told}");
    let other = claims("somebody-else");
    std::fs::write(&jwt_file, &other).unwrap();
    let told = first(&settings).await.unwrap_err().to_string();
    assert!(told.contains("does not accept the service account"), "{told}");
    assert!(!told.contains(&other) && !told.contains("planted"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_or_is_not_there_is_told_by_its_mapping() {
    let Some(bao) = OpenBao::start() else { return };
    bao.put("secret/atest-ai/openai", "api_key=sk-1");
    bao.put("secret/other/openai", "api_key=sk-2");
    bao.let_read("sidecar", "secret/data/atest-ai");
    let token = bao.token("sidecar", &[]);
    let ask = async |mount: &str, mappings: Vec<VaultMapping>, token: &str| {
        let settings = Settings {
            mount_path: mount.into(),
            token: Some(token.into()),
            mappings,
            ..settings(&bao)
        };
        first(&settings).await
    };
    let key = |required| vec![mapping("openai/api_key", "OPENAI_API_KEY", required)];
    let told = async |mount: &str, mappings, token: &str| {
        let told = ask(mount, mappings, token).await.unwrap_err().to_string();
        assert!(!told.contains("sk-") && !told.contains(token), "{told}");
        told
    };
    let denied = told("secret/other", key(true), &token).await;
    assert!(
        denied.contains("OPENAI_API_KEY (vault secret/other/openai:api_key)"),
        "{denied}"
    );
    assert!(
        denied.contains("HTTP 403") && denied.contains("`read`"),
        "{denied}"
    );
    let unknown = told("secret/atest-ai", key(true), "s.unknown-planted").await;
    assert!(unknown.contains("HTTP 403"), "{unknown}");
    let two = vec![
        mapping("openai/none", "ONE", true),
        mapping("none/api_key", "TWO", true),
        mapping("openai/api_key", "THREE", true),
    ];
    let missing = told("secret/atest-ai", two, &token).await;
    assert!(
        missing.contains("ONE (vault secret/atest-ai/openai:none)"),
        "{missing}"
    );
    assert!(
        missing.contains("no such field") && missing.contains("no such secret"),
        "{missing}"
    );
    assert!(!missing.contains("THREE"), "{missing}");
    let held = ask("secret/other", key(false), &token).await.unwrap();
    assert!(held.was_answered && held.secrets.is_empty(), "{held:?}");
    assert!(held.missing["OPENAI_API_KEY"].contains("403"), "{held:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_its_authority_must_be_known() {
    let Some(bao) = OpenBao::start_tls() else { return };
    bao.put("secret/atest-ai/openai", "api_key=sk-1");
    let unknown = Settings {
        // Long enough for a handshake on a busy machine.
        timeout: Duration::from_secs(4),
        ..settings(&bao)
    };
    let told = first(&unknown).await.unwrap_err().to_string();
    assert!(
        told.contains("certificate") && told.contains("secrets.vault.ca_file"),
        "{told}"
    );
    let known = Settings {
        ca_file: Some(bao.authority()),
        ..settings(&bao)
    };
    let held = first(&known).await.unwrap();
    assert_eq!(value(&held, "OPENAI_API_KEY"), "sk-1");
    let plain = Settings {
        address: Some(bao.url.replace("https", "http")),
        ..unknown
    };
    assert!(first(&plain).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_told_after_a_bounded_time() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings {
        enabled: true,
        address: Some(format!("http://{address}")),
        token: Some("s.planted".into()),
        mappings: vec![mapping("openai/api_key", "OPENAI_API_KEY", true)],
        timeout: Duration::from_millis(300),
        ..Settings::default()
    };
    // It takes connections and says nothing.
    let silent = first(&settings).await.unwrap_err().to_string();
    assert!(silent.contains("did not answer in time"), "{silent}");
    drop(listener);
    let gone = first(&settings).await.unwrap_err().to_string();
    assert!(
        gone.contains("OPENAI_API_KEY is needed") && gone.contains("refused the connection"),
        "{gone}"
    );
    assert!(!gone.contains("planted"), "{gone}");
}

/// RFC 4648 §5, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let number = three
            .iter()
            .fold(0u32, |number, byte| number << 8 | u32::from(*byte));
        let number = number << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            out.push(char::from(DIGITS[(number >> (18 - 6 * place)) as usize & 63]));
        }
    }
    out
}

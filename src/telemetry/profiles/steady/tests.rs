//! Profiles come by themselves, to where the config in effect wants them, and end with the process.

use std::path::Path;

use arc_swap::ArcSwap;
use tokio::task::JoinHandle;

use super::*;
use crate::config::units::Size;
use crate::telemetry::Format;

/// Far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Profiles being taken by a config that the test changes.
struct Running {
    config: Arc<ArcSwap<Config>>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn start(config: Config, state_dir: Option<&Path>) -> Running {
        let config = Arc::new(ArcSwap::from_pointee(config));
        let metrics = Arc::new(Metrics::default());
        let stop = CancellationToken::new();
        let in_effect = Arc::clone(&config);
        let steady = Steady::new(Arc::clone(&metrics), state_dir.map(Path::to_owned), move || {
            in_effect.load_full()
        });
        Running {
            config,
            metrics,
            task: profiling::tasks::spawn("take profiles", steady.run(stop.clone())),
            stop,
        }
    }

    /// The value of a series.
    fn value(&self, series: &str) -> u64 {
        let text = String::from_utf8(self.metrics.render(Format::Text004)).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{series} ")));
        line.unwrap_or_else(|| panic!("there is no {series}"))
            .parse()
            .unwrap()
    }

    fn kept(&self, cause: &str, place: &str) -> u64 {
        self.value(&format!(
            "atest_ai_profiles_kept_total{{cause=\"{cause}\",place=\"{place}\"}}"
        ))
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{what}");
}

/// As short as it can be; a file may not say so.
fn config() -> Config {
    let mut config = Config::default();
    let settings = &mut config.profiling.continuous;
    settings.enabled = true;
    settings.interval = Duration::from_millis(1100);
    settings.duration = Duration::from_secs(1);
    config
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

#[test]
fn profiles_are_due_at_once_and_after_each_interval_also_a_changed_one() {
    let mut rhythm = Rhythm::default();
    let mut settings = ContinuousProfiling::default();
    let began = Instant::now();
    let at = |second| began + Duration::from_secs(second);
    assert!(!rhythm.is_due(&settings, at(0)));
    settings.enabled = true;
    assert!(rhythm.is_due(&settings, at(1)));
    assert!(!rhythm.is_due(&settings, at(600)));
    assert!(rhythm.is_due(&settings, at(601)));
    // A shorter interval does not wait for the end of the longer one.
    settings.interval = Duration::from_secs(60);
    assert!(!rhythm.is_due(&settings, at(660)));
    assert!(rhythm.is_due(&settings, at(661)));
    settings.enabled = false;
    assert!(!rhythm.is_due(&settings, at(800)));
    settings.enabled = true;
    assert!(rhythm.is_due(&settings, at(801)));
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_come_into_the_state_folder_and_the_oldest_make_room() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("profiles");
    // A profile of an hour ago fills it: whatever size the next one has, both have no room.
    std::fs::create_dir(&folder).unwrap();
    let old = KeptName {
        at: Timestamp::now() - jiff::SignedDuration::from_hours(1),
        cause: ProfileCause::Interval,
        profile: ProfileName::Cpu,
    };
    let mut small = config();
    small.profiling.continuous.max_size = Size(4 << 20);
    std::fs::write(folder.join(old.to_string()), vec![0; 4 << 20]).unwrap();
    let running = Running::start(small, Some(state.path()));
    until("the first profile comes", || {
        names(&folder).iter().any(|name| *name != old.to_string())
    })
    .await;
    let kept = names(&folder);
    assert!(!kept.contains(&old.to_string()), "{kept:?}");
    assert!(kept[0].ends_with("-interval-cpu.pb.gz"), "{kept:?}");
    let bytes = std::fs::read(folder.join(&kept[0])).unwrap();
    assert_eq!(bytes[..2], [0x1f, 0x8b]);
    until("the metrics tell", || running.kept("interval", "folder") >= 2).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_costs_the_profiles_and_nothing_else() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut config = config();
    config.profiling.continuous.folder = Some(file.join("profiles"));
    let running = Running::start(config.clone(), None);
    until("it is counted", || running.kept("interval", "nowhere") >= 2).await;
    // It is mended.
    std::fs::remove_file(&file).unwrap();
    until("profiles are kept", || running.kept("interval", "folder") >= 1).await;
    assert!(running.value("atest_ai_profiles_folder_bytes") > 0);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_leaves_them_to_the_folder() {
    let state = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut config = config();
    config.profiling.continuous.push_url = Some(format!("http://{address}"));
    let running = Running::start(config, Some(state.path()));
    until("it is kept", || running.kept("interval", "folder") >= 1).await;
    assert!(running.value("atest_ai_profile_push_failures_total") >= 1);

    let router = axum::Router::new().fallback(|| async { "" });
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let serving = profiling::tasks::spawn("serve a test", async move { axum::serve(listener, router).await });
    until("it is pushed", || running.kept("interval", "server") >= 1).await;
    serving.abort();
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_leaves_a_profile_of_the_incident_once() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().join("profiles");
    let mut config = config();
    config.profiling.continuous.enabled = false;
    let guard = &mut config.profiling.guard;
    guard.enabled = true;
    guard.lasting = Duration::ZERO;
    // Below what every process needs.
    guard.memory_percent = 1e-6;
    let running = Running::start(config, Some(state.path()));
    until("it is kept", || running.kept("memory_guard", "folder") >= 1).await;
    let kept = names(&folder);
    assert!(
        kept.iter().any(|name| name.ends_with("-memory-guard-cpu.pb.gz")),
        "{kept:?}"
    );
    assert_eq!(running.kept("interval", "folder"), 0);
    // It rests now: the next threshold that is passed is the other one's.
    let mut config = Config::clone(&running.config.load());
    config.profiling.guard.cpu_percent = 0.0;
    running.config.store(Arc::new(config));
    until("CPU is kept", || running.kept("cpu_guard", "folder") >= 1).await;
    assert_eq!(running.kept("memory_guard", "folder"), 1);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_a_profile_under_way() {
    let state = tempfile::tempdir().unwrap();
    let mut config = config();
    config.profiling.continuous.duration = Duration::from_secs(300);
    let running = Running::start(config, Some(state.path()));
    until("one is being taken", profiling::cpu::is_busy).await;
    running.end().await;
    until("it has ended", || !profiling::cpu::is_busy()).await;
    assert!(names(&state.path().join("profiles")).is_empty());
}

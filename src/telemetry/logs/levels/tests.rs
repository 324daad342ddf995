//! Levels change while statements run, and change back.

use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::Level;
use tracing_subscriber::layer::SubscriberExt;

use super::*;

/// Counts what gets past the filter.
struct Counter(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Counter {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn logging(level: LogLevel, components: &[(&str, LogLevel)]) -> Logging {
    Logging {
        level,
        components: components
            .iter()
            .map(|(name, level)| ((*name).to_owned(), *level))
            .collect(),
        ..Logging::default()
    }
}

fn one(component: &str, level: LogLevel) -> LevelChange {
    LevelChange {
        components: BTreeMap::from([(component.to_owned(), level)]),
        ..LevelChange::default()
    }
}

#[test]
fn the_same_statement_is_silent_then_heard_then_silent() {
    let levels = LogLevels::new(&logging(LogLevel::Info, &[])).unwrap();
    let heard = Arc::new(AtomicUsize::new(0));
    let subscriber = tracing_subscriber::registry()
        .with(Counter(Arc::clone(&heard)))
        .with(levels.filter());
    let say = || {
        let before = heard.load(Ordering::Relaxed);
        tracing::debug!(target: "atest_ext_ai::provider::ollama", "a detail");
        tracing::trace!(target: "atest_ext_ai::plugin", "a smaller one");
        tracing::debug!(target: "hyper::proto", "another's");
        heard.load(Ordering::Relaxed) - before
    };
    tracing::subscriber::with_default(subscriber, || {
        assert_eq!(say(), 0);
        levels.debug();
        assert_eq!(say(), 1, "debug of our own, and nothing else");
        levels.change(&one("plugin", LogLevel::Trace)).unwrap();
        assert_eq!(say(), 1, "trace of one component in place of debug of all");
        levels.change(&one("dependencies", LogLevel::Debug)).unwrap();
        assert_eq!(say(), 1);
        levels.reset(|| {});
        assert_eq!(say(), 0);
    });
}

#[test]
fn the_most_talkative_level_is_told_so_that_silent_statements_cost_one_look() {
    let levels = LogLevels::new(&logging(LogLevel::Info, &[])).unwrap();
    let filter = levels.filter();
    let hint = || Layer::<tracing_subscriber::Registry>::max_level_hint(&filter);
    assert_eq!(hint(), Some(LevelFilter::INFO));
    levels.change(&one("database", LogLevel::Trace)).unwrap();
    assert_eq!(hint(), Some(LevelFilter::TRACE));
    levels.reset(|| {});
    assert_eq!(hint(), Some(LevelFilter::INFO));
}

#[test]
fn a_wrong_change_changes_nothing() {
    let levels = LogLevels::default();
    levels.debug();
    let before = levels.in_effect();
    assert!(levels.change(&one("nonsense", LogLevel::Info)).is_err());
    assert_eq!(levels.in_effect(), before);
}

#[tokio::test(start_paused = true)]
async fn each_change_ends_at_its_own_time_and_says_so_once() {
    let levels = LogLevels::new(&Logging {
        debug_duration: Duration::from_secs(900),
        ..logging(LogLevel::Info, &[])
    })
    .unwrap();
    let told = Arc::new(AtomicUsize::new(0));
    let (keeper, telling) = (levels.clone(), Arc::clone(&told));
    tokio::spawn(async move {
        keeper
            .keep_time(|| {
                telling.fetch_add(1, Ordering::Relaxed);
            })
            .await;
    });
    let after = |seconds| tokio::time::sleep(Duration::from_secs(seconds));

    levels.debug();
    after(899).await;
    assert!(levels.in_effect().changed);
    after(2).await;
    assert!(!levels.in_effect().changed);
    assert_eq!(told.load(Ordering::Relaxed), 1);

    levels.debug();
    after(800).await;
    // A later change has its own time, and the first one's end is forgotten.
    let short = LevelChange {
        level: Some(LogLevel::Trace),
        time: Some(Duration::from_secs(300)),
        ..LevelChange::default()
    };
    levels.change(&short).unwrap();
    after(299).await;
    assert_eq!(levels.in_effect().level, LogLevel::Trace);
    after(2).await;
    assert_eq!(levels.in_effect().level, LogLevel::Info);
    assert_eq!(levels.in_effect().until, None);

    let for_ever = LevelChange {
        level: Some(LogLevel::Debug),
        time: Some(Duration::ZERO),
        ..LevelChange::default()
    };
    assert_eq!(levels.change(&for_ever).unwrap().until, None);
    after(1_000_000).await;
    assert!(levels.in_effect().changed);
    assert_eq!(told.load(Ordering::Relaxed), 2);
}

#[test]
fn going_back_is_told_while_it_can_be_heard() {
    for (config, change) in [
        (LogLevel::Error, LogLevel::Debug),
        (LogLevel::Info, LogLevel::Error),
    ] {
        let levels = LogLevels::new(&logging(config, &[])).unwrap();
        let filter = levels.filter();
        levels
            .change(&LevelChange {
                level: Some(change),
                ..LevelChange::default()
            })
            .unwrap();
        let mut heard = false;
        levels.reset(|| heard = filter.0.load().would_enable("atest_ext_ai::app", &Level::INFO));
        assert!(heard, "{config:?} {change:?}");
        assert!(!levels.in_effect().changed);
    }
}

//! A request from its root to what the sender gets.

use std::sync::Arc;
use std::time::Duration;

use super::outbox::Outbox;
use super::recorder::{Finished, Rules};
use super::sampler::Sampler;
use super::*;
use crate::config::{Sampler as Word, Tracing};

const SOON: Duration = Duration::from_millis(1);

struct Fixture {
    tracer: Tracer,
    outbox: Arc<Outbox>,
    counts: TraceCounts,
}

fn fixture(settings: &Tracing) -> Fixture {
    let counts = TraceCounts::default();
    let outbox = Arc::new(Outbox::new(
        settings.queue_size,
        settings.batch_size,
        counts.clone(),
    ));
    let rules = Rules {
        sampler: Sampler::new(settings),
        outbox: Arc::clone(&outbox),
        captures_content: settings.capture_content,
    };
    Fixture {
        tracer: Tracer::new(rules),
        outbox,
        counts,
    }
}

fn sampler(word: Word) -> Tracing {
    Tracing {
        sampler: word,
        ..Tracing::default()
    }
}

impl Fixture {
    async fn sent(&self) -> Vec<Finished> {
        self.outbox.close();
        let mut all = Vec::new();
        while let Some(batch) = self.outbox.next(SOON).await {
            all.extend(batch);
        }
        all
    }

    /// A request with one span below its root.
    fn ask(&self, caller: Option<TraceContext>, is_error: bool) {
        let root = self.tracer.begin(&Root {
            caller,
            ..Root::default()
        });
        root.place().within(|| drop(Span::start("below", Kind::Internal)));
        root.settle(is_error);
    }
}

fn caller(is_sampled: bool) -> TraceContext {
    TraceContext {
        ids: SpanIds { trace: 7, span: 9 },
        is_sampled,
    }
}

#[tokio::test]
async fn spans_find_their_parent_by_the_task_they_are_made_in() {
    let fixture = fixture(&sampler(Word::AlwaysOn));
    let root = fixture.tracer.begin(&Root {
        name: "door",
        caller: Some(caller(true)),
        ..Root::default()
    });
    let root_id = root.ids().unwrap();
    root.place()
        .around(async {
            assert_eq!(current(), Some(root_id));
            let outer = Span::start("outer", Kind::Client);
            outer
                .around(async {
                    tokio::task::yield_now().await;
                    drop(Span::start("inner", Kind::Internal));
                    let told = outgoing().unwrap();
                    assert_eq!(Some(told.ids), current());
                    assert!(told.is_sampled);
                })
                .await;
            assert_eq!(current(), Some(root_id), "the place is left again");
        })
        .await;
    assert_eq!(current(), None);
    drop(root);
    let [trace] = fixture.sent().await.try_into().expect("one trace");
    assert_eq!((trace.id, trace.has_caller), (7, true));
    let id = |name: &str| trace.spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(id("door").parent, 9);
    assert_eq!(id("outer").parent, id("door").id);
    assert_eq!(id("inner").parent, id("outer").id);
    assert_eq!(fixture.counts.produced(), 3);
}

#[tokio::test]
async fn errors_are_sent_although_the_sampler_said_no_and_the_rest_is_not() {
    let fixture = fixture(&sampler(Word::ParentBasedAlwaysOff));
    fixture.ask(None, false);
    fixture.ask(Some(caller(false)), false);
    assert_eq!(fixture.counts.produced(), 0);
    fixture.ask(None, true);
    fixture.ask(Some(caller(false)), true);
    assert_eq!(fixture.sent().await.len(), 2);
    assert_eq!(fixture.counts.produced(), 4);
}

#[tokio::test]
async fn an_exemplar_names_a_trace_only_when_that_will_be_sent() {
    let fixture = fixture(&sampler(Word::AlwaysOff));
    let root = fixture.tracer.begin(&Root::default());
    let seen = || {
        root.place()
            .within(|| (exemplar().is_some(), outgoing().unwrap().is_sampled))
    };
    assert_eq!(seen(), (false, false));
    root.settle(true);
    assert_eq!(seen(), (true, false), "who was called before was told otherwise");
}

#[tokio::test]
async fn own_time_leaves_out_what_the_request_waits_for_also_without_traces() {
    let root = Tracer::default().begin(&Root::default());
    assert_eq!(root.ids(), None);
    root.place()
        .around(async {
            let _call = Span::start("chat", Kind::Client);
            tokio::time::sleep(Duration::from_millis(80)).await;
        })
        .await;
    let own = root.settle(false);
    assert!(own < Duration::from_millis(80), "{own:?}");
}

#[tokio::test]
async fn work_that_goes_on_for_others_stays_in_its_trace() {
    let fixture = fixture(&sampler(Word::AlwaysOn));
    let root = fixture.tracer.begin(&Root::default());
    let work = root.place().within(here).around(async {
        tokio::task::yield_now().await;
        drop(Span::start("later", Kind::Internal));
    });
    drop(root);
    assert_eq!(fixture.counts.produced(), 0, "it has not ended");
    tokio::spawn(work).await.unwrap();
    let sent = fixture.sent().await;
    assert_eq!(
        sent.iter().map(|trace| trace.spans.len()).collect::<Vec<_>>(),
        [2]
    );
}

#[tokio::test]
async fn another_thread_can_be_taken_into_the_span() {
    let fixture = fixture(&sampler(Word::AlwaysOn));
    let root = fixture.tracer.begin(&Root::default());
    let run = root.place().within(|| carry(current));
    let seen = tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(seen, root.ids());
}

#[tokio::test]
async fn content_is_taken_only_when_asked_for() {
    let quiet = fixture(&sampler(Word::AlwaysOn)).tracer.begin(&Root::default());
    assert!(quiet.is_recorded() && !quiet.takes_content());
    let open = Tracing {
        capture_content: true,
        ..sampler(Word::AlwaysOn)
    };
    assert!(fixture(&open).tracer.begin(&Root::default()).takes_content());
}

#[tokio::test]
async fn a_full_queue_drops_whole_traces_and_every_span_is_accounted_for() {
    let fixture = fixture(&Tracing {
        queue_size: 5,
        batch_size: 2,
        ..sampler(Word::AlwaysOn)
    });
    for _ in 0..10 {
        fixture.ask(None, false);
    }
    let sent: usize = fixture.sent().await.iter().map(|trace| trace.spans.len()).sum();
    assert_eq!(sent, 4, "two traces of two spans fit into five");
    assert_eq!(fixture.counts.produced(), 20);
    assert_eq!(fixture.counts.dropped(), 16);
    // Closed.
    fixture.ask(None, false);
    assert_eq!((fixture.counts.produced(), fixture.counts.dropped()), (22, 18));
}

#[tokio::test(start_paused = true)]
async fn a_batch_goes_when_it_is_whole_or_its_first_trace_has_waited() {
    let fixture = Arc::new(fixture(&Tracing {
        batch_size: 4,
        ..sampler(Word::AlwaysOn)
    }));
    let delay = Duration::from_secs(5);
    let waits = tokio::spawn({
        let outbox = Arc::clone(&fixture.outbox);
        async move {
            let started = tokio::time::Instant::now();
            let batch = outbox.next(delay).await.unwrap();
            (batch.len(), started.elapsed())
        }
    });
    tokio::time::sleep(Duration::from_secs(60)).await;
    fixture.ask(None, false);
    let (traces, took) = waits.await.unwrap();
    assert_eq!(traces, 1);
    assert!(took >= Duration::from_secs(65), "{took:?}");

    fixture.ask(None, false);
    fixture.ask(None, false);
    let started = tokio::time::Instant::now();
    assert_eq!(fixture.outbox.next(delay).await.unwrap().len(), 2);
    assert_eq!(started.elapsed(), Duration::ZERO);
}

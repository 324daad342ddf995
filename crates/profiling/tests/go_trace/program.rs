//! A small service: questions that ask a database in a blocking call and a model over a socket, recorded by a wrapper around each task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use profiling::Site;
use profiling::execution::{self, Waits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How long the model thinks. A question takes no less.
pub const THINKS: Duration = Duration::from_millis(200);

pub static QUESTION: Site = site("answer questions", 10);
pub static MODEL: Site = site("model server", 20);
pub static SCHEMA: Site = site("read schema", 30);
pub static REAPER: Site = site("session reaper", 40);
pub static ABORTED: Site = site("aborted", 50);

const fn site(name: &'static str, line: u32) -> Site {
    let file = "src/program.rs";
    Site { name, file, line }
}

/// Spawns a task whose polls and wakes are recorded.
pub fn spawn<F>(site: &'static Site, future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let future = Box::pin(future);
    let handle = tokio::spawn(Polled { site, future });
    execution::spawned(number(handle.id()), site);
    handle
}

/// Runs a blocking call that is recorded.
pub fn spawn_blocking(site: &'static Site, call: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    let handle = tokio::task::spawn_blocking(move || {
        let task = number(tokio::task::id());
        execution::blocking_started(task, site);
        call();
        execution::blocking_ended(task);
    });
    execution::spawned(number(handle.id()), site);
    handle
}

fn number(id: tokio::task::Id) -> u64 {
    id.to_string().parse().unwrap()
}

struct Polled<F> {
    site: &'static Site,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Polled<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let task = number(tokio::task::id());
        let waker = Waker::from(Arc::new(Seen {
            task,
            inner: context.waker().clone(),
        }));
        execution::poll_started(task, Some(self.site));
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&waker));
        execution::poll_ended(task, polled.is_ready());
        polled
    }
}

impl<F> Drop for Polled<F> {
    fn drop(&mut self) {
        if let Some(task) = tokio::task::try_id() {
            execution::ended(number(task));
        }
    }
}

struct Seen {
    task: u64,
    inner: Waker,
}

impl Wake for Seen {
    fn wake(self: Arc<Self>) {
        execution::woken(self.task);
        self.inner.wake_by_ref();
    }
}

/// Answers that many questions at once.
pub async fn answer(questions: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let model = spawn(&MODEL, async move {
        for _ in 0..questions {
            let (mut peer, _) = listener.accept().await.unwrap();
            spawn(&MODEL, async move {
                let mut asked = [0; 4];
                peer.read_exact(&mut asked).await.unwrap();
                tokio::time::sleep(THINKS).await;
                peer.write_all(b"sql!").await.unwrap();
            });
        }
    });
    let aborted = spawn(&ABORTED, std::future::pending::<()>());
    let asked: Vec<_> = (0..questions)
        .map(|_| spawn(&QUESTION, question(address)))
        .collect();
    for handle in asked {
        handle.await.unwrap();
    }
    aborted.abort();
    assert!(aborted.await.unwrap_err().is_cancelled());
    model.await.unwrap();
}

async fn question(address: std::net::SocketAddr) {
    let query = execution::begin_task("query", None);
    execution::log(Some(query), "question", "how many users are there?");

    let schema = execution::begin_phase(query, "schema", Waits::Sync);
    spawn_blocking(&SCHEMA, || std::thread::sleep(Duration::from_millis(5)))
        .await
        .unwrap();
    execution::end_phase(schema);

    let provider = execution::begin_phase(query, "provider", Waits::Network);
    let mut model = TcpStream::connect(address).await.unwrap();
    model.write_all(b"ask?").await.unwrap();
    let mut sql = [0; 4];
    model.read_exact(&mut sql).await.unwrap();
    execution::log(None, "model", "answered");
    execution::end_phase(provider);

    // These overlap, however slow the machine is: they can be no regions.
    let begun = tokio::sync::Barrier::new(2);
    let both = async |name, millis| {
        let phase = execution::begin_phase(query, name, Waits::Sleep);
        begun.wait().await;
        tokio::time::sleep(Duration::from_millis(millis)).await;
        execution::end_phase(phase);
    };
    tokio::join!(both("preview", 10), both("score", 20));
    execution::end_task(query);
}

/// Calls whatever can be called, in no sensible order.
pub fn talk_nonsense(seed: u64, times: u32) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % bound
    };
    let (mut tasks, mut phases) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let task = below(40);
        match below(14) {
            0 => execution::spawned(task, &MODEL),
            1..=3 => execution::poll_started(task, Some(&QUESTION)),
            4..=6 => execution::poll_ended(task, below(20) == 0),
            7 => execution::woken(task),
            8 if below(20) == 0 => execution::ended(task),
            9 if below(10) == 0 => execution::blocking_started(task, &SCHEMA),
            9 => execution::blocking_ended(task),
            10 => tasks.push(execution::begin_task("query", tasks.last().copied())),
            11 => tasks.pop().into_iter().for_each(execution::end_task),
            12 => phases.extend(
                tasks
                    .last()
                    .map(|task| execution::begin_phase(*task, "phase", Waits::Sync)),
            ),
            13 if !phases.is_empty() => {
                let index = below(phases.len() as u64) as usize;
                execution::end_phase(phases.swap_remove(index));
            }
            _ => execution::log(tasks.last().copied(), "said", "nonsense"),
        }
    }
}

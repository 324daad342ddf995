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

    // These overlap: they can be no regions.
    let both = async |name, millis| {
        let phase = execution::begin_phase(query, name, Waits::Sleep);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        execution::end_phase(phase);
    };
    tokio::join!(both("preview", 10), both("score", 20));
    execution::end_task(query);
}

//! A small service that can be seen into: `cargo run -p profiling --example service`, then
//! `go tool pprof -top 'http://localhost:6060/debug/pprof/profile?seconds=5'` and
//! `curl -so trace 'http://localhost:6060/debug/pprof/trace?seconds=2'; go tool trace trace`.
//!
//! It counts primes for whoever asks `GET /primes`, and every 200 ms for itself. A real service has a real HTTP library, and lets
//! nobody but its operators see `/debug/`.

use std::time::Duration;

use profiling::execution::{self, Waits};
use profiling::heap::View;
use profiling::tasks::Detail;
use profiling::{contention, cpu, flame, heap, tasks, threads};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

profiling::jemalloc!();

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    heap::walk_frame_pointers();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all();
    tasks::install(&mut builder);
    builder.build()?.block_on(serve())
}

async fn serve() -> Result<(), Failure> {
    let port = std::env::args().nth(1).map_or(Ok(6060), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    #[allow(clippy::print_stdout)]
    {
        println!("listening on http://{}", listener.local_addr()?);
    }
    tasks::spawn("count by itself", async {
        loop {
            primes(20_000).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    loop {
        let (stream, _) = listener.accept().await?;
        tasks::spawn("answer one request", async move {
            // A client that goes away is no fault.
            let _ = answer(stream).await;
        });
    }
}

/// Counts primes: a request with two phases, as traces show it.
async fn primes(below: u32) -> usize {
    let task = execution::begin_task("count primes", None);
    let phase = execution::begin_phase(task, "count", Waits::Unknown);
    let count = tasks::spawn_blocking("count", move || {
        let is_prime = |number: u32| {
            (2..)
                .take_while(|d| d * d <= number)
                .all(|d| !number.is_multiple_of(d))
        };
        (2..below).filter(|number| is_prime(*number)).count()
    })
    .await
    .unwrap_or_default();
    execution::end_phase(phase);
    execution::log(Some(task), "primes", &count.to_string());
    execution::end_task(task);
    count
}

async fn answer(stream: TcpStream) -> Result<(), Failure> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let target = line.split_whitespace().nth(1).unwrap_or("/").to_owned();
    // The head is of no interest.
    while stream.read_line(&mut line).await? > 2 {}
    let (status, body) = match reply(&target).await {
        Ok(body) => ("200 OK", body),
        Err(failure) => ("500 Internal Server Error", failure.to_string().into_bytes()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    Ok(stream.shutdown().await?)
}

async fn reply(target: &str) -> Result<Vec<u8>, Failure> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let duration = Duration::from_secs(value("seconds").unwrap_or("1").parse()?);
    let profile = match path.strip_prefix("/debug/pprof/") {
        None if path == "/primes" => return Ok(format!("{}\n", primes(200_000).await).into_bytes()),
        Some("profile") => {
            let options = cpu::Options {
                duration,
                hertz: cpu::DEFAULT_HERTZ,
            };
            cpu::profile(options).await?.profile
        }
        Some("heap") => tasks::spawn_blocking("dump the heap", || heap::profile(View::InUse)).await??,
        Some("goroutine") if value("debug").is_some() => return Ok(tasks::text(Detail::Each).into_bytes()),
        Some("goroutine") => tasks::profile(),
        Some("threadcreate") => threads::profile()?,
        Some("block") => contention::block()?,
        Some("trace") => {
            let options = execution::Options {
                heap: Some(heap::allocated),
                alive: Some(tasks::alive),
                ..execution::Options::default()
            };
            let trace = execution::record(duration, options).await?;
            let mut file = Vec::new();
            trace.write_go(&mut file)?;
            return Ok(file);
        }
        _ => {
            return Err(
                "GET /primes, or /debug/pprof/{profile,heap,goroutine,threadcreate,block,trace}".into(),
            );
        }
    };
    match value("format") {
        Some("svg") => Ok(flame::svg(&profile, value("kind").unwrap_or("cpu"), path)?),
        _ => Ok(profile.to_gzip()),
    }
}

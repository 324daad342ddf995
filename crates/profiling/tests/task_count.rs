//! The tasks that are listed are those that the runtime counts. Alone in its process: both are about all of it.
#![cfg(tokio_unstable)]

use std::future::pending;
use std::time::Duration;

use profiling::tasks::{self, Kind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// For what has to happen at once on an idle machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Those on a worker: the runtime does not count calls that block.
fn count(of: &[Kind]) -> usize {
    let tasks = tasks::list();
    tasks.iter().filter(|task| of.contains(&task.kind)).count()
}

/// Waits until so many are listed, and as many alive for the runtime: a task that has ended is not gone at once.
async fn settle(expected: usize) {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let settled = async {
        while alive() != expected || count(&[Kind::Task, Kind::Library]) != expected {
            sleep(Duration::from_millis(1)).await;
        }
    };
    if timeout(PATIENCE, settled).await.is_err() {
        panic!("{} alive, not {expected}; listed: {:#?}", alive(), tasks::list());
    }
}

/// A server of the kind that libraries are: it spawns a task for each connection, and one more for each request.
async fn serve(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.expect("it listens");
        tokio::spawn(async move {
            while let Ok(byte) = stream.read_u8().await {
                let reply = tokio::spawn(async move { byte + 1 });
                let byte = reply.await.expect("it does not panic");
                stream.write_u8(byte).await.expect("the client reads");
            }
        });
    }
}

#[test]
fn named_tasks_and_those_of_libraries_are_all_that_the_runtime_has() {
    let mut builder = Builder::new_multi_thread();
    tasks::install(builder.worker_threads(2).enable_all());
    let runtime = builder.build().unwrap();
    runtime.block_on(async {
        settle(0).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tasks::spawn("serve", serve(listener));

        let mut clients = JoinSet::new();
        for client in 0..20 {
            let call = async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                for byte in 0..50 {
                    stream.write_u8(byte).await.unwrap();
                    assert_eq!(stream.read_u8().await.unwrap(), byte + 1);
                }
                stream
            };
            match client % 2 {
                0 => tasks::spawn_in(&mut clients, "call", call),
                _ => clients.spawn(call),
            };
        }
        // Calls that block end without having been said to begin.
        for _ in 0..10 {
            tokio::task::spawn_blocking(|| ()).await.unwrap();
            tasks::spawn_blocking("block", || ()).await.unwrap();
        }
        let streams = timeout(PATIENCE, clients.join_all()).await.unwrap();
        // The server and a task a connection.
        settle(21).await;
        assert_eq!(count(&[Kind::Library]), 20);
        drop(streams);
        settle(1).await;

        let aborted = tokio::spawn(pending::<()>());
        let panicked = tokio::spawn(async { panic!("on purpose") });
        aborted.abort();
        assert!(aborted.await.is_err() && panicked.await.is_err());
        server.abort();
        assert!(server.await.is_err());
        settle(0).await;
        tokio::spawn(pending::<()>());
        tasks::spawn("left over", pending::<()>());
    });
    let handle = runtime.handle().clone();
    drop(runtime);
    // Refused by a runtime that is gone.
    drop(handle.spawn(pending::<()>()));
    drop(tasks::spawn_on(&handle, "refused", pending::<()>()));
    assert_eq!(tasks::list(), []);
}

//! Connections from their first word to their last.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::answer::{Ground, Snapshot};
use crate::config::Config;

fn reception(first_word: Duration, stop: &CancellationToken) -> Reception {
    let ground = Ground::default();
    let mut config = Config::default();
    config.server.max_connections = 1;
    let snapshot = Snapshot::new(Arc::new(config), &ground, None);
    Reception {
        service: Arc::new(AnswerService::new(snapshot, ground)),
        room: Arc::default(),
        tls: None,
        users: Arc::default(),
        first_word,
        stop: stop.clone(),
    }
}

fn connected(reception: &Reception) -> (UnixStream, Connection) {
    let (client, server) = UnixStream::pair().unwrap();
    let place = reception.place().unwrap();
    (client, reception.connection(Transport::Unix(server), place))
}

fn pair(first_word: Duration, stop: &CancellationToken) -> (UnixStream, Connection) {
    connected(&reception(first_word, stop))
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed_in_time() {
    let (_client, mut connection) = pair(Duration::from_millis(10), &CancellationToken::new());
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test]
async fn the_other_end_of_a_unix_socket_is_known_by_user_and_process() {
    let (_client, connection) = pair(FIRST_WORD, &CancellationToken::new());
    let Some(Peer::Process { id, .. }) = connection.connect_info().peer else {
        panic!("{:?}", connection.connect_info());
    };
    assert_eq!(id, i32::try_from(std::process::id()).ok());
}

#[tokio::test]
async fn a_silent_connection_does_not_hold_a_stop() {
    let stop = CancellationToken::new();
    let (_client, mut connection) = pair(FIRST_WORD, &stop);
    stop.cancel();
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_connection_that_spoke_once_may_be_silent() {
    let stop = CancellationToken::new();
    let (client, mut connection) = pair(FIRST_WORD, &stop);
    client.try_write(b"x").unwrap();
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 1);
    stop.cancel();
    let second = tokio::time::timeout(Duration::from_millis(50), connection.read(&mut [0; 8])).await;
    assert!(second.is_err(), "the read must wait");
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_calls_ends_and_one_with_a_call_goes_on() {
    let stop = CancellationToken::new();
    let (client, mut connection) = pair(FIRST_WORD, &stop);
    client.try_write(b"x").unwrap();
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 1);
    let call = connection.connect_info().traffic.call();
    let long = Duration::from_secs(3600);
    let waited = tokio::time::timeout(long, connection.read(&mut [0; 8])).await;
    assert!(waited.is_err(), "a call is under way");
    drop(call);
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_cut_and_counted() {
    let reception = reception(FIRST_WORD, &CancellationToken::new());
    let (client, mut connection) = connected(&reception);
    client.try_write(b"x").unwrap();
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 1);
    let call = connection.connect_info().traffic.call();
    call.waits();
    let error = connection.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    let stuffing = vec![0; 1 << 20];
    let error = connection.write_all(&stuffing).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    let text = reception
        .service
        .metrics
        .render(crate::telemetry::Format::Text004);
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("atest_ai_connections_closed_total{door=\"grpc\",reason=\"stalled\"} 2"),
        "{text}"
    );
}

#[tokio::test]
async fn a_full_room_gives_its_place_back() {
    let reception = reception(FIRST_WORD, &CancellationToken::new());
    let (_client, connection) = connected(&reception);
    assert!(reception.place().is_none());
    drop(connection);
    assert!(reception.place().is_some());
}

#[tokio::test]
async fn the_plugins_own_user_always_may() {
    let (_client, server) = UnixStream::pair().unwrap();
    let mut reception = reception(FIRST_WORD, &CancellationToken::new());
    reception.users = Arc::new(BTreeSet::from([4_000_000_001]));
    // The test's own user, or root.
    assert!(reception.may(&Transport::Unix(server)));
}

//! `PProf` of the contract: the same files by name, and never an error.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tokio::net::UnixStream;
use tonic::Request;
use tonic::transport::{Channel, Endpoint};

use crate::contract::remote::loader_client::LoaderClient;
use crate::contract::server::PProfRequest;
use crate::go;
use crate::support::http::{get, request};
use crate::support::plugin::{PATIENCE, Plugin};

async fn client(plugin: &Plugin) -> LoaderClient<Channel> {
    let socket = plugin.socket.clone();
    let channel = Endpoint::from_static("http://localhost")
        .connect_with_connector(tower::service_fn(move |_: tonic::transport::Uri| {
            let socket = socket.clone();
            async move {
                UnixStream::connect(socket)
                    .await
                    .map(hyper_util::rt::TokioIo::new)
            }
        }))
        .await
        .unwrap();
    LoaderClient::new(channel)
}

async fn profile(client: &mut LoaderClient<Channel>, name: &str, timeout: Option<Duration>) -> Vec<u8> {
    let mut request = Request::new(PProfRequest {
        name: name.to_owned(),
    });
    if let Some(timeout) = timeout {
        request.set_timeout(timeout);
    }
    client.p_prof(request).await.unwrap().into_inner().data
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_come_by_name_and_end_before_the_callers_patience() {
    let Some(tools) = go::both() else { return };
    let plugin = Plugin::start("");
    let mut client = client(&plugin).await;
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "heap",
        "allocs",
        "goroutine",
        "threadcreate",
        "mutex",
        "block",
        "profile",
    ] {
        let file = folder.path().join(name);
        std::fs::write(
            &file,
            profile(&mut client, name, Some(Duration::from_secs(3))).await,
        )
        .unwrap();
        for tool in &tools {
            let raw = tool.pprof(&["-raw".as_ref(), file.as_os_str()]);
            assert!(raw.contains("Samples:"), "{name}: {raw}");
        }
    }
    let file = folder.path().join("trace");
    std::fs::write(
        &file,
        profile(&mut client, "trace", Some(Duration::from_secs(3))).await,
    )
    .unwrap();
    for tool in &tools {
        assert!(!tool.print(&file).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_had_is_empty_and_the_log_and_the_metrics_say_so() {
    let plugin = Plugin::start("");
    let mut client = client(&plugin).await;
    for name in ["", "nonsense", "../profile", "PROFILE"] {
        assert!(profile(&mut client, name, None).await.is_empty(), "{name:?}");
    }
    plugin.wait_for_log("by a name that there is not", 4);
    assert!(!plugin.log().contains("nonsense"));
    // Nobody waits long enough for a CPU profile of a second.
    assert!(
        profile(&mut client, "profile", Some(Duration::from_secs(1)))
            .await
            .is_empty()
    );
    plugin.wait_for_log("a CPU profile lasts 1 to 300 seconds", 1);

    // Another one is under way: over HTTP, for as long as its client waits.
    let address = plugin.http;
    let begin = || {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = request(
            "GET",
            "/debug/pprof/profile?seconds=300",
            &[("Host", "localhost")],
            b"",
        );
        stream.write_all(&request).unwrap();
        stream
    };
    let mut first = begin();
    let began = Instant::now();
    while !profile(&mut client, "profile", Some(Duration::from_secs(2)))
        .await
        .is_empty()
    {
        // This one came first, and the other was refused.
        assert!(began.elapsed() < PATIENCE, "never busy");
        first = begin();
    }
    let refused = get(address, "/debug/pprof/profile?seconds=1");
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 200);
    // Its client goes away, and there is room again.
    drop(first);
    while get(address, "/debug/pprof/profile?seconds=1").status == 409 {
        assert!(began.elapsed() < 2 * PATIENCE, "busy for ever");
    }
    let metrics = get(address, "/metrics").text();
    for (series, least) in [
        (
            "atest_ai_profiles_total{outcome=\"refused\",profile=\"other\"} ",
            4,
        ),
        (
            "atest_ai_profiles_total{outcome=\"refused\",profile=\"profile\"} ",
            1,
        ),
        (
            "atest_ai_profiles_total{outcome=\"busy\",profile=\"profile\"} ",
            2,
        ),
    ] {
        let value = metrics
            .lines()
            .find_map(|line| line.strip_prefix(series))
            .unwrap();
        assert!(value.parse::<u64>().unwrap() >= least, "{series}{value}");
    }
}

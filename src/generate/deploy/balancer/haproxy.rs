//! `deploy/haproxy.cfg`.

use std::fmt::Write as _;

use super::super::super::artefact::{Artefact, Set};
use super::super::super::prometheus::Address;
use super::{
    CHECK_EVERY_MS, CHECKS_UNTIL_AWAY, CHECKS_UNTIL_BACK, CONNECT_SECONDS, Fleet, Grpc, HAPROXY, KEPT_BACK,
    MARGIN_SECONDS, Plugin, READY, bind, shown,
};

/// The file.
pub(super) fn artefact(fleet: &Fleet) -> Artefact {
    let mut notes = vec![
        "HAProxy 2.4 or later before several plugins. Tried with: haproxy -c -dW -f haproxy.cfg".to_owned(),
        "systemctl reload haproxy (or SIGUSR1) lets it finish what is under way.".to_owned(),
    ];
    notes.extend(fleet.notes());
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    let mut text = general(fleet);
    text.push_str(&fronts(fleet));
    text.push_str(&backend(fleet));
    if fleet.has_grpc() {
        text.push_str(&grpc_backend(fleet));
    }
    text.push_str(&own_metrics(fleet));
    Artefact::commented(fleet.plan, Set::Haproxy, HAPROXY, "#", &notes, &text)
}

fn general(fleet: &Fleet) -> String {
    let Fleet { patience, .. } = fleet;
    let read = fleet.plan.config.server.time_to_read().as_secs().max(1);
    let stop = patience + MARGIN_SECONDS;
    let mut text = format!(
        "global
    log stdout format raw local0 info
    hard-stop-after {stop}s

defaults
    log global
    mode http
    option httplog
    option dontlognull
    # A slot in the queue of one who went away is not used: nothing is paid for nobody.
    option abortonclose
    timeout connect {CONNECT_SECONDS}s
    timeout check {CONNECT_SECONDS}s
    timeout http-request {read}s
    timeout http-keep-alive {read}s
    timeout queue {MARGIN_SECONDS}s
    # The longest of server.timeout and ai.timeout, and {MARGIN_SECONDS} s: the plugin itself says why an answer is late.
    timeout client {patience}s
    timeout server {patience}s
    # Sent to another plugin only when no connection came about: what has arrived may have been paid for.
    retries 2
    retry-on conn-failure
    option redispatch 1
"
    );
    if fleet.has_names() {
        text.push_str(
            "\n# Names of plugins are asked for again and again, and need not be known at the start.\n",
        );
        text.push_str("resolvers system\n    parse-resolv-conf\n");
    }
    text
}

fn fronts(fleet: &Fleet) -> String {
    let values = &fleet.plan.values.balancer;
    let kept = KEPT_BACK.join("|");
    // Read twice, so that neither %61dmin nor %2561dmin is a way.
    let deny = format!(
        "    # These belong to one plugin each, however the path is written.\n    \
         acl kept_back path,url_dec,url_dec -m reg -i '(^|[^a-z0-9_-])({kept})([^a-z0-9_-]|$)'\n    \
         http-request deny deny_status 403 if kept_back\n"
    );
    let place = |text: &str| bind(text).map(|address| shown(&address)).unwrap_or_default();
    let tls = |alpn: &str| match values.bind_cert_file.as_str() {
        "" => String::new(),
        file => format!(" ssl crt {file} alpn {alpn}"),
    };
    let mut text = format!(
        "
frontend atest_ai
    bind {}{}
{deny}    # The plugin takes whoever comes with this for somebody on another machine.
    option forwardfor
    default_backend plugins
",
        place(&values.bind),
        tls("h2,http/1.1"),
    );
    if fleet.has_grpc() {
        let plain = if values.bind_cert_file.is_empty() {
            " proto h2"
        } else {
            ""
        };
        let _ = write!(
            text,
            "
frontend atest_ai_grpc
    bind {}{}{plain}
{deny}    default_backend plugins_grpc
",
            place(&values.grpc_bind),
            tls("h2"),
        );
    }
    text
}

fn backend(fleet: &Fleet) -> String {
    let mut text = format!(
        "
backend plugins
    balance leastconn
    # A question goes over a connection of its own: a plugin closes those that are idle, and what was sent at that moment
    # could not be told from a question that was answered and paid for.
    option http-server-close
    # 503 is how a plugin says that it has not taken a question (maintenance, overload): another one may. A failure of a
    # provider is no 503.
    option http-buffer-request
    retry-on conn-failure 503
    option httpchk
    http-check send meth GET uri {READY} ver HTTP/1.1 hdr Host localhost
    http-check expect status 200
    option log-health-checks
    default-server inter {CHECK_EVERY_MS} fall {CHECKS_UNTIL_AWAY} rise {CHECKS_UNTIL_BACK}{}
",
        per_server(fleet),
    );
    for plugin in &fleet.plugins {
        let _ = writeln!(text, "    server {} {}", plugin.name, http_server(fleet, plugin));
    }
    text
}

fn grpc_backend(fleet: &Fleet) -> String {
    let mut text = format!(
        "
# A plugin gets calls while its HTTP listener says that it is ready.
backend plugins_grpc
    balance leastconn
    default-server{}
",
        per_server(fleet),
    );
    for plugin in &fleet.plugins {
        if let Some(grpc) = &plugin.grpc {
            let _ = writeln!(
                text,
                "    server {} {}",
                plugin.name,
                grpc_server(fleet, &plugin.name, grpc)
            );
        }
    }
    text
}

/// What holds for each server of both backends.
fn per_server(fleet: &Fleet) -> String {
    let names = if fleet.has_names() {
        " resolvers system init-addr none"
    } else {
        ""
    };
    format!(" maxconn {}{names}", fleet.places)
}

/// What a server line needs to trust the plugin and to be trusted.
fn trust(fleet: &Fleet) -> String {
    let ca = &fleet.plan.values.balancer.ca_file;
    let own = fleet
        .client_certificate()
        .map(|file| format!(" crt {file}"))
        .unwrap_or_default();
    format!(" verify required ca-file {ca}{own}")
}

/// The name that the certificate has to hold.
fn named(address: &Address) -> String {
    match address.host.parse::<std::net::IpAddr>() {
        Ok(_) => String::new(),
        Err(_) => format!(" sni str({})", address.host),
    }
}

fn http_server(fleet: &Fleet, plugin: &Plugin) -> String {
    let mut line = format!("{} check", shown(&plugin.http));
    if fleet.is_tls {
        line.push_str(&format!(" ssl{}{}", trust(fleet), named(&plugin.http)));
        if !named(&plugin.http).is_empty() {
            line.push_str(&format!(" check-sni {}", plugin.http.host));
        }
    }
    line
}

fn grpc_server(fleet: &Fleet, name: &str, grpc: &Grpc) -> String {
    match grpc {
        Grpc::Unix(path) => format!("unix@{path} proto h2 track plugins/{name}"),
        Grpc::Tcp(address) => {
            let mut line = format!("{} proto h2 track plugins/{name}", shown(address));
            if fleet.is_tls {
                line.push_str(&format!(" ssl alpn h2{}{}", trust(fleet), named(address)));
            }
            line
        }
    }
}

fn own_metrics(fleet: &Fleet) -> String {
    let place = bind(&fleet.plan.values.balancer.stats_bind);
    let place = place.map(|address| shown(&address)).unwrap_or_default();
    format!(
        "
# HAProxy's own metrics, for Prometheus.
frontend own_metrics
    bind {place}
    option dontlog-normal
    http-request use-service prometheus-exporter if {{ path /metrics }}
    http-request deny deny_status 404
"
    )
}

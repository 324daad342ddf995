//! `deploy/envoy.yaml`.

use super::super::super::artefact::{Artefact, Set};
use super::super::super::prometheus::Address;
use super::super::super::shippers::tree::{Tree, list, map};
use super::{
    CHECK_EVERY_MS, CHECKS_UNTIL_AWAY, CHECKS_UNTIL_BACK, CONNECT_SECONDS, ENVOY, Fleet, Grpc, KEPT_BACK,
    MARGIN_SECONDS, READY, bind,
};

/// Bad replies of plugins in a row, or connections that failed, after which one gets no questions for a while.
const FAILURES: u64 = 5;
/// How long that is the first time, seconds.
const SET_ASIDE_SECONDS: u64 = 30;

/// The file.
pub(super) fn artefact(fleet: &Fleet) -> Artefact {
    let mut notes = vec![
        "Envoy 1.25 or later before several plugins. Tried with: envoy --mode validate -c envoy.yaml"
            .to_owned(),
        "POST /drain_listeners?graceful at its admin address lets it finish what is under way.".to_owned(),
    ];
    notes.extend(fleet.notes());
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
    let values = &fleet.plan.values.balancer;
    let mut listeners = vec![listener(fleet, "http", &values.bind, "plugins")];
    let mut clusters = vec![plugins(fleet)];
    if fleet.has_grpc() {
        listeners.push(listener(fleet, "grpc", &values.grpc_bind, "plugins_grpc"));
        clusters.push(plugins_grpc(fleet));
    }
    listeners.push(own_metrics(fleet));
    clusters.push(own(fleet));
    let whole = map! {
        "admin": map! { "address": place(&values.envoy_admin) },
        "static_resources": map! { "listeners": listeners, "clusters": clusters },
    };
    Artefact::yaml(fleet.plan, Set::Envoy, ENVOY, &notes, &whole)
}

/// Something of a type of Envoy's, with its fields.
fn typed(name: &str, fields: Tree) -> Tree {
    map! { "@type": format!("type.googleapis.com/envoy.{name}") }.and(fields)
}

fn seconds(number: u64) -> String {
    format!("{number}s")
}

fn milliseconds(number: u64) -> String {
    format!("{}.{:03}s", number / 1000, number % 1000)
}

fn socket(address: &Address) -> Tree {
    map! { "socket_address": map! { "address": address.host.clone(), "port_value": u64::from(address.port) } }
}

/// Where to listen. What cannot be read has been told as a problem.
fn place(text: &str) -> Tree {
    bind(text).map_or_else(|_| Tree::Map(Vec::new()), |address| socket(&address))
}

/// Paths that belong to one plugin each, however they are written, and what no path of a plugin has in it: an escaped
/// letter, dot, slash or backslash.
fn kept_back() -> Vec<Tree> {
    let deny = |regex: String| {
        map! {
            "match": map! { "safe_regex": map! { "regex": regex } },
            "direct_response": map! { "status": 403_u64 },
        }
    };
    vec![
        deny(format!(
            r"(?i)(?:.*[^a-z0-9_-])?(?:{})(?:[^a-z0-9_-].*)?",
            KEPT_BACK.join("|")
        )),
        deny("(?i).*%(?:2[ef]|[4567]|25).*".to_owned()),
    ]
}

fn manager(name: &str, routes: Vec<Tree>, more: Tree) -> Tree {
    let router = map! {
        "name": "envoy.filters.http.router",
        "typed_config": typed("extensions.filters.http.router.v3.Router", Tree::Map(Vec::new())),
    };
    let host = map! { "name": name, "domains": list!["*"], "routes": routes };
    let fields = map! {
        "stat_prefix": name,
        "codec_type": "AUTO",
    }
    .and(more)
    .and(map! {
        "route_config": map! { "name": name, "virtual_hosts": list![host] },
        "http_filters": list![router],
    });
    map! {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": typed(
            "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            fields,
        ),
    }
}

fn listener(fleet: &Fleet, name: &str, bound: &str, cluster: &str) -> Tree {
    let mut routes = kept_back();
    // Sent to another plugin when no connection came about, or when a plugin says with 503 (UNAVAILABLE in gRPC) that it has not taken the
    // question: anything else may have been paid for.
    let retry = map! {
        "retry_on": if name == "grpc" { "connect-failure,unavailable" } else { "connect-failure,retriable-status-codes" },
        "retriable_status_codes": list![Tree::Number(503)],
        "num_retries": 2_u64,
        "host_selection_retry_max_attempts": 5_u64,
        "retry_host_predicate": list![map! {
            "name": "envoy.retry_host_predicates.previous_hosts",
            "typed_config": typed(
                "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
                Tree::Map(Vec::new()),
            ),
        }],
    };
    routes.push(map! {
        "match": map! { "prefix": "/" },
        "route": map! { "cluster": cluster, "timeout": seconds(fleet.patience), "retry_policy": retry },
    });
    let read = fleet.plan.config.server.time_to_read().as_secs().max(1);
    let options = map! {
        "use_remote_address": true,
        "normalize_path": true,
        "merge_slashes": true,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "stream_idle_timeout": seconds(fleet.patience),
        "request_headers_timeout": seconds(read),
        "drain_timeout": seconds(MARGIN_SECONDS),
        "access_log": list![map! {
            "name": "envoy.access_loggers.stdout",
            "typed_config": typed("extensions.access_loggers.stream.v3.StdoutAccessLog", Tree::Map(Vec::new())),
        }],
    };
    let chain = map! { "filters": list![manager(name, routes, options)] };
    let chain = match fleet.plan.values.balancer.bind_cert_file.as_str() {
        "" => chain,
        file => {
            let protocols = if name == "grpc" {
                list!["h2"]
            } else {
                list!["h2", "http/1.1"]
            };
            let common = map! { "alpn_protocols": protocols }.and(certificate(file));
            chain.and(
                map! { "transport_socket": transport("Downstream", map! { "common_tls_context": common }) },
            )
        }
    };
    map! { "name": name, "address": place(bound), "filter_chains": list![chain] }
}

fn certificate(file: &str) -> Tree {
    let own =
        map! { "certificate_chain": map! { "filename": file }, "private_key": map! { "filename": file } };
    map! { "tls_certificates": list![own] }
}

fn transport(side: &str, fields: Tree) -> Tree {
    map! {
        "name": "envoy.transport_sockets.tls",
        "typed_config": typed(&format!("extensions.transport_sockets.tls.v3.{side}TlsContext"), fields),
    }
}

/// What a plugin that speaks TLS is asked with.
fn to_plugins(fleet: &Fleet, alpn: Option<&str>) -> Tree {
    if !fleet.is_tls {
        return Tree::Map(Vec::new());
    }
    let authority = map! { "filename": fleet.plan.values.balancer.ca_file.clone() };
    let mut common = map! { "validation_context": map! { "trusted_ca": authority } };
    if let Some(alpn) = alpn {
        common = common.and(map! { "alpn_protocols": list![alpn] });
    }
    if let Some(file) = fleet.client_certificate() {
        common = common.and(certificate(file));
    }
    let fields =
        map! { "common_tls_context": common, "auto_host_sni": true, "auto_sni_san_validation": true };
    map! { "transport_socket": transport("Upstream", fields) }
}

/// What both clusters have in common.
fn cluster(fleet: &Fleet, name: &str, check: Tree, endpoints: Vec<Tree>) -> Tree {
    let kind = if fleet.has_names() { "STRICT_DNS" } else { "STATIC" };
    let places = (fleet.places * fleet.plugins.len()) as u64;
    let check = map! {
        "timeout": seconds(CONNECT_SECONDS),
        "interval": milliseconds(CHECK_EVERY_MS),
        // Also before the first question: without this, a minute would pass between two looks.
        "no_traffic_interval": milliseconds(CHECK_EVERY_MS),
        "unhealthy_threshold": CHECKS_UNTIL_AWAY,
        "healthy_threshold": CHECKS_UNTIL_BACK,
        "always_log_health_check_failures": true,
    }
    .and(check);
    map! {
        "name": name,
        "type": kind,
        "connect_timeout": seconds(CONNECT_SECONDS),
        "lb_policy": "LEAST_REQUEST",
        // Nobody is asked who is not ready, also when nobody is.
        "common_lb_config": map! { "healthy_panic_threshold": map! { "value": 0_u64 } },
        "circuit_breakers": map! { "thresholds": list![map! {
            "max_connections": places,
            "max_pending_requests": places,
            "max_requests": places,
        }] },
        "outlier_detection": map! {
            "consecutive_gateway_failure": FAILURES,
            "enforcing_consecutive_gateway_failure": 100_u64,
            "consecutive_5xx": FAILURES * 4,
            "split_external_local_origin_errors": true,
            "consecutive_local_origin_failure": FAILURES,
            "base_ejection_time": seconds(SET_ASIDE_SECONDS),
            // What fails everywhere (a provider that all of them ask) must not set everybody aside.
            "max_ejection_percent": 50_u64,
        },
        "health_checks": list![check],
        "load_assignment": map! {
            "cluster_name": name,
            "endpoints": list![map! { "lb_endpoints": endpoints }],
        },
    }
}

fn endpoint(address: Tree) -> Tree {
    map! { "endpoint": map! { "address": address } }
}

fn plugins(fleet: &Fleet) -> Tree {
    let endpoints = fleet.plugins.iter().map(|plugin| endpoint(socket(&plugin.http)));
    let statuses = list![map! { "start": 200_u64, "end": 201_u64 }];
    let check = map! { "http_health_check": map! {
        "path": READY,
        "host": "localhost",
        "expected_statuses": statuses,
    } };
    // A connection that the plugin is about to close is not used: it closes those that are idle for server.read_timeout.
    let idle = fleet.plan.config.server.time_to_read() / 2;
    let idle = milliseconds(u64::try_from(idle.as_millis()).unwrap_or(u64::MAX).max(1));
    let options = typed(
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        map! {
            "common_http_protocol_options": map! { "idle_timeout": idle },
            "explicit_http_config": map! { "http_protocol_options": Tree::Map(Vec::new()) },
        },
    );
    cluster(fleet, "plugins", check, endpoints.collect())
        .and(map! { "typed_extension_protocol_options": map! {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options,
        } })
        .and(to_plugins(fleet, None))
}

fn plugins_grpc(fleet: &Fleet) -> Tree {
    let mut is_tcp = false;
    let endpoints = fleet.plugins.iter().filter_map(|plugin| {
        Some(endpoint(match plugin.grpc.as_ref()? {
            Grpc::Tcp(address) => {
                is_tcp = true;
                socket(address)
            }
            Grpc::Unix(path) => map! { "pipe": map! { "path": path.clone() } },
        }))
    });
    let endpoints = endpoints.collect();
    let options = typed(
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        map! { "explicit_http_config": map! { "http2_protocol_options": Tree::Map(Vec::new()) } },
    );
    let check = map! { "grpc_health_check": Tree::Map(Vec::new()) };
    let cluster = cluster(fleet, "plugins_grpc", check, endpoints).and(map! {
        "typed_extension_protocol_options": map! {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options,
        },
    });
    match is_tcp {
        true => cluster.and(to_plugins(fleet, Some("h2"))),
        false => cluster,
    }
}

/// Envoy's own metrics at `/metrics`, and nothing else of its administration.
fn own_metrics(fleet: &Fleet) -> Tree {
    let route = map! {
        "match": map! { "path": "/metrics" },
        "route": map! { "cluster": "own", "prefix_rewrite": "/stats/prometheus" },
    };
    let filters = list![manager("own_metrics", vec![route], Tree::Map(Vec::new()))];
    map! {
        "name": "own_metrics",
        "address": place(&fleet.plan.values.balancer.stats_bind),
        "filter_chains": list![map! { "filters": filters }],
    }
}

fn own(fleet: &Fleet) -> Tree {
    let admin = place(&fleet.plan.values.balancer.envoy_admin);
    map! {
        "name": "own",
        "type": "STATIC",
        "connect_timeout": seconds(CONNECT_SECONDS),
        "load_assignment": map! {
            "cluster_name": "own",
            "endpoints": list![map! { "lb_endpoints": list![endpoint(admin)] }],
        },
    }
}

//! What is wrong with the values for a balancer.

use super::super::super::plan::Plan;
use super::super::super::prometheus::Address;
use super::{Grpc, bind, grpc};
use crate::config::{ClientAuth, Problems};

/// Adds what is wrong.
pub fn problems(plan: &Plan, problems: &mut Problems) {
    let values = &plan.values.balancer;
    if values.http.is_empty() {
        add(plan, problems, "balancer.http", "names no plugin")
            .suggest("write host:port of each, as in [127.0.0.1:9091]");
    }
    let mut all: Vec<(String, Address)> = Vec::new();
    let mut sockets: Vec<String> = Vec::new();
    for (index, text) in values.http.iter().enumerate() {
        let key = format!("balancer.http[{index}]");
        match Address::parse(text).and_then(writable) {
            Ok(address) => keep(plan, problems, &mut all, key, address),
            Err(what) => {
                add(plan, problems, &key, &format!("{text:?} {what}"))
                    .suggest("write it like 127.0.0.1:9091");
            }
        }
    }
    for (index, text) in values.grpc.iter().enumerate() {
        let key = format!("balancer.grpc[{index}]");
        match grpc(text) {
            Ok(Grpc::Tcp(address)) => match writable(address) {
                Ok(address) => keep(plan, problems, &mut all, key, address),
                Err(what) => {
                    add(plan, problems, &key, &format!("{text:?} {what}"));
                }
            },
            Ok(Grpc::Unix(path)) if sockets.contains(&path) => {
                add(plan, problems, &key, &format!("{text:?} stands there twice"))
                    .suggest("give each plugin its own");
            }
            Ok(Grpc::Unix(path)) => sockets.push(path),
            Err(what) => {
                add(plan, problems, &key, &format!("{text:?} {what}"))
                    .suggest("write it like 127.0.0.1:9191, or /run/atest-ext-ai/1.sock");
            }
        }
    }
    if !values.grpc.is_empty() && values.grpc.len() != values.http.len() {
        let what = format!(
            "has {} places where balancer.http has {}",
            values.grpc.len(),
            values.http.len()
        );
        add(plan, problems, "balancer.grpc", &what).suggest(
            "name both for each plugin, in the same order: gRPC gets calls while HTTP says that it is ready",
        );
    }
    for (key, text) in [
        ("balancer.bind", &values.bind),
        ("balancer.grpcBind", &values.grpc_bind),
        ("balancer.statsBind", &values.stats_bind),
        ("balancer.envoyAdmin", &values.envoy_admin),
    ] {
        match bind(text) {
            Ok(address) => keep(plan, problems, &mut all, key.to_owned(), address),
            Err(what) => {
                add(plan, problems, key, &format!("{text:?} {what}")).suggest(
                    "write *:9090 for every address of the machine, or an address like 127.0.0.1:9090",
                );
            }
        }
    }
    files(plan, problems);
}

/// Whether a name can stand in the files: what has quotes or the like would be read as something else.
fn writable(address: Address) -> Result<Address, String> {
    match crate::config::is_host(&address.host) {
        true => Ok(address),
        false => Err("has no name of a host in it".to_owned()),
    }
}

/// Two at the same place cannot be; a balancer that is its own plugin goes round in circles.
fn keep(
    plan: &Plan,
    problems: &mut Problems,
    all: &mut Vec<(String, Address)>,
    key: String,
    address: Address,
) {
    let is_anywhere = |one: &Address| one.host == "0.0.0.0" || one.host == "::";
    let is_listener = |key: &str| !key.contains('[');
    let twin = all.iter().find(|(other, taken)| {
        let both_listen = is_listener(other) && is_listener(&key);
        taken.is_same(&address)
            || both_listen && taken.port == address.port && (is_anywhere(taken) || is_anywhere(&address))
    });
    if let Some((other, _)) = twin {
        add(plan, problems, &key, &format!("is the same place as {other}"))
            .suggest("every listener needs a port of its own");
    }
    all.push((key, address));
}

fn files(plan: &Plan, problems: &mut Problems) {
    let values = &plan.values.balancer;
    for (key, path) in [
        ("balancer.bindCertFile", &values.bind_cert_file),
        ("balancer.caFile", &values.ca_file),
        ("balancer.certFile", &values.cert_file),
    ] {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(&byte);
        let is_whole = path.starts_with('/') && path.bytes().all(is_plain);
        if !path.is_empty() && !is_whole {
            add(plan, problems, key, "is not a whole path")
                .suggest("begin it with /, and use letters, digits and /._-+@ only");
        }
    }
    let tls = &plan.config.server.tls;
    if !tls.is_on() {
        return;
    }
    if values.ca_file.is_empty() {
        add(
            plan,
            problems,
            "balancer.caFile",
            "the config has TLS on (server.tls), so the balancer must know whom to trust",
        )
        .suggest("name the file, on the balancer's machine, of the authority that signed the certificates");
    }
    if tls.client_auth == ClientAuth::Required && values.cert_file.is_empty() {
        add(
            plan,
            problems,
            "balancer.certFile",
            "the config wants a certificate of every client (server.tls.client_auth: required)",
        )
        .suggest("name the file, on the balancer's machine, that holds a certificate and its key");
    }
}

fn add<'a>(plan: &Plan, problems: &'a mut Problems, key: &str, what: &str) -> &'a mut crate::config::Problem {
    problems.add(&plan.place(key), key, what)
}

//! What types cannot say of `server.tls`, and of gRPC that other machines can reach. What is in the files is looked at
//! by the door that uses them.

use super::Rules;
use crate::config::endpoint::{is_loopback, split_address};
use crate::config::model::ClientAuth;
use crate::config::problem::Origin;

impl Rules<'_> {
    pub(super) fn tls(&mut self) {
        let tls = &self.config.server.tls;
        match (&tls.cert_file, &tls.key_file) {
            (Some(_), None) => self.wrong(
                "server.tls.cert_file",
                "a certificate without `server.tls.key_file`, its private key",
                "name the key's file too",
            ),
            (None, Some(_)) => self.wrong(
                "server.tls.key_file",
                "a key without `server.tls.cert_file`, its certificate",
                "name the certificate's file too",
            ),
            _ => {}
        }
        let asks = tls.client_auth != ClientAuth::None;
        if asks && tls.client_ca_file.is_none() {
            self.wrong(
                "server.tls.client_auth",
                "clients are asked for a certificate, but nothing says whose are good",
                "name the authorities with `server.tls.client_ca_file`",
            );
        }
        if !tls.is_on() {
            if asks {
                self.wrong(
                    "server.tls.client_auth",
                    "there are no client certificates without TLS",
                    "name a certificate and its key with `server.tls.cert_file` and `key_file`",
                );
            }
        } else if !asks && tls.client_ca_file.is_some() {
            self.advise(
                "server.tls.client_ca_file",
                "nobody is asked for a certificate; set `server.tls.client_auth` to `required` or `optional`",
            );
        }
        self.grpc_over_tcp();
    }

    fn grpc_over_tcp(&mut self) {
        let server = &self.config.server;
        let Some((host, _)) = server.listen_address.as_deref().and_then(split_address) else {
            return;
        };
        let is_guarded = server.tls.is_on() && server.tls.client_auth == ClientAuth::Required;
        if !is_loopback(host) && !is_guarded && !server.allow_insecure_grpc {
            self.wrong(
                "server.listen_address",
                "other machines could ask questions over gRPC without showing who they are",
                "keep it on 127.0.0.1, or set `server.tls` with `client_auth: required`, or, where a network of its own \
                 keeps others away, `server.allow_insecure_grpc: true`",
            );
        } else if !is_loopback(host) && !is_guarded {
            self.advise(
                "server.allow_insecure_grpc",
                "whoever reaches the gRPC port can ask questions and spend your API keys",
            );
        }
        let by_host = matches!(self.origin_of("server.listen_address"), Origin::CommandLine(_));
        if by_host && server.tls.is_on() {
            self.advise(
                "server.listen_address",
                "gRPC over TCP speaks TLS by this config, which atest does not; give atest a socket instead of a port",
            );
        }
    }
}

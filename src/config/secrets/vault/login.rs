//! Signing in, and keeping the sign-in.

use std::path::Path;
use std::sync::Arc;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokio::time::Duration;

use super::call::Reply;
use super::{Failure, FailureKind, Token, Vault};
use crate::config::model::AuthMethod;
use crate::config::secrets::file;

impl Vault {
    /// Signs in, by the method of the settings.
    ///
    /// # Errors
    /// That Vault does not accept it, or cannot be asked.
    pub async fn sign_in(&mut self) -> Result<(), Failure> {
        let settings = Arc::clone(&self.settings);
        let mount = settings.auth_mount.as_deref();
        let mount = mount
            .unwrap_or(settings.auth_method.as_str())
            .trim_matches('/')
            .to_owned();
        let body = match settings.auth_method {
            AuthMethod::Token => return self.take_token().await,
            AuthMethod::Kubernetes => {
                let jwt = credential("secrets.vault.jwt_file", &settings.jwt_file).await?;
                json!({ "role": settings.role, "jwt": jwt.expose_secret() })
            }
            AuthMethod::AppRole => {
                let secret = match (&settings.secret_id, &settings.secret_id_file) {
                    (Some(secret), _) => Some(secret.clone()),
                    (None, Some(path)) => Some(credential("secrets.vault.secret_id_file", path).await?),
                    (None, None) => None,
                };
                let secret = secret.as_ref().map(ExposeSecret::expose_secret);
                json!({ "role_id": settings.role_id, "secret_id": secret })
            }
        };
        let path = format!("auth/{mount}/login");
        let reply = self.call_as(None, Method::POST, &path, Some(&body)).await?;
        let token = token_of(&reply, None).ok_or_else(|| refused(settings.auth_method, reply.status))?;
        self.token = Some(Arc::new(token));
        Ok(())
    }

    /// Takes the token of the settings, and asks how long it lives.
    async fn take_token(&mut self) -> Result<(), Failure> {
        let settings = Arc::clone(&self.settings);
        let secret = match (&settings.token, &settings.token_file) {
            (_, Some(path)) => credential("secrets.vault.token_file", path).await?,
            (Some(token), None) => token.clone(),
            (None, None) => {
                return Err(Failure::new(
                    FailureKind::Local,
                    "there is no token for Vault",
                    "set VAULT_TOKEN, secrets.vault.token or token_file",
                ));
            }
        };
        let reply = self
            .call_as(Some(&secret), Method::GET, "auth/token/lookup-self", None)
            .await?;
        let data = &reply.body["data"];
        let seconds = |name: &str| Duration::from_secs(data[name].as_u64().unwrap_or_default());
        // Without the policy `default`, a token may read secrets and not itself.
        let token = Token::new(
            secret,
            seconds("ttl"),
            data["renewable"].as_bool().unwrap_or_default(),
            Some(seconds("creation_ttl")).filter(|first| !first.is_zero()),
        );
        self.token = Some(Arc::new(token));
        Ok(())
    }

    /// Renews the token; signs in again where that is not possible, or would not last.
    ///
    /// # Errors
    /// That Vault cannot be asked, or does not accept the new sign-in.
    pub async fn renew(&mut self) -> Result<(), Failure> {
        let Some(token) = self.token.clone().filter(|token| token.is_renewable) else {
            return self.sign_in().await;
        };
        let reply = self
            .call(Method::POST, "auth/token/renew-self", Some(&json!({})))
            .await;
        let renewed = match reply {
            Ok(reply) => token_of(&reply, token.first_lease),
            // Past the longest life of a token, there is a status 500.
            Err(failure) if failure.kind == FailureKind::Busy => None,
            Err(failure) => return Err(failure),
        };
        match renewed {
            // Near the longest life of a token, Vault renews it by ever less.
            Some(renewed) if renewed.lease.is_none() || renewed.lease >= half(renewed.first_lease) => {
                self.token = Some(Arc::new(renewed));
                Ok(())
            }
            _ => self.sign_in().await,
        }
    }

    /// Ends the token.
    ///
    /// # Errors
    /// That Vault cannot be asked.
    pub async fn sign_out(&mut self) -> Result<(), Failure> {
        let path = "auth/token/revoke-self";
        self.call(Method::POST, path, Some(&json!({}))).await.map(drop)
    }

    /// Whether Vault knows the token no longer: revoked, or at its end.
    pub async fn is_token_dead(&mut self) -> Result<bool, Failure> {
        let reply = self.call(Method::GET, "auth/token/lookup-self", None).await?;
        Ok(reply.status == 403)
    }
}

fn half(lease: Option<Duration>) -> Option<Duration> {
    lease.map(|lease| lease / 2)
}

fn token_of(reply: &Reply, first_lease: Option<Duration>) -> Option<Token> {
    let auth = &reply.body["auth"];
    let secret = auth["client_token"].as_str().filter(|_| reply.status == 200)?;
    let lease = auth["lease_duration"].as_u64().unwrap_or_default();
    let is_renewable = auth["renewable"].as_bool().unwrap_or_default();
    Some(Token::new(
        secret.into(),
        Duration::from_secs(lease),
        is_renewable,
        first_lease,
    ))
}

fn refused(method: AuthMethod, status: u16) -> Failure {
    let (what, then) = match (method, status) {
        (_, 404) => (
            "Vault has no such way to sign in",
            "check secrets.vault.auth_mount, and `vault auth list`",
        ),
        (AuthMethod::Kubernetes, _) => (
            "Vault does not accept the service account for that role",
            "check secrets.vault.role, the service account and namespace that it is bound to, and auth_mount",
        ),
        (AuthMethod::AppRole, _) => (
            "Vault does not accept the role and its secret",
            "check secrets.vault.role_id and secret_id, and whether the secret has ended",
        ),
        (AuthMethod::Token, _) => ("Vault does not accept the token", "check secrets.vault.token"),
    };
    Failure::new(FailureKind::LoginRefused, format!("{what} (HTTP {status})"), then)
}

/// The content of a file; the failure names the setting and not the path, as it gets into logs.
async fn credential(key: &'static str, path: &Path) -> Result<SecretString, Failure> {
    let path = path.to_owned();
    let read =
        profiling::tasks::spawn_blocking("read the credential for Vault", move || file::read(&path)).await;
    match read {
        Ok(Ok(secret)) => Ok(secret.into()),
        Ok(Err(reason)) => Err(Failure::new(
            FailureKind::Local,
            format!("the file of {key} {reason}"),
            format!("check {key}"),
        )),
        Err(_) => Err(Failure::new(
            FailureKind::Local,
            format!("reading the file of {key} stopped"),
            "try again",
        )),
    }
}

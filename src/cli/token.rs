//! The token that a command shows to a running plugin.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use http::HeaderValue;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Config, Environment, Scope};

/// The variable that holds it. Never an option: other users of the machine see the command line.
const VARIABLE: &str = "ATEST_EXT_AI_TOKEN";
/// Largest file with a token, bytes: a long signed one.
const MAX_FILE: u64 = 16 * 1024;

/// Where the token comes from.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    /// File with the token for the running plugin; else $ATEST_EXT_AI_TOKEN, else one of the config. On the plugin's own
    /// machine none is needed, unless server.behind_proxy is true.
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
}

/// A token to show.
#[derive(Debug, Clone)]
pub(super) struct ShownToken {
    token: SecretString,
    /// Whether the user named it, and so wants it shown.
    pub is_named: bool,
}

impl TokenArgs {
    /// The token that the user named; else a static one of the config that opens this; else none.
    ///
    /// # Errors
    /// What was named cannot be read, or is no token; for people.
    pub(super) fn token(&self, config: &Config, scope: Scope) -> Result<Option<ShownToken>, String> {
        self.token_of(config, scope, &Environment::of_this_process())
    }

    fn token_of(
        &self,
        config: &Config,
        scope: Scope,
        environment: &Environment,
    ) -> Result<Option<ShownToken>, String> {
        if let Some(file) = &self.token_file {
            return named(&read(file)?, &file.display().to_string()).map(Some);
        }
        if let Some(token) = environment.given(VARIABLE) {
            return named(token, VARIABLE).map(Some);
        }
        let now = Timestamp::now();
        let mut usable = config.access.tokens.values().filter(|token| {
            token.scopes.contains(&scope) && token.expires.is_none_or(|moment| now < moment.0)
        });
        let found = usable.find_map(|token| token.token.clone());
        Ok(found.map(|token| ShownToken {
            token,
            is_named: false,
        }))
    }
}

impl ShownToken {
    /// The value of `Authorization`.
    pub(super) fn header(&self) -> HeaderValue {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.token.expose_secret()))
            .expect("a token is visible ASCII");
        value.set_sensitive(true);
        value
    }
}

fn named(text: &str, place: &str) -> Result<ShownToken, String> {
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "{place} holds no token: one line of visible characters is expected"
        ));
    }
    Ok(ShownToken {
        token: token.into(),
        is_named: true,
    })
}

fn read(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let reading = File::open(file).and_then(|file| file.take(MAX_FILE).read_to_string(&mut text));
    match reading {
        Ok(_) => Ok(text),
        Err(reason) => Err(format!("cannot read the token in {}: {reason}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    const CONFIG: &str = "access: {tokens: {a: {token: only-for-questions-0, scopes: [api]}, \
                          b: {token: gone-since-long-0000, scopes: [admin], expires: 2001-01-01}, \
                          c: {token: opens-administration, scopes: [admin, debug]}}}";

    fn config(folder: &Path) -> Config {
        let file = folder.join("config.yaml");
        std::fs::write(&file, CONFIG).unwrap();
        let sources = Sources {
            file: Some(file),
            environment: Environment::from_pairs([("HOME", "/nonexistent")]).rooted_at(folder),
            ..Sources::default()
        };
        load(&sources).unwrap().config
    }

    #[test]
    fn the_named_token_wins_over_the_variable_and_that_over_the_config() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let file = folder.path().join("token");
        std::fs::write(&file, "in-the-file\n").unwrap();
        let with = Environment::from_pairs([(VARIABLE, "in-the-variable")]);
        let without = Environment::default();
        let shown = |token_file: Option<&PathBuf>, environment: &Environment, scope| {
            let arguments = TokenArgs {
                token_file: token_file.cloned(),
            };
            let token = arguments.token_of(&config, scope, environment).unwrap()?;
            let header = token.header().to_str().unwrap().to_owned();
            Some((header, token.is_named))
        };
        let header = |token: &str, is_named| Some((format!("Bearer {token}"), is_named));
        assert_eq!(
            shown(Some(&file), &with, Scope::Admin),
            header("in-the-file", true)
        );
        assert_eq!(shown(None, &with, Scope::Admin), header("in-the-variable", true));
        assert_eq!(
            shown(None, &without, Scope::Admin),
            header("opens-administration", false)
        );
        assert_eq!(
            shown(None, &without, Scope::Api),
            header("only-for-questions-0", false)
        );
        assert_eq!(shown(None, &without, Scope::Metrics), None);
    }

    #[test]
    fn what_holds_no_token_is_named_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        for (text, told) in [("", "holds no token"), ("two planted words", "holds no token")] {
            std::fs::write(&file, text).unwrap();
            let arguments = TokenArgs {
                token_file: Some(file.clone()),
            };
            let error = arguments
                .token_of(&Config::default(), Scope::Admin, &Environment::default())
                .unwrap_err();
            assert!(error.contains(told) && !error.contains("planted"), "{error}");
        }
        let shown = named("a-planted-token", "x").unwrap();
        assert!(!format!("{shown:?}").contains("planted"));
    }
}

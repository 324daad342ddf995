//! What a schema depends on, as a few bytes that differ when it may have changed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{SchemaError, Source};
use crate::config;

/// Makes the stamps of a file that was just written to different from each other.
static UNSETTLED: AtomicU64 = AtomicU64::new(0);

/// Equal stamps of a database mean that its schema is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp(Vec<u8>);

impl Stamp {
    /// For a digest.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What the settings of a database say. Statements may be long, and a connection string may hold a password: both
    /// go in as a digest.
    pub(super) fn of_settings(database: &config::Database) -> Stamp {
        let config::Database {
            driver,
            dsn,
            schema_ddl,
            schema_file,
            sample_values,
            sample_columns,
            aliases,
            explain: _,
            timeout,
            refresh_interval,
        } = database;
        let file = schema_file
            .as_ref()
            .map(|path| path.as_os_str().as_encoded_bytes());
        let parts = [
            Some(driver.as_str().as_bytes()),
            dsn.as_ref().map(|dsn| dsn.expose_secret().as_bytes()),
            schema_ddl.as_ref().map(String::as_bytes),
            file,
        ];
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.map_or(u64::MAX, |part| part.len() as u64)).to_le_bytes());
            digest.update(part.unwrap_or_default());
        }
        for column in sample_columns {
            digest.update((column.len() as u64).to_le_bytes());
            digest.update(column);
        }
        for text in aliases.iter().flat_map(|(said, name)| [said, name]) {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        digest.update([u8::from(*sample_values)]);
        for time in [timeout, refresh_interval] {
            digest.update(time.as_nanos().to_le_bytes());
        }
        Stamp(digest.finalize().to_vec())
    }

    /// With the state of the file that the schema is read from, or what the server says of it.
    pub(super) async fn with(mut self, source: &Source) -> Result<Stamp, SchemaError> {
        if let Source::Connection(connection) = source
            && connection.file().is_none()
        {
            self.0.extend(connection.version().await?.into_bytes());
            return Ok(self);
        }
        let version = source.version();
        version.write_to(&mut self.0);
        if version.is_fresh(SystemTime::now()) {
            let number = UNSETTLED.fetch_add(1, Ordering::Relaxed);
            self.0.extend(number.to_le_bytes());
        }
        Ok(self)
    }
}

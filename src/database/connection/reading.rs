//! Reading a whole schema: its tables, then the values of its text columns as far as the time goes.

use std::path::Path;

use nl2sql::Schema;
use tokio::time::Instant;

use super::super::failure::Failure;
use super::super::sampling::{self, MOST_COLUMNS};
use super::super::session::Server;
use super::super::sqlite::Open;
use super::super::ways::Ways;
use super::super::{SchemaError, sqlite};
use super::{Connection, READ_LIMIT};

impl Connection {
    pub(super) async fn read_sqlite(
        &self,
        path: &Path,
        warnings: &mut Vec<String>,
    ) -> Result<Result<Schema, SchemaError>, Failure> {
        let read = async {
            let mut schema = Open::new(path, READ_LIMIT).await?.read().await?;
            if self.samples(&schema) {
                let mut file = Open::new(path, sampling::TIME).await?;
                if file.sample(&mut schema, &self.privacy).await.is_err() {
                    warnings.push(self.values_missing());
                }
            }
            Ok(schema)
        };
        read.await
            .map(Ok)
            .or_else(|error: sqlx::Error| match sqlite::explained(&self.name, &error) {
                Some(explained) => Ok(Err(explained)),
                None => Err(error.into()),
            })
    }

    pub(super) async fn read_server<DB: Ways>(
        &self,
        server: &Server<DB>,
        warnings: &mut Vec<String>,
    ) -> Result<Result<Schema, SchemaError>, Failure> {
        let mut session = server.session(self.settings.timeout).await?;
        DB::begin(&mut session, READ_LIMIT).await?;
        let mut schema = DB::read(session.get()?).await?;
        self.look_again_at(DB::version(session.get()?).await?);
        let end = Instant::now() + sampling::TIME;
        if self.samples(&schema) {
            for table in schema.tables.iter_mut().filter(|table| !table.is_view) {
                let left = end.saturating_duration_since(Instant::now());
                // A table that cannot be read, or takes too long, costs its own values only.
                let sampled = async {
                    DB::begin_again(&mut session, left).await?;
                    DB::sample(session.get()?, table, &self.privacy).await
                };
                if left.is_zero() || sampled.await.is_err_and(|failure| !failure.is_of_one_statement()) {
                    warnings.push(self.values_missing());
                    break;
                }
            }
        }
        DB::end(session).await?;
        Ok(Ok(schema))
    }

    fn samples(&self, schema: &Schema) -> bool {
        let columns: usize = schema.tables.iter().map(|table| table.columns.len()).sum();
        self.settings.samples && columns <= MOST_COLUMNS
    }

    fn values_missing(&self) -> String {
        format!(
            "not all sample values of {} could be read within {} s, so words of a question may not be found as values",
            self.name,
            sampling::TIME.as_secs()
        )
    }
}

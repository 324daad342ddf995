//! What each kind of server does in its own way.

use std::time::Duration;

use nl2sql::{Schema, Table};
use sqlx::Database;

use super::failure::Failure;
use super::preview::{Limits, Preview};
use super::privacy::Privacy;
use super::session::Session;

/// A kind of server. Everything is done in a transaction that can change nothing and in which no statement takes longer than
/// its limit; the server itself sees to both.
pub(super) trait Ways: Database {
    /// Whether a connection is as before after rows of it were shown.
    const IS_KEPT_AFTER_ROWS: bool;

    /// Begins the transaction.
    fn begin(
        session: &mut Session<Self>,
        limit: Duration,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Begins another on a connection that is in one, which may have failed.
    fn begin_again(
        session: &mut Session<Self>,
        limit: Duration,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Ends the transaction, whatever came of it, and gives the connection back.
    fn end(session: Session<Self>) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A few bytes that change when the schema does.
    fn version(connection: &mut Self::Connection) -> impl Future<Output = Result<String, Failure>> + Send;

    /// Tables, columns, keys and comments.
    fn read(connection: &mut Self::Connection) -> impl Future<Output = Result<Schema, Failure>> + Send;

    /// Values of one table's text columns.
    fn sample(
        connection: &mut Self::Connection,
        table: &mut Table,
        privacy: &Privacy,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Whether the server takes the statement.
    fn explain(
        connection: &mut Self::Connection,
        sql: &str,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The first rows.
    fn rows(
        connection: &mut Self::Connection,
        sql: &str,
        limits: Limits,
    ) -> impl Future<Output = Result<Preview, Failure>> + Send;
}

//! Reading: every list pages by key, and every filter runs in SQL.

mod audit;
mod counts;
mod ids;
mod keys;
mod license;
mod pages;
#[cfg(test)]
mod plans;
mod restore;
mod rows;
mod search;
mod signing;
mod witnesses;

use crate::StoreError;
use crate::counted::Counted;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

pub use audit::AuditQuery;
pub use counts::LicenseCounts;
pub use ids::{Fragment, IdTable};
pub use license::{LicenseOrder, LicensePlace, LicenseQuery, LicenseSpan};
pub use pages::MOST_COUNTED;
pub use search::{Bound, Column, Condition, CountBy, Fit, IndexState, MemberFit, SearchPage, TextFit, distance, words};
pub use signing::SigningContext;

/// Something to read through: the pool of readers, or what an open transaction sees.
#[derive(Debug)]
pub struct Reader<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Pool(DatabaseConnection),
    Transaction(&'a Counted),
}

impl<'a> Reader<'a> {
    pub(crate) fn outside(pool: DatabaseConnection) -> Self {
        Self(Source::Pool(pool))
    }

    pub(crate) fn inside(transaction: &'a Counted) -> Self {
        Self(Source::Transaction(transaction))
    }

    /// One number out of a statement.
    pub(crate) async fn number(
        &self,
        sql: &str,
        values: Vec<sea_orm::sea_query::Value>,
    ) -> Result<Option<i64>, StoreError> {
        let row = self.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        Ok(row.map(|row| row.try_get_by_index::<Option<i64>>(0)).transpose()?.flatten())
    }
}

#[async_trait]
impl ConnectionTrait for Reader<'_> {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Sqlite
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Source::Pool(pool) => pool.execute_raw(statement).await,
            Source::Transaction(transaction) => transaction.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Source::Pool(pool) => pool.execute_unprepared(sql).await,
            Source::Transaction(transaction) => transaction.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Source::Pool(pool) => pool.query_one_raw(statement).await,
            Source::Transaction(transaction) => transaction.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Source::Pool(pool) => pool.query_all_raw(statement).await,
            Source::Transaction(transaction) => transaction.query_all_raw(statement).await,
        }
    }
}

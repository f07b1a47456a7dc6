//! Pages of identities and of probe tokens, newest first, and what keys are used for: all of it along an index.

use super::Reader;
use crate::{Identity, IdentityId, IssuerId, ProbeToken, ProbeTokenId, StoreError};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use uuid::Uuid;

/// Licenses of an identity are counted no further than this in a list: a product may have one identity for all.
pub const MOST_COUNTED: u64 = 1_000;

impl Reader<'_> {
    /// Identities that were made before `after`, the newest first, each with the number of licenses that name it.
    /// One more than [`MOST_COUNTED`] means: more than that.
    pub async fn identities_before(
        &self,
        after: Option<IdentityId>,
        limit: u64,
    ) -> Result<Vec<(Identity, u64)>, StoreError> {
        let rows = self.query_all_raw(identities(after, limit)).await?;
        let read = |row| {
            let licenses: i64 = sea_orm::QueryResult::try_get(row, "", "licenses")?;
            Ok((Identity::from_query_result(row, "")?, u64::try_from(licenses).unwrap_or(0)))
        };
        rows.iter().map(read).collect()
    }

    /// Probe tokens that were made before `after`, the newest first.
    pub async fn probe_tokens_before(
        &self,
        after: Option<ProbeTokenId>,
        limit: u64,
    ) -> Result<Vec<ProbeToken>, StoreError> {
        let rows = self.query_all_raw(probe_tokens(after, limit)).await?;
        Ok(rows.iter().map(|row| ProbeToken::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// How many status lists an issuer has, and how many licenses it ever signed into them.
    pub async fn issuer_signed(&self, id: IssuerId) -> Result<(u64, u64), StoreError> {
        let Some(row) = self.query_one_raw(issuer_signed(id)).await? else { return Ok((0, 0)) };
        let number = |name| row.try_get::<i64>("", name).map(|number| u64::try_from(number).unwrap_or(0));
        Ok((number("lists")?, number("signed")?))
    }
}

pub(super) fn identities(after: Option<IdentityId>, limit: u64) -> Statement {
    let count = MOST_COUNTED + 1;
    page(
        &format!(
            "SELECT identity.*, (SELECT count(*) FROM (
                 SELECT 1 FROM license WHERE identity_id = identity.id LIMIT {count})) AS licenses FROM identity"
        ),
        after.map(|after| after.0),
        limit,
    )
}

pub(super) fn probe_tokens(after: Option<ProbeTokenId>, limit: u64) -> Statement {
    page("SELECT * FROM probe_token", after.map(|after| after.0), limit)
}

/// Positions of a list run 0, 1, 2 … and stay when a license goes, so the highest says how many there were.
pub(super) fn issuer_signed(id: IssuerId) -> Statement {
    let sql = "SELECT count(*) AS lists, coalesce(sum(
            (SELECT coalesce(max(position), -1) + 1 FROM status_list_entry WHERE list_id = status_list.id)
        ), 0) AS signed FROM status_list WHERE issuer_id = ?";
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, [id.0.into()])
}

/// The order of ids is that of time.
fn page(select: &str, after: Option<Uuid>, limit: u64) -> Statement {
    let mut values: Vec<Value> = after.map(Value::from).into_iter().collect();
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let before = if after.is_some() { "WHERE id < ?" } else { "" };
    Statement::from_sql_and_values(DbBackend::Sqlite, format!("{select} {before} ORDER BY id DESC LIMIT ?"), values)
}

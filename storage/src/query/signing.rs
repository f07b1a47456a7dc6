//! What a signature needs, in one round trip: issuer, sealed key, status list and its next position.

use super::Reader;
use crate::{Issuer, IssuerId, Secret, StatusList, StoreError};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

/// An issuer and what its next license needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningContext {
    pub issuer: Issuer,
    /// None when only the public key is known.
    pub secret: Option<Secret>,
    /// None before the first license.
    pub list: Option<StatusList>,
    /// How many entries the list has.
    pub next_position: i64,
}

impl Reader<'_> {
    /// Of the named issuer, or of the active one.
    pub async fn signing_context(&self, issuer: Option<IssuerId>) -> Result<Option<SigningContext>, StoreError> {
        let (condition, values): (_, Vec<Value>) = match issuer {
            Some(id) => ("i.id = ?", vec![id.0.into()]),
            None => ("i.status = 'active'", Vec::new()),
        };
        let sql = format!(
            "SELECT i.id AS i_id, i.name AS i_name, i.status AS i_status, i.kid AS i_kid, i.public_key AS i_public_key,
                 i.vendor AS i_vendor, i.can_sign AS i_can_sign, i.status_url AS i_status_url,
                 i.created_at AS i_created_at, i.retired_at AS i_retired_at,
                 k.id AS k_id, k.purpose AS k_purpose, k.owner AS k_owner, k.nonce AS k_nonce,
                 k.ciphertext AS k_ciphertext, k.created_at AS k_created_at,
                 s.id AS s_id, s.issuer_id AS s_issuer_id, s.uri AS s_uri, s.capacity AS s_capacity,
                 s.created_at AS s_created_at,
                 (SELECT coalesce(max(position), -1) + 1 FROM status_list_entry WHERE list_id = s.id) AS next_position
             FROM issuer i
             LEFT JOIN secret k ON k.purpose = 'issuer_key' AND k.owner = i.id
             LEFT JOIN status_list s ON s.id = (SELECT max(id) FROM status_list WHERE issuer_id = i.id)
             WHERE {condition}"
        );
        let row = self.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SigningContext {
            issuer: Issuer::from_query_result(&row, "i_")?,
            secret: Secret::from_query_result_optional(&row, "k_")?,
            list: StatusList::from_query_result_optional(&row, "s_")?,
            next_position: row.try_get("", "next_position")?,
        }))
    }
}

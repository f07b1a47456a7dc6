//! Probe tokens: one-time tokens for a machine to be licensed.

use crate::{ProbeStatus, ProbeTokenId, Timestamp};
use sea_orm::entity::prelude::*;

/// A token, of which only the hash is kept, and what came back for it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "probe_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProbeTokenId,
    pub label: String,
    pub token_hash: Vec<u8>,
    pub status: ProbeStatus,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// The JSON object that came back, byte for byte.
    pub result: Option<String>,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

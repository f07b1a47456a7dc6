//! Identities: 32 random bytes that a licensed program carries.

use crate::{IdentityId, Timestamp};
use sea_orm::entity::prelude::*;

/// An identity pin; the bytes themselves are in the vault.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentityId,
    pub name: String,
    /// `blake3:` and the digest of the bytes, as licenses name it.
    pub digest: String,
    pub created_at: Timestamp,
    pub regenerated_at: Option<Timestamp>,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

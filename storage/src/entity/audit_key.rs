//! The keys of the log, one after the other.

use crate::Timestamp;
use sea_orm::entity::prelude::*;

/// A key that signs entries. It is in force from the entry after the one that accounts for it; the first one, which
/// the log's own row names, from entry 1 on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    pub public_key: Vec<u8>,
    /// 1, and one more with each restore.
    pub epoch: i64,
    pub created_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

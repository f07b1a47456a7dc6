//! Status lists: one signed file in the field answers for up to 2^20 licenses.

use crate::{IssuerId, StatusListId, Timestamp};
use sea_orm::entity::prelude::*;

/// A list of an issuer, made with its first license.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "status_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatusListId,
    pub issuer_id: IssuerId,
    /// Its address, as licenses name it; none while the issuer has no base address.
    pub uri: Option<String>,
    /// How many indices it holds.
    pub capacity: i64,
    pub created_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

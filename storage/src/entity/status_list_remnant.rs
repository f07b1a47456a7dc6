//! What a published status list said of indices that this database knows nothing of.

use crate::{RemnantId, StatusListId, Timestamp};
use sea_orm::entity::prelude::*;

/// Kept by a restore whose newer state was lost: a license that is unknown here stays revoked.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "status_list_remnant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RemnantId,
    pub list_id: StatusListId,
    pub idx: i64,
    /// 1 revoked, 2 suspended, 3 superseded.
    pub value: i64,
    pub created_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

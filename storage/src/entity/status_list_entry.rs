//! Status list entries: what is known of a license, for good.

use crate::{IssuerId, LicenseId, StatusListId, Timestamp};
use sea_orm::entity::prelude::*;

/// What the list says about one license. It outlives the license: a deleted license stays revoked.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "status_list_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub license_id: LicenseId,
    pub issuer_id: IssuerId,
    pub jti: String,
    /// None for a license from elsewhere, whose index belongs to another list.
    pub list_id: Option<StatusListId>,
    /// The how-manieth license of its list this was.
    pub position: Option<i64>,
    /// The index that the position was turned into by the keyed permutation.
    pub idx: Option<i64>,
    /// 0 valid, 1 revoked, 2 suspended, 3 superseded.
    pub value: i64,
    /// While revoked: the value that `unrevoke` goes back to.
    pub prior_value: Option<i64>,
    pub updated_at: Timestamp,
    /// Of a license that was reissued with an overlap: before this moment the list does not say that it is superseded.
    pub superseded_from: Option<Timestamp>,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

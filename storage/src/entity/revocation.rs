//! Revocations: why a license was revoked, as long as the license is there.

use crate::{LicenseId, ReasonCode, Timestamp};
use sea_orm::entity::prelude::*;

/// The reason of a revocation. What reaches the field is the status list entry, which outlives this row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revocation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub license_id: LicenseId,
    pub reason: ReasonCode,
    pub note: Option<String>,
    pub actor: String,
    pub revoked_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

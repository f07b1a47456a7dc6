//! Machines: what a license is bound to, as the machine told it.

use crate::{LicenseId, MachineId, Timestamp};
use sea_orm::entity::prelude::*;

/// One of the machines of a license. The license has digests of it, which hold for that license alone.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "machine")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MachineId,
    pub license_id: LicenseId,
    /// Its place among the machines of the license, from 0 on.
    pub position: i64,
    /// What people call it.
    pub label: Option<String>,
    /// The fingerprint as JSON: stretched values, no raw ids.
    pub fingerprint: String,
    pub created_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

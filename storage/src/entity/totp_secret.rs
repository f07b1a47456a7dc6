//! TOTP secrets: a second factor of a license.

use crate::{LicenseId, Timestamp, TotpSecretId};
use sea_orm::entity::prelude::*;

/// A TOTP factor of a license; the secret itself is in the vault.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp_secret")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TotpSecretId,
    pub license_id: LicenseId,
    pub digest: String,
    pub period_seconds: i64,
    pub created_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

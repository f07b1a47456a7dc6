//! Issuers: the keys that sign licenses.

use crate::{IssuerId, IssuerStatus, Timestamp};
use sea_orm::entity::prelude::*;

/// A signing key, or a foreign public key that licenses are imported under.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "issuer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IssuerId,
    pub name: String,
    pub status: IssuerStatus,
    /// RFC 7638 thumbprint of the public key.
    pub kid: String,
    pub public_key: Vec<u8>,
    /// The `iss` this key signs for; none for a foreign public key, which is held to no vendor.
    pub vendor: Option<String>,
    /// Whether the private key is in the vault.
    pub can_sign: bool,
    /// Base address of its status lists; frozen into a list with the first license.
    pub status_url: Option<String>,
    pub created_at: Timestamp,
    pub retired_at: Option<Timestamp>,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

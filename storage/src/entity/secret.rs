//! Sealed secrets: public rows carry no sealed bytes.

use crate::{SecretId, SecretPurpose, Timestamp};
use sea_orm::entity::prelude::*;

/// A secret under the data key; purpose and owner are bound to the ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "secret")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SecretId,
    pub purpose: SecretPurpose,
    /// The row whose secret this is.
    pub owner: Uuid,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub created_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

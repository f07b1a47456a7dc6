//! The vault: how the passphrase opens the data key.

use crate::{Timestamp, VaultId};
use sea_orm::entity::prelude::*;

/// One row. The data key is wrapped by a key that Argon2id makes of the passphrase.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vault")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VaultId,
    /// Argon2id memory in KiB.
    pub memory_kib: i64,
    pub iterations: i64,
    pub parallelism: i64,
    pub salt: Vec<u8>,
    pub wrap_nonce: Vec<u8>,
    pub wrapped_key: Vec<u8>,
    /// Opens with the right passphrase even where the wrapped key is damaged.
    pub canary_nonce: Vec<u8>,
    pub canary: Vec<u8>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

//! Witnesses: whoever else signs the log's checkpoints.

use crate::{Timestamp, WitnessId};
use sea_orm::entity::prelude::*;

/// A witness that checkpoints are sent to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "witness")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WitnessId,
    pub name: String,
    pub url: String,
    /// As C2SP signed notes write it: `name+id+key`.
    pub verifier_key: String,
    pub created_at: Timestamp,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

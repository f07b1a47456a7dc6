//! Witnesses, and what each of them said.

use super::Reader;
use crate::entity::witness;
use crate::{StoreError, Witness};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

impl Reader<'_> {
    /// Every witness, oldest first.
    pub async fn witnesses(&self) -> Result<Vec<Witness>, StoreError> {
        Ok(witness::Entity::find().order_by_asc(witness::Column::Id).all(self).await?)
    }

    /// A witness by its name.
    pub async fn witness_by_name(&self, name: &str) -> Result<Option<Witness>, StoreError> {
        Ok(witness::Entity::find().filter(witness::Column::Name.eq(name)).one(self).await?)
    }
}

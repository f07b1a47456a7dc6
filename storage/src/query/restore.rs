//! What a restore carries over from one state of a database to another.

use super::Reader;
use crate::entity::{status_list, status_list_entry, status_list_remnant};
use crate::{IssuerId, LicenseId, StatusList, StatusListEntry, StatusListId, StatusListRemnant, StoreError};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

impl Reader<'_> {
    /// Entries of all lists in the order of their licenses, after this one.
    pub async fn status_entries(
        &self,
        after: Option<LicenseId>,
        limit: u64,
    ) -> Result<Vec<StatusListEntry>, StoreError> {
        let mut find = status_list_entry::Entity::find();
        if let Some(after) = after {
            find = find.filter(status_list_entry::Column::LicenseId.gt(after));
        }
        Ok(find.order_by_asc(status_list_entry::Column::LicenseId).limit(limit).all(self).await?)
    }

    /// The entries of these licenses, as many of them as there are.
    pub async fn status_entries_of(
        &self,
        licenses: impl IntoIterator<Item = LicenseId>,
    ) -> Result<Vec<StatusListEntry>, StoreError> {
        let find = status_list_entry::Entity::find().filter(status_list_entry::Column::LicenseId.is_in(licenses));
        Ok(find.all(self).await?)
    }

    /// What is known of an index of a list.
    pub async fn status_entry_at(&self, list: StatusListId, idx: i64) -> Result<Option<StatusListEntry>, StoreError> {
        let find = status_list_entry::Entity::find()
            .filter(status_list_entry::Column::ListId.eq(list))
            .filter(status_list_entry::Column::Idx.eq(idx));
        Ok(find.one(self).await?)
    }

    /// A list by its address.
    pub async fn status_list_at(&self, uri: &str) -> Result<Option<StatusList>, StoreError> {
        Ok(status_list::Entity::find().filter(status_list::Column::Uri.eq(uri)).one(self).await?)
    }

    /// What a published list once said of an index of which nothing else is known.
    pub async fn status_remnant(&self, list: StatusListId, idx: i64) -> Result<Option<StatusListRemnant>, StoreError> {
        let find = status_list_remnant::Entity::find()
            .filter(status_list_remnant::Column::ListId.eq(list))
            .filter(status_list_remnant::Column::Idx.eq(idx));
        Ok(find.one(self).await?)
    }

    /// All of them, of one issuer's lists: whoever publishes a list says what they say.
    pub async fn status_remnants(&self, issuer: IssuerId) -> Result<Vec<StatusListRemnant>, StoreError> {
        let lists = self.status_lists(issuer).await?.into_iter().map(|list| list.id);
        let find = status_list_remnant::Entity::find()
            .filter(status_list_remnant::Column::ListId.is_in(lists))
            .order_by_asc(status_list_remnant::Column::Id);
        Ok(find.all(self).await?)
    }
}

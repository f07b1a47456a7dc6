//! The keys of the log.

use super::Reader;
use crate::entity::audit_key;
use crate::{AuditKey, StoreError};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, Order, QueryOrder};

impl Reader<'_> {
    /// Every key of the log, in the order in which they came into force.
    pub async fn audit_keys(&self) -> Result<Vec<AuditKey>, StoreError> {
        // The order of writing; two keys may be of the same moment.
        Ok(audit_key::Entity::find().order_by(Expr::cust("rowid"), Order::Asc).all(self).await?)
    }

    /// The key that the next entry is signed with.
    pub async fn audit_key(&self) -> Result<Option<AuditKey>, StoreError> {
        Ok(audit_key::Entity::find().order_by(Expr::cust("rowid"), Order::Desc).one(self).await?)
    }

    /// Which key range the log is in: 1, and more after each restore.
    pub async fn audit_epoch(&self) -> Result<i64, StoreError> {
        Ok(self.audit_key().await?.map_or(1, |key| key.epoch))
    }
}

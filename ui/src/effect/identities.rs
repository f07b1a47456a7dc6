//! Identities read, made, made anew, deleted, and handed out.

use super::read::{explained, found, open};
use super::write::unlocked;
use super::{IdentityChange, IdentityDone, file};
use crate::message::{Answer, Found};
use crate::services::Services;
use licentia_core::{Identities, IdentityId, Page, Result, UsedIdentity};

pub(super) async fn page(
    services: &Services,
    after: Option<IdentityId>,
    limit: u64,
) -> Answer<Page<UsedIdentity, IdentityId>> {
    open(services)?.identities().page(after, limit).await.map_err(explained)
}

/// None when it is not there any more.
pub(super) async fn identity(services: &Services, id: IdentityId) -> Found<UsedIdentity> {
    let licentia = open(services)?;
    found(used(licentia.identities(), id).await)
}

/// With every license counted: it is one identity, not a list of them.
pub(super) async fn used(identities: Identities<'_>, id: IdentityId) -> Result<(UsedIdentity, ())> {
    let identity = identities.get(id).await?;
    Ok((UsedIdentity { identity, licenses: identities.usage(id).await?, more: false }, ()))
}

pub(super) async fn change(services: &Services, change: IdentityChange) -> Answer<Box<IdentityDone>> {
    let (licentia, operator) = unlocked(services)?;
    let identities = licentia.identities();
    let done = match change {
        IdentityChange::Create { name } => identities.create(&operator, &name).await.map(IdentityDone::Created),
        IdentityChange::Regenerate { id } => {
            let done = identities.regenerate(&operator, id).await;
            done.map(|done| IdentityDone::Regenerated(done.identity, done.licenses))
        }
        IdentityChange::Delete { id } => identities.delete(&operator, id).await.map(IdentityDone::Deleted),
        IdentityChange::Export { id, path } => {
            let path = file::path(&path);
            let done = identities.export_to(&operator, id, &path).await;
            done.map(|identity| IdentityDone::Exported(identity, path))
        }
    };
    done.map(Box::new).map_err(explained)
}

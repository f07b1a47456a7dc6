//! Revocation: the reversible no.

mod publish;
mod standing;

pub use publish::{Publication, PublishRequest, PublishedFile};
pub use standing::{LastPublished, ListToPublish, Standing};

use crate::audit::Kind;
use crate::license::{self, Action, entry_of, transition};
use crate::{Error, License, LicenseId, LicenseStatus, Licentia, Operator, ReasonCode, Result, Revocation, checked};
use licentia_storage::{Event, StatusValue, StoreError, Tx};
use serde_json::{Value, json};

/// See [`Licentia::revocations`].
#[derive(Clone, Copy, Debug)]
pub struct Revocations<'a>(pub(crate) &'a Licentia);

/// Why a license is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeRequest {
    pub license: LicenseId,
    pub reason: ReasonCode,
    pub note: Option<String>,
}

/// A revocation and its license.
#[derive(Clone, Debug, PartialEq)]
pub struct RevokedLicense {
    pub license: License,
    pub revocation: Revocation,
}

impl Revocations<'_> {
    /// Revokes a license, whatever state it is in but revoked.
    pub async fn revoke(self, operator: &Operator, request: RevokeRequest) -> Result<RevokedLicense> {
        let note = checked::note("the note", request.note)?;
        let actor = operator.actor().as_str().to_owned();
        self.0
            .write(operator, move |tx| async move {
                let license = license::load(&tx, request.license).await?;
                let (revoked, event) = apply(&tx, license, request.reason, note, actor).await?;
                Ok(tx.commit(event, revoked).await?)
            })
            .await
    }

    /// Back to what the license was before it was revoked.
    pub async fn unrevoke(self, operator: &Operator, id: LicenseId, note: Option<String>) -> Result<License> {
        let note = checked::note("the note", note)?;
        self.0
            .write(operator, move |tx| async move {
                let mut license = license::load(&tx, id).await?;
                if transition(license.status, Action::Unrevoke).is_none() {
                    return Err(Error::NotRevoked { license: id, status: license.status });
                }
                let mut entry = entry_of(&tx, id).await?;
                let before = entry.prior_value.map_or(LicenseStatus::Active.into(), StatusValue);
                license.status = before
                    .status()
                    .ok_or_else(|| StoreError::Damaged(format!("license {id} was in no known state")))?;
                entry.value = before.0;
                entry.prior_value = None;
                entry.updated_at = tx.now();
                let mut effects = vec![tx.update(&license).await?, tx.update(&entry).await?];
                let revocation = tx.reader().revocation(id).await?;
                if let Some(revocation) = &revocation {
                    effects.push(tx.delete(revocation).await?);
                }
                let event = Kind::LicenseUnrevoke
                    .event(id)
                    .with("subject", license.subject.clone())
                    .with("status", license.status.as_str())
                    .with("revocation", revocation.as_ref().map(to_json))
                    .with("note", note)
                    .accounts_for(effects);
                Ok(tx.commit(event, license).await?)
            })
            .await
    }

    /// Newest first; `after` is the last license of the page before.
    pub async fn list(self, after: Option<LicenseId>, limit: u64) -> Result<Vec<RevokedLicense>> {
        let reader = self.0.reader();
        let after = match after {
            Some(id) => Some(
                reader
                    .revocation(id)
                    .await?
                    .ok_or(Error::NotRevoked { license: id, status: self.0.licenses().get(id).await?.status })?,
            ),
            None => None,
        };
        let found = reader.revocations(after.as_ref(), limit).await?;
        Ok(found.into_iter().map(|(revocation, license)| RevokedLicense { license, revocation }).collect())
    }

    /// The revocation of a license, if it is revoked.
    pub async fn get(self, id: LicenseId) -> Result<Option<Revocation>> {
        Ok(self.0.reader().revocation(id).await?)
    }
}

/// What the row said, for the event that outlives it.
pub(crate) fn to_json(revocation: &Revocation) -> Value {
    json!({
        "reason": revocation.reason,
        "note": revocation.note,
        "actor": revocation.actor,
        "revoked_at": revocation.revoked_at,
    })
}

/// Revokes inside a transaction: the license, its status list entry, the reason.
pub(crate) async fn apply(
    tx: &Tx,
    mut license: License,
    reason: ReasonCode,
    note: Option<String>,
    actor: String,
) -> Result<(RevokedLicense, Event)> {
    if transition(license.status, Action::Revoke).is_none() {
        return Err(license::already_revoked(tx, license.id).await?);
    }
    let old_status = license.status;
    license.status = LicenseStatus::Revoked;
    let mut entry = entry_of(tx, license.id).await?;
    entry.prior_value = Some(StatusValue::from(old_status).0);
    entry.value = StatusValue::from(LicenseStatus::Revoked).0;
    entry.updated_at = tx.now();
    let revocation = Revocation { license_id: license.id, reason, note: note.clone(), actor, revoked_at: tx.now() };
    let effects = [tx.update(&license).await?, tx.update(&entry).await?, tx.insert(&revocation).await?];
    let event = Kind::LicenseRevoke
        .event(license.id)
        .with("reason", reason.as_str())
        .with("note", note)
        .with("subject", license.subject.clone())
        .with("old_status", old_status.as_str())
        .accounts_for(effects);
    Ok((RevokedLicense { license, revocation }, event))
}

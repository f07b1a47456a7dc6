//! Deleting: the row goes, the trail and the status list entry stay.

use super::rules::{Action, transition, value_at};
use super::{Deleted, Licenses, entry_of, load};
use crate::audit::Kind;
use crate::{Error, License, LicenseId, LicenseStatus, Machine, Operator, ReasonCode, Result, revocation};
use licentia_storage::{Effect, Event, Events, SecretPurpose, StatusValue, Tx};

impl Licenses<'_> {
    /// Deletes a license with its revocation, its machines and its TOTP secret.
    ///
    /// What was revoked stays revoked in the field, and lands as revoked when it is imported again.
    pub async fn delete(self, operator: &Operator, id: LicenseId) -> Result<Deleted> {
        self.0
            .write(operator, move |tx| async move {
                let license = load(&tx, id).await?;
                let (event, deleted) = remove(&tx, license).await?;
                Ok(tx.commit(event, deleted).await?)
            })
            .await
    }

    /// Revokes with the reason `cessation` and deletes, in one transaction. What is revoked already is only deleted.
    pub async fn revoke_and_delete(self, operator: &Operator, id: LicenseId) -> Result<Deleted> {
        let actor = operator.actor().as_str().to_owned();
        self.0
            .write(operator, move |tx| async move {
                let license = load(&tx, id).await?;
                if license.status == LicenseStatus::Revoked {
                    let (event, deleted) = remove(&tx, license).await?;
                    return Ok(tx.commit(event, deleted).await?);
                }
                let note = Some("Revoked because it was to be deleted.".to_owned());
                let (revoked, revoke) = revocation::apply(&tx, license, ReasonCode::Cessation, note, actor).await?;
                let (delete, deleted) = remove(&tx, revoked.license).await?;
                Ok(tx.commit(Events::of(revoke, [delete]), deleted).await?)
            })
            .await
    }
}

/// What they were called, and a digest by which a fingerprint that somebody still has is found again; null where there
/// were none. Whoever has the fingerprint itself can pretend to be the machine, and the log is for reading.
fn said_by(machines: &[Machine]) -> Option<Vec<serde_json::Value>> {
    let said = |machine: &Machine| {
        let digest = format!("blake3:{}", blake3::hash(machine.fingerprint.as_bytes()).to_hex());
        serde_json::json!({ "label": machine.label, "fingerprint_digest": digest })
    };
    Some(machines.iter().map(said).collect()).filter(|said: &Vec<_>| !said.is_empty())
}

async fn remove(tx: &Tx, license: License) -> Result<(Event, Deleted)> {
    if transition(license.status, Action::Delete).is_none() {
        return Err(Error::StatusForbids { license: license.id, status: license.status, action: Action::Delete });
    }
    // It is what remains of the license: there must be one before the license may go.
    let entry = entry_of(tx, license.id).await?;
    let mut effects: Vec<Effect> = Vec::new();
    let revocation = tx.reader().revocation(license.id).await?;
    if let Some(revocation) = &revocation {
        effects.push(tx.delete(revocation).await?);
    }
    let machines = tx.reader().machines(license.id).await?;
    for machine in &machines {
        effects.push(tx.delete(machine).await?);
    }
    if let Some(totp) = tx.reader().totp_secret(license.id).await? {
        effects.push(tx.delete(&totp).await?);
        if let Some(secret) = tx.reader().secret(SecretPurpose::Totp, totp.id.0).await? {
            effects.push(tx.delete(&secret).await?);
        }
    }
    effects.push(tx.delete(&license).await?);
    let event = Kind::LicenseDelete
        .event(license.id)
        .with("license_uuid", license.id.to_string())
        .with("subject", license.subject.clone())
        .with("old_status", license.status.as_str())
        .with("revocation", revocation.as_ref().map(revocation::to_json))
        .with("license", super::row_json(&license, true))
        .with("machines", said_by(&machines))
        .accounts_for(effects);
    let value = value_at(StatusValue(entry.value), entry.superseded_from, tx.now());
    let still_valid_in_the_field = value == LicenseStatus::Active.into();
    Ok((event, Deleted { license, still_valid_in_the_field }))
}

//! Importing: taking in a license that an issuer we know has signed.

use super::Licenses;
use crate::audit::Kind;
use crate::{Error, Issuer, License, LicenseId, Operator, Result, Timestamp, checked, issuer};
use licentia_license::{Claims, Invalid, TrustedKey, TrustedKeys, Verified};
use licentia_storage::{
    LicenseStatus, Limits, Origin, ReasonCode, Revocation, StatusListEntry, StatusRef, StatusValue, Strings,
    SubjectSignature, Tx,
};
use uuid::Uuid;

impl Licenses<'_> {
    /// Takes in a license. One that was deleted here before comes back as what it was: a revoked one is revoked.
    ///
    /// Its time is not checked: an expired license is still part of what was sold.
    pub async fn import(self, operator: &Operator, text: &str) -> Result<License> {
        let keys = self.keys_to_take_in().await?;
        let verified = licentia_license::verify_signature(text, &keys).map_err(refusal(text))?;
        let ours = self.0.vault().vendor().await?;
        checked::line("the license's subject", &verified.claims.sub, 1_000)?;
        checked::line("the license's jti", &verified.claims.jti, 200)?;
        let actor = operator.actor().as_str().to_owned();
        self.0
            .write(operator, move |tx| async move {
                let issuer = tx.reader().issuer_by_kid(&verified.kid).await?;
                let issuer = issuer.ok_or_else(|| Error::UnknownKey { kid: verified.kid.clone() })?;
                let bound = bound(&issuer, &verified, &ours)?;
                if let Some(known) = tx.reader().license_by_jti(issuer.id, &verified.claims.jti).await? {
                    return Err(Error::LicenseKnown { license: known.id });
                }
                let before = tx.reader().status_entry_by_jti(issuer.id, &verified.claims.jti).await?;
                let published = published_value(&tx, &verified).await?;
                let license = row(&tx, &issuer, verified, before.as_ref(), published).await?;
                let mut effects = Vec::new();
                if let Some(issuer) = bound {
                    effects.push(tx.update(&issuer).await?);
                }
                effects.push(tx.insert(&license).await?);
                if before.is_none() {
                    effects.push(tx.insert(&first_entry(&license, tx.now())).await?);
                }
                if license.status == LicenseStatus::Revoked {
                    effects.push(tx.insert(&restored_revocation(&license, actor, tx.now())).await?);
                }
                let event = Kind::LicenseImport.event(license.id);
                let event = super::issued_payload(event, &license)
                    .with("jti", license.jti.clone())
                    .with("status", license.status.as_str())
                    .with("returned", before.is_some())
                    .accounts_for(effects);
                Ok(tx.commit(event, license).await?)
            })
            .await
    }

    /// The keys of every issuer, each bound to the vendor it signs for; a foreign key that has none yet may speak for
    /// any vendor.
    pub(super) async fn keys_to_take_in(self) -> Result<TrustedKeys> {
        let issuers = self.0.issuers().list().await?;
        let keys = issuers.iter().map(|issuer| {
            let key = issuer::trusted_key(issuer)?;
            Ok(if issuer.vendor.is_none() { TrustedKey { issuer: None, ..key } } else { key })
        });
        keys.collect()
    }
}

/// A foreign key is bound to the vendor of the first license that is imported under it, and never to us.
fn bound(issuer: &Issuer, verified: &Verified, ours: &str) -> Result<Option<Issuer>> {
    if issuer.vendor.is_some() {
        return Ok(None);
    }
    let vendor = verified.claims.iss.clone();
    // The license is taken in as what it is; the key is not let into the keys that speak for us.
    if vendor == ours {
        return Ok(None);
    }
    checked::line("the license's iss", &vendor, 200)?;
    Ok(Some(Issuer { vendor: Some(vendor), ..issuer.clone() }))
}

/// An unknown key is told from a license that does not hold.
fn refusal(text: &str) -> impl FnOnce(Invalid) -> Error + '_ {
    move |invalid| match invalid.code() {
        "unknown_key" => Error::UnknownKey {
            kid: licentia_license::inspect(text).map(|inspected| inspected.header.kid).unwrap_or_default(),
        },
        _ => Error::LicenseInvalid(invalid),
    }
}

/// What a published list said of its index, where nothing else is left of it.
async fn published_value(tx: &Tx, verified: &Verified) -> Result<Option<StatusValue>> {
    let Some(status) = &verified.claims.status else { return Ok(None) };
    let Some(list) = tx.reader().status_list_at(&status.status_list.uri).await? else { return Ok(None) };
    let idx = i64::try_from(status.status_list.idx).unwrap_or(i64::MAX);
    Ok(tx.reader().status_remnant(list.id, idx).await?.map(|remnant| StatusValue(remnant.value)))
}

async fn row(
    tx: &Tx,
    issuer: &Issuer,
    verified: Verified,
    before: Option<&StatusListEntry>,
    published: Option<StatusValue>,
) -> Result<License> {
    let Claims { sub, aud, nbf, exp, jti, features, limits, payload, bindings, identity, replaces, status, .. } =
        verified.claims;
    let identity_id = match identity {
        Some(digest) => {
            let known = tx.reader().identities().await?;
            known.into_iter().find(|identity| identity.digest == digest).map(|identity| identity.id)
        }
        None => None,
    };
    Ok(License {
        id: id_for(tx, &jti, before).await?,
        issuer_id: issuer.id,
        jti,
        subject_signature: SubjectSignature::of(&sub),
        subject: sub,
        audience: Strings(aud),
        status: before
            .map(|entry| StatusValue(entry.value))
            .or(published)
            .and_then(StatusValue::status)
            .unwrap_or(LicenseStatus::Active),
        origin: Origin::Imported,
        not_before: nbf.map(Timestamp::from_seconds),
        not_after: exp.map(Timestamp::from_seconds),
        features: Strings(features),
        limits: Limits(limits),
        payload,
        bindings: bindings.map(|bindings| serde_json::json!(bindings)),
        identity_id,
        replaces: replaces.and_then(|id| Uuid::parse_str(&id).ok()).map(LicenseId),
        status_list: status.map(|at| StatusRef { idx: at.status_list.idx, uri: at.status_list.uri }),
        token: verified.token,
        created_at: tx.now(),
    })
}

/// The id of before, or the `jti` where it is an id that nobody has here, or a fresh one.
async fn id_for(tx: &Tx, jti: &str, before: Option<&StatusListEntry>) -> Result<LicenseId> {
    if let Some(entry) = before {
        return Ok(entry.license_id);
    }
    if let Ok(id) = Uuid::parse_str(jti).map(LicenseId)
        && tx.reader().license(id).await?.is_none()
        && tx.reader().status_entry(id).await?.is_none()
    {
        return Ok(id);
    }
    Ok(tx.new_id())
}

/// Its index is its own list's, so ours is absent; the value is kept all the same.
fn first_entry(license: &License, now: Timestamp) -> StatusListEntry {
    StatusListEntry {
        license_id: license.id,
        issuer_id: license.issuer_id,
        jti: license.jti.clone(),
        list_id: None,
        position: None,
        idx: None,
        value: StatusValue::from(license.status).0,
        prior_value: None,
        updated_at: now,
        superseded_from: None,
    }
}

fn restored_revocation(license: &License, actor: String, now: Timestamp) -> Revocation {
    Revocation {
        license_id: license.id,
        reason: ReasonCode::Other,
        note: Some("It was revoked before it was deleted; the audit log has the reason.".to_owned()),
        actor,
        revoked_at: now,
    }
}

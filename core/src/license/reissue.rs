//! Reissuing: a new license takes the place of an old one, in one transaction with two events.

use super::request::{self, ClearField, ReissueRequest};
use super::signer::Extra;
use super::{Licenses, Reissued, issue, issued_payload, load};
use crate::audit::Kind;
use crate::license::rules::{Action, Next, transition};
use crate::{Error, IssuerId, IssuerStatus, License, LicenseId, LicenseStatus, Operator, Result};
use licentia_storage::{Events, StatusValue, Tx};

impl Licenses<'_> {
    /// Signs a successor. What the request does not name is inherited, the absolute expiry too.
    pub async fn reissue(self, operator: &Operator, id: LicenseId, request: ReissueRequest) -> Result<Reissued> {
        let (keys, ambient, log_claim) = (operator.clone(), self.0.ambient().clone(), self.0.has_log_claim());
        self.0
            .write(operator, move |tx| async move {
                let old = load(&tx, id).await?;
                if transition(old.status, Action::Reissue) != Some(Next::Becomes(LicenseStatus::Superseded)) {
                    return Err(super::refusal(&tx, &old, Action::Reissue).await?);
                }
                let issuer = issuer_of_successor(&tx, &old, request.issuer).await?;
                let identity = unknown_identity(&old, &request)?;
                let superseded_from = request::overlap_end(request.overlap, tx.now())?;
                let terms = request::check(&request::merged(&old, request, issuer), tx.now())?;
                let extra = Extra { replaces: Some(old.id), bindings: None, identity };
                let signed = issue::sign_inside(&tx, &keys, &ambient, terms, extra, log_claim).await?;

                let superseded = License { status: LicenseStatus::Superseded, ..old };
                let mut entry = super::entry_of(&tx, superseded.id).await?;
                entry.value = StatusValue::from(LicenseStatus::Superseded).0;
                entry.superseded_from = superseded_from;
                entry.updated_at = tx.now();
                let old_effects = [tx.update(&superseded).await?, tx.update(&entry).await?];
                let new_effects = issue::write_one(&tx, &signed).await?;

                let license = signed.license;
                let supersede = Kind::LicenseSupersede
                    .event(superseded.id)
                    .with("subject", superseded.subject.clone())
                    .with("superseded_by", license.id.to_string())
                    .with("superseded_from", superseded_from.map(|from| from.to_string()))
                    .accounts_for(old_effects);
                let reissue = Kind::LicenseReissue.event(license.id);
                let reissue = issued_payload(reissue, &license)
                    .with("replaces", superseded.id.to_string())
                    .accounts_for(new_effects);
                Ok(tx
                    .commit(Events::of(supersede, [reissue]), Reissued { license, superseded, superseded_from })
                    .await?)
            })
            .await
    }
}

/// An imported license may be held to an identity that is not known here; its successor is held to the same.
fn unknown_identity(old: &License, request: &ReissueRequest) -> Result<Option<String>> {
    if old.identity_id.is_some() || request.identity.is_some() || request.clear.contains(&ClearField::Identity) {
        return Ok(None);
    }
    let read = licentia_license::inspect(&old.token).map_err(Error::LicenseInvalid)?;
    Ok(read.claims.identity)
}

/// The issuer that was named, or the one of before while it signs, or the active one.
async fn issuer_of_successor(tx: &Tx, old: &License, named: Option<IssuerId>) -> Result<Option<IssuerId>> {
    if named.is_some() {
        return Ok(named);
    }
    let before = tx.reader().issuer(old.issuer_id).await?;
    Ok(before.filter(|issuer| issuer.can_sign && issuer.status != IssuerStatus::Retired).map(|issuer| issuer.id))
}

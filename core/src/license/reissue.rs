//! Reissuing: a new license takes the place of an old one, in one transaction with two events.

use super::binding::{self, BoundMachine, Rebound, Totp};
use super::request::{self, ClearField, ReissueRequest};
use super::signer::Extra;
use super::{Licenses, Reissued, issue, issued_payload, load};
use crate::audit::Kind;
use crate::license::rules::{Action, Next, transition};
use crate::{Error, IssuerId, IssuerStatus, License, LicenseId, LicenseStatus, Operator, Result};
use licentia_license::bindings::Bindings;
use licentia_license::machine::{Fingerprint, MachineBinding};
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
                let (machines, rebound) = machines_of_successor(&tx, &old, &request).await?;
                let totp = totp_of_successor(&tx, &keys, &old, &request).await?;
                let makes_totp = request.totp;
                let terms = request::check(&request::merged(&old, request, issuer, machines), tx.now())?;
                let extra = Extra { replaces: Some(old.id), identity, totp };
                let signed = issue::sign_inside(&tx, &keys, &ambient, terms, extra, log_claim).await?;

                let superseded = License { status: LicenseStatus::Superseded, ..old };
                let mut entry = super::entry_of(&tx, superseded.id).await?;
                entry.value = StatusValue::from(LicenseStatus::Superseded).0;
                entry.superseded_from = superseded_from;
                entry.updated_at = tx.now();
                let old_effects = [tx.update(&superseded).await?, tx.update(&entry).await?];
                let mut new_effects = issue::write_one(&tx, &signed).await?;
                // The secret of before in a row of its own is no new secret.
                if let (false, Some((row, secret))) = (makes_totp, &signed.bound.totp) {
                    new_effects.extend(binding::write_totp(&tx, &keys, row, secret).await?);
                }
                let (totp, create) =
                    if makes_totp { issue::write_totp(&tx, &keys, &signed).await? } else { (None, None) };

                let license = signed.license;
                let machines = rebound.iter().map(Rebound::to_json).collect::<Vec<_>>();
                let supersede = Kind::LicenseSupersede
                    .event(superseded.id)
                    .with("subject", superseded.subject.clone())
                    .with("superseded_by", license.id.to_string())
                    .with("superseded_from", superseded_from.map(|from| from.to_string()))
                    .accounts_for(old_effects);
                let reissue = Kind::LicenseReissue.event(license.id);
                let reissue = issued_payload(reissue, &license)
                    .with("replaces", superseded.id.to_string())
                    .with("machines", Some(machines).filter(|machines| !machines.is_empty()))
                    .accounts_for(new_effects);
                let reissued = Reissued { license, superseded, superseded_from, rebound, totp };
                Ok(tx.commit(Events::of(supersede, std::iter::once(reissue).chain(create)), reissued).await?)
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

/// The machines that were named, or those of before, and where some were named how they stand to each other.
async fn machines_of_successor(
    tx: &Tx,
    old: &License,
    request: &ReissueRequest,
) -> Result<(Vec<BoundMachine>, Vec<Rebound>)> {
    let claim = binding::claim(old)?;
    let bound = claim.as_ref().map(Bindings::machines).unwrap_or_default();
    let before = binding::fingerprints(&tx.reader(), old.id).await?;
    if let Some(named) = &request.machines {
        // What was asked of another machine says nothing of these.
        let bind =
            |fingerprint: &Fingerprint| BoundMachine { fingerprint: fingerprint.clone(), require: request.require };
        let now: Vec<_> = named.iter().map(bind).collect();
        let rebound = binding::beside(&before, &now);
        return Ok((now, rebound));
    }
    if request.clear.contains(&ClearField::Machines) {
        return Ok((Vec::new(), Vec::new()));
    }
    if request.require.is_some() && bound.is_empty() {
        return Err(Error::invalid("how many components have to agree", "the license is bound to no machine"));
    }
    // The digests hold for the old license alone: without the fingerprints there are no new ones.
    if before.len() != bound.len() {
        return Err(Error::MachinesUnknown { license: old.id });
    }
    let bind = |(fingerprint, bound): (Fingerprint, &MachineBinding)| BoundMachine {
        fingerprint,
        require: request.require.or(Some(bound.require())),
    };
    Ok((before.into_iter().zip(bound).map(bind).collect(), Vec::new()))
}

/// The second factor of before, unless a new one is made.
async fn totp_of_successor(
    tx: &Tx,
    operator: &Operator,
    old: &License,
    request: &ReissueRequest,
) -> Result<Option<Totp>> {
    if request.totp || request.clear.contains(&ClearField::Totp) {
        return Ok(None);
    }
    if let Some((_, secret)) = binding::kept_secret(&tx.reader(), operator, old.id).await? {
        return Ok(Some(Totp::Secret(secret)));
    }
    Ok(binding::claim(old)?.and_then(|bindings| bindings.totp().cloned()).map(Totp::Digest))
}

/// The issuer that was named, or the one of before while it signs, or the active one.
async fn issuer_of_successor(tx: &Tx, old: &License, named: Option<IssuerId>) -> Result<Option<IssuerId>> {
    if named.is_some() {
        return Ok(named);
    }
    let before = tx.reader().issuer(old.issuer_id).await?;
    Ok(before.filter(|issuer| issuer.can_sign && issuer.status != IssuerStatus::Retired).map(|issuer| issuer.id))
}

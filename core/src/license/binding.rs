//! What licenses are bound to: machines, and secrets that their holders have.

use super::{Licenses, load};
use crate::audit::Kind;
use crate::secret::SecretError;
use crate::{Error, License, LicenseId, Machine, Operator, Result};
use licentia_license::bindings::{Bindings, MAX_MACHINES, TotpBinding};
use licentia_license::machine::{Change, Component, Fingerprint, MachineBinding};
use licentia_license::totp::TotpSecret;
use licentia_storage::{Ambient, Event, Reader, Secret, SecretPurpose, Timestamp, TotpSecret as TotpRow, Tx};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// How many random bytes a TOTP secret has (RFC 4226, 4).
const SECRET_LENGTH: usize = 20;

/// A machine that a license is to be bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundMachine {
    pub fingerprint: Fingerprint,
    /// How many components have to agree; two, or the one that there is, unless told.
    pub require: Option<u32>,
}

/// A TOTP secret with what an authenticator program wants to know of it. The secret does not print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpFactor {
    pub secret: TotpSecret,
    /// `sha256:` and hex, as the license has it.
    pub digest: String,
    /// In seconds.
    pub period: u32,
    /// The product that the license is for.
    pub product: String,
    pub subject: String,
}

/// One machine of a reissued license beside the machine that it comes closest to of those before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebound {
    pub now: Fingerprint,
    /// None: the license before was bound to no machine.
    pub before: Option<Fingerprint>,
    pub components: BTreeMap<Component, Change>,
}

/// The second factor that a license is to have.
#[derive(Clone, Debug)]
pub(crate) enum Totp {
    /// A secret that is sealed with the license.
    Secret(TotpSecret),
    /// A secret that is not known here: the license came from elsewhere.
    Digest(TotpBinding),
}

/// Rows to be written with a license that is bound.
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundRows {
    pub(crate) machines: Vec<Machine>,
    pub(crate) totp: Option<(TotpRow, TotpSecret)>,
}

impl TotpFactor {
    /// The address that a QR code holds.
    #[must_use]
    pub fn uri(&self) -> Zeroizing<String> {
        self.secret.to_uri(&self.product, &self.subject, self.period)
    }

    pub(crate) fn of(license: &License, row: &TotpRow, secret: TotpSecret) -> Self {
        Self {
            secret,
            digest: row.digest.clone(),
            period: u32::try_from(row.period_seconds).unwrap_or(TotpBinding::PERIOD),
            product: license.audience.0.first().cloned().unwrap_or_default(),
            subject: license.subject.clone(),
        }
    }
}

impl Licenses<'_> {
    /// The machines that a license is bound to, as far as their fingerprints are known here, in their order.
    pub async fn machines(self, id: LicenseId) -> Result<Vec<Fingerprint>> {
        fingerprints(&self.0.reader(), id).await
    }

    /// The TOTP secret of a license once more. It leaves the vault, so it is recorded, before anybody gets it.
    pub async fn reveal_totp(self, operator: &Operator, id: LicenseId) -> Result<TotpFactor> {
        let owner = operator.clone();
        self.0
            .write(operator, move |tx| async move {
                let license = load(&tx, id).await?;
                let Some((row, secret)) = kept_secret(&tx.reader(), &owner, id).await? else {
                    return Err(Error::NoTotpSecret { license: id });
                };
                let event = about_totp(&license, &row, Kind::TotpReveal);
                Ok(tx.commit(event, TotpFactor::of(&license, &row, secret)).await?)
            })
            .await
    }
}

/// The rules that need neither the license's id nor its vendor.
pub(crate) fn check(machines: &[BoundMachine]) -> Result<()> {
    if machines.len() > MAX_MACHINES {
        return Err(licentia_license::bindings::BindingError::TooManyMachines.into());
    }
    for (at, machine) in machines.iter().enumerate() {
        bind(machine, "")?;
        let same = |other: &BoundMachine| other.fingerprint.components() == machine.fingerprint.components();
        if machines.iter().take(at).any(same) {
            return Err(Error::invalid("the machine fingerprint", "the same machine is given twice"));
        }
    }
    Ok(())
}

/// A fingerprint that was stretched for another vendor would never match.
pub(crate) fn check_vendor(machines: &[BoundMachine], vendor: &str) -> Result<()> {
    let made_for = machines.iter().map(|machine| machine.fingerprint.vendor()).find(|made_for| *made_for != vendor);
    match made_for {
        Some(found) => Err(Error::FingerprintOfOtherVendor { found: found.to_owned(), expected: vendor.to_owned() }),
        None => Ok(()),
    }
}

/// The claim, for the license with this id.
pub(crate) fn bindings(machines: &[BoundMachine], totp: Option<&Totp>, jti: &str) -> Result<Option<Bindings>> {
    if machines.is_empty() && totp.is_none() {
        return Ok(None);
    }
    let machines = machines.iter().map(|machine| bind(machine, jti)).collect::<Result<_>>()?;
    let totp = match totp {
        Some(Totp::Secret(secret)) => Some(TotpBinding::of(secret.as_bytes(), TotpBinding::PERIOD)?),
        Some(Totp::Digest(binding)) => Some(binding.clone()),
        None => None,
    };
    Ok(Some(Bindings::new(machines, totp)?))
}

fn bind(machine: &BoundMachine, jti: &str) -> Result<MachineBinding> {
    let require = machine.require.unwrap_or_else(|| MachineBinding::default_require(&machine.fingerprint));
    Ok(MachineBinding::of(&machine.fingerprint, jti, require)?)
}

/// What is kept of the bindings beside the license.
pub(crate) fn rows(
    machines: &[BoundMachine],
    totp: Option<&Totp>,
    bindings: Option<&Bindings>,
    license: LicenseId,
    ambient: &Ambient,
    now: Timestamp,
) -> BoundRows {
    let machine = |(position, machine): (i64, &BoundMachine)| Machine {
        id: ambient.uuid(now).into(),
        license_id: license,
        position,
        label: machine.fingerprint.label().map(str::to_owned),
        fingerprint: machine.fingerprint.to_json(),
        created_at: now,
    };
    let totp = match (totp, bindings.and_then(Bindings::totp)) {
        (Some(Totp::Secret(secret)), Some(binding)) => {
            let row = TotpRow {
                id: ambient.uuid(now).into(),
                license_id: license,
                digest: binding.digest(),
                period_seconds: binding.period().into(),
                created_at: now,
            };
            Some((row, secret.clone()))
        }
        _ => None,
    };
    BoundRows { machines: (0..).zip(machines).map(machine).collect(), totp }
}

/// A secret that nobody has yet.
pub(crate) fn new_secret(ambient: &Ambient) -> Totp {
    let bytes = Zeroizing::new(ambient.bytes::<SECRET_LENGTH>());
    Totp::Secret(TotpSecret::from_bytes(&*bytes))
}

/// The stored secret of a license, opened.
pub(crate) async fn kept_secret(
    reader: &Reader<'_>,
    operator: &Operator,
    license: LicenseId,
) -> Result<Option<(TotpRow, TotpSecret)>> {
    let Some(row) = reader.totp_secret(license).await? else { return Ok(None) };
    let sealed: Option<Secret> = reader.secret(SecretPurpose::Totp, row.id.0).await?;
    let sealed = sealed.ok_or(SecretError::Damaged("the bytes of a TOTP secret are missing"))?;
    let secret = TotpSecret::from_bytes(&operator.open_secret(&sealed)?);
    let period = u32::try_from(row.period_seconds).unwrap_or_default();
    if TotpBinding::of(secret.as_bytes(), period).is_ok_and(|binding| binding.digest() == row.digest) {
        Ok(Some((row, secret)))
    } else {
        Err(SecretError::Damaged("a TOTP secret's sealed bytes are not those of its row").into())
    }
}

/// The fingerprints that are kept of a license.
pub(crate) async fn fingerprints(reader: &Reader<'_>, license: LicenseId) -> Result<Vec<Fingerprint>> {
    let rows = reader.machines(license).await?;
    let damaged = |row: &Machine| {
        let why = format!("the fingerprint of machine {} cannot be read", row.id);
        Error::Store(licentia_storage::StoreError::Damaged(why))
    };
    rows.iter().map(|row| Fingerprint::from_text(&row.fingerprint).map_err(|_| damaged(row))).collect()
}

/// The claim as the row of a license has it.
pub(crate) fn claim(license: &License) -> Result<Option<Bindings>> {
    let parsed = license.bindings.as_ref().map(Bindings::deserialize).transpose();
    parsed.map_err(|_| {
        let why = format!("the bindings of license {} cannot be read", license.id);
        Error::Store(licentia_storage::StoreError::Damaged(why))
    })
}

/// Each machine of now beside the one of before that it has most in common with.
pub(crate) fn beside(before: &[Fingerprint], now: &[BoundMachine]) -> Vec<Rebound> {
    let same = |changes: &BTreeMap<Component, Change>| changes.values().filter(|c| **c == Change::Same).count();
    now.iter()
        .map(|machine| {
            let now = machine.fingerprint.clone();
            let compared = before.iter().map(|before| (before, before.changes(&now)));
            // The first one where several are equally far: in the order of the license.
            if let Some((before, components)) = compared.rev().max_by_key(|(_, changes)| same(changes)) {
                return Rebound { before: Some(before.clone()), components, now };
            }
            let components = now.trusted().map(|(kind, _)| (kind, Change::New)).collect();
            Rebound { before: None, components, now }
        })
        .collect()
}

impl Rebound {
    /// As events and scripts have it: words, and nothing that a machine is recognised by.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "label": self.now.label(),
            "before": self.before.as_ref().map(|before| json!({ "label": before.label() })),
            "components": self.components,
        })
    }
}

/// Writes a secret with its row.
pub(crate) async fn write_totp(
    tx: &Tx,
    operator: &Operator,
    row: &TotpRow,
    secret: &TotpSecret,
) -> Result<[licentia_storage::Effect; 2]> {
    let sealed = operator.seal_secret(tx, SecretPurpose::Totp, row.id.0, secret.as_bytes())?;
    Ok([tx.insert(row).await?, tx.insert(&sealed).await?])
}

pub(crate) fn about_totp(license: &License, row: &TotpRow, kind: Kind) -> Event {
    kind.event(license.id)
        .with("subject", license.subject.clone())
        .with("digest", row.digest.clone())
        .with("period", row.period_seconds)
}

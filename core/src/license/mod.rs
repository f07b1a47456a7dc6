//! Licenses: issuing, reissuing, suspending, importing, deleting and finding them.

mod batch;
mod binding;
mod bound;
mod delete;
mod file;
mod import;
mod issue;
mod permutation;
mod query;
mod reissue;
mod request;
mod rules;
mod signer;
mod suspend;

use crate::tlog::SignedCheckpoint;
use crate::{Error, IssuerId, License, LicenseId, LicenseStatus, Licentia, Result, Timestamp};
use licentia_storage::{Event, StatusListEntry, Tx};

pub(crate) use permutation::CAPACITY;
pub(crate) use signer::new_list;

pub use batch::{Batch, BatchError, BatchFile, BatchRow, TokenFiles};
pub use binding::{BoundMachine, Rebound, TotpFactor};
pub use bound::{Bound, SideBySide};
use query::{row_json, unknown};
pub use request::{ClearField, IssueRequest, ReissueRequest, Term};
pub use rules::{Action, EXPIRING_DAYS, Next, Validity, transition, value_at};

/// See [`Licentia::licenses`].
#[derive(Clone, Copy, Debug)]
pub struct Licenses<'a>(pub(crate) &'a Licentia);

/// What a reissue did.
#[derive(Clone, Debug, PartialEq)]
pub struct Reissued {
    pub license: License,
    pub superseded: License,
    /// From when on its status list says so, where the two overlap.
    pub superseded_from: Option<Timestamp>,
    /// Where machines were named: each beside the one of before.
    pub rebound: Vec<Rebound>,
    /// The TOTP secret that was made. This is the only time it is shown, but for [`Licenses::reveal_totp`].
    pub totp: Option<TotpFactor>,
}

/// A new license.
#[derive(Clone, Debug, PartialEq)]
pub struct Issued {
    pub license: License,
    /// The TOTP secret that was made. This is the only time it is shown, but for [`Licenses::reveal_totp`].
    pub totp: Option<TotpFactor>,
}

/// What a deletion left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Deleted {
    /// The license as it was.
    pub license: License,
    /// True when its status list goes on calling it valid: what was handed out stays so in the field.
    pub still_valid_in_the_field: bool,
}

/// Which licenses a list shows. Filters are joined by *and*.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicenseFilter {
    pub status: Option<LicenseStatus>,
    pub validity: Option<Validity>,
    /// Part of the subject, upper and lower case alike (ASCII).
    pub subject: Option<String>,
    pub issuer: Option<IssuerId>,
    /// Expires from now within so many days.
    pub expiring_within_days: Option<u32>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T, K> {
    pub items: Vec<T>,
    /// Where the next page begins, when there is one.
    pub next: Option<K>,
}

impl<T, K> Page<T, K> {
    /// A page out of the rows of a query that asked for one more than `limit`: that one tells whether another follows.
    pub fn cut(mut items: Vec<T>, limit: u64, key: impl FnOnce(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(key);
        Self { items, next }
    }
}

/// What a license file says, and whether it holds by the keys of this database.
#[derive(Clone, Debug)]
pub struct Inspection {
    pub kid: String,
    pub claims: licentia_license::Claims,
    /// The reason code and message when it does not hold.
    pub invalid: Option<(String, String)>,
    /// The issuer that we know by this key.
    pub issuer: Option<crate::Issuer>,
    /// The license of ours that has this `jti`.
    pub known: Option<License>,
    /// What it was when it was deleted here, if it was: an import brings it back as that.
    pub before: Option<LicenseStatus>,
}

/// A token taken apart. **Nothing in it is proven.**
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    pub header: serde_json::Map<String, serde_json::Value>,
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// The checkpoint of its vendor's log that a license carries, if it carries one. This verifies nothing.
#[must_use]
pub fn checkpoint_in(token: &str) -> Option<SignedCheckpoint> {
    let log = licentia_license::inspect(token).ok()?.claims.log?;
    SignedCheckpoint::parse(log.get("checkpoint")?.as_str()?.as_bytes()).ok()
}

/// What the events of a new license have in common.
fn issued_payload(event: Event, license: &License) -> Event {
    event
        .with("subject", license.subject.clone())
        .with("not_after", license.not_after.map(|end| end.to_string()))
        .with("audience", license.audience.0.clone())
        .with("issuer_id", license.issuer_id.to_string())
}

pub(crate) async fn load(tx: &Tx, id: LicenseId) -> Result<License> {
    tx.reader().license(id).await?.ok_or_else(|| unknown(id))
}

/// What is known for good about a license; every license has one.
pub(crate) async fn entry_of(tx: &Tx, id: LicenseId) -> Result<StatusListEntry> {
    let entry = tx.reader().status_entry(id).await?;
    entry.ok_or_else(|| {
        let why = format!("license {id} has no status list entry");
        Error::Store(licentia_storage::StoreError::Damaged(why))
    })
}

/// Why the table of states does not allow an action, with whatever stands in its way.
async fn refusal(tx: &Tx, license: &License, action: Action) -> Result<Error> {
    Ok(match license.status {
        LicenseStatus::Superseded => Error::SupersededBy {
            license: license.id,
            successor: tx.reader().successor(license.id).await?.map(|successor| successor.id),
        },
        LicenseStatus::Revoked => already_revoked(tx, license.id).await?,
        status => Error::StatusForbids { license: license.id, status, action },
    })
}

/// The refusal that says why and since when a license is revoked.
pub(crate) async fn already_revoked(tx: &Tx, id: LicenseId) -> Result<Error> {
    let revocation = tx.reader().revocation(id).await?;
    Ok(Error::AlreadyRevoked {
        license: id,
        reason: revocation.as_ref().map(|revocation| revocation.reason),
        at: revocation.map(|revocation| revocation.revoked_at),
    })
}

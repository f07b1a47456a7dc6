//! Licenses: issuing, reissuing, importing, deleting and finding them.

mod rules;

use crate::{IdentityId, IssuerId, License, LicenseId, LicenseStatus, Licentia, Limit, Operator, Progress, Result, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub use rules::{Action, EXPIRING_DAYS, Next, Validity, transition};

/// See [`Licentia::licenses`].
#[derive(Clone, Copy)]
pub struct Licenses<'a>(pub(crate) &'a Licentia);

/// How long a license holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    Until(Timestamp),
    /// Days from the start (`not_before`, or the moment of issue).
    Days(u32),
    Perpetual,
}

/// A license to be signed.
#[derive(Clone, Debug, PartialEq)]
pub struct IssueRequest {
    pub subject: String,
    pub audience: Vec<String>,
    /// None: the active issuer.
    pub issuer: Option<IssuerId>,
    pub not_before: Option<Timestamp>,
    pub term: Term,
    pub features: Vec<String>,
    pub limits: BTreeMap<String, Limit>,
    pub payload: Option<Value>,
    pub identity: Option<IdentityId>,
}

/// What a reissue changes; what is not named is inherited, the absolute expiry too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReissueRequest {
    pub subject: Option<String>,
    pub audience: Option<Vec<String>>,
    pub issuer: Option<IssuerId>,
    pub not_before: Option<Timestamp>,
    pub term: Option<Term>,
    pub features: Option<Vec<String>>,
    pub limits: Option<BTreeMap<String, Limit>>,
    pub payload: Option<Value>,
    pub identity: Option<IdentityId>,
    pub clear: Vec<ClearField>,
}

/// A field that a reissue drops instead of inheriting it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClearField {
    NotBefore,
    /// Becomes perpetual.
    Expires,
    Features,
    Limits,
    Payload,
    Identity,
}

/// What a reissue did.
#[derive(Clone, Debug, PartialEq)]
pub struct Reissued {
    pub license: License,
    pub superseded: License,
}

/// What a deletion left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Deleted {
    /// The license as it was.
    pub license: License,
    /// True when it was not revoked: what was handed out stays valid in the field.
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
}

impl Licenses<'_> {
    pub async fn issue(&self, _operator: &Operator, _request: IssueRequest) -> Result<License> {
        todo!()
    }
    /// All or nothing, in one transaction; signed before the lock is taken.
    pub async fn issue_batch(&self, _operator: &Operator, _requests: Vec<IssueRequest>, _progress: Progress) -> Result<Vec<License>> {
        todo!()
    }
    /// What is wrong with each request of a batch, by its index; signs and writes nothing.
    pub async fn check_batch(&self, _requests: &[IssueRequest]) -> Result<Vec<(usize, crate::Error)>> {
        todo!()
    }
    /// Takes in a license that an issuer we know has signed.
    pub async fn import(&self, _operator: &Operator, _text: &str) -> Result<License> {
        todo!()
    }
    pub async fn reissue(&self, _operator: &Operator, _id: LicenseId, _request: ReissueRequest) -> Result<Reissued> {
        todo!()
    }
    pub async fn delete(&self, _operator: &Operator, _id: LicenseId) -> Result<Deleted> {
        todo!()
    }
    /// Revokes with the reason `cessation` and deletes, in one transaction.
    pub async fn revoke_and_delete(&self, _operator: &Operator, _id: LicenseId) -> Result<Deleted> {
        todo!()
    }
    /// Newest first, or soonest expiry first when the filter speaks of validity or expiry.
    pub async fn list(&self, _filter: &LicenseFilter, _after: Option<LicenseId>, _limit: u64) -> Result<Page<License, LicenseId>> {
        todo!()
    }
    pub async fn get(&self, _id: LicenseId) -> Result<License> {
        todo!()
    }
    /// By unique prefix or suffix of the id.
    pub async fn resolve(&self, _text: &str) -> Result<License> {
        todo!()
    }
    /// The chain of reissues that this license is part of, oldest first.
    pub async fn history(&self, _id: LicenseId) -> Result<Vec<License>> {
        todo!()
    }
    /// Reads a license file without taking it in.
    pub async fn inspect(&self, _text: &str) -> Result<Inspection> {
        todo!()
    }
    /// The `.lic` text.
    #[must_use]
    pub fn armored(license: &License) -> String {
        licentia_license::armor::wrap(&license.token)
    }
    /// The JSON that scripts rely on; with the token when `with_token`.
    #[must_use]
    pub fn to_json(_license: &License, _now: Timestamp, _with_token: bool) -> Map<String, Value> {
        todo!()
    }
}

//! Whether a license was revoked: a signed file that any web server can hold (IETF Token Status List).
//!
//! The product fetches the file at the address in the license whenever it can, and keeps it; nothing here does I/O. The
//! license is verified first, the list then, and the list says what became of the license:
//!
//! ```
//! use licentia_license::status_list::{Freshness, StatusList, WithoutList};
//! use licentia_license::{Expectation, TrustedKeys, verify};
//!
//! # use licentia_license::status_list::{StatusListClaims, Statuses, sign};
//! # use licentia_license::{Claims, Status, StatusListRef};
//! # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
//! # let pem = licentia_license::PublicKey::from_bytes(&key.verifying_key().to_bytes())?.to_pem();
//! # let uri = "https://status.example.com/1".to_owned();
//! # let mut claims = Claims::new(
//! #     "acme", "alice@example.com", ["editor"], 1_700_000_000, "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
//! # claims.status = Some(Status { status_list: StatusListRef { idx: 42, uri: uri.clone() } });
//! # let text = licentia_license::sign(&claims, &key)?;
//! # let now = 1_750_000_000;
//! # let list = StatusListClaims {
//! #     iss: Some("acme".to_owned()), sub: uri, iat: now - 60, nbf: None, exp: Some(now + 86_400), ttl: Some(3_600) };
//! # let fetched = sign(&list, &Statuses::new(2, 1_000, [(42, 1)])?, &key)?;
//! # let newest_seen = None;
//! let keys = TrustedKeys::from_text(&pem)?;
//! let license = verify(&text, &keys, &Expectation::new("editor", now))?;
//!
//! // `newest_seen` is the `iat` of the last list that was accepted here; the product remembers it.
//! let list = StatusList::verify(&fetched, &keys, &Freshness { newest_seen, ..Freshness::at(now) })?;
//! let refusal = license.check_status(Some(&list), WithoutList::Refuse).unwrap_err();
//! assert_eq!(refusal.code(), "revoked");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Without a list the product decides: [`WithoutList::Refuse`], or [`WithoutList::Accept`], and then
//! [`Unchecked::StatusList`] goes on saying so.

mod claims;
mod statuses;

pub use claims::{ListSignError, StatusListClaims, sign};
pub use statuses::{MAX_INFLATED_BYTES, StatusError, Statuses};

use crate::invalid::Invalid;
use crate::invalid_list::InvalidList;
use crate::token::{Form, Parts};
use crate::trust::TrustedKeys;
use crate::verify::{DEFAULT_LEEWAY, Unchecked, Verified};

/// The longest token that is looked at: room for a list of [`MAX_INFLATED_BYTES`] that does not compress at all.
pub const MAX_LIST_BYTES: usize = 8 * 1024 * 1024;

const STATUS_LIST: Form = Form { typ: "statuslist+jwt", most_bytes: MAX_LIST_BYTES };

/// A status list whose signature holds, and that may be relied on now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusList {
    /// What it says of itself.
    pub claims: StatusListClaims,
    /// What it says of licenses.
    pub statuses: Statuses,
    /// The thumbprint of the key that signed it.
    pub kid: String,
    /// The vendor that it speaks for, where the key or the list names one.
    vendor: Option<String>,
}

/// How new a list has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// How far this clock and the vendor's may be apart, in seconds; see [`DEFAULT_LEEWAY`].
    pub leeway: i64,
    /// The `iat` of the newest list with this address that was ever accepted: an older one is refused.
    pub newest_seen: Option<i64>,
    /// For how many seconds after its `iat` a list may be relied on, if that is less than it says itself.
    pub max_age: Option<i64>,
}

impl Freshness {
    /// As the list says itself, at this time, with the default leeway.
    #[must_use]
    pub const fn at(now: i64) -> Self {
        Self { now, leeway: DEFAULT_LEEWAY, newest_seen: None, max_age: None }
    }
}

/// What becomes of a license that names a list, where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutList {
    /// It is refused with `status_list_missing`.
    Refuse,
    /// It is accepted, and [`Unchecked::StatusList`] stays.
    Accept,
}

impl StatusList {
    /// Verifies a list: who signed it, and whether it may be relied on now.
    ///
    /// # Errors
    ///
    /// The first reason found, in the order of `docs/FORMAT.md`.
    pub fn verify(text: &str, keys: &TrustedKeys, fresh: &Freshness) -> Result<Self, InvalidList> {
        let list = Self::verify_signature(text, keys)?;
        check_time(&list.claims, fresh)?;
        Ok(list)
    }

    /// Verifies everything but the time: for reading a list of the past.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`], without `status_list_not_yet_valid`, `status_list_stale` and `status_list_rolled_back`.
    pub fn verify_signature(text: &str, keys: &TrustedKeys) -> Result<Self, InvalidList> {
        let parts = Parts::split(text.trim_ascii(), &STATUS_LIST)?;
        let trusted = parts.verify(keys)?;
        let (claims, bits, packed) = claims::parse(&parts.claims()?)?;
        if let (Some(claimed), Some(expected)) = (&claims.iss, &trusted.issuer)
            && claimed != expected
        {
            return Err(InvalidList::IssuerMismatch { claimed: claimed.clone(), expected: expected.clone() });
        }
        let vendor = trusted.issuer.clone().or_else(|| claims.iss.clone());
        let statuses = Statuses::inflate(bits, &packed)?;
        Ok(Self { claims, statuses, kid: parts.header.kid, vendor })
    }

    /// From when on a newer list should be fetched. This one may be relied on for longer than that.
    #[must_use]
    pub fn fetch_again_at(&self) -> Option<i64> {
        self.claims.ttl.map(|ttl| self.claims.iat.saturating_add(ttl))
    }
}

impl Verified {
    /// Looks the license up in its status list. A license that names no list has nothing to look up.
    ///
    /// # Errors
    ///
    /// `revoked`, `suspended`, `superseded`, `unknown_status`; or the reason why the list says nothing about it.
    pub fn check_status(mut self, list: Option<&StatusList>, without: WithoutList) -> Result<Self, Invalid> {
        let Some(status) = &self.claims.status else { return Ok(self) };
        let place = &status.status_list;
        let Some(list) = list else {
            return match without {
                WithoutList::Accept => Ok(self),
                WithoutList::Refuse => Err(InvalidList::Missing(place.uri.clone()).into()),
            };
        };
        if list.claims.sub != place.uri {
            let (found, expected) = (list.claims.sub.clone(), place.uri.clone());
            return Err(InvalidList::WrongAddress { found, expected }.into());
        }
        // A key that may sign for anybody has a say where the list names the vendor, or where it signed the license.
        let speaks = list.vendor.as_ref().map_or(list.kid == self.kid, |vendor| *vendor == self.claims.iss);
        if !speaks {
            let claimed = list.vendor.clone().unwrap_or_else(|| list.kid.clone());
            return Err(InvalidList::IssuerMismatch { claimed, expected: self.claims.iss.clone() }.into());
        }
        match list.statuses.get(place.idx) {
            Some(0) => {}
            Some(1) => return Err(Invalid::Revoked),
            Some(2) => return Err(Invalid::Suspended),
            Some(3) => return Err(Invalid::Superseded),
            Some(other) => return Err(Invalid::UnknownStatus(other)),
            None => return Err(InvalidList::IndexOutside { idx: place.idx, size: list.statuses.len() }.into()),
        }
        self.unchecked.retain(|left| *left != Unchecked::StatusList);
        Ok(self)
    }
}

/// `exp` ends it; without `exp` the `ttl` does, which is all that the vendor said then.
fn check_time(claims: &StatusListClaims, fresh: &Freshness) -> Result<(), InvalidList> {
    let leeway = fresh.leeway.max(0);
    let from = claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat));
    if fresh.now.saturating_add(leeway) < from {
        return Err(InvalidList::NotYetValid { from });
    }
    let after = |seconds: Option<i64>| seconds.map(|seconds| claims.iat.saturating_add(seconds.max(0)));
    let until = [claims.exp.or_else(|| after(claims.ttl)), after(fresh.max_age)].into_iter().flatten().min();
    if let Some(until) = until
        && fresh.now.saturating_sub(leeway) >= until
    {
        return Err(InvalidList::Stale { until });
    }
    match fresh.newest_seen {
        Some(newest) if claims.iat < newest => Err(InvalidList::RolledBack { issued: claims.iat, newest }),
        _ => Ok(()),
    }
}

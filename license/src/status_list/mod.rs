//! Whether a license was revoked: a signed file that any web server can hold (IETF Token Status List).
//!
//! The product fetches the file at the address in the license whenever it can, and keeps it; nothing here does I/O. It
//! goes into the [`Evidence`], and what the list says of the license is part of the verdict:
//!
//! ```
//! use licentia_license::{Evidence, License, TrustedKeys};
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
//! # let newest_seen = 0;
//! let keys = TrustedKeys::from_text(&pem)?;
//! // `newest_seen` is the `iat` of the last list that was accepted here; the product remembers it.
//! let evidence = Evidence::new().audience("editor").status_list(&fetched).newest_status_list(newest_seen);
//! let verdict = License::verify(&text, &keys, &evidence, now);
//! assert_eq!(verdict.why().map(|why| why.code()), Some("revoked"));
//!
//! let accepted = verdict.license().and_then(|license| license.status_list.as_ref());
//! let newest_seen = accepted.map_or(newest_seen, |list| list.iat);
//! # assert_eq!(newest_seen, now - 60);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Without a list the product decides: [`Evidence::require_status_list`], or to go on, and then
//! [`Unchecked::StatusList`] says so. [`StatusList`] reads a list by itself, [`sign`] makes one.

mod claims;
mod statuses;

pub use claims::{ListSignError, StatusListClaims, sign};
pub use statuses::{MAX_INFLATED_BYTES, StatusError, Statuses};

use crate::evidence::{DEFAULT_LEEWAY, Evidence};
use crate::invalid::Invalid;
use crate::invalid_list::InvalidList;
use crate::token::{Form, Parts};
use crate::trust::TrustedKeys;
use crate::verified::{Unchecked, Verified};
use crate::verify::Grace;

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

/// What a caller hands in about the list of a license.
#[derive(Clone, Copy, Default)]
pub(crate) struct ListEvidence<'a> {
    pub(crate) text: Option<&'a str>,
    pub(crate) required: bool,
    pub(crate) newest_seen: Option<i64>,
    pub(crate) max_age: Option<i64>,
}

impl StatusList {
    /// Verifies a list: who signed it, and whether it may be relied on now.
    ///
    /// # Errors
    ///
    /// The first reason found, in the order of `docs/FORMAT.md`.
    pub fn verify(text: &str, keys: &TrustedKeys, fresh: &Freshness) -> Result<Self, InvalidList> {
        let list = Self::verify_signature(text, keys)?;
        fresh.check_begin(&list.claims)?;
        fresh.check_end(&list.claims)?;
        fresh.check_newest(&list.claims)?;
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

/// Looks the license up in its status list. A license that names no list has nothing to look up.
pub(crate) fn check(
    license: &mut Verified,
    keys: &TrustedKeys,
    evidence: &Evidence<'_>,
    now: i64,
    grace: &mut Grace,
) -> Result<(), Invalid> {
    let Some(place) = license.claims.status.as_ref().map(|status| &status.status_list) else { return Ok(()) };
    let ListEvidence { text, required, newest_seen, max_age } = evidence.list;
    let Some(text) = text else {
        let missing = InvalidList::Missing(place.uri.clone()).into();
        // Nobody knows how long it has been missing: since the last one that was seen, or the license's first day.
        let since = newest_seen.map_or(license.begins(), |newest| newest.max(license.begins()));
        return if required { grace.excuse(missing, since) } else { Ok(()) };
    };
    let list = StatusList::verify_signature(text, keys)?;
    let fresh = Freshness { now, leeway: evidence.leeway, newest_seen, max_age };
    fresh.check_begin(&list.claims)?;
    match fresh.check_end(&list.claims) {
        Err(InvalidList::Stale { until }) => grace.excuse(InvalidList::Stale { until }.into(), until)?,
        other => other?,
    }
    fresh.check_newest(&list.claims)?;
    list.check_speaks_for(license, &place.uri)?;
    let said = list.look_up(place.idx);
    license.checked(Unchecked::StatusList);
    license.status_list = Some(list.claims);
    said
}

impl StatusList {
    /// It is the list that the license names, from somebody who has a say about the license.
    fn check_speaks_for(&self, license: &Verified, uri: &str) -> Result<(), InvalidList> {
        if self.claims.sub != uri {
            return Err(InvalidList::WrongAddress { found: self.claims.sub.clone(), expected: uri.to_owned() });
        }
        // A key that may sign for anybody has a say where the list names the vendor, or where it signed the license.
        let speaks = self.vendor.as_ref().map_or(self.kid == license.kid, |vendor| *vendor == license.claims.iss);
        if !speaks {
            let claimed = self.vendor.clone().unwrap_or_else(|| self.kid.clone());
            return Err(InvalidList::IssuerMismatch { claimed, expected: license.claims.iss.clone() });
        }
        Ok(())
    }

    fn look_up(&self, idx: u64) -> Result<(), Invalid> {
        match self.statuses.get(idx) {
            Some(0) => Ok(()),
            Some(1) => Err(Invalid::Revoked),
            Some(2) => Err(Invalid::Suspended),
            Some(3) => Err(Invalid::Superseded),
            Some(other) => Err(Invalid::UnknownStatus(other)),
            None => Err(InvalidList::IndexOutside { idx, size: self.statuses.len() }.into()),
        }
    }
}

impl Freshness {
    fn check_begin(&self, claims: &StatusListClaims) -> Result<(), InvalidList> {
        let from = claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat));
        if self.now.saturating_add(self.leeway.max(0)) < from {
            return Err(InvalidList::NotYetValid { from });
        }
        Ok(())
    }

    /// `exp` ends it; without `exp` the `ttl` does, which is all that the vendor said then.
    fn check_end(&self, claims: &StatusListClaims) -> Result<(), InvalidList> {
        let after = |seconds: Option<i64>| seconds.map(|seconds| claims.iat.saturating_add(seconds.max(0)));
        let until = [claims.exp.or_else(|| after(claims.ttl)), after(self.max_age)].into_iter().flatten().min();
        match until {
            Some(until) if self.now.saturating_sub(self.leeway.max(0)) >= until => Err(InvalidList::Stale { until }),
            _ => Ok(()),
        }
    }

    fn check_newest(&self, claims: &StatusListClaims) -> Result<(), InvalidList> {
        match self.newest_seen {
            Some(newest) if claims.iat < newest => Err(InvalidList::RolledBack { issued: claims.iat, newest }),
            _ => Ok(()),
        }
    }
}

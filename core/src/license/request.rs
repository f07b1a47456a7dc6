//! What is asked for: requests to issue and reissue, and the rules that a request must keep.

use super::binding::{self, BoundMachine};
use crate::{Error, IdentityId, IssuerId, License, Limit, Result, Timestamp, checked};
use licentia_license::machine::Fingerprint;
use serde_json::Value;
use std::collections::BTreeMap;

/// How long a license holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    Until(Timestamp),
    /// Days from the start: `not_before`, or the moment of issue.
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
    /// Any one of these will do; none: it runs anywhere.
    pub machines: Vec<BoundMachine>,
    /// Makes a TOTP secret that its holder has to have.
    pub totp: bool,
}

/// What a reissue changes; what is not named is inherited, the absolute expiry too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReissueRequest {
    pub subject: Option<String>,
    pub audience: Option<Vec<String>>,
    /// None: the issuer of before, or the active one when that signs no more.
    pub issuer: Option<IssuerId>,
    pub not_before: Option<Timestamp>,
    pub term: Option<Term>,
    pub features: Option<Vec<String>>,
    pub limits: Option<BTreeMap<String, Limit>>,
    pub payload: Option<Value>,
    pub identity: Option<IdentityId>,
    /// In the place of all machines of before.
    pub machines: Option<Vec<Fingerprint>>,
    /// How many components of each machine have to agree.
    pub require: Option<u32>,
    /// Makes a new TOTP secret; else the one of before stays.
    pub totp: bool,
    pub clear: Vec<ClearField>,
    /// For so many days the status list does not say that the old license is superseded.
    pub overlap: Option<u32>,
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
    Machines,
    Totp,
}

/// A request that keeps the rules, with its ends as moments.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) request: IssueRequest,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) not_after: Option<Timestamp>,
}

const LONGEST_SUBJECT: usize = 1_000;
const LONGEST_WORD: usize = 200;

impl IssueRequest {
    /// By the active issuer, from now on, with nothing in it.
    pub fn new(subject: impl Into<String>, audience: impl IntoIterator<Item = impl Into<String>>, term: Term) -> Self {
        Self {
            subject: subject.into(),
            audience: audience.into_iter().map(Into::into).collect(),
            issuer: None,
            not_before: None,
            term,
            features: Vec::new(),
            limits: BTreeMap::new(),
            payload: None,
            identity: None,
            machines: Vec::new(),
            totp: false,
        }
    }

    /// The rules that need nothing but the request and the clock, for whoever wants to say at once what is wrong.
    pub fn check(&self, now: Timestamp) -> Result<()> {
        check(self, now).map(drop)
    }
}

/// The rules that need nothing but the request and the clock.
pub(crate) fn check(request: &IssueRequest, now: Timestamp) -> Result<Terms> {
    checked::line("the subject", &request.subject, LONGEST_SUBJECT)?;
    if request.audience.is_empty() {
        return Err(Error::invalid("the audience", "a license names at least one product that it is for"));
    }
    for audience in &request.audience {
        checked::line("the audience", audience, LONGEST_WORD)?;
    }
    for feature in &request.features {
        checked::line("a feature", feature, LONGEST_WORD)?;
    }
    for (name, limit) in &request.limits {
        checked::line("the name of a limit", name, LONGEST_WORD)?;
        if let Limit::Text(text) = limit {
            checked::line("a limit", text, LONGEST_WORD)?;
        }
    }
    binding::check(&request.machines)?;
    let not_before = request.not_before.map(Timestamp::truncated_to_seconds);
    let start = not_before.unwrap_or(now);
    let not_after = match request.term {
        Term::Perpetual => None,
        Term::Days(0) => return Err(Error::invalid("the term", "a license holds for at least one day")),
        Term::Days(days) => Some(start.plus_days(days.into()).truncated_to_seconds()),
        Term::Until(end) => Some(end.truncated_to_seconds()),
    };
    if let Some(end) = not_after {
        if end <= now {
            return Err(Error::WouldBeExpired { at: end });
        }
        if end <= start {
            return Err(Error::invalid("the term", "it ends before it begins"));
        }
        if end.seconds() > licentia_license::MAX_TIME {
            return Err(Error::invalid("the term", "it ends after the year 9999"));
        }
    }
    Ok(Terms { request: request.clone(), not_before, not_after })
}

/// When an overlap is over.
pub(crate) fn overlap_end(days: Option<u32>, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(days) = days else { return Ok(None) };
    if days == 0 {
        return Err(Error::invalid("the overlap", "it takes at least one day"));
    }
    let end = now.plus_days(days.into()).truncated_to_seconds();
    if end.seconds() > licentia_license::MAX_TIME {
        return Err(Error::invalid("the overlap", "it ends after the year 9999"));
    }
    Ok(Some(end))
}

/// What a reissue of `old` asks for: everything of before that is not overridden or cleared.
pub(crate) fn merged(
    old: &License,
    new: ReissueRequest,
    issuer: Option<IssuerId>,
    machines: Vec<BoundMachine>,
) -> IssueRequest {
    let cleared = |field| new.clear.contains(&field);
    let term = match new.term {
        Some(term) => term,
        None if cleared(ClearField::Expires) => Term::Perpetual,
        None => old.not_after.map_or(Term::Perpetual, Term::Until),
    };
    IssueRequest {
        subject: new.subject.unwrap_or_else(|| old.subject.clone()),
        audience: new.audience.unwrap_or_else(|| old.audience.0.clone()),
        issuer,
        not_before: new.not_before.or(old.not_before).filter(|_| !cleared(ClearField::NotBefore)),
        term,
        features: inherited(new.features, &old.features.0, cleared(ClearField::Features)),
        limits: inherited(new.limits, &old.limits.0, cleared(ClearField::Limits)),
        payload: new.payload.or_else(|| old.payload.clone()).filter(|_| !cleared(ClearField::Payload)),
        identity: new.identity.or(old.identity_id).filter(|_| !cleared(ClearField::Identity)),
        machines,
        totp: new.totp,
    }
}

fn inherited<T: Clone + Default>(new: Option<T>, old: &T, cleared: bool) -> T {
    match new {
        Some(new) => new,
        None if cleared => T::default(),
        None => old.clone(),
    }
}

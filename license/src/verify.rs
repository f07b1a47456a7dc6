//! Verifying a license offline: the signature first, then what it says.

use crate::claims::Claims;
use crate::invalid::Invalid;
use crate::token::Parts;
use crate::trust::TrustedKeys;

/// How far clocks may be apart, in seconds.
pub const DEFAULT_LEEWAY: i64 = 60;

/// Verifies a license: who signed it, whether it is for this product, and whether its time has come.
///
/// `text` is a `.lic` file or a bare token. Look at [`Verified::unchecked`] for what was not checked.
///
/// # Errors
///
/// The first reason found, in the order of `docs/FORMAT.md`: form, header, key, signature, claims,
/// issuer, bindings, audience, time.
pub fn verify(text: &str, keys: &TrustedKeys, expect: &Expectation<'_>) -> Result<Verified, Invalid> {
    let mut license = verify_signature(text, keys)?;
    if let Some(audience) = expect.audience {
        check_audience(&license.claims, audience)?;
        license.unchecked.retain(|left| *left != Unchecked::Audience);
    }
    check_time(&license.claims, expect.now, expect.leeway)?;
    license.unchecked.retain(|left| *left != Unchecked::Time);
    Ok(license)
}

/// Verifies everything but time and audience: for taking in a license that may have expired.
///
/// # Errors
///
/// As [`verify`], without `expired`, `not_yet_valid` and `wrong_audience`.
pub fn verify_signature(text: &str, keys: &TrustedKeys) -> Result<Verified, Invalid> {
    let parts = Parts::read(text)?;
    let trusted = parts.verify(keys)?;

    // Only now are the claims worth parsing.
    let claims = Claims::parse(&parts.claims()?)?;
    if let Some(issuer) = &trusted.issuer
        && *issuer != claims.iss
    {
        return Err(Invalid::IssuerMismatch { claimed: claims.iss, expected: issuer.clone() });
    }
    if claims.bindings.is_some() {
        return Err(Invalid::UnsupportedClaim("bindings"));
    }
    Ok(Verified { unchecked: unchecked(&claims), claims, kid: parts.header.kid, token: parts.token.to_owned() })
}

/// What the caller knows and the license has to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation<'a> {
    /// The product that asks. With `None` the audience is not checked, and
    /// [`Unchecked::Audience`] says so.
    pub audience: Option<&'a str>,
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// How far this clock and the vendor's may be apart, in seconds; see [`DEFAULT_LEEWAY`].
    pub leeway: i64,
}

impl<'a> Expectation<'a> {
    /// A license for this product, at this time, with the default leeway.
    #[must_use]
    pub const fn new(audience: &'a str, now: i64) -> Self {
        Self { audience: Some(audience), now, leeway: DEFAULT_LEEWAY }
    }

    /// A license for any product, at this time, with the default leeway.
    #[must_use]
    pub const fn any_audience(now: i64) -> Self {
        Self { audience: None, now, leeway: DEFAULT_LEEWAY }
    }
}

/// A license whose signature holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verified {
    /// What it says.
    pub claims: Claims,
    /// The thumbprint of the key that signed it.
    pub kid: String,
    /// The token without its armour.
    pub token: String,
    /// What it contains and this verification did not look at. Not an error, but not nothing.
    pub unchecked: Vec<Unchecked>,
}

/// Something that a license says and a verification did not check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unchecked {
    /// Which product it is for: no audience was expected.
    Audience,
    /// Whether its time has come: only the signature was verified.
    Time,
    /// Whether it was revoked: its status list was not looked at.
    StatusList,
    /// Whether the program carries the identity that it names.
    Identity,
}

impl Unchecked {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Audience => "audience",
            Self::Time => "time",
            Self::StatusList => "status_list",
            Self::Identity => "identity",
        }
    }
}

fn unchecked(claims: &Claims) -> Vec<Unchecked> {
    let mut left = vec![Unchecked::Audience, Unchecked::Time];
    left.extend(claims.status.as_ref().map(|_| Unchecked::StatusList));
    left.extend(claims.identity.as_ref().map(|_| Unchecked::Identity));
    left
}

fn check_audience(claims: &Claims, expected: &str) -> Result<(), Invalid> {
    if claims.aud.iter().any(|audience| audience == expected) {
        return Ok(());
    }
    Err(Invalid::WrongAudience { expected: expected.to_owned(), found: claims.aud.clone() })
}

/// A license issued in the future is a sign of a wrong clock, here or there, and not valid yet.
fn check_time(claims: &Claims, now: i64, leeway: i64) -> Result<(), Invalid> {
    let leeway = leeway.max(0);
    let from = claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat));
    if now.saturating_add(leeway) < from {
        return Err(Invalid::NotYetValid { from });
    }
    match claims.exp {
        Some(exp) if now.saturating_sub(leeway) >= exp => Err(Invalid::Expired { exp }),
        _ => Ok(()),
    }
}

//! Verifying a license offline, in one call: the signature first, then what it says, then whether it fits.

use crate::evidence::Evidence;
use crate::invalid::Invalid;
use crate::trust::TrustedKeys;
use crate::verified::{Unchecked, Verified, verify_signature};

/// A license, as text that somebody hands in: a `.lic` file or a bare token.
pub enum License {}

impl License {
    /// Verifies a license: who signed it, whether it is for this product, whether its time has come, whether it fits
    /// what the caller is and has, and whether it was revoked.
    ///
    /// `now` is in seconds since 1970. The first reason found is the answer, in the order of `docs/FORMAT.md`: form,
    /// header, key, signature, claims, issuer; audience, clock, time; identity, machine, second factor; status list.
    pub fn verify(text: &str, keys: &TrustedKeys, evidence: &Evidence<'_>, now: i64) -> Verdict {
        let mut license = match verify_signature(text, keys) {
            Ok(license) => license,
            Err(why) => return Verdict::Invalid { why, license: None },
        };
        let mut grace = Grace { seconds: evidence.grace, now: now.saturating_sub(evidence.leeway), used: None };
        match check(&mut license, keys, evidence, now, &mut grace) {
            Err(why) => Verdict::Invalid { why, license: Some(license) },
            Ok(()) => match grace.used {
                Some((why, until)) => Verdict::InGrace { license, why, until },
                None => Verdict::Valid(license),
            },
        }
    }
}

/// What becomes of a license.
///
/// A program need not stop at once: [`InGrace`](Self::InGrace) says until when it goes on anyhow, and even where a
/// license is [`Invalid`](Self::Invalid) it says what it was for, so that a program may warn instead.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Verdict {
    /// It holds.
    Valid(Verified),
    /// It holds for a while, although its end has come or its status list is overdue.
    InGrace {
        /// What it says.
        license: Verified,
        /// What is wrong with it.
        why: Invalid,
        /// When the grace ends. As at every end the leeway comes on top: it is refused from `until + leeway` on.
        until: i64,
    },
    /// It does not hold.
    Invalid {
        /// Why not.
        why: Invalid,
        /// What it says, where a trusted key's signature proves it.
        license: Option<Verified>,
    },
}

impl Verdict {
    /// A stable word for programs: `valid`, `in_grace`, `invalid`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Valid(_) => "valid",
            Self::InGrace { .. } => "in_grace",
            Self::Invalid { .. } => "invalid",
        }
    }

    /// The license, if it may be used: it is valid, or in grace.
    ///
    /// # Errors
    ///
    /// Why it may not.
    pub fn usable(self) -> Result<Verified, Invalid> {
        match self {
            Self::Valid(license) | Self::InGrace { license, .. } => Ok(license),
            Self::Invalid { why, .. } => Err(why),
        }
    }

    /// What is wrong with it; for one that is in grace, what is excused.
    #[must_use]
    pub const fn why(&self) -> Option<&Invalid> {
        match self {
            Self::Valid(_) => None,
            Self::InGrace { why, .. } | Self::Invalid { why, .. } => Some(why),
        }
    }

    /// What the license says, as far as a trusted key's signature proves it; even if it does not hold.
    #[must_use]
    pub const fn license(&self) -> Option<&Verified> {
        match self {
            Self::Valid(license) | Self::InGrace { license, .. } => Some(license),
            Self::Invalid { license, .. } => license.as_ref(),
        }
    }
}

/// Everything but the signature.
fn check(
    license: &mut Verified,
    keys: &TrustedKeys,
    evidence: &Evidence<'_>,
    now: i64,
    grace: &mut Grace,
) -> Result<(), Invalid> {
    check_audience(license, evidence)?;
    check_clock(evidence, now)?;
    check_time(license, evidence, now, grace)?;
    check_identity(license, evidence)?;
    check_machine(license, evidence)?;
    check_totp(license, evidence, now)?;
    #[cfg(feature = "status-list")]
    crate::status_list::check(license, keys, evidence, now, grace)?;
    #[cfg(not(feature = "status-list"))]
    let _ = keys;
    Ok(())
}

fn check_audience(license: &mut Verified, evidence: &Evidence<'_>) -> Result<(), Invalid> {
    let Some(expected) = evidence.audience else { return Ok(()) };
    if !license.claims.aud.iter().any(|audience| audience == expected) {
        return Err(Invalid::WrongAudience { expected: expected.to_owned(), found: license.claims.aud.clone() });
    }
    license.checked(Unchecked::Audience);
    Ok(())
}

/// Whoever sets the clock back lengthens a license, so no time is believed before one that was seen.
fn check_clock(evidence: &Evidence<'_>, now: i64) -> Result<(), Invalid> {
    match evidence.latest_seen {
        Some(latest) if now.saturating_add(evidence.leeway) < latest => Err(Invalid::ClockRolledBack { now, latest }),
        _ => Ok(()),
    }
}

fn check_time(license: &mut Verified, evidence: &Evidence<'_>, now: i64, grace: &mut Grace) -> Result<(), Invalid> {
    let from = license.begins();
    if now.saturating_add(evidence.leeway) < from {
        return Err(Invalid::NotYetValid { from });
    }
    if let Some(exp) = license.claims.exp
        && now.saturating_sub(evidence.leeway) >= exp
    {
        grace.excuse(Invalid::Expired { exp }, exp)?;
    }
    license.checked(Unchecked::Time);
    Ok(())
}

fn check_identity(license: &mut Verified, evidence: &Evidence<'_>) -> Result<(), Invalid> {
    let (Some(pin), Some(bytes)) = (&license.claims.identity, evidence.identity) else { return Ok(()) };
    if *pin != format!("blake3:{}", blake3::hash(bytes).to_hex()) {
        return Err(Invalid::IdentityMismatch { expected: pin.clone() });
    }
    license.checked(Unchecked::Identity);
    Ok(())
}

/// Any one of the machines will do.
fn check_machine(license: &mut Verified, evidence: &Evidence<'_>) -> Result<(), Invalid> {
    let Some(bindings) = license.claims.bindings.as_ref().filter(|bindings| !bindings.machines().is_empty()) else {
        return Ok(());
    };
    let fingerprint = evidence.machine.ok_or(Invalid::MachineRequired)?;
    let machines = bindings.compare(&license.claims.jti, fingerprint);
    let matches = machines.iter().any(|machine| machine.matches);
    // Nothing of it can match, so what differs would mislead.
    if !matches && fingerprint.vendor() != license.claims.iss {
        let (expected, found) = (license.claims.iss.clone(), fingerprint.vendor().to_owned());
        return Err(Invalid::MachineOfOtherVendor { expected, found });
    }
    license.machines = machines;
    if !matches {
        return Err(Invalid::MachineMismatch(license.machines.clone()));
    }
    license.checked(Unchecked::Machine);
    Ok(())
}

#[cfg(feature = "totp")]
fn check_totp(license: &mut Verified, evidence: &Evidence<'_>, now: i64) -> Result<(), Invalid> {
    let Some(binding) = license.claims.bindings.as_ref().and_then(|bindings| bindings.totp()) else { return Ok(()) };
    let (code, secret) = evidence.totp.ok_or(Invalid::TotpRequired)?;
    let step = crate::totp::matches(binding, code, secret, now).ok_or(Invalid::TotpWrong)?;
    license.totp_step = Some(step);
    license.checked(Unchecked::Totp);
    Ok(())
}

/// What cannot be checked is never passed over.
#[cfg(not(feature = "totp"))]
fn check_totp(license: &mut Verified, _: &Evidence<'_>, _: i64) -> Result<(), Invalid> {
    match license.claims.bindings.as_ref().and_then(|bindings| bindings.totp()) {
        Some(_) => Err(Invalid::UnsupportedClaim("bindings.totp")),
        None => Ok(()),
    }
}

/// What is excused for a while. Everything else is looked at all the same.
pub(crate) struct Grace {
    seconds: i64,
    /// The time that counts at an end: the leeway is taken off.
    now: i64,
    /// The first reason, and when the first of them ends.
    used: Option<(Invalid, i64)>,
}

impl Grace {
    /// Goes on in spite of `why`, if that is the case since no longer than the grace lasts.
    pub(crate) fn excuse(&mut self, why: Invalid, since: i64) -> Result<(), Invalid> {
        let until = since.saturating_add(self.seconds);
        // The leeway is no grace: a list may be missing since this second.
        if self.seconds == 0 || self.now >= until {
            return Err(why);
        }
        self.used = Some(match self.used.take() {
            Some((first, earlier)) => (first, earlier.min(until)),
            None => (why, until),
        });
        Ok(())
    }
}

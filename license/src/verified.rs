//! A license whose signature holds, and what is still to be said of it.

use crate::claims::Claims;
use crate::invalid::Invalid;
use crate::machine::MachineMatch;
use crate::token::Parts;
use crate::trust::TrustedKeys;

/// Verifies who signed a license, and nothing else: for taking in one that may have expired.
///
/// # Errors
///
/// The first reason found: form, header, key, signature, claims, issuer. See `docs/FORMAT.md`.
///
/// ```
/// use licentia_license::{TrustedKeys, Unchecked, verify_signature};
///
/// # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
/// # let pem = licentia_license::PublicKey::from_bytes(&key.verifying_key().to_bytes())?.to_pem();
/// # let claims = licentia_license::Claims {
/// #     exp: Some(1_700_000_060),
/// #     ..licentia_license::Claims::new(
/// #         "acme", "alice@example.com", ["editor"], 1_700_000_000, "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f")
/// # };
/// # let text = licentia_license::sign(&claims, &key)?;
/// let license = verify_signature(&text, &TrustedKeys::from_text(&pem)?)?;
/// assert_eq!(license.unchecked, [Unchecked::Audience, Unchecked::Time]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    Ok(Verified {
        unchecked: unchecked(&claims),
        claims,
        kid: parts.header.kid,
        token: parts.token.to_owned(),
        machines: Vec::new(),
        totp_step: None,
        #[cfg(feature = "status-list")]
        status_list: None,
    })
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
    /// What it contains and this verification did not establish. Not an error, but not nothing.
    pub unchecked: Vec<Unchecked>,
    /// How each machine that it is bound to compares with the one at hand, once that was looked at. A product may tell
    /// its user what changed before it is too much.
    pub machines: Vec<MachineMatch>,
    /// The step of the second factor's code: keep it, and refuse a code whose step is not later.
    pub totp_step: Option<i64>,
    /// What the license's status list says of itself, once it was found to be a list to rely on. Remember its `iat`,
    /// whatever became of the license, and hand it in the next time: see
    /// [`Evidence::newest_status_list`](crate::Evidence::newest_status_list).
    #[cfg(feature = "status-list")]
    pub status_list: Option<crate::status_list::StatusListClaims>,
}

impl Verified {
    pub(crate) fn checked(&mut self, what: Unchecked) {
        self.unchecked.retain(|left| *left != what);
    }

    /// The first second at which it is valid. One that is issued in the future is a sign of a wrong clock, here or
    /// there, and not valid yet.
    pub(crate) fn begins(&self) -> i64 {
        self.claims.nbf.map_or(self.claims.iat, |nbf| nbf.max(self.claims.iat))
    }
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
    /// Whether this is a machine that it is bound to: only the signature was verified.
    Machine,
    /// Whether the holder has the secret that it is bound to: only the signature was verified.
    Totp,
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
            Self::Machine => "machine",
            Self::Totp => "totp",
        }
    }
}

fn unchecked(claims: &Claims) -> Vec<Unchecked> {
    let mut left = vec![Unchecked::Audience, Unchecked::Time];
    left.extend(claims.status.as_ref().map(|_| Unchecked::StatusList));
    left.extend(claims.identity.as_ref().map(|_| Unchecked::Identity));
    if let Some(bindings) = &claims.bindings {
        left.extend(bindings.machines().first().map(|_| Unchecked::Machine));
        left.extend(bindings.totp().map(|_| Unchecked::Totp));
    }
    left
}

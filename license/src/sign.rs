//! Signing: claims become a compact JWS.

use ed25519_dalek::SigningKey;

use crate::claims::Claims;
use crate::invalid::Invalid;
use crate::token::{self, LICENSE, MAX_TOKEN_BYTES, Parts};

/// Signs a license. The same claims and key always make the same token.
///
/// # Errors
///
/// Claims that no verifier would accept, or that can never be valid, are not signed.
pub fn sign(claims: &Claims, key: &SigningKey) -> Result<String, SignError> {
    check(claims)?;
    let body = serde_json::to_vec(claims).map_err(|e| SignError::Encode(e.to_string()))?;
    let token = token::signed(&LICENSE, &body, key);
    if token.len() > MAX_TOKEN_BYTES {
        return Err(SignError::TooLarge { bytes: token.len() });
    }
    // Read it as a verifier will: a license that we sign and nobody can read must not leave the house.
    Claims::parse(&Parts::split(&token, &LICENSE)?.claims()?)?;
    Ok(token)
}

/// Why a license was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// It would end before it begins.
    #[error("the license would expire before it begins (`exp` is not after `{0}`)")]
    NeverValid(&'static str),
    /// The id is not a UUID in its usual spelling: 36 characters, lower case.
    #[error("the claim `jti` is not a lower-case UUID")]
    BadId,
    /// The token would be longer than a verifier reads.
    #[error("the license would be {bytes} bytes long; at most {MAX_TOKEN_BYTES} are allowed")]
    TooLarge {
        /// The length of the token.
        bytes: usize,
    },
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written: {0}")]
    Encode(String),
    /// Verifiers would refuse the claims.
    #[error("the license would be refused: {0}")]
    Refused(#[from] Invalid),
}

/// What a verifier need not mind, but an issuer must not do.
fn check(claims: &Claims) -> Result<(), SignError> {
    let begins = [("iat", Some(claims.iat)), ("nbf", claims.nbf)];
    for (name, begin) in begins {
        if let (Some(begin), Some(exp)) = (begin, claims.exp)
            && exp <= begin
        {
            return Err(SignError::NeverValid(name));
        }
    }
    if is_uuid(&claims.jti) { Ok(()) } else { Err(SignError::BadId) }
}

/// One spelling only, so that (issuer, `jti`) stays unique when compared as text.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

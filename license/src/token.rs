//! The compact JWS: its three parts, its header, and reading one without believing it.

use ed25519_dalek::{Signature, Signer, SigningKey};
use serde_json::{Map, Value};

use crate::armor;
use crate::base64url;
use crate::claims::Claims;
use crate::invalid::Invalid;
use crate::jwk;
use crate::strict_json;
use crate::trust::{TrustedKey, TrustedKeys};

/// The longest token that is signed or read.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// The longest header that is read, as Base64url; ours have some 120 characters. It is parsed before anybody vouches for
/// it, and JSON of many small values takes a hundred times its size in memory.
const MAX_HEADER_BYTES: usize = 4 * 1024;

/// A kind of token. RFC 8725 asks for a `typ`, so that no token of one kind passes for another.
pub(crate) struct Form {
    pub(crate) typ: &'static str,
    pub(crate) most_bytes: usize,
}

/// A license.
pub(crate) const LICENSE: Form = Form { typ: "licentia+jwt", most_bytes: MAX_TOKEN_BYTES };

/// Reads a license **without verifying it**.
///
/// Nothing that comes back is proven: anybody can write a token that says anything. Use it to show
/// somebody what a file claims to be, never to decide what they may do; that is what
/// [`License::verify`](crate::License::verify) is for.
///
/// # Errors
///
/// Whatever keeps [`License::verify`](crate::License::verify) from reading a license keeps this from reading it too:
/// `malformed`, `too_large`, `unsupported_algorithm`, `wrong_type`, `missing_claim`, and `unsupported_claim` for
/// `bindings` of a form, or members of `status`, that are not known here.
pub fn inspect(text: &str) -> Result<Inspected, Invalid> {
    let parts = Parts::read(text)?;
    Ok(Inspected { claims: Claims::parse(&parts.claims()?)?, token: parts.token.to_owned(), header: parts.header })
}

/// What a license says about itself. **Unverified.**
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Inspected {
    /// The header of the token.
    pub header: Header,
    /// The claims of the token.
    pub claims: Claims,
    /// The token without its armour.
    pub token: String,
}

/// The header of a license.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The signature algorithm: `EdDSA` or `Ed25519`.
    pub alg: String,
    /// The type of the token: `licentia+jwt`.
    pub typ: String,
    /// The thumbprint of the key that is said to have signed it.
    pub kid: String,
}

impl Header {
    fn parse(bytes: &[u8], form: &Form) -> Result<Self, Invalid> {
        let value =
            strict_json::parse(bytes).map_err(|e| Invalid::Malformed(format!("the header is not readable: {e}")))?;
        let members = value.as_object().ok_or_else(|| Invalid::Malformed("the header is not an object".to_owned()))?;
        let alg = text(members, "alg")?.unwrap_or_default();
        if alg != "EdDSA" && alg != "Ed25519" {
            return Err(Invalid::UnsupportedAlgorithm(alg));
        }
        let typ = text(members, "typ")?.unwrap_or_default();
        if !is_of_type(&typ, form) {
            return Err(Invalid::WrongType(typ));
        }
        if let Some(name) = members.keys().find(|name| is_refused(name)) {
            return Err(Invalid::Malformed(format!("the header has {name:?}, which is refused")));
        }
        let kid = text(members, "kid")?.ok_or_else(|| Invalid::Malformed("the header names no key".to_owned()))?;
        Ok(Self { alg, typ, kid })
    }
}

/// A token taken apart, its header read and found to be that of its form.
pub(crate) struct Parts<'a> {
    pub(crate) token: &'a str,
    pub(crate) header: Header,
    /// The bytes that are signed: header and claims as received, with the dot between them.
    signed: &'a str,
    claims: &'a str,
    signature: &'a str,
}

impl<'a> Parts<'a> {
    pub(crate) fn read(text: &'a str) -> Result<Self, Invalid> {
        Self::split(armor::unwrap(text)?, &LICENSE)
    }

    pub(crate) fn split(token: &'a str, form: &Form) -> Result<Self, Invalid> {
        if token.len() > form.most_bytes {
            return Err(Invalid::TooLarge);
        }
        let parts = || {
            let (signed, signature) = token.rsplit_once('.')?;
            let (header, claims) = signed.split_once('.')?;
            (!claims.contains('.')).then_some((signed, header, claims, signature))
        };
        let (signed, header, claims, signature) = parts()
            .ok_or_else(|| Invalid::Malformed("a token has three parts with two dots between them".to_owned()))?;
        if header.len() > MAX_HEADER_BYTES {
            return Err(Invalid::TooLarge);
        }
        let header = Header::parse(&decode("header", header)?, form)?;
        Ok(Self { token, header, signed, claims, signature })
    }

    /// The trusted key that signed it. Before this nothing in the claims is worth parsing.
    pub(crate) fn verify<'k>(&self, keys: &'k TrustedKeys) -> Result<&'k TrustedKey, Invalid> {
        let kid = &self.header.kid;
        let trusted = keys.get(kid).ok_or_else(|| Invalid::UnknownKey(kid.clone()))?;
        let signature = Signature::from_bytes(&self.signature()?);
        trusted
            .key
            .verifying_key()
            .verify_strict(self.signed.as_bytes(), &signature)
            .map_err(|_| Invalid::BadSignature)?;
        Ok(trusted)
    }

    pub(crate) fn claims(&self) -> Result<Vec<u8>, Invalid> {
        decode("claims", self.claims)
    }

    fn signature(&self) -> Result<[u8; 64], Invalid> {
        decode("signature", self.signature)?
            .try_into()
            .map_err(|_| Invalid::Malformed("the signature is not 64 bytes long".to_owned()))
    }
}

/// Signs these claims as a token of this form.
pub(crate) fn signed(form: &Form, claims: &[u8], key: &SigningKey) -> String {
    let kid = jwk::thumbprint(key.verifying_key().as_bytes());
    let header = format!(r#"{{"alg":"EdDSA","typ":"{}","kid":"{kid}"}}"#, form.typ);
    let text = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims));
    let signature = base64url::encode(&key.sign(text.as_bytes()).to_bytes());
    format!("{text}.{signature}")
}

fn decode(part: &str, text: &str) -> Result<Vec<u8>, Invalid> {
    base64url::decode(text).ok_or_else(|| Invalid::Malformed(format!("the {part} is not canonical base64url")))
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, Invalid> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Invalid::Malformed(format!("`{name}` in the header is not a string"))),
    }
}

/// RFC 7515 compares media types without regard to case and lets `application/` be left out.
fn is_of_type(typ: &str, form: &Form) -> bool {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ) == form.typ
}

/// Extensions that have to be understood, and members that bring or fetch a key: what we read carries
/// neither, and a verifier that looked at them could be led to a key of the attacker's.
fn is_refused(name: &str) -> bool {
    matches!(name, "crit" | "b64" | "jwk" | "jku") || name.starts_with("x5")
}

//! What a status list says of itself, and how it is signed.

use ed25519_dalek::SigningKey;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{MAX_LIST_BYTES, STATUS_LIST, Statuses};
use crate::claims::MAX_TIME;
use crate::invalid_list::InvalidList;
use crate::{base64url, strict_json, token};

/// The claims of a status list besides the list. Times are whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusListClaims {
    /// The vendor. The draft does not ask for it; we write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The address of the list, as licenses name it.
    pub sub: String,
    /// When it was issued.
    pub iat: i64,
    /// Before this second it does not hold; we never write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// From this second on it must not be relied on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// After so many seconds a newer one should be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i64>,
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    claims: &'a StatusListClaims,
    status_list: List,
}

#[derive(Serialize)]
struct List {
    bits: u8,
    lst: String,
}

/// Signs a status list. The same claims, statuses and key always make the same token.
///
/// # Errors
///
/// What no verifier would accept is not signed.
pub fn sign(claims: &StatusListClaims, statuses: &Statuses, key: &SigningKey) -> Result<String, ListSignError> {
    if claims.exp.is_some_and(|exp| exp <= claims.iat) {
        return Err(ListSignError::NeverValid);
    }
    let list = List { bits: statuses.bits(), lst: base64url::encode(&statuses.deflate()) };
    let body = serde_json::to_vec(&Written { claims, status_list: list })
        .map_err(|error| ListSignError::Refused(InvalidList::Malformed(error.to_string())))?;
    // Read it as a verifier will.
    parse(&body).map_err(ListSignError::Refused)?;
    let token = token::signed(&STATUS_LIST, &body, key);
    if token.len() > MAX_LIST_BYTES {
        return Err(ListSignError::Refused(InvalidList::TooLarge));
    }
    Ok(token)
}

/// Why a status list was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListSignError {
    /// It would end before it begins.
    #[error("the status list would expire before it begins (`exp` is not after `iat`)")]
    NeverValid,
    /// Verifiers would refuse it.
    #[error("the status list would be refused: {0}")]
    Refused(InvalidList),
}

/// Claims, bits and compressed bytes, read the strict way.
pub(super) fn parse(bytes: &[u8]) -> Result<(StatusListClaims, u8, Vec<u8>), InvalidList> {
    let value =
        strict_json::parse(bytes).map_err(|error| malformed(&format!("its claims are not readable: {error}")))?;
    let members = value.as_object().ok_or_else(|| malformed("its claims are not an object"))?;
    let claims = StatusListClaims {
        iss: text(members, "iss")?.map(str::to_owned),
        sub: text(members, "sub")?.ok_or_else(|| missing("sub"))?.to_owned(),
        iat: time(members, "iat")?.ok_or_else(|| missing("iat"))?,
        nbf: time(members, "nbf")?,
        exp: time(members, "exp")?,
        ttl: time(members, "ttl")?,
    };
    if claims.ttl == Some(0) {
        return Err(malformed("the claim `ttl` is not positive"));
    }
    let list = members.get("status_list").ok_or_else(|| missing("status_list"))?;
    let list = list.as_object().ok_or_else(|| malformed("the claim `status_list` is not an object"))?;
    let bits = match list.get("bits").and_then(Value::as_u64) {
        Some(1) => 1,
        Some(2) => 2,
        Some(4) => 4,
        Some(8) => 8,
        _ => return Err(malformed("`bits` is not 1, 2, 4 or 8")),
    };
    let packed = text(list, "lst")?.ok_or_else(|| missing("lst"))?;
    let packed = base64url::decode(packed).ok_or_else(|| malformed("`lst` is not canonical base64url"))?;
    Ok((claims, bits, packed))
}

/// A string that is not empty; null is not absent.
fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, InvalidList> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(malformed(&format!("`{name}` is not a string, or is empty"))),
    }
}

/// Whole seconds, up to the last time that RFC 3339 can write.
fn time(members: &Map<String, Value>, name: &str) -> Result<Option<i64>, InvalidList> {
    match members.get(name) {
        None => Ok(None),
        Some(value) => match value.as_i64().filter(|seconds| (0..=MAX_TIME).contains(seconds)) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(malformed(&format!("the claim `{name}` is not a number of seconds, or out of range"))),
        },
    }
}

fn missing(name: &str) -> InvalidList {
    malformed(&format!("`{name}` is missing"))
}

fn malformed(why: &str) -> InvalidList {
    InvalidList::Malformed(why.to_owned())
}

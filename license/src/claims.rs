//! What a license says, and the rules that its claims have to keep.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::bindings::Bindings;
use crate::invalid::Invalid;
use crate::strict_json;

/// The latest time a claim may name: 9999-12-31T23:59:59Z, the last one RFC 3339 can write.
pub const MAX_TIME: i64 = 253_402_300_799;

/// The claims of a license (RFC 7519 names and our own).
///
/// Times are whole seconds since 1970-01-01T00:00:00Z. What does not apply is absent from the token,
/// never null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The vendor; the same across all its keys.
    pub iss: String,
    /// Whom the license is for.
    pub sub: String,
    /// The products it is for: at least one. Written as an array; a single string is read as one.
    #[serde(deserialize_with = "one_or_many")]
    pub aud: Vec<String>,
    /// When it was issued.
    pub iat: i64,
    /// Before this it is not valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// From this second on it is not valid; without it the license is perpetual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// The id of the license, a UUID.
    pub jti: String,
    /// What is switched on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// How much of it: seats, projects, an edition.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, Limit>,
    /// Whatever else the product wants to know. Any JSON but null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// The machines and the secret that it is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bindings: Option<Bindings>,
    /// The pin of the identity that the licensed program has to carry: `blake3:` and 64 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The id of the license that this one supersedes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Where to look up whether it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict_json::present_object")]
    pub status: Option<Status>,
    /// A checkpoint of the vendor's audit log. It tells; it does not restrict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Value>,
}

impl Claims {
    /// A perpetual license with nothing but what every license has.
    pub fn new<A: Into<String>>(
        iss: impl Into<String>,
        sub: impl Into<String>,
        aud: impl IntoIterator<Item = A>,
        iat: i64,
        jti: impl Into<String>,
    ) -> Self {
        Self {
            iss: iss.into(),
            sub: sub.into(),
            aud: aud.into_iter().map(Into::into).collect(),
            iat,
            nbf: None,
            exp: None,
            jti: jti.into(),
            features: Vec::new(),
            limits: BTreeMap::new(),
            payload: None,
            bindings: None,
            identity: None,
            replaces: None,
            status: None,
            log: None,
        }
    }

    /// Reads claims the strict way: no duplicate members, no nulls, all that is required, all in range.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Invalid> {
        let value =
            strict_json::parse(bytes).map_err(|e| Invalid::Malformed(format!("the claims are not readable: {e}")))?;
        let members = value.as_object().ok_or_else(|| Invalid::Malformed("the claims are not an object".to_owned()))?;
        for name in REQUIRED {
            if !members.contains_key(name) {
                return Err(Invalid::MissingClaim(name));
            }
        }
        // Serde would take null for absent, and `"exp": null` for a perpetual license.
        for name in KNOWN {
            if members.get(name).is_some_and(Value::is_null) {
                return Err(Invalid::Malformed(format!("the claim `{name}` is null")));
            }
        }
        // A form that is not known here may come from a later version, and restricts the license all the same.
        if members.get("bindings").is_some_and(|bindings| Bindings::deserialize(bindings).is_err()) {
            return Err(Invalid::UnsupportedClaim("bindings"));
        }
        let understood = members.get("status").is_none_or(Status::is_understood);
        let claims =
            Self::deserialize(value).map_err(|e| Invalid::Malformed(format!("a claim has the wrong type: {e}")))?;
        if !understood {
            return Err(Invalid::UnsupportedClaim("status"));
        }
        claims.check()?;
        Ok(claims)
    }

    /// The rules that the types do not express, the same for signing and verifying.
    fn check(&self) -> Result<(), Invalid> {
        let malformed = |why: &str| Err(Invalid::Malformed(why.to_owned()));
        if self.aud.is_empty() {
            return Err(Invalid::MissingClaim("aud"));
        }
        for (name, text) in [("iss", &self.iss), ("sub", &self.sub), ("jti", &self.jti)] {
            if text.is_empty() {
                return malformed(&format!("the claim `{name}` is empty"));
            }
        }
        if self.aud.iter().any(String::is_empty) {
            return malformed("an audience is empty");
        }
        for (name, time) in [("iat", Some(self.iat)), ("nbf", self.nbf), ("exp", self.exp)] {
            if time.is_some_and(|time| !(0..=MAX_TIME).contains(&time)) {
                return malformed(&format!("the claim `{name}` is out of range"));
            }
        }
        if self.identity.as_deref().is_some_and(|pin| !is_pin(pin)) {
            return malformed("the claim `identity` is not `blake3:` and 64 lower-case hex digits");
        }
        if self.replaces.as_deref().is_some_and(str::is_empty) {
            return malformed("the claim `replaces` is empty");
        }
        if self.status.as_ref().is_some_and(|status| status.status_list.uri.is_empty()) {
            return malformed("the `uri` of the status list is empty");
        }
        Ok(())
    }
}

const REQUIRED: [&str; 5] = ["iss", "sub", "aud", "iat", "jti"];
const KNOWN: [&str; 15] = [
    "iss", "sub", "aud", "iat", "nbf", "exp", "jti", "features", "limits", "payload", "bindings", "identity",
    "replaces", "status", "log",
];

/// How much of something: a number, or a word such as an edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Limit {
    /// A whole number.
    Number(i64),
    /// A word.
    Text(String),
}

/// Where the status of a license is published (IETF Token Status List).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The list and the place in it.
    #[serde(deserialize_with = "strict_json::object")]
    pub status_list: StatusListRef,
}

impl Status {
    /// No member that is not known here: one of a later version may restrict the license too.
    fn is_understood(status: &Value) -> bool {
        let only = |value: &Value, known: &[&str]| {
            value.as_object().is_none_or(|members| members.keys().all(|name| known.contains(&name.as_str())))
        };
        only(status, &["status_list"]) && status.get("status_list").is_none_or(|place| only(place, &["idx", "uri"]))
    }
}

/// One place in one status list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusListRef {
    /// The index in the list.
    pub idx: u64,
    /// The address of the list.
    pub uri: String,
}

/// RFC 7519 lets `aud` be a string when there is one audience.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(one) => Ok(vec![one]),
        Value::Array(many) => many
            .into_iter()
            .map(|item| match item {
                Value::String(text) => Ok(text),
                _ => Err(D::Error::custom("`aud` holds something other than strings")),
            })
            .collect(),
        _ => Err(D::Error::custom("`aud` is neither a string nor an array")),
    }
}

fn is_pin(text: &str) -> bool {
    text.strip_prefix("blake3:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

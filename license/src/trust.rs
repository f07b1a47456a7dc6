//! Whom to believe: the keys that a verifier trusts, and for which issuer.

use serde_json::{Value, json};

use crate::armor::MAX_TEXT_BYTES;
use crate::key::{KeyError, PublicKey};
use crate::{base64url, jwk, pem, strict_json};

/// The keys that a verifier trusts, found by their thumbprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedKeys(Vec<(String, TrustedKey)>);

impl TrustedKeys {
    /// Trusts nobody.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Trusts one key more. A key is in here once: what is pushed last replaces what was there.
    pub fn push(&mut self, key: TrustedKey) {
        let kid = key.key.thumbprint();
        match self.0.iter_mut().find(|(known, _)| *known == kid) {
            Some((_, known)) => *known = key,
            None => self.0.push((kid, key)),
        }
    }

    /// Reads keys from a JWKS, a JWK, one or more PEM blocks, or 32 bytes in hex or base64url.
    ///
    /// Keys for other purposes in a JWKS are passed over, as RFC 7517 asks; damaged ones are not.
    ///
    /// # Errors
    ///
    /// See [`KeyError`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(KeyError::TooLarge);
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim();
        let found = if text.starts_with(['{', '[']) {
            from_json(text)?
        } else if text.contains("-----BEGIN ") {
            pem::read(text)?.into_iter().map(TrustedKey::from).collect()
        } else {
            let bytes = raw(text).ok_or(KeyError::Unknown)?;
            vec![PublicKey::from_bytes(&bytes)?.into()]
        };
        let mut keys = Self::new();
        for key in found {
            let kid = key.key.thumbprint();
            if keys.get(&kid).is_some_and(|known| *known != key) {
                return Err(KeyError::Conflict(kid));
            }
            keys.push(key);
        }
        Ok(keys)
    }

    /// The JWKS of keys with their names.
    #[must_use]
    pub fn to_jwks(keys: &[(TrustedKey, Option<&str>)]) -> Value {
        let keys: Vec<_> = keys.iter().map(|(key, name)| key.to_jwk(*name)).collect();
        json!({ "keys": keys })
    }

    /// The key with this thumbprint.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&TrustedKey> {
        self.0.iter().find(|(known, _)| known == kid).map(|(_, key)| key)
    }

    /// All keys, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &TrustedKey> {
        self.0.iter().map(|(_, key)| key)
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<TrustedKey> for TrustedKeys {
    fn from_iter<I: IntoIterator<Item = TrustedKey>>(keys: I) -> Self {
        let mut trusted = Self::new();
        keys.into_iter().for_each(|key| trusted.push(key));
        trusted
    }
}

/// A key, and for whom it may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// The only `iss` that it may sign for; `None`: any.
    pub issuer: Option<String>,
}

impl TrustedKey {
    /// The key as a JSON Web Key, with its issuer as the member `iss` and a name for people.
    #[must_use]
    pub fn to_jwk(&self, name: Option<&str>) -> Value {
        jwk::write(self, name)
    }
}

impl From<PublicKey> for TrustedKey {
    fn from(key: PublicKey) -> Self {
        Self { key, issuer: None }
    }
}

fn from_json(text: &str) -> Result<Vec<TrustedKey>, KeyError> {
    let value = strict_json::parse(text.as_bytes()).map_err(|e| KeyError::Jwk(e.to_string()))?;
    let Some(set) = value.get("keys") else {
        return Ok(vec![jwk::read(&value)?]);
    };
    let set = set.as_array().ok_or_else(|| KeyError::Jwk("`keys` is not an array".to_owned()))?;
    let mut keys = Vec::new();
    for jwk in set {
        match jwk::read(jwk) {
            Ok(key) => keys.push(key),
            Err(KeyError::OtherKind(_)) => {}
            Err(error) => return Err(error),
        }
    }
    if keys.is_empty() { Err(KeyError::Empty) } else { Ok(keys) }
}

fn raw(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 {
        return base64url::decode(text)?.try_into().ok();
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        // `from_str_radix` alone would take "+f".
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}

//! Public keys as JSON Web Keys (RFC 7517, 8037) and their thumbprint (RFC 7638).

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::base64url;
use crate::key::{KeyError, PublicKey};
use crate::trust::TrustedKey;

/// SHA-256 of the required members in alphabetical order without white space, base64url.
pub(crate) fn thumbprint(key: &[u8; 32]) -> String {
    let x = base64url::encode(key);
    let digest = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
    base64url::encode(&digest)
}

pub(crate) fn write(trusted: &TrustedKey, name: Option<&str>) -> Value {
    let mut jwk = json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": base64url::encode(&trusted.key.to_bytes()),
        "kid": trusted.key.thumbprint(),
        "alg": "EdDSA",
        "use": "sig",
    });
    if let Some(members) = jwk.as_object_mut() {
        let extra = [("iss", trusted.issuer.as_deref()), ("name", name)];
        for (member, text) in extra {
            members.extend(text.map(|text| (member.to_owned(), Value::from(text))));
        }
    }
    jwk
}

pub(crate) fn read(jwk: &Value) -> Result<TrustedKey, KeyError> {
    let members = jwk.as_object().ok_or_else(|| KeyError::Jwk("it is not an object".to_owned()))?;
    if members.contains_key("d") {
        return Err(KeyError::PrivateKey);
    }
    check_kind(members)?;
    let x = text(members, "x")?.ok_or_else(|| KeyError::Jwk("`x` is missing".to_owned()))?;
    let bytes = base64url::decode(x)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| KeyError::Jwk("`x` is not 32 bytes in canonical base64url".to_owned()))?;
    let key = PublicKey::from_bytes(&bytes)?;

    // Licenses name their key by thumbprint, so a key under another name would never be found.
    let thumbprint = key.thumbprint();
    if text(members, "kid")?.is_some_and(|kid| kid != thumbprint) {
        return Err(KeyError::WrongKid { thumbprint });
    }
    let issuer = text(members, "iss")?;
    if issuer.is_some_and(str::is_empty) {
        return Err(KeyError::Jwk("`iss` is empty".to_owned()));
    }
    Ok(TrustedKey { key, issuer: issuer.map(str::to_owned) })
}

/// A set may hold keys for other purposes; these errors tell them from damaged ones.
fn check_kind(members: &Map<String, Value>) -> Result<(), KeyError> {
    if text(members, "kty")?.ok_or_else(|| KeyError::Jwk("`kty` is missing".to_owned()))? != "OKP" {
        return Err(KeyError::OtherKind("its `kty` is not \"OKP\""));
    }
    if text(members, "crv")? != Some("Ed25519") {
        return Err(KeyError::OtherKind("its `crv` is not \"Ed25519\""));
    }
    if text(members, "use")?.is_some_and(|usage| usage != "sig") {
        return Err(KeyError::OtherKind("its `use` is not \"sig\""));
    }
    if text(members, "alg")?.is_some_and(|alg| alg != "EdDSA" && alg != "Ed25519") {
        return Err(KeyError::OtherKind("its `alg` is neither \"EdDSA\" nor \"Ed25519\""));
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(ops)) if ops.iter().any(|op| op == "verify") => Ok(()),
        Some(_) => Err(KeyError::OtherKind("its `key_ops` do not include \"verify\"")),
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, KeyError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyError::Jwk(format!("`{name}` is not a string"))),
    }
}

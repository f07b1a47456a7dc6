//! Public keys as PEM (RFC 7468) around SPKI (RFC 8410).

use base64ct::{Base64, Encoding};

use crate::key::{KeyError, PublicKey};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// `SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING }`: the same for every Ed25519 key.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Reads all keys of a PEM text; explanatory text between the blocks is allowed (RFC 7468).
pub(crate) fn read(text: &str) -> Result<Vec<PublicKey>, KeyError> {
    let mut keys = Vec::new();
    let mut body: Option<String> = None;
    for line in text.lines().map(str::trim) {
        match &mut body {
            None if line == BEGIN => body = Some(String::new()),
            None if line.starts_with("-----BEGIN ") => return Err(other_label(line)),
            None => {}
            Some(base64) if line == END => {
                keys.push(spki(base64)?);
                body = None;
            }
            Some(_) if line.starts_with('-') => return Err(KeyError::Pem("a block does not end")),
            Some(base64) => base64.push_str(line),
        }
    }
    if body.is_some() {
        return Err(KeyError::Pem("a block does not end"));
    }
    if keys.is_empty() { Err(KeyError::Empty) } else { Ok(keys) }
}

pub(crate) fn write(key: &[u8; 32]) -> String {
    let der = [SPKI.as_slice(), key].concat();
    format!("{BEGIN}\n{}\n{END}\n", Base64::encode_string(&der))
}

fn spki(base64: &str) -> Result<PublicKey, KeyError> {
    let der = Base64::decode_vec(base64).map_err(|_| KeyError::Pem("it is not canonical base64"))?;
    let key = der.strip_prefix(SPKI.as_slice()).ok_or(KeyError::OtherKind("its algorithm is another one"))?;
    let key = key.try_into().map_err(|_| KeyError::Pem("the key is not 32 bytes long"))?;
    PublicKey::from_bytes(key)
}

fn other_label(line: &str) -> KeyError {
    if line.contains("PRIVATE KEY") {
        KeyError::PrivateKey
    } else {
        KeyError::Pem("it has a block other than PUBLIC KEY")
    }
}

//! The few spellings that all these texts share, each with exactly one way to write a value.

use super::MAX_SIZE;
use super::merkle::Hash;
use base64ct::{Base64, Encoding};

/// RFC 4648, section 4, padded.
pub(crate) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// None of what [`base64`] would not write: no white space, no missing padding, no stray bits.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

pub(crate) fn hash_from_base64(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

/// A decimal number up to [`MAX_SIZE`], without sign and leading zeros.
pub(crate) fn from_decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    text.parse().ok().filter(|number| canonical && *number <= MAX_SIZE)
}

/// What no line of a note may have: ASCII control characters, the line feed among them.
pub(super) fn is_control(byte: u8) -> bool {
    byte < 0x20
}

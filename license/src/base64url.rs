//! The one Base64 of a JWS: URL alphabet, no padding, one text for each sequence of bytes.

use base64ct::{Base64UrlUnpadded, Encoding};

pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// `None` for padding, white space, foreign characters and trailing bits that are not zero: if a second
/// text decoded to the same bytes, one license would have many spellings.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_is_accepted() {
        assert_eq!(decode("_-8"), Some(vec![0xff, 0xef]));
        assert_eq!(decode(""), Some(Vec::new()));
        for other in ["_-8=", "_-9", "/+8", "_-8\n", " _-8", "_", "_-8A_", "ä"] {
            assert_eq!(decode(other), None, "{other:?}");
        }
    }
}

//! 32 bytes, in JSON as 43 characters of base64url.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Component;
use crate::base64url;

pub(super) struct Bytes32([u8; 32]);

impl Serialize for Bytes32 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = base64url::decode(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| D::Error::custom("a component is not 32 bytes of base64url"))
    }
}

/// As JSON has the components.
pub(super) type Written = BTreeMap<Component, Bytes32>;

pub(super) fn written(values: BTreeMap<Component, [u8; 32]>) -> Written {
    values.into_iter().map(|(kind, bytes)| (kind, Bytes32(bytes))).collect()
}

pub(super) fn read(written: Written) -> BTreeMap<Component, [u8; 32]> {
    written.into_iter().map(|(kind, bytes)| (kind, bytes.0)).collect()
}

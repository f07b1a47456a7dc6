//! Columns that hold a list or a map, as JSON text.

use licentia_license::Limit;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A list of words: audiences, features.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Strings(pub Vec<String>);

/// Named limits, numbers or words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Limits(pub BTreeMap<String, Limit>);

/// Where a license is found in a status list: what its token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct StatusRef {
    /// The index.
    pub idx: u64,
    /// The address of the list.
    pub uri: String,
}

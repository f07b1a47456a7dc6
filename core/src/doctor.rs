//! A health check that says what to do.

use crate::{Licentia, Result};
use serde::Serialize;

/// How one check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    Ok,
    Warning,
    Failed,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub state: CheckState,
    pub found: String,
    /// What to do when it is not in order.
    pub advice: Option<String>,
}

/// Everything that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    pub healthy: bool,
    pub checks: Vec<Check>,
}

impl Licentia {
    /// Looks at versions, modes, schema, integrity, keys and pin.
    pub async fn diagnose(&self) -> Result<Diagnosis> {
        todo!()
    }
}

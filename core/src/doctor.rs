//! A health check that says what to do.

mod contents;
mod files;
mod witness;

use crate::{Explanation, Licentia, Result};
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
    /// No check failed; there may be warnings.
    pub healthy: bool,
    pub checks: Vec<Check>,
}

impl Licentia {
    /// Looks at versions, modes, schema, integrity, keys, the end of the log, pin and witnesses.
    ///
    /// What cannot be looked at is a failed check, so that the others still speak.
    pub async fn diagnose(&self) -> Result<Diagnosis> {
        let database = &self.place().database;
        let has_vault = self.vault().exists().await.unwrap_or(true);
        let checks = vec![
            Check::ok("version", env!("CARGO_PKG_VERSION")),
            said("sqlite", contents::sqlite(database).await),
            files::home(database),
            files::modes(database, has_vault),
            said("writable", Ok(files::writable(database))),
            said("disk", files::disk(database)),
            said("schema", contents::schema(database).await),
            said("integrity", contents::integrity(database).await),
            said("vault", contents::vault(self).await),
            said("issuers", contents::issuers(self, has_vault).await),
            said("audit_log", contents::audit_log(self).await),
            said("verification", contents::verification(self).await),
            said("pin", contents::pin(self).await),
            said("witness", witness::check(self).await),
        ];
        Ok(Diagnosis { healthy: !checks.iter().any(|check| check.state == CheckState::Failed), checks })
    }
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: CheckState::Ok, found: found.into(), advice: None }
    }

    fn warning(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, state: CheckState::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    fn failed(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, state: CheckState::Failed, found: found.into(), advice: Some(advice.into()) }
    }
}

/// A check, or why it could not be made.
fn said(name: &'static str, checked: Result<Check>) -> Check {
    checked.unwrap_or_else(|error| {
        let Explanation { message, cause, hint } = (&error).into();
        let found = [Some(message), cause].into_iter().flatten().collect::<Vec<_>>().join(": ");
        Check { name, state: CheckState::Failed, found, advice: hint }
    })
}

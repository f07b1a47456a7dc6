//! The filters that `audit list` and `audit export` share.

use crate::failure::Result;
use crate::parse;
use clap::Args;
use licentia_core::audit::AuditFilter;
use licentia_core::{Error, Licentia, Timestamp};
use uuid::Uuid;

#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filter {
    /// Only this kind of event; `license.*` is every kind that begins so; may be repeated.
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,

    /// Only what this actor did.
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,

    /// Only what happened to this license, issuer, identity or probe.
    #[arg(long, value_name = "ID")]
    target: Option<String>,

    /// From this time on.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    since: Option<Timestamp>,

    /// Before this time.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    until: Option<Timestamp>,
}

impl Filter {
    /// Whether it lets everything through.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { kind, actor, target, since, until } = self;
        kind.is_empty() && actor.is_none() && target.is_none() && since.is_none() && until.is_none()
    }

    pub(crate) async fn resolve(self, licentia: &Licentia) -> Result<AuditFilter> {
        Ok(AuditFilter {
            kinds: self.kind,
            actor: self.actor,
            target: match self.target {
                Some(text) => Some(target(licentia, text).await?),
                None => None,
            },
            since: self.since,
            until: self.until,
        })
    }
}

/// A whole id is taken as it is: its thing may be deleted. A part of one, or a name, has to be found.
async fn target(licentia: &Licentia, text: String) -> Result<String> {
    if let Ok(id) = Uuid::try_parse(&text) {
        return Ok(id.to_string());
    }
    let found = [
        licentia.licenses().resolve(&text).await.map(|found| found.id.to_string()),
        licentia.issuers().resolve(&text).await.map(|found| found.id.to_string()),
        licentia.identities().resolve(&text).await.map(|found| found.id.to_string()),
        licentia.probes().resolve(&text).await.map(|found| found.id.to_string()),
    ];
    for result in found {
        match result {
            Err(Error::Unknown { .. } | Error::Invalid { .. }) => {}
            result => return Ok(result?),
        }
    }
    Ok(text)
}

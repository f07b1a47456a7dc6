//! The filters that `audit list` and `audit export` share.

use crate::failure::Result;
use crate::parse;
use clap::Args;
use licentia_core::audit::AuditFilter;
use licentia_core::{Licentia, Timestamp};

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
                Some(text) => Some(licentia.target(&text).await?),
                None => None,
            },
            since: self.since,
            until: self.until,
        })
    }
}

//! The command lines that search and count the log, and those about saved queries.

use super::{Command, audit};
use crate::effect::FilterChange;
use licentia_core::audit::{AuditSearch, CountBy, Query};

pub(super) fn searched(verb: &str, search: &AuditSearch) -> Command {
    audit(verb, &search.filter).maybe("--query", search.query.as_ref().map(Query::text))
}

pub(super) fn counted(search: &AuditSearch, by: CountBy) -> Command {
    let by = match by {
        CountBy::Kind => "kind",
        CountBy::Actor => "actor",
        CountBy::Target => "target",
        CountBy::Day => "day",
    };
    searched("audit count", search).option("--by", by)
}

pub(super) fn filter(change: &FilterChange) -> Command {
    match change {
        FilterChange::Save { name, query } => Command::new("audit filter save").name(name).option("--query", query),
        FilterChange::Delete { name } => Command::new("audit filter delete").name(name),
    }
}

//! What a screen or a dialog wants to happen next; the application does it.

use crate::dialog::Dialog;
use crate::effect::Effect;
use crate::look::Look;
use crate::paging::Requests;
use licentia_core::audit::{AuditFilter, CountBy, VerifyRequest};
use licentia_core::{AuditRecord, License};

/// See the module.
#[derive(Debug)]
pub(crate) enum Step {
    /// Close the dialog that this comes from.
    Close,
    Open(Box<Dialog>),
    Run(Effect),
    Quit,
    /// Go on without the passphrase.
    Review,
    Log(LogStep),
    /// Open the wizard for a license that is bound to this machine.
    IssueFor(String),
    /// Add a machine to the license that the wizard makes.
    Machine(String),
    /// Say something in the last line.
    Notice(&'static str),
}

impl Step {
    pub(crate) fn open(dialog: impl Into<Dialog>) -> Self {
        Self::Open(Box::new(dialog.into()))
    }
}

/// What is done with the audit log from several places.
#[derive(Debug)]
pub(crate) enum LogStep {
    Verify(VerifyRequest),
    /// Ask for the fingerprint to verify from.
    VerifyFrom,
    /// Stop the verification with this number.
    GiveUp {
        request: u64,
    },
    /// Ask where to export what the filter lets through; it is also said in words.
    Export {
        filter: AuditFilter,
        said: String,
    },
    /// From an entry to the next one in its list.
    Neighbour {
        below: bool,
    },
    /// To what an entry speaks of.
    Jump {
        kind: String,
        id: String,
    },
    /// Show only what happened to this.
    OnlyTarget(String),
    /// Search with this query.
    Query(String),
    /// Only the entries that have this in common.
    Narrow {
        by: CountBy,
        key: String,
    },
    Show(Box<License>),
    /// Nothing can be done, and this is why.
    Nothing(&'static str),
}

impl LogStep {
    pub(crate) fn only_target(record: &AuditRecord) -> Step {
        Step::Log(match &record.target_id {
            Some(id) => Self::OnlyTarget(id.clone()),
            None => Self::Nothing("This entry speaks of nothing else."),
        })
    }

    pub(crate) fn jump(record: &AuditRecord) -> Step {
        Step::Log(match (&record.target_kind, &record.target_id) {
            (Some(kind), Some(id)) => Self::Jump { kind: kind.clone(), id: id.clone() },
            _ => Self::Nothing("This entry speaks of nothing else."),
        })
    }
}

/// What a screen or a dialog may use to decide.
pub(crate) struct Cx<'a> {
    pub(crate) requests: &'a mut Requests,
    pub(crate) look: Look,
}

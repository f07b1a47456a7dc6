//! What a screen or a dialog wants to happen next; the application does it.

use crate::dialog::Dialog;
use crate::dialog::audit_filter::AuditFilterText;
use crate::effect::Effect;
use crate::look::Look;
use crate::paging::Requests;

/// See the module.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful at a time")]
pub(crate) enum Step {
    /// Close the dialog that this comes from.
    Close,
    Open(Box<Dialog>),
    Run(Effect),
    Quit,
    /// Go on without the passphrase.
    Review,
    FilterAudit(AuditFilterText),
    /// Say something in the last line.
    Notice(&'static str),
}

impl Step {
    pub(crate) fn open(dialog: impl Into<Dialog>) -> Self {
        Self::Open(Box::new(dialog.into()))
    }
}

/// What a screen or a dialog may use to decide.
pub(crate) struct Cx<'a> {
    pub(crate) requests: &'a mut Requests,
    pub(crate) look: Look,
}

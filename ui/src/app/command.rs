//! The command line that does what the open dialog leads to.

use super::App;
use crate::command::{self, Said};
use crate::dialog::Dialog;
use crate::dialog::command_line::CommandLine;
use crate::effect::Effect;
use crate::tab::TabId;

impl App {
    /// Shows it, or says why there is none.
    pub(super) fn show_command(&mut self) {
        let leads_to = match (self.dialogs.last(), self.tab) {
            (Some(dialog), _) => dialog.leads_to(self.now),
            (None, TabId::Audit) => self.audit.leads_to(self.now).map(Some),
            (None, _) => return,
        };
        let said = match leads_to {
            Ok(Some(effect)) => match command::of(&effect, self.named_home.as_deref()) {
                Said::Line(line) => {
                    self.dialogs.push(CommandLine::new(line, advice(&effect)).into());
                    return;
                }
                Said::Unsayable(why) => format!("No command line says exactly this: {why}."),
                Said::Nothing => NONE.to_owned(),
            },
            Ok(None) => NONE.to_owned(),
            Err(why) => why,
        };
        self.notice = Some(said);
    }
}

/// What to know of a command before it is run.
fn advice(effect: &Effect) -> &'static str {
    match effect {
        Effect::ExportAudit { .. } => {
            "The log records it where the passphrase comes from a file: --passphrase-file FILE. It is not asked for."
        }
        // It is waited for like a change, and is none.
        Effect::SaveLicense { .. } => "It needs no passphrase.",
        effect if effect.is_write() => {
            "It asks for the passphrase. A script names a file with it: --passphrase-file FILE."
        }
        _ => "It needs no passphrase.",
    }
}

const NONE: &str = "There is no command for this.";

impl Dialog {
    /// What it would have done if it were confirmed now. An error names the field that stands in the way.
    fn leads_to(&self, now: licentia_core::Timestamp) -> Result<Option<Effect>, String> {
        match self {
            Self::Setup(dialog) => dialog.leads_to().map(Some),
            Self::Issue(dialog) => dialog.leads_to(now).map(Some),
            Self::Revoke(dialog) => Ok(Some(dialog.effect())),
            Self::Suspend(dialog) => Ok(Some(dialog.effect())),
            Self::Publish(dialog) => dialog.leads_to().map(Some),
            Self::Confirm(dialog) => Ok(Some(dialog.effect().clone())),
            Self::BatchForm(dialog) => dialog.leads_to().map(Some),
            Self::BatchPreview(dialog) => Ok(Some(dialog.leads_to())),
            Self::Tokens(dialog) => dialog.leads_to().map(Some),
            Self::TypedConfirm(dialog) => Ok(Some(dialog.effect().clone())),
            Self::Make(dialog) => dialog.leads_to().map(Some),
            Self::Save(dialog) => dialog.leads_to().map(Some),
            Self::Import(dialog) => dialog.leads_to().map(Some),
            Self::Consume(dialog) => dialog.leads_to().map(Some),
            Self::Export(dialog) => dialog.leads_to().map(Some),
            Self::VerifyFrom(dialog) => dialog.leads_to().map(Some),
            Self::Delete(dialog) => Ok(Some(dialog.effect())),
            Self::Extend(dialog) => dialog.leads_to(now).map(Some),
            Self::TakeIn(dialog) => dialog.leads_to().map(Some),
            Self::SaveLicense(dialog) => dialog.leads_to().map(Some),
            Self::SaveFilter(dialog) => dialog.leads_to().map(Some),
            Self::Counts(dialog) => Ok(Some(dialog.leads_to())),
            Self::SavedFilters(_) => Ok(Some(Effect::LoadFilters { request: 0 })),
            Self::Unlock(_)
            | Self::Founded(_)
            | Self::Error(_)
            | Self::Help(_)
            | Self::Discard(_)
            | Self::Verdict(_)
            | Self::Verifying(_)
            | Self::Report(_)
            | Self::ExportDone(_)
            | Self::Entry(_)
            | Self::CommandLine(_)
            | Self::BatchSigned(_)
            | Self::PickProbe(_)
            | Self::Factor(_)
            | Self::Token(_) => Ok(None),
        }
    }
}

/// The first thing that is wrong with a form, by the name of its field.
pub(crate) fn in_the_way(field: &str, why: &str) -> String {
    format!("The field {field} stands in the way: {why}.")
}

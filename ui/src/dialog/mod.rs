//! What stands above the screen and takes the keys: a stack, of which the top one is asked.

pub(crate) mod batch;
pub(crate) mod command_line;
pub(crate) mod confirm;
pub(crate) mod consume;
pub(crate) mod counts;
pub(crate) mod delete;
pub(crate) mod discard;
pub(crate) mod entry;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod extend;
pub(crate) mod factor;
pub(crate) mod founded;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod issue;
pub(crate) mod make;
pub(crate) mod pick_probe;
pub(crate) mod publish;
pub(crate) mod report;
pub(crate) mod revoke;
pub(crate) mod save;
pub(crate) mod save_filter;
pub(crate) mod save_license;
pub(crate) mod saved_filters;
pub(crate) mod setup;
pub(crate) mod suspend;
pub(crate) mod take_in;
pub(crate) mod token;
pub(crate) mod typed_confirm;
pub(crate) mod unlock;
mod verb;
pub(crate) mod verdict;
pub(crate) mod verify_from;
pub(crate) mod verifying;

use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::widget::scroll::Scroll;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

macro_rules! dialogs {
    ($($variant:ident($type:ty): $context:ident,)*) => {
        /// See the module.
        #[derive(Debug)]
        #[expect(clippy::large_enum_variant, reason = "a handful at a time")]
        pub(crate) enum Dialog { $($variant($type),)* }

        $(impl From<$type> for Dialog {
            fn from(dialog: $type) -> Self {
                Self::$variant(dialog)
            }
        })*

        impl Dialog {
            pub(crate) const fn context(&self) -> Context {
                match self { $(Self::$variant(_) => Context::$context,)* }
            }

            /// Follows a key that is bound.
            pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
                match self { $(Self::$variant(dialog) => dialog.act(action, cx),)* }
            }

            pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
                match self { $(Self::$variant(dialog) => dialog.draw(frame, area, look),)* }
            }
        }
    };
}

dialogs! {
    Setup(setup::Setup): Setup,
    Founded(founded::Founded): Message,
    Unlock(unlock::Unlock): Unlock,
    Issue(issue::Issue): Wizard,
    Revoke(revoke::Revoke): Form,
    Suspend(suspend::Suspend): Form,
    Publish(publish::Publish): Form,
    PickProbe(pick_probe::PickProbe): PickProbe,
    Factor(factor::Factor): Factor,
    Confirm(confirm::Confirm): Confirm,
    Error(error::Explained): Message,
    Help(help::Help): Help,
    Delete(delete::Delete): Form,
    Extend(extend::Extend): Form,
    TakeIn(take_in::TakeIn): Form,
    SaveLicense(save_license::SaveLicense): Form,
    Verdict(verdict::Verdict): Message,
    Discard(discard::Discard): Confirm,
    CommandLine(command_line::CommandLine): Message,
    BatchForm(batch::BatchForm): Form,
    BatchPreview(batch::BatchPreview): Batch,
    BatchSigned(batch::BatchSigned): BatchSigned,
    Tokens(batch::Tokens): Form,
    TypedConfirm(typed_confirm::TypedConfirm): TypedConfirm,
    Make(make::Make): Form,
    Save(save::Save): Form,
    Import(import::Import): Form,
    Consume(consume::Consume): Form,
    Token(token::Token): Token,
    Entry(entry::Entry): Entry,
    Verifying(verifying::Verifying): Verifying,
    VerifyFrom(verify_from::VerifyFrom): Form,
    Report(report::Report): Message,
    Export(export::Export): Form,
    ExportDone(export::ExportDone): Message,
    Counts(counts::Counts): Counts,
    SavedFilters(saved_filters::SavedFilters): SavedFilters,
    SaveFilter(save_filter::SaveFilter): Form,
}

/// What a dialog does that is only read.
fn close_or_scroll(scroll: &mut Scroll, action: Action) -> Vec<Step> {
    if action == Action::Close {
        return vec![Step::Close];
    }
    scroll.act(action);
    vec![]
}

impl Dialog {
    /// Takes a key that is not bound: where text is typed, it is text.
    pub(crate) fn key(&mut self, key: KeyEvent) {
        match self {
            Self::Setup(dialog) => dialog.form.key(key),
            Self::Unlock(dialog) => dialog.secret.key(key),
            Self::Issue(dialog) => dialog.form_mut().key(key),
            Self::Revoke(dialog) => dialog.form.key(key),
            Self::Suspend(dialog) => dialog.form.key(key),
            Self::Publish(dialog) => dialog.form.key(key),
            Self::Delete(dialog) => dialog.form.key(key),
            Self::Extend(dialog) => dialog.form.key(key),
            Self::TakeIn(dialog) => dialog.form.key(key),
            Self::SaveLicense(dialog) => dialog.form.key(key),
            Self::BatchForm(dialog) if !dialog.is_reading() => dialog.form.key(key),
            Self::Tokens(dialog) if !dialog.is_writing() => dialog.form.key(key),
            Self::TypedConfirm(dialog) => dialog.form.key(key),
            Self::Make(dialog) => dialog.form.key(key),
            Self::Save(dialog) => dialog.key(key),
            Self::Import(dialog) => dialog.form.key(key),
            Self::Consume(dialog) => dialog.form.key(key),
            Self::VerifyFrom(dialog) => dialog.form.key(key),
            Self::Export(dialog) => dialog.key(key),
            Self::SaveFilter(dialog) => dialog.form.key(key),
            // The others have no field.
            _ => {}
        }
    }

    pub(crate) fn paste(&mut self, text: &str) {
        match self {
            Self::Setup(dialog) => dialog.form.paste(text),
            Self::Unlock(dialog) => dialog.secret.paste(text),
            Self::Issue(dialog) => dialog.form_mut().paste(text),
            Self::Revoke(dialog) => dialog.form.paste(text),
            Self::Suspend(dialog) => dialog.form.paste(text),
            Self::Publish(dialog) => dialog.form.paste(text),
            Self::Delete(dialog) => dialog.form.paste(text),
            Self::Extend(dialog) => dialog.form.paste(text),
            Self::TakeIn(dialog) => dialog.form.paste(text),
            Self::SaveLicense(dialog) => dialog.form.paste(text),
            Self::BatchForm(dialog) if !dialog.is_reading() => dialog.form.paste(text),
            Self::Tokens(dialog) if !dialog.is_writing() => dialog.form.paste(text),
            Self::TypedConfirm(dialog) => dialog.form.paste(text),
            Self::Make(dialog) => dialog.form.paste(text),
            Self::Save(dialog) => dialog.paste(text),
            Self::Import(dialog) => dialog.form.paste(text),
            Self::Consume(dialog) => dialog.form.paste(text),
            Self::VerifyFrom(dialog) => dialog.form.paste(text),
            Self::Export(dialog) => dialog.form.paste(text),
            Self::SaveFilter(dialog) => dialog.form.paste(text),
            // The others have no field.
            _ => {}
        }
    }

    /// What follows from what was just typed.
    pub(crate) fn typed(&mut self, cx: &mut Cx) -> Vec<Step> {
        match self {
            Self::Issue(dialog) => dialog.typed(cx),
            _ => vec![],
        }
    }

    /// Whether it is a form whose end is a change, or a file. It stays open until that is written.
    pub(crate) const fn asks_for_change(&self) -> bool {
        matches!(
            self,
            Self::Setup(_)
                | Self::Issue(_)
                | Self::Revoke(_)
                | Self::Suspend(_)
                | Self::Publish(_)
                | Self::TypedConfirm(_)
                | Self::Delete(_)
                | Self::Extend(_)
                | Self::TakeIn(_)
                | Self::SaveLicense(_)
                | Self::Make(_)
                | Self::Import(_)
                | Self::Consume(_)
                | Self::Save(_)
                | Self::Export(_)
                | Self::SaveFilter(_)
        )
    }
}

//! How the state follows what becomes of a file of licenses.

use super::super::App;
use crate::dialog::Dialog;
use crate::dialog::batch::{BatchPreview, BatchSigned, Far};
use crate::effect::Effect;
use crate::message::Answer;
use licentia_core::{Batch, Explanation, License};
use std::path::PathBuf;
use std::sync::Arc;

impl App {
    /// The form gives way to the rows; where the rows are shown already, they are shown anew.
    pub(super) fn batch_read(&mut self, request: u64, answer: Answer<Batch>) -> Result<Option<Effect>, Explanation> {
        let asked = self.dialogs.iter_mut().position(|dialog| match dialog {
            Dialog::BatchForm(form) => form.answered(request),
            _ => false,
        });
        if let Some(at) = asked {
            let preview = BatchPreview::new(answer?);
            if let Some(form) = self.dialogs.get_mut(at) {
                *form = preview.into();
            }
            return Ok(None);
        }
        if let Some(preview) = self.preview() {
            preview.read_again(request, answer)?;
        }
        Ok(None)
    }

    pub(super) fn batch_issued(&mut self, licenses: Vec<License>) -> Vec<Effect> {
        // Of another file, which is looked at meanwhile, nothing is known yet.
        self.dialogs.retain(|dialog| !matches!(dialog, Dialog::BatchPreview(preview) if preview.is_signing()));
        // Below what was opened meanwhile: keys that are pressed now are meant for that.
        self.dialogs.insert(0, BatchSigned::new(licenses).into());
        let mut effects = vec![self.licenses.load(&mut self.requests)];
        effects.extend(self.log_grew());
        effects
    }

    pub(super) fn tokens_written(&mut self, request: u64, answer: Answer<PathBuf>) -> Vec<Effect> {
        let asked = self.dialogs.iter_mut().position(|dialog| match dialog {
            Dialog::Tokens(form) => form.answered(request),
            _ => false,
        });
        match (asked, answer) {
            (at, Ok(out)) => {
                if let Some(at) = at {
                    self.dialogs.remove(at);
                }
                // Also when it was given up, too late for that.
                self.notice = Some(format!("Written to {}.", out.display()));
            }
            (Some(_), Err(why)) => {
                self.stay();
                self.complain(why);
            }
            (None, Err(_)) => {}
        }
        self.leave()
    }

    /// The signing of a batch begins.
    pub(in crate::app) fn signs(&mut self, request: u64, batch: &Arc<Batch>) {
        self.signing = Some((request, Far::default()));
        if let Some(preview) = self.preview() {
            preview.signs(request, batch);
        }
    }

    pub(super) fn progressed(&mut self, request: u64, done: u64, total: u64) {
        let far = Far { done, total };
        if let Some((signing, seen)) = &mut self.signing
            && *signing == request
        {
            *seen = far;
        }
        for dialog in &mut self.dialogs {
            match dialog {
                Dialog::BatchForm(form) => form.progressed(request, far),
                Dialog::BatchPreview(preview) => preview.progressed(request, far),
                Dialog::Tokens(form) => form.progressed(request, far),
                _ => {}
            }
        }
    }

    fn preview(&mut self) -> Option<&mut BatchPreview> {
        self.find(|dialog| match dialog {
            Dialog::BatchPreview(preview) => Some(preview),
            _ => None,
        })
    }
}

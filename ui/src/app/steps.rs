//! What a screen or a dialog wants next is done here, save that a change waits for the one before.

use super::App;
use crate::dialog::Dialog;
use crate::effect::Effect;
use crate::session::{Session, Why};
use crate::step::{Cx, Step};

impl App {
    pub(super) fn step(&mut self, step: Step) -> Vec<Effect> {
        match step {
            Step::Close => drop(self.dialogs.pop()),
            // It would be closed, or let nobody type, by the change that is being written. Keys that only read or save
            // a file are not refused before it comes to this.
            Step::Open(dialog) if self.writing && dialog.asks_for_change() => self.say_busy(),
            Step::Open(dialog) => self.dialogs.push(*dialog),
            Step::Run(effect) if self.writing && effect.is_write() => self.say_busy(),
            Step::Run(effect) => {
                let given_up = matches!(effect, Effect::Stop { .. });
                let effect = self.run(effect);
                return std::iter::once(effect).chain(if given_up { self.leave() } else { vec![] }).collect();
            }
            Step::Quit => return self.quit(),
            Step::Review => self.session = Session::Reviewer(Why::NotUnlocked),
            Step::Log(step) => return self.log_step(step),
            Step::IssueFor(machine) => {
                let look = self.look();
                let steps = self.licenses.issue_for(&machine, &mut Cx { requests: &mut self.requests, look });
                return steps.into_iter().flat_map(|step| self.step(step)).collect();
            }
            Step::Machine(text) => self.take_machine(&text),
            Step::Notice(text) => self.notice = Some(text.to_owned()),
        }
        vec![]
    }

    fn run(&mut self, effect: Effect) -> Effect {
        self.writing |= effect.is_write();
        self.unlocking |= matches!(effect, Effect::Unlock { .. });
        if effect.is_write() {
            self.wait(true);
        }
        if let Effect::IssueBatch { request, batch } = &effect {
            self.signs(*request, batch);
        }
        effect
    }

    /// The dialog that asked for a change stays until it is known how that ended.
    pub(super) fn wait(&mut self, waiting: bool) {
        for dialog in &mut self.dialogs {
            match dialog {
                Dialog::Setup(setup) => setup.wait(waiting),
                Dialog::Issue(issue) => issue.wait(waiting),
                Dialog::Revoke(revoke) => revoke.wait(waiting),
                Dialog::Suspend(suspend) => suspend.wait(waiting),
                Dialog::Publish(publish) => publish.wait(waiting),
                Dialog::BatchPreview(preview) => preview.wait(waiting),
                Dialog::Export(export) => export.wait(waiting),
                Dialog::SaveFilter(save) => save.wait(waiting),
                Dialog::Delete(delete) => delete.wait(waiting),
                Dialog::Extend(extend) => extend.wait(waiting),
                Dialog::TakeIn(import) => import.wait(waiting),
                Dialog::SaveLicense(save) => save.wait(waiting),
                Dialog::TypedConfirm(confirm) => confirm.wait(waiting),
                Dialog::Make(make) => make.wait(waiting),
                Dialog::Save(save) => save.wait(waiting),
                Dialog::Import(import) => import.wait(waiting),
                Dialog::Consume(consume) => consume.wait(waiting),
                _ => {}
            }
        }
    }

    /// Why no change can be begun now, if that is so.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        if self.writing {
            return Some("The change before is still being written.");
        }
        self.session.refusal()
    }

    pub(super) fn say_busy(&mut self) {
        self.notice = self.refusal().map(str::to_owned);
    }
}

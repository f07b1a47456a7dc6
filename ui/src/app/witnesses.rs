//! Who else vouches for the log: how far that goes, as far as the screen knows it.

use super::App;
use crate::effect::Effect;
use crate::message::Answer;
use crate::tab::TabId;
use crate::witnessing::Vouched;

impl App {
    pub(super) fn vouched_loaded(&mut self, answer: Answer<Vouched>) -> Vec<Effect> {
        self.witnessing.answered();
        match answer {
            Ok(vouched) => self.witnessing.learn(vouched),
            Err(why) => self.complain(why),
        }
        // What was written while the answer was on its way is read now.
        if self.tab == TabId::Audit { self.fill() } else { vec![] }
    }
}

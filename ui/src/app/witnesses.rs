//! Who else vouches for the log: all known witnesses are asked beside everything else, each time that the log was signed
//! here. Nobody waits for them, and one that does not sign is asked again with the next checkpoint.

use super::App;
use crate::Farewell;
use crate::effect::Effect;
use crate::message::Answer;
use crate::tab::TabId;
use crate::witnessing::{Missed, Vouched};

impl App {
    /// One question at a time, save at the end: then only what comes in a short time counts.
    pub(super) fn ask_witnesses(&mut self) -> Option<Effect> {
        let at_end = self.leaving.is_over();
        if self.witnessing.is_asking() && !at_end {
            self.witnessing.ask_again();
            return None;
        }
        let request = self.requests.next();
        self.witnessing.asks(request);
        Some(Effect::AskWitnesses { request, at_end })
    }

    pub(super) fn witnesses_asked(&mut self, request: u64, answer: Answer<Vec<Missed>>) -> Vec<Effect> {
        let (missed, failed) = match answer {
            Ok(missed) => (missed, None),
            Err(why) => (vec![], Some(why)),
        };
        let Some(again) = self.witnessing.asked(request, missed.clone(), self.now) else { return vec![] };
        if self.leaving.is_over() {
            for missed in missed {
                self.leaving.tell(farewell(missed));
            }
            return vec![];
        }
        if let Some(missed) = missed.first() {
            let said = || format!("{}: tried again at the next checkpoint.", missed.why.message);
            self.notice.get_or_insert_with(said);
        }
        for why in missed.into_iter().filter(|missed| missed.contradicts).map(|missed| missed.why).chain(failed) {
            self.complain(why);
        }
        let ask = if again { self.ask_witnesses() } else { None };
        self.dashboard.outdated();
        ask.into_iter().chain(self.fill()).collect()
    }

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

fn farewell(Missed { witness, why, contradicts }: Missed) -> Farewell {
    let what = if contradicts {
        format!("do not rely on this database as it is: witness {witness} knows another log")
    } else {
        format!("witness {witness} has not signed the last checkpoint")
    };
    Farewell { what, why }
}

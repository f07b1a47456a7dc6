//! The machines that a license is bound to: typed as text, as files or as probes, and read when the step is left.

use super::Issue;
use super::read::{self, Read};
use super::steps::Part;
use crate::effect::{AS_BEFORE, Effect, ReadMachines};
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::widget::scroll::Pair;
use licentia_core::{BoundMachine, Change, Fingerprint, LicenseId, Rebound};

/// What was read last. One question at a time.
#[derive(Debug, Default)]
pub(super) struct Machines {
    text: String,
    asked: Option<u64>,
    /// What `text` stands for; none until that is known.
    found: Option<Answer<ReadMachines>>,
    /// Whoever pressed Enter goes on once they are read.
    goes_on: bool,
}

impl Machines {
    /// A file that could not be read may be there now: only what was read is not read again.
    fn ask(&mut self, text: &str, base: Option<LicenseId>, requests: &mut Requests) -> Option<Effect> {
        let is_known = text == self.text && matches!(self.found, Some(Ok(_)));
        let machines = words(text).ok().filter(|_| self.asked.is_none() && !is_known)?;
        let request = requests.next();
        (self.asked, self.found, self.text) = (Some(request), None, text.to_owned());
        Some(Effect::ReadMachines { request, machines, base })
    }

    const fn is_reading(&self) -> bool {
        self.asked.is_some()
    }

    fn of(&self, text: &str) -> Read<&ReadMachines> {
        match self.found.as_ref().filter(|_| self.text == text) {
            Some(Ok(read)) => Ok(read),
            Some(Err(why)) => Err(match &why.cause {
                Some(cause) => format!("{}: {cause}", why.message),
                None => why.message.clone(),
            }),
            None => Err("still being read; go on in a moment".to_owned()),
        }
    }
}

impl Issue {
    /// One more machine, from a list.
    pub(crate) fn add_machine(&mut self, text: &str) {
        let before = self.text(Part::Machines);
        let all = if before.is_empty() { text.to_owned() } else { format!("{before}, {text}") };
        for form in &mut self.forms {
            form.set_text(Part::Machines, &all);
            form.go_to(Part::Machines);
        }
    }

    /// Bound to a machine from the start; what comes first is still asked first.
    pub(crate) fn for_machine(mut self, text: &str) -> Self {
        self.add_machine(text);
        for form in &mut self.forms {
            form.go_to(Part::Subject);
        }
        self
    }

    /// What has to be read before the step can be left.
    pub(super) fn read_machines(&mut self, requests: &mut Requests) -> Option<Effect> {
        let text = self.text(Part::Machines).to_owned();
        if text.is_empty() || !self.changed(Part::Machines) || !self.form_mut().has(Part::Machines) {
            return None;
        }
        self.machines.ask(&text, self.base.as_ref().map(|license| license.id), requests)
    }

    /// They are read before anybody goes on; true when that has to be waited for.
    pub(super) fn goes_on_later(&mut self) -> bool {
        self.machines.goes_on = self.machines.is_reading();
        self.machines.goes_on
    }

    /// Whoever types on does not want to go on.
    pub(super) fn stays(&mut self) {
        self.machines.goes_on = false;
    }

    pub(crate) fn machines_read(&mut self, request: u64, answer: Answer<ReadMachines>, cx: &mut Cx) -> Vec<Step> {
        if self.machines.asked.take_if(|asked| *asked == request).is_none() {
            return vec![];
        }
        self.machines.found = Some(answer);
        if !self.machines.goes_on {
            return vec![];
        }
        // Something else was typed meanwhile, and Enter pressed after that.
        if self.machines.text != self.text(Part::Machines)
            && let Some(effect) = self.read_machines(cx.requests)
        {
            return vec![Step::Run(effect)];
        }
        self.machines.goes_on = false;
        self.forwards(cx.look)
    }

    /// The machines that a request names. Those of before are inherited, not named.
    pub(super) fn bound_machines(&self) -> Read<Vec<BoundMachine>> {
        let require = self.require()?;
        let bind = |fingerprint: &Fingerprint| BoundMachine { fingerprint: fingerprint.clone(), require };
        Ok(self.named_machines()?.iter().map(bind).collect())
    }

    pub(super) fn named_machines(&self) -> Read<&[Fingerprint]> {
        let text = self.text(Part::Machines);
        if text.is_empty() || !self.changed(Part::Machines) {
            return Ok(&[]);
        }
        words(text)?;
        Ok(&self.machines.of(text)?.machines)
    }

    /// How many components have to agree, where that was said.
    pub(super) fn require(&self) -> Read<Option<u32>> {
        match self.text(Part::Require) {
            "" => Ok(None),
            _ if self.text(Part::Machines).is_empty() => {
                Err("of which machine? Name one, or leave this empty".to_owned())
            }
            text => match text.parse() {
                Ok(number @ 1..=5) => Ok(Some(number)),
                _ => Err("a number from 1 to 5".to_owned()),
            },
        }
    }

    /// The machines for reading once more: of a reissue old and new side by side.
    pub(super) fn machine_facts(&self) -> Vec<Pair> {
        let text = self.text(Part::Machines);
        let Ok(read) = self.machines.of(text) else {
            return vec![Pair::new("machines", if text.is_empty() { "any" } else { text })];
        };
        if self.base.is_some() {
            return read.rebound.iter().map(side_by_side).collect();
        }
        let one = |machine: &Fingerprint| {
            let kinds: Vec<&str> = machine.trusted().map(|(kind, _)| kind.name()).collect();
            let label = machine.label().unwrap_or("no label");
            Pair::new("machine", format!("{}: {}", clean(label), kinds.join(", ")))
        };
        read.machines.iter().map(one).collect()
    }
}

/// The value column is as wide as the beginnings that core gives.
fn side_by_side(rebound: &Rebound) -> Pair {
    let label = |machine: &Fingerprint| clean(machine.label().unwrap_or("no label"));
    let before = rebound.before.as_ref().map_or_else(|| "none".to_owned(), label);
    let mut lines = vec![format!("{before} before, {} now", label(&rebound.now))];
    for row in rebound.side_by_side() {
        let [old, new] = [&row.before, &row.now].map(|value| value.as_deref().unwrap_or("-"));
        // A word, for a plain terminal, and a mark that is found at once.
        let mark = if row.change == Change::Same { ' ' } else { '*' };
        lines.push(format!("{mark} {:13} {old:8}  {new:8}  {}", row.kind.name(), row.change.code()));
    }
    Pair::lines("machine", &lines.join("\n"))
}

/// Joined by commas, or one as JSON, whose own commas are no end.
fn words(text: &str) -> Read<Vec<String>> {
    if text.starts_with('{') { Ok(vec![text.to_owned()]) } else { read::list(text) }
}

/// How the machines of a license look in the field at first.
pub(super) fn written(license: &licentia_core::License) -> String {
    let machines = license.bindings.as_ref().and_then(|bindings| bindings.get("machines"));
    if machines.is_some() { AS_BEFORE.to_owned() } else { String::new() }
}

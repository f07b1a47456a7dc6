//! What a license is bound to: machines, an identity, a TOTP secret. Nothing that anything could be made of.

use super::{Detail, More};
use crate::look::Look;
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use licentia_core::{Bindings, Bound, Component, MachineBinding};

impl Detail {
    pub(super) fn bindings(&self, _look: Look) -> Vec<Pair> {
        let Some(More { bound, .. }) = &self.more else {
            return vec![Pair::new("machines", "reading…").meaning(Meaning::Muted)];
        };
        let mut fields = machines(bound);
        fields.push(identity(bound));
        fields.extend(totp(bound));
        fields
    }

    /// The same in a line.
    pub(super) fn bound_to(&self) -> Option<Pair> {
        let bindings = self.license.bindings.as_ref()?;
        let machines = bindings.get("machines").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
        let machines = match machines {
            0 => None,
            1 => Some("a machine".to_owned()),
            many => Some(format!("any of {many} machines")),
        };
        let totp = bindings.get("totp").map(|_| "a TOTP secret".to_owned());
        let all: Vec<String> = machines.into_iter().chain(totp).collect();
        Some(Pair::new("bound to", all.join(", and ")))
    }
}

fn machines(bound: &Bound) -> Vec<Pair> {
    let machines = bound.claim.as_ref().map(Bindings::machines).unwrap_or_default();
    if machines.is_empty() {
        return vec![Pair::new("machines", "any: it runs everywhere")];
    }
    let all = machines.len();
    let one = |(at, machine): (usize, &MachineBinding)| {
        let label = bound.machines.get(at).map(|kept| kept.label().unwrap_or("no label"));
        let label = label.map_or_else(|| "its fingerprint is not kept here".to_owned(), clean);
        let kinds: Vec<Component> = machine.components().collect();
        let agree =
            format!("{} of {} have to agree, one that is hard to guess among them", machine.require(), kinds.len());
        let kinds = kinds.into_iter().map(|kind| {
            let guess = if kind.is_high_entropy() { "hard to guess" } else { "can be guessed" };
            format!("  {:13} {guess}", kind.name())
        });
        let number = if all == 1 { String::new() } else { format!("{} of {all}: ", at + 1) };
        let lines: Vec<String> = [format!("{number}{label}"), agree].into_iter().chain(kinds).collect();
        Pair::lines("machine", &lines.join("\n"))
    };
    machines.iter().enumerate().map(one).collect()
}

fn identity(bound: &Bound) -> Pair {
    match (&bound.identity, &bound.identity_digest) {
        (None, None) => Pair::new("identity", "none"),
        (Some(name), None) => Pair::new("identity", name),
        (Some(name), Some(digest)) => Pair::lines("identity", &format!("{}\n{}", clean(name), clean(digest))),
        (None, Some(digest)) => Pair::lines("identity", &format!("not known here\n{}", clean(digest))),
    }
}

fn totp(bound: &Bound) -> Vec<Pair> {
    let Some(totp) = bound.claim.as_ref().and_then(Bindings::totp) else {
        return vec![Pair::new("TOTP", "none")];
    };
    let kept = if bound.has_totp_secret { "in the vault" } else { "not known here" };
    vec![
        Pair::new("TOTP", format!("a new code every {} seconds", totp.period())),
        Pair::new("its secret", kept),
        Pair::new("its digest", totp.digest()),
    ]
}

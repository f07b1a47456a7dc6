//! A verdict as scripts and people read it.

use crate::args::Format;
use crate::output::Object;
use crate::view;
use licentia_core::Timestamp;
use licentia_license::machine::{ComponentMatch, MachineMatch};
use licentia_license::{Invalid, InvalidList, Unchecked, Verdict};
use serde_json::{Value, json};

/// The claims are shown only where the signature proves them.
pub(super) fn of(format: Format, verdict: &Verdict) -> Object {
    let claims = verdict.license().map(|license| view::claims(&license.claims, format));
    let code = verdict.why().map(Invalid::code);
    let machine = verdict.license().filter(|license| !license.machines.is_empty());
    let machine = machine.map(|license| license.machines.iter().map(|machine| compared(machine, format)));
    let machine = machine.map(Iterator::collect::<Vec<_>>);
    match verdict {
        Verdict::Invalid { why, .. } => view::object(json!({
            "valid": false,
            "verdict": verdict.code(),
            "code": code,
            "message": in_dates(why),
            "hint": why.hint(),
            "grace_until": Value::Null,
            "machine": machine,
            "claims": claims,
        })),
        Verdict::Valid(license) | Verdict::InGrace { license, .. } => {
            let unchecked = license.unchecked.iter().map(|left| match format {
                Format::Table => in_words(*left),
                _ => left.code(),
            });
            let grace_until = match verdict {
                Verdict::InGrace { until, .. } => Some(Timestamp::from_seconds(*until)),
                _ => None,
            };
            view::object(json!({
                "valid": true,
                "verdict": verdict.code(),
                "code": code,
                "message": usable_in_words(verdict),
                "grace_until": grace_until,
                "unchecked": unchecked.collect::<Vec<_>>(),
                "machine": machine,
                "totp_step": license.totp_step,
                "kid": license.kid,
                "claims": claims,
            }))
        }
    }
}

/// A machine of the license next to the one at hand.
fn compared(machine: &MachineMatch, format: Format) -> Value {
    let words = machine.components.iter().map(|(kind, found)| {
        let became = match found {
            ComponentMatch::Absent => "not there",
            ComponentMatch::NotTrusted => "not to be trusted",
            other => other.code(),
        };
        format!("{} {became}", kind.name())
    });
    match format {
        Format::Table | Format::Csv => words.collect::<Vec<_>>().join(", ").into(),
        _ => json!({ "matches": machine.matches, "require": machine.require, "components": machine.components }),
    }
}

fn usable_in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::InGrace { why, until, .. } => {
            format!("{}; it is in grace until {}", in_dates(why), Timestamp::from_seconds(*until))
        }
        _ => "the license is valid".to_owned(),
    }
}

/// Times as the command line writes them.
fn in_dates(why: &Invalid) -> String {
    let date = |seconds: i64| Timestamp::from_seconds(seconds);
    match why {
        Invalid::Expired { exp, .. } => format!("the license expired at {}", date(*exp)),
        Invalid::NotYetValid { from, .. } => format!("the license is not valid before {}", date(*from)),
        Invalid::ClockRolledBack { now, latest, .. } => {
            format!("the clock says {}, and has said {} before", date(*now), date(*latest))
        }
        Invalid::StatusList(InvalidList::NotYetValid { from, .. }) => {
            format!("the status list does not hold before {}", date(*from))
        }
        Invalid::StatusList(InvalidList::Stale { until, .. }) => {
            format!("the status list could be relied on until {} only", date(*until))
        }
        Invalid::StatusList(InvalidList::RolledBack { issued, newest, .. }) => {
            format!("the status list was issued at {}, and a newer one of {} was seen", date(*issued), date(*newest))
        }
        other => other.to_string(),
    }
}

fn in_words(left: Unchecked) -> &'static str {
    match left {
        Unchecked::Audience => "for which product it is (--audience)",
        Unchecked::Time => "whether its time has come",
        Unchecked::StatusList => "whether it was revoked (--status-list)",
        Unchecked::Machine => "whether this is its machine (--machine)",
        Unchecked::Totp => "whether its holder has the secret (--totp)",
        Unchecked::Identity => "whether the program carries its identity (--identity)",
        _ => left.code(),
    }
}

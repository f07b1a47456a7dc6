//! Tab 5: one-time tokens for machines to be licensed, newest first, and what came back for them.

use super::nouns::Noun;
use crate::dialog::confirm::Confirm;
use crate::dialog::consume::Consume;
use crate::dialog::make::Make;
use crate::effect::{Effect, Leftover, Probe, ProbeChange};
use crate::keymap::{Action, Context};
use crate::look::{Look, Zone};
use crate::paging::{Ask, Paged, Row};
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use crate::widget::table::{Cell, Column};
use licentia_core::probe::Arrived;
use licentia_core::{ProbeState, ProbeToken, ProbeTokenId, SignedResult, Timestamp};
use ratatui::layout::Constraint;

impl Row for Probe {
    type Key = ProbeTokenId;

    fn key(&self) -> ProbeTokenId {
        self.token.id
    }
}

impl Noun for Probe {
    type More = ();

    const LIST: Context = Context::Probes;
    const DETAIL: Context = Context::Probe;
    const TITLE: &'static str = "Probes: one-time tokens, and what came back for them";
    const EMPTY: &'static str = "There is no probe yet. Press n to make a token for a machine.";

    fn read_page(ask: Ask<ProbeTokenId>) -> Effect {
        let Ask { request, after, limit } = ask;
        Effect::LoadProbes { request, after, limit }
    }

    fn read(&self, request: u64) -> Effect {
        Effect::LoadProbe { request, id: self.token.id }
    }

    fn target(&self) -> String {
        self.token.id.to_string()
    }

    fn title(&self) -> String {
        format!("Probe {}: {}", self.token.id.short(), clean(&self.token.label))
    }

    fn fields(&self, _more: Option<&()>, look: Look) -> Vec<Pair> {
        let token = &self.token;
        let state = ProbeState::of(token, look.now);
        let (word, how) = self.state(look);
        let mut fields = vec![
            Pair::new("id", token.id.to_string()),
            Pair::new("label", &token.label),
            Pair::new("state", word).meaning(how),
            Pair::new("created", look.zoned(token.created_at)),
            Pair::new("expires", look.zoned(token.expires_at)),
        ];
        if state == ProbeState::Pending {
            fields.push(Pair::new("left", left(token.expires_at, look.now)));
        }
        let closed = if state == ProbeState::Cancelled { "cancelled" } else { "consumed" };
        fields.extend(token.closed_at.map(|at| Pair::new(closed, look.zoned(at))));
        if let Some(arrived) = &self.arrived {
            fields.push(Pair::new("arrived", look.zoned(arrived.at)));
            fields.extend(said(&arrived.result, look));
            fields.push(Pair::new("result", "waits in the inbox; t takes it in").meaning(Meaning::Warning));
            return fields;
        }
        let waits = |(file, key): &(String, String)| Pair::new("waits", format!("{}, key {key}", clean(file)));
        fields.extend(self.contested.iter().map(waits));
        if !self.contested.is_empty() {
            fields.push(Pair::new("inbox", CONTESTED).meaning(Meaning::Warning));
        }
        if let Some(leftover) = &self.leftover {
            fields.push(Pair::new("inbox", leftover.said()).meaning(Meaning::Warning));
        }
        match (&self.signed, &token.result) {
            (Some(signed), _) => fields.extend(said(signed, look)),
            (None, Some(_)) => {
                fields.push(
                    Pair::new("key", "none: it is unsigned, and nobody vouches for it").meaning(Meaning::Warning),
                );
            }
            (None, None) => {}
        }
        fields.push(match (&token.result, state) {
            (Some(text), _) => Pair::lines("result", &pretty(text)),
            (None, ProbeState::Pending) => Pair::new("result", "not yet; i takes it in").meaning(Meaning::Muted),
            (None, _) => Pair::new("result", "none").meaning(Meaning::Muted),
        });
        fields
    }

    fn columns(look: Look) -> Vec<Column> {
        let expires = match look.zone {
            Zone::Utc => "expires (UTC)",
            Zone::Local(_) => "expires (local)",
        };
        vec![
            Column::new("id", Constraint::Length(8)),
            Column::new("label", Constraint::Fill(1)),
            Column::new("state", Constraint::Length(9)),
            Column::new("key", Constraint::Length(24)).from(110),
            Column::new("created", Constraint::Length(10)).from(140),
            Column::new(expires, Constraint::Length(19)).from(70),
            Column::new("        left", Constraint::Length(12)).from(50),
        ]
    }

    fn cells(&self, look: Look) -> Vec<Cell> {
        let token = &self.token;
        let pending = ProbeState::of(token, look.now) == ProbeState::Pending;
        let left = if pending { left(token.expires_at, look.now) } else { String::new() };
        let soon = token.expires_at.0.saturating_sub(look.now.0) < HOUR * 1_000_000;
        let (word, how) = self.state(look);
        let key = self.arrived.as_ref().map(|arrived| &arrived.result).or(self.signed.as_deref());
        vec![
            Cell::plain(token.id.short()),
            Cell::plain(&token.label),
            Cell(word.to_owned(), how),
            Cell::plain(key.map_or_else(String::new, SignedResult::key_fingerprint)),
            Cell::plain(look.date(token.created_at)),
            Cell::plain(look.moment(token.expires_at)),
            Cell(format!("{left:>12}"), if soon { Meaning::Warning } else { Meaning::Text }),
        ]
    }

    fn act(_list: &Paged<Self>, current: Option<&Self>, action: Action, cx: &mut Cx) -> Option<Vec<Step>> {
        Some(vec![match (action, current) {
            (Action::NewProbe, _) => Step::open(Make::probe()),
            (Action::ConsumeProbe, _) => Step::open(Consume::new()),
            (Action::TakeInProbe, Some(Self { token, arrived: Some(arrived), .. })) => {
                Step::open(take_in(token, arrived, cx.look))
            }
            (Action::TakeInProbe, Some(Self { leftover: Some(leftover), .. })) => {
                Step::open(set_aside(leftover, cx.look))
            }
            (Action::IssueForProbe, Some(Self { token, signed: Some(_), .. })) => {
                Step::IssueFor(format!("probe:{}", token.id.short()))
            }
            (Action::IssueForProbe, Some(Self { arrived: Some(_), .. })) => {
                Step::Notice("Take its result in first: t shows it for comparing.")
            }
            (Action::IssueForProbe, Some(Self { token, .. })) if token.result.is_some() => {
                Step::Notice("Its result is unsigned: nobody vouches for it, so no license is bound to it here.")
            }
            (Action::IssueForProbe, _) => Step::Notice("No result came for it that a license could be bound to."),
            (Action::TakeInProbe, Some(Self { contested, .. })) if !contested.is_empty() => {
                Step::Notice("Several results wait for it. Enter shows their keys to compare.")
            }
            (Action::TakeInProbe, _) => Step::Notice("No result waits for it in the inbox."),
            (Action::CancelProbe, Some(Self { token, .. })) => match ProbeState::of(token, cx.look.now) {
                // A result that came in time may wait still when the time is over.
                ProbeState::Pending | ProbeState::Expired => Step::open(cancel(token, cx.look)),
                ProbeState::Consumed => Step::Notice("It was used: its result is here."),
                ProbeState::Cancelled => Step::Notice("It is cancelled already."),
            },
            (Action::CancelProbe, None) => return Some(vec![]),
            _ => return None,
        }])
    }
}

const CONTESTED: &str = "somebody had the token twice: compare these keys with the machine's, and move every other file \
    out of the inbox";

impl Probe {
    /// The state in a word, with what waits in the inbox.
    fn state(&self, look: Look) -> (&'static str, Meaning) {
        match (&self.arrived, ProbeState::of(&self.token, look.now)) {
            _ if !self.contested.is_empty() => ("contested", Meaning::Warning),
            (Some(_), ProbeState::Pending | ProbeState::Expired) => ("arrived", Meaning::Key),
            (_, state) => (state.as_str(), meaning(state)),
        }
    }
}

/// What a signed result says, and whose it is.
fn said(result: &SignedResult, look: Look) -> Vec<Pair> {
    let report = result.report();
    let machine = &report.fingerprint;
    let names: Vec<String> = machine
        .components()
        .keys()
        .map(|kind| {
            let doubt = if machine.not_trusted().contains(kind) { " (not to be trusted)" } else { "" };
            format!("{}{doubt}", kind.name())
        })
        .collect();
    let host = &report.host;
    vec![
        Pair::new("key", result.key_fingerprint()),
        Pair::new("vendor", machine.vendor()),
        Pair::new("machine", names.join(", ")),
        Pair::new("system", format!("{}, {}, licentia {}", host.os, host.arch, host.licentia)),
        Pair::new("made", look.zoned(report.made_at)),
    ]
}

fn take_in(probe: &ProbeToken, arrived: &Arrived, look: Look) -> Confirm {
    let mut facts = vec![Pair::new("probe", probe.id.to_string()), Pair::new("label", &probe.label)];
    facts.extend(said(&arrived.result, look));
    facts.push(Pair::new("arrived", look.zoned(arrived.at)));
    let warning = "Compare the key with the fingerprint that the machine showed. Where they differ, somebody has put \
                   another result in its place: leave it, and cancel the probe.";
    let change = ProbeChange::TakeIn {
        id: probe.id,
        name: arrived.name.clone(),
        key_fingerprint: arrived.result.key_fingerprint(),
    };
    Confirm::new("Take this result in?", facts, Some(warning), Effect::ChangeProbe(change))
}

impl Leftover {
    const fn said(&self) -> &'static str {
        if self.same {
            "the file of its result is there still; t moves it aside"
        } else {
            "another result for a token that was used, possibly somebody else's; t shows it"
        }
    }
}

fn set_aside(leftover: &Leftover, look: Look) -> Confirm {
    let Arrived { name, probe, result, at } = &leftover.arrived;
    let mut facts = vec![
        Pair::new("probe", probe.id.to_string()),
        Pair::new("label", &probe.label),
        Pair::new("file", name.to_string_lossy()),
    ];
    if !leftover.same {
        let taken_in = SignedResult::of(probe).map(|taken_in| taken_in.key_fingerprint());
        facts.push(Pair::new("taken in", taken_in.unwrap_or_else(|| "an unsigned result".to_owned())));
    }
    facts.extend(said(result, look));
    facts.push(Pair::new("arrived", look.zoned(*at)));
    let warning = if leftover.same {
        "This very result was taken in before: only its file is left."
    } else {
        "This is another result for a token that was used, possibly somebody else's. Compare both keys with the \
         fingerprint that the machine showed, before the file is out of sight."
    };
    let change = ProbeChange::SetAside { name: name.clone(), key_fingerprint: result.key_fingerprint() };
    Confirm::new("Move this file aside?", facts, Some(warning), Effect::ChangeProbe(change))
}

fn cancel(probe: &ProbeToken, look: Look) -> Confirm {
    let facts = vec![
        Pair::new("probe", probe.id.to_string()),
        Pair::new("label", &probe.label),
        Pair::new("expires", look.zoned(probe.expires_at)),
    ];
    let warning = "No result is taken in for its token any more.";
    Confirm::new("Cancel this probe?", facts, Some(warning), Effect::ChangeProbe(ProbeChange::Cancel { id: probe.id }))
}

const HOUR: i64 = 3_600;

/// `6d 23:59:58`, `00:00:42`.
fn left(until: Timestamp, now: Timestamp) -> String {
    // The last second counts down to 0, not the one before it.
    let seconds = until.0.saturating_sub(now.0).max(0).saturating_add(999_999) / 1_000_000;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / HOUR, rest % HOUR / 60, rest % 60);
    if days > 0 { format!("{days}d {clock}") } else { clock }
}

/// The result as it came, laid out to be read.
fn pretty(text: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| text.to_owned())
}

const fn meaning(state: ProbeState) -> Meaning {
    match state {
        ProbeState::Pending => Meaning::Warning,
        ProbeState::Consumed => Meaning::Good,
        ProbeState::Expired | ProbeState::Cancelled => Meaning::Muted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_counts_down_to_nothing() {
        let now = Timestamp::from_seconds(1_000);
        let at = |seconds: i64| Timestamp::from_seconds(1_000 + seconds);
        assert_eq!(left(at(7 * 86_400 - 1), now), "6d 23:59:59");
        assert_eq!(left(at(86_400), now), "1d 00:00:00");
        assert_eq!(left(at(3_661), now), "01:01:01");
        assert_eq!(left(Timestamp(now.0 + 1), now), "00:00:01");
        assert_eq!((left(at(0), now), left(at(-5), now)), ("00:00:00".to_owned(), "00:00:00".to_owned()));
        assert_eq!(left(Timestamp(i64::MAX), Timestamp(i64::MIN)).split_once('d').unwrap().0, "106751991");
    }
}

//! Tab 5: one-time tokens for machines to be licensed, newest first, and what came back for them.

use super::nouns::Noun;
use crate::dialog::confirm::Confirm;
use crate::dialog::consume::Consume;
use crate::dialog::make::Make;
use crate::effect::{Effect, ProbeChange};
use crate::keymap::{Action, Context};
use crate::look::{Look, Zone};
use crate::paging::{Ask, Paged, Row};
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use crate::widget::table::{Cell, Column};
use licentia_core::{ProbeState, ProbeToken, ProbeTokenId, Timestamp};
use ratatui::layout::Constraint;

impl Row for ProbeToken {
    type Key = ProbeTokenId;

    fn key(&self) -> ProbeTokenId {
        self.id
    }
}

impl Noun for ProbeToken {
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
        Effect::LoadProbe { request, id: self.id }
    }

    fn target(&self) -> String {
        self.id.to_string()
    }

    fn title(&self) -> String {
        format!("Probe {}: {}", self.id.short(), clean(&self.label))
    }

    fn fields(&self, _more: Option<&()>, look: Look) -> Vec<Pair> {
        let state = ProbeState::of(self, look.now);
        let mut fields = vec![
            Pair::new("id", self.id.to_string()),
            Pair::new("label", &self.label),
            Pair::new("state", state.as_str()).meaning(meaning(state)),
            Pair::new("created", look.zoned(self.created_at)),
            Pair::new("expires", look.zoned(self.expires_at)),
        ];
        if state == ProbeState::Pending {
            fields.push(Pair::new("left", left(self.expires_at, look.now)));
        }
        let closed = if state == ProbeState::Cancelled { "cancelled" } else { "consumed" };
        fields.extend(self.closed_at.map(|at| Pair::new(closed, look.zoned(at))));
        fields.push(match (&self.result, state) {
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
            Column::new("created", Constraint::Length(10)).from(100),
            Column::new(expires, Constraint::Length(19)).from(70),
            Column::new("        left", Constraint::Length(12)).from(50),
        ]
    }

    fn cells(&self, look: Look) -> Vec<Cell> {
        let state = ProbeState::of(self, look.now);
        let left = if state == ProbeState::Pending { left(self.expires_at, look.now) } else { String::new() };
        let soon = self.expires_at.0.saturating_sub(look.now.0) < HOUR * 1_000_000;
        vec![
            Cell::plain(self.id.short()),
            Cell::plain(&self.label),
            Cell(state.as_str().to_owned(), meaning(state)),
            Cell::plain(look.date(self.created_at)),
            Cell::plain(look.moment(self.expires_at)),
            Cell(format!("{left:>12}"), if soon { Meaning::Warning } else { Meaning::Text }),
        ]
    }

    fn act(_list: &Paged<Self>, current: Option<&Self>, action: Action, cx: &mut Cx) -> Option<Vec<Step>> {
        Some(vec![match (action, current) {
            (Action::NewProbe, _) => Step::open(Make::probe()),
            (Action::ConsumeProbe, _) => Step::open(Consume::new()),
            (Action::CancelProbe, Some(probe)) => match ProbeState::of(probe, cx.look.now) {
                ProbeState::Pending => Step::open(cancel(probe, cx.look)),
                ProbeState::Expired => Step::Notice("Its time is over, so nobody can use it any more."),
                ProbeState::Consumed => Step::Notice("It was used: its result is here."),
                ProbeState::Cancelled => Step::Notice("It is cancelled already."),
            },
            (Action::CancelProbe, None) => return Some(vec![]),
            _ => return None,
        }])
    }
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

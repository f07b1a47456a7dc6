//! How the dashboard looks: in one column on a small screen, the most important first; in two where there is room.

use super::Dashboard;
use crate::effect::Overview;
use crate::look::Look;
use crate::screen::events::draw_records;
use crate::text::{clean, fit};
use crate::theme::Meaning;
use crate::verification::{Verification, verdict};
use crate::widget::scroll::{Pair, pairs};
use crate::widget::table::{self, Cell, Column};
use crate::witnessing::Witnessing;
use licentia_core::audit::Level;
use licentia_core::pin::PinState;
use licentia_core::{EXPIRING_DAYS, Issuer, License, LicenseCounts};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

/// What it shows besides what it reads.
pub(crate) struct Around<'a> {
    pub(crate) verification: &'a Verification,
    pub(crate) witnessing: &'a Witnessing,
    pub(crate) home: &'a str,
    /// Whether the vault is open, and what that means.
    pub(crate) vault: (String, Meaning),
}

/// From this width on there are two columns.
const WIDE: u16 = 110;
/// Below this height every line counts.
const LOW: u16 = 26;

impl Dashboard {
    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look, around: &Around<'_>) {
        let mut rest = area;
        if area.width < WIDE {
            draw_lines(frame, &mut rest, self.counts_in_lines(look));
            take(&mut rest, 1);
            let mut facts = self.facts(look, around, area.width.into());
            if area.height < LOW {
                // The line at the bottom says it too.
                facts.retain(|fact| fact.name != "home");
                // Licenses that end soon need the line more than an address that is in order; tab 3 has it.
                let crowded = !self.expiring().is_empty();
                facts.retain(|fact| !crowded || fact.name != "address" || fact.meaning == Meaning::Warning);
            }
            draw_lines(frame, &mut rest, pairs(&facts, area.width.into(), look));
            take(&mut rest, 1);
            // A few of the newest entries stay in sight below them.
            let room = usize::from(rest.height).saturating_sub(5).max(2);
            self.draw_expiring(frame, &mut rest, look, room);
        } else {
            let columns = [Constraint::Fill(1), Constraint::Fill(1)];
            let [mut left, mut right] = Layout::horizontal(columns).spacing(3).areas(area);
            draw_lines(frame, &mut left, self.counts_in_columns(look));
            take(&mut left, 1);
            self.draw_expiring(frame, &mut left, look, 12);
            let facts = self.facts(look, around, right.width.into());
            let facts = pairs(&facts, right.width.into(), look);
            draw_lines(frame, &mut right, facts);
            let used = area.height - left.height.min(right.height);
            take(&mut rest, used.into());
        }
        take(&mut rest, 1);
        self.draw_events(frame, &mut rest, look);
    }

    fn counts_in_lines(&self, look: Look) -> Vec<Line<'static>> {
        let Some(counts) = self.counts.value() else {
            return vec![heading("Licenses", look), Line::styled("counting…", look.style(Meaning::Muted))];
        };
        if counts.total() == 0 {
            return vec![heading("Licenses", look), Line::raw(NO_LICENSE)];
        }
        let said = |numbers: &[Number]| -> Vec<Span<'static>> {
            let spans = numbers.iter().map(|Number(name, many, meaning)| {
                Span::styled(format!("{many} {name}  "), look.style(if *many == 0 { Meaning::Text } else { *meaning }))
            });
            spans.collect()
        };
        let mut first = vec![Span::styled("Licenses  ", look.style(Meaning::Heading))];
        first.extend(said(&by_status(counts)));
        let mut second = vec![Span::styled("of the active ones  ", look.style(Meaning::Heading))];
        second.extend(said(&by_clock(counts)));
        vec![Line::from(first), Line::from(second)]
    }

    fn counts_in_columns(&self, look: Look) -> Vec<Line<'static>> {
        let mut lines = vec![heading("Licenses", look)];
        let Some(counts) = self.counts.value() else {
            lines.push(Line::styled("counting…", look.style(Meaning::Muted)));
            return lines;
        };
        if counts.total() == 0 {
            lines.push(Line::raw(NO_LICENSE));
            return lines;
        }
        let cell = |number: Option<&Number>, width: usize| match number {
            None => Span::raw(" ".repeat(width + 12)),
            Some(Number(name, many, meaning)) => {
                let meaning = if *many == 0 { Meaning::Text } else { *meaning };
                Span::styled(format!("{name:width$}{many:>9}   "), look.style(meaning))
            }
        };
        let (status, clock) = (by_status(counts), by_clock(counts));
        for (at, number) in status.iter().enumerate() {
            lines.push(Line::from(vec![cell(Some(number), 12), cell(clock.get(at), 15)]));
        }
        lines.push(Line::from(vec![cell(Some(&Number("all", counts.total(), Meaning::Text)), 12)]));
        lines
    }

    fn facts(&self, look: Look, around: &Around<'_>, columns: usize) -> Vec<Pair> {
        let overview = self.overview.value();
        let mut facts = vec![checked(around.verification, overview, look)];
        facts.extend(match overview {
            None => vec![Pair::new("entries", "reading…")],
            Some(overview) => log(overview, around.witnessing, look),
        });
        facts.extend(overview.map_or_else(Vec::new, |overview| issuer(overview.issuer.as_ref())));
        let (vault, meaning) = &around.vault;
        facts.push(Pair::new("vault", vault).meaning(*meaning));
        facts.push(Pair::new("home", around.home));
        // Two lines are enough for a glance; what is longer is not ours.
        let room = columns.saturating_sub(10) * 2;
        facts.into_iter().map(|fact| Pair { value: fit(&fact.value, room), ..fact }).collect()
    }

    fn draw_expiring(&self, frame: &mut Frame, rest: &mut Rect, look: Look, room: usize) {
        let expiring = self.expiring();
        let more = self.counts.value().map_or(0, |counts| counts.expiring);
        let shown = u64::try_from(expiring.len()).unwrap_or(0);
        let title = match (self.overview.value(), shown) {
            (None, _) => return draw_lines(frame, rest, vec![heading("Expiring soon", look), reading(look)]),
            (_, 0) => format!("No active license expires within {EXPIRING_DAYS} days"),
            _ if more > shown => format!("Expiring within {EXPIRING_DAYS} days: the first {shown} of {more}"),
            _ => format!("Expiring within {EXPIRING_DAYS} days: {shown}"),
        };
        draw_lines(frame, rest, vec![heading(&title, look)]);
        let rows = expiring.len().min(room.saturating_sub(2));
        if rows == 0 {
            return;
        }
        let first = self.selected.saturating_sub(rows - 1);
        let visible = expiring.iter().enumerate().skip(first).take(rows);
        let visible = visible.map(|(at, license)| (at == self.selected, cells(license, look)));
        table::draw(frame, take(rest, rows + 1), look, COLUMNS, visible);
    }

    fn draw_events(&self, frame: &mut Frame, rest: &mut Rect, look: Look) {
        let Some(overview) = self.overview.value() else { return };
        draw_lines(frame, rest, vec![heading("Newest entries of the audit log", look)]);
        let visible = overview.events.iter().take(rest.height.into()).map(|record| (false, record));
        draw_records(frame, *rest, look, visible, true);
    }
}

const NO_LICENSE: &str = "There is none yet. Press n to issue the first one.";

const COLUMNS: &[Column] = &[
    Column::new("id", Constraint::Length(8)),
    Column::new("subject", Constraint::Fill(1)),
    Column::new("expires", Constraint::Length(10)),
    Column::new("in", Constraint::Length(8)),
];

fn cells(license: &License, look: Look) -> Vec<Cell> {
    let end = license.not_after.unwrap_or(look.now);
    let hours = (end.seconds() - look.now.seconds()).max(0) / 3_600;
    let left = match (hours, hours / 24) {
        (0, 0) => "< 1 h".to_owned(),
        (hours, 0) => format!("{hours} h"),
        (_, 1) => "1 day".to_owned(),
        (_, days) => format!("{days} days"),
    };
    vec![
        Cell::plain(license.id.short()),
        Cell::plain(&license.subject),
        Cell::plain(look.date(end)),
        Cell(left, Meaning::Warning),
    ]
}

/// A number, its name, and what it means when it is not nought.
struct Number(&'static str, u64, Meaning);

fn by_status(counts: &LicenseCounts) -> [Number; 4] {
    [
        Number("active", counts.active, Meaning::Good),
        Number("suspended", counts.suspended, Meaning::Text),
        Number("superseded", counts.superseded, Meaning::Text),
        Number("revoked", counts.revoked, Meaning::Text),
    ]
}

fn by_clock(counts: &LicenseCounts) -> [Number; 3] {
    [
        Number("expired", counts.expired, Meaning::Danger),
        Number("expiring", counts.expiring, Meaning::Warning),
        Number("not yet valid", counts.not_yet_valid, Meaning::Text),
    ]
}

/// Whether the log was verified, and how far.
fn checked(verification: &Verification, overview: Option<&Overview>, look: Look) -> Pair {
    let (said, meaning) = match (&verification.running, &verification.last) {
        (Some(running), _) => (running.said(), Meaning::Warning),
        (None, None) => match verification.held {
            None => ("not yet since the start: press v to verify the audit log".to_owned(), Meaning::Warning),
            Some((at, level)) => {
                let what = if level == Level::Start { "its end" } else { "what came and a sample" };
                (format!("{what}, {}: nothing wrong; v verifies all", look.ago(at)), Meaning::Text)
            }
        },
        (None, Some(last)) => {
            let (verdict, meaning) = verdict(&last.report);
            let since = overview.map_or(0, |overview| overview.log.size.saturating_sub(last.report.to));
            let since = if since == 0 { String::new() } else { format!("; {since} came since") };
            let at = look.zoned(last.at);
            (format!("{verdict}; {} entries, {at}{since}", last.report.entries_checked), meaning)
        }
    };
    Pair::new("checked", said).meaning(meaning)
}

fn log(overview: &Overview, witnessing: &Witnessing, look: Look) -> Vec<Pair> {
    let log = &overview.log;
    let last = overview.events.first().map(|record| look.zoned(record.recorded_at));
    let last = last.map_or_else(String::new, |at| format!(", the last from {at}"));
    let (pin, meaning) = match &overview.pin {
        Ok(None) => ("switched off: an older copy would not be noticed".to_owned(), Meaning::Warning),
        Ok(Some(PinState::Absent)) => ("none yet: this machine has not seen this log before".to_owned(), Meaning::Text),
        Ok(Some(PinState::Matches)) => ("agrees with the log".to_owned(), Meaning::Good),
        Ok(Some(PinState::Behind)) => ("agrees with the log, which has gone on".to_owned(), Meaning::Good),
        Ok(Some(PinState::RolledBack { pinned, found })) => {
            (format!("OLDER COPY: {pinned} entries were seen here, and now there are {found}"), Meaning::Danger)
        }
        Ok(Some(PinState::Forked { at })) => {
            (format!("ANOTHER LOG: entry {at} is not the one seen here"), Meaning::Danger)
        }
        Ok(Some(PinState::OtherLog { pinned, .. })) => {
            (format!("ANOTHER LOG: seen here was {pinned}"), Meaning::Danger)
        }
        Err(why) => (why.message.clone(), Meaning::Danger),
    };
    let mut facts = vec![Pair::new("entries", format!("{}{last}", log.size))];
    facts.extend(
        overview
            .checkpoint
            .as_ref()
            .map(|newest| Pair::new("signed", format!("up to {}, {}", newest.size, look.ago(newest.created_at)))),
    );
    let name = std::iter::once("witness").chain(std::iter::repeat(""));
    facts.extend(name.zip(witnessing.said(look)).map(|(name, (said, meaning))| Pair::new(name, said).meaning(meaning)));
    facts.extend([Pair::new("log", &log.fingerprint), Pair::new("pin", pin).meaning(meaning)]);
    facts
}

fn issuer(issuer: Option<&Issuer>) -> Vec<Pair> {
    let Some(issuer) = issuer else {
        return vec![Pair::new("issuer", "none is active: nothing can be issued").meaning(Meaning::Warning)];
    };
    let address = match &issuer.status_url {
        Some(address) => Pair::new("address", address),
        None => Pair::new("address", "none: what it signs cannot be revoked in the field").meaning(Meaning::Warning),
    };
    vec![Pair::new("issuer", format!("{}, key {}", clean(&issuer.name), issuer.kid)), address]
}

fn heading(text: &str, look: Look) -> Line<'static> {
    Line::styled(text.to_owned(), look.style(Meaning::Heading))
}

fn reading(look: Look) -> Line<'static> {
    Line::styled("reading…", look.style(Meaning::Muted))
}

/// The next lines of what is left.
fn take(rest: &mut Rect, lines: usize) -> Rect {
    let lines = u16::try_from(lines).unwrap_or(u16::MAX).min(rest.height);
    let taken = Rect { height: lines, ..*rest };
    rest.y += lines;
    rest.height -= lines;
    taken
}

/// Lines at the beginning of what is left.
fn draw_lines(frame: &mut Frame, rest: &mut Rect, lines: Vec<Line<'static>>) {
    let place = take(rest, lines.len());
    for (row, line) in place.rows().zip(lines) {
        frame.render_widget(line, row);
    }
}

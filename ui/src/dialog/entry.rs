//! One entry of the audit log, with all that vouches for it.

use crate::keymap::Action;
use crate::look::{Look, Zone};
use crate::step::{Cx, LogStep, Step};
use crate::text::clean;
use crate::widget::popup;
use crate::widget::scroll::{Pair, Scroll, pairs};
use licentia_core::{AuditRecord, Timestamp};
use ratatui::Frame;
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug)]
pub(crate) struct Entry {
    title: String,
    record: AuditRecord,
    scroll: Scroll,
}

impl Entry {
    pub(crate) fn new(record: AuditRecord) -> Self {
        let title = format!("Entry {}: {}", record.seq, clean(&record.kind));
        Self { title, record, scroll: Scroll::default() }
    }

    /// Shows another entry in its place.
    pub(crate) fn show(&mut self, record: AuditRecord) {
        *self = Self::new(record);
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        match action {
            Action::Close => vec![Step::Close],
            Action::NextEntry => vec![Step::Log(LogStep::Neighbour { below: true })],
            Action::PreviousEntry => vec![Step::Log(LogStep::Neighbour { below: false })],
            Action::JumpToTarget => vec![LogStep::jump(&self.record)],
            Action::FilterTarget => vec![LogStep::only_target(&self.record)],
            _ => {
                self.scroll.act(action);
                vec![]
            }
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let lines = pairs(&facts(&self.record, look), popup::columns(area, popup::WIDE), look);
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), &self.title, look);
        self.scroll.draw(frame, inner, lines);
    }
}

fn facts(record: &AuditRecord, look: Look) -> Vec<Pair> {
    let target = match (&record.target_kind, &record.target_id) {
        (Some(kind), Some(id)) => format!("{kind} {id}"),
        _ => "none".to_owned(),
    };
    let payload = match &record.payload {
        None => "purged by a retention policy; its hash is still in the entry".to_owned(),
        Some(text) => {
            let value = record.payload_value();
            serde_json::to_string_pretty(&value).unwrap_or_else(|_| text.clone())
        }
    };
    let mut facts = vec![
        Pair::new("kind", &record.kind),
        Pair::new("severity", &record.severity),
        Pair::new("outcome", &record.outcome),
        Pair::new("actor", format!("{} ({}), as stated", record.actor, record.actor_kind)),
        Pair::new("target", target),
        Pair::new("recorded", recorded(record.recorded_at, look)),
    ];
    if record.clock != record.recorded_at {
        facts.push(Pair::new("clock", recorded(record.clock, look)));
    }
    facts.extend([
        Pair::lines("payload", &payload),
        Pair::new("id", record.id.to_string()),
        Pair::new("transaction", record.transaction_id.to_string()),
        Pair::new("hash", format!("blake3:{}", hex(&record.hash))),
        Pair::new("previous hash", format!("blake3:{}", hex(&record.previous_hash))),
        Pair::new("signature", format!("ed25519:{}", hex(&record.signature))),
        Pair::new("key id", hex(&record.key_id)),
        Pair::new("version", record.version.to_string()),
        Pair::lines("rows", &rows(record)),
    ]);
    facts
}

/// The rows that the entry accounts for, and what each held afterwards.
fn rows(record: &AuditRecord) -> String {
    let Some(effects) = &record.effects else { return "not readable by this version".to_owned() };
    let said: Vec<String> = effects
        .iter()
        .map(|effect| {
            let row = format!("{} {}", clean(&effect.noun), clean(&effect.id_text()));
            match &effect.hash {
                Some(hash) => format!("{row}\nblake3:{}", hex(hash)),
                None => format!("{row}\ndeleted"),
            }
        })
        .collect();
    if said.is_empty() { "none".to_owned() } else { said.join("\n") }
}

/// To the microsecond, as it was signed; and in the zone of whoever looks, when that is another one.
fn recorded(at: Timestamp, look: Look) -> String {
    match look.zone {
        Zone::Utc => at.to_micros_text(),
        Zone::Local(_) => format!("{} ({})", at.to_micros_text(), look.zoned(at)),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

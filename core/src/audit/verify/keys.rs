//! Which keys the log had, where a run does not walk along all of it: those that entries introduced, each signed by the
//! key before. What else stands in the table of keys nobody vouches for.

use super::super::Kind;
use super::super::keys::{Introduced, KeyRing, PublicKey};
use super::super::prepare::{Prepared, Preparer, Signatures};
use super::super::report::{Code, Findings};
use super::{Basis, Run};
use crate::Result;
use licentia_storage::audit::{AuditLog, RecordedEffect, hex, tagged};
use licentia_storage::raw::{KEY_NOUN, RawFrame, RawKey, RawReader};
use std::ops::RangeInclusive;
use uuid::Uuid;

/// The events that introduce keys.
const INTRODUCING: [Kind; 2] = [Kind::AuditKeyRotate, Kind::LogRestored];

/// The keys of the log, in the order in which they came into force.
#[derive(Debug)]
pub(super) struct Succession {
    rows: Vec<RawKey>,
    /// The first one, which the log's own row names.
    first: (RawKey, PublicKey),
    later: Vec<Introduction>,
}

/// What one walk goes by.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) ring: KeyRing,
    /// The one that signs the first entry of it.
    pub(super) in_force: PublicKey,
}

impl Keys {
    /// Every key of the table: a walk along the whole log finds out by itself which of them count, and from where on.
    pub(super) fn of_table(log: &AuditLog, frame: &RawFrame) -> Self {
        let ring = KeyRing::new(log, &frame.keys);
        Self { in_force: ring.first(), ring }
    }
}

/// A key, and the entry after which it is in force.
#[derive(Debug)]
struct Introduction {
    seq: i64,
    /// The hash of its row.
    row: [u8; 32],
    key: PublicKey,
    /// The key before signed this. Where it did not, the walk along these entries says so.
    holds: bool,
}

/// An entry that the pin or an earlier verification vouches for: it says which key is in force behind it.
#[derive(Debug)]
struct Anchor {
    seq: i64,
    key_id: Vec<u8>,
}

impl Run<'_> {
    /// Follows the keys from the log's row on.
    pub(super) async fn succession(&mut self, reader: &mut RawReader, basis: &Basis) -> Result<Succession> {
        let Basis { log, frame, .. } = basis;
        let ring = KeyRing::new(log, &frame.keys);
        let preparer = Preparer::new(*log.id.0.as_bytes(), &ring, self.ambient.bytes());
        let mut anchors = self.anchors(reader, &preparer).await?.into_iter().peekable();
        let mut keys =
            Succession { rows: frame.keys.clone(), first: (RawKey::first(log), ring.first()), later: Vec::new() };
        let mut after = 0;
        loop {
            let kinds = INTRODUCING.map(Kind::as_str);
            let entries = reader.entries_of_kinds(&kinds, after, frame.largest_seq, preparer.log_id()).await?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            for entry in preparer.prepare(entries, Signatures::Check) {
                while let Some(anchor) = anchors.next_if(|anchor| anchor.seq < entry.entry.seq) {
                    keys.meet(&anchor, &ring, &mut self.findings);
                }
                keys.take(&entry, &ring, &mut self.findings);
            }
        }
        for anchor in anchors {
            keys.meet(&anchor, &ring, &mut self.findings);
        }
        Ok(keys)
    }

    /// What was seen before, where it is still what it was.
    async fn anchors(&self, reader: &mut RawReader, preparer: &Preparer) -> Result<Vec<Anchor>> {
        let pin = self.pin.as_ref().map(|pin| (pin.size, pin.hash.clone()));
        let mark = self.memory.verified().map(|mark| (mark.size, mark.hash));
        let mut anchors = Vec::new();
        for (size, hash) in [pin, mark].into_iter().flatten() {
            let Some(seq) = i64::try_from(size).ok().filter(|seq| *seq > 0) else { continue };
            let entry = reader.entries_from(seq, seq, preparer.log_id()).await?;
            let Some(entry) = preparer.prepare(entry, Signatures::Trust).pop() else { continue };
            if tagged("blake3", &entry.hash) == hash
                && let Ok(fields) = &entry.entry.fields
                && let Ok(effects) = &entry.effects
            {
                let key_id = introduced(effects).map_or_else(|| fields.key_id.clone(), |effect| effect.id.clone());
                anchors.push(Anchor { seq, key_id });
            }
        }
        anchors.sort_by_key(|anchor| anchor.seq);
        Ok(anchors)
    }
}

impl Succession {
    /// The keys that count for a walk along these entries. What comes into force among them the walk itself looks at.
    pub(super) fn along(&self, log: &AuditLog, walk: &RangeInclusive<i64>) -> Keys {
        let rows: Vec<RawKey> = self.rows.iter().filter(|row| self.accounts_for(row, walk)).cloned().collect();
        Keys { ring: KeyRing::new(log, &rows), in_force: self.at(*walk.start()).clone() }
    }

    /// The key that signs this entry.
    fn at(&self, seq: i64) -> &PublicKey {
        let before = self.later.iter().rev().find(|later| later.holds && later.seq < seq);
        before.map_or(&self.first.1, |later| &later.key)
    }

    /// Names the rows that no entry accounts for, and the first one if it is gone.
    pub(super) fn name_the_rest(&self, walk: &RangeInclusive<i64>, findings: &mut Findings) {
        let name = |row: &RawKey| Uuid::from_slice(&row.id).map_or_else(|_| hex(&row.id), |id| id.to_string());
        for row in self.rows.iter().filter(|row| !self.accounts_for(row, walk)) {
            let meaning = format!("No entry accounts for {KEY_NOUN} {}.", name(row));
            findings.add(Code::KeyTableAltered.at(None, meaning));
        }
        let (first, _) = &self.first;
        if !self.rows.iter().any(|row| row.hash == first.hash) {
            let meaning = format!("{KEY_NOUN} {} is gone, and no entry deleted it.", name(first));
            findings.add(Code::KeyTableAltered.at(1, meaning));
        }
    }

    fn accounts_for(&self, row: &RawKey, walk: &RangeInclusive<i64>) -> bool {
        row.hash == self.first.0.hash
            || self.later.iter().any(|later| later.row == row.hash && (later.holds || walk.contains(&later.seq)))
    }

    /// Takes the next entry that may introduce a key.
    fn take(&mut self, entry: &Prepared, ring: &KeyRing, findings: &mut Findings) {
        let (seq, in_force) = (entry.entry.seq, self.at(i64::MAX));
        let (Ok(fields), Ok(effects)) = (&entry.entry.fields, &entry.effects) else { return };
        // The hash is that of the fields: the signature alone would vouch for what stood there before.
        let holds = entry.entry.hash == entry.hash && fields.key_id == in_force.id && entry.signed;
        match (ring.introduced(effects), introduced(effects).and_then(|effect| effect.hash)) {
            (Introduced::Key(key), Some(row)) => self.later.push(Introduction { seq, row, key: *key, holds }),
            (Introduced::Missing, _) if holds => findings.add(Code::KeyTableAltered.at(seq, Code::KEY_IS_MISSING)),
            _ => {}
        }
    }

    /// Comes by an entry that is vouched for.
    fn meet(&mut self, anchor: &Anchor, ring: &KeyRing, findings: &mut Findings) {
        let in_force = self.at(i64::MAX);
        if anchor.key_id == in_force.id {
            return;
        }
        let meaning =
            "The entries that introduce keys do not lead to the key that was in force when this entry was seen.";
        let issue = Code::KeyTableAltered.at(anchor.seq, meaning);
        findings.add(issue.expected(&hex(&anchor.key_id)).found(&hex(&in_force.id)));
        // From here on that key counts.
        if let Some(key) = ring.named(&anchor.key_id)
            && let Some(row) = self.rows.iter().find(|row| row.id == anchor.key_id)
        {
            self.later.push(Introduction { seq: anchor.seq, row: row.hash, key, holds: true });
        }
    }
}

/// What the effects say of the key that comes into force.
fn introduced(effects: &[RecordedEffect]) -> Option<&RecordedEffect> {
    effects.iter().rev().find(|effect| effect.noun == KEY_NOUN)
}

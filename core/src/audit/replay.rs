//! Replay: the latest effect of every row must equal the row.
//!
//! Pure, and small per row, since a database may have millions: sixteen bytes of a hash are as hard to
//! match by design as the chain is, and a row is named by noun and id.

use super::report::{Code, Findings};
use licentia_storage::audit::{AuditLog, RecordedEffect};
use licentia_storage::raw::{KEY_NOUN, RawKey, RawRow};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What every row should hold.
#[derive(Debug)]
pub(crate) struct Replay {
    nouns: BTreeMap<&'static str, u8>,
    rows: HashMap<Key, Expected>,
    /// The last entry before the walk through a table began. What came later may lie behind the walk, under a rowid
    /// that was freed: such a row need not be seen.
    begun: BTreeMap<&'static str, i64>,
    /// Ids that are not sixteen bytes, to name them.
    named: HashMap<[u8; 16], String>,
}

/// Noun and id in seventeen bytes.
type Key = [u8; 17];

#[derive(Clone, Copy, Debug)]
struct Expected {
    digest: [u8; 16],
    /// The entry of the latest effect. It may be any number, also one below zero.
    seq: i64,
    /// The row was come by.
    seen: bool,
}

impl Replay {
    /// Of these audited tables.
    pub(crate) fn of(nouns: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            nouns: nouns.into_iter().zip(0..).collect(),
            rows: HashMap::new(),
            begun: BTreeMap::new(),
            named: HashMap::new(),
        }
    }

    /// The walk through a table begins, after this entry.
    pub(crate) fn begin(&mut self, noun: &'static str, seq: i64) {
        self.begun.insert(noun, seq);
    }

    /// The log's own row accounts for the first key, and no entry does.
    pub(crate) fn apply_first_key(&mut self, log: &AuditLog) {
        let row = RawKey::first(log);
        if let Some(key) = self.key(KEY_NOUN, &row.id) {
            self.rows.insert(key, Expected { digest: head(&row.hash), seq: 1, seen: false });
        }
    }

    /// Takes in what an entry did.
    pub(crate) fn apply(&mut self, seq: i64, effects: &[RecordedEffect], findings: &mut Findings) {
        for effect in effects {
            let Some(key) = self.key(&effect.noun, &effect.id) else {
                let meaning = format!("The entry speaks of a {}, which this program does not know.", effect.noun);
                findings.add(Code::EffectsMalformed.at(seq, meaning));
                continue;
            };
            match effect.hash {
                Some(hash) => {
                    let seen = self.rows.get(&key).is_some_and(|expected| expected.seen);
                    self.rows.insert(key, Expected { digest: head(&hash), seq, seen });
                }
                None => {
                    self.rows.remove(&key);
                }
            }
        }
    }

    /// Compares a row that is there.
    pub(crate) fn compare(&mut self, noun: &'static str, row: &RawRow, findings: &mut Findings) {
        let Some(key) = self.key(noun, &row.id) else { return };
        let Some(expected) = self.rows.get_mut(&key) else {
            let meaning = format!("No entry accounts for {}.", self.name(&key, noun));
            findings.add(code(noun, Code::RowUnaccounted).at(None, meaning));
            return;
        };
        let seq = expected.seq;
        expected.seen = true;
        if expected.digest != head(&row.hash) {
            let meaning = format!("What {} holds is not what its last entry left there.", self.name(&key, noun));
            findings.add(code(noun, Code::RowAltered).at(seq, meaning));
        }
    }

    /// Names every row that should be there and was not seen. `withheld` nouns are left out of a copy for review.
    pub(crate) fn finish(self, withheld: &[&str], findings: &mut Findings) {
        let mut missing: Vec<(i64, Code, String)> = Vec::new();
        let mut left_out = false;
        for (key, expected) in &self.rows {
            let noun = self.noun_of(key);
            let begun = self.begun.get(noun).copied().unwrap_or(i64::MAX);
            if expected.seen || expected.seq > begun {
                continue;
            }
            if withheld.contains(&noun) {
                left_out = true;
            } else {
                missing.push((expected.seq, code(noun, Code::RowMissing), self.name(key, noun)));
            }
        }
        missing.sort_by(|a, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
        for (seq, code, name) in missing {
            findings.add(code.at(seq, format!("{name} is gone, and no entry deleted it.")));
        }
        if left_out {
            findings.add(
                Code::SecretsWithheld.at(None, "This copy has no vault and no secrets; their rows were not compared."),
            );
        }
    }

    fn key(&mut self, noun: &str, id: &[u8]) -> Option<Key> {
        let index = *self.nouns.get(noun)?;
        let short = id.try_into().unwrap_or_else(|_| {
            let short = head(blake3::hash(id).as_bytes());
            self.named.insert(short, String::from_utf8_lossy(id).into_owned());
            short
        });
        let mut key = [0; 17];
        if let Some((first, rest)) = key.split_first_mut() {
            *first = index;
            rest.copy_from_slice(&short);
        }
        Some(key)
    }

    fn noun_of(&self, key: &Key) -> &'static str {
        let index = key.first().copied().unwrap_or_default();
        self.nouns.iter().find(|(_, known)| **known == index).map_or("row", |(noun, _)| noun)
    }

    fn name(&self, key: &Key, noun: &str) -> String {
        let id: [u8; 16] = key.last_chunk().copied().unwrap_or_default();
        match self.named.get(&id) {
            Some(text) => format!("{noun} {}", crate::text::printable(text)),
            None => format!("{noun} {}", Uuid::from_bytes(id)),
        }
    }
}

/// A key that is not as it was introduced is a matter of its own: signatures rest on it.
fn code(noun: &str, otherwise: Code) -> Code {
    if noun == KEY_NOUN { Code::KeyTableAltered } else { otherwise }
}

fn head(hash: &[u8; 32]) -> [u8; 16] {
    hash.first_chunk().copied().unwrap_or_default()
}

//! Whether an entry fits a condition. SQL finds candidates; this decides, on the row as it is in the log.

use super::condition::{Bound, Condition, Fit, MemberFit, TextFit};
use super::words::{Texts, is_like};
use super::{Column, words};
use crate::AuditRecord;
use serde_json::Value;
use std::cell::OnceCell;
use std::cmp::Ordering;

/// An entry under the eyes of a condition; what is asked twice is worked out once.
pub(crate) struct Candidate<'a> {
    entry: &'a AuditRecord,
    payload: OnceCell<Value>,
    texts: OnceCell<Texts>,
}

impl<'a> Candidate<'a> {
    pub(crate) fn new(entry: &'a AuditRecord) -> Self {
        Self { entry, payload: OnceCell::new(), texts: OnceCell::new() }
    }

    pub(crate) fn fits(&self, condition: &Condition) -> bool {
        let entry = self.entry;
        match condition {
            Condition::All(parts) => parts.iter().all(|part| self.fits(part)),
            Condition::Any(parts) => parts.iter().any(|part| self.fits(part)),
            Condition::Not(part) => !self.fits(part),
            Condition::Seq { from, to } => (*from..=*to).contains(&entry.seq),
            Condition::Time { since, until } => {
                since.is_none_or(|since| entry.recorded_at >= since)
                    && until.is_none_or(|until| entry.recorded_at < until)
            }
            Condition::Id(id) => entry.id == *id,
            Condition::Word(column, fit) => self
                .word(*column)
                .is_some_and(|word| if column.ignores_case() { fit.ignoring_case(word) } else { fit.exactly(word) }),
            Condition::Member(path, fit) => self.member(path).is_some_and(|member| member_fits(member, fit)),
            Condition::Text(fit) => {
                let texts = self.texts.get_or_init(|| Texts::of(entry));
                texts.iter().any(|text| text_fits(text, fit))
            }
        }
    }

    fn word(&self, column: Column) -> Option<&str> {
        let entry = self.entry;
        match column {
            Column::Kind => Some(&entry.kind),
            Column::Severity => Some(&entry.severity),
            Column::Outcome => Some(&entry.outcome),
            Column::Actor => Some(&entry.actor),
            Column::ActorKind => Some(&entry.actor_kind),
            Column::Target => entry.target_id.as_deref(),
            Column::TargetKind => entry.target_kind.as_deref(),
        }
    }

    fn member(&self, path: &[String]) -> Option<&Value> {
        let payload = self.payload.get_or_init(|| self.entry.payload_value());
        path.iter().try_fold(payload, |value, name| value.as_object()?.get(name))
    }
}

impl Fit {
    fn exactly(&self, word: &str) -> bool {
        match self {
            Self::Is(wanted) => word == wanted,
            Self::Begins(wanted) => word.starts_with(wanted.as_str()),
            Self::Present => true,
        }
    }

    fn ignoring_case(&self, word: &str) -> bool {
        let lower = |fit: &str| fit.to_ascii_lowercase();
        match self {
            Self::Is(wanted) => Self::Is(lower(wanted)).exactly(&lower(word)),
            Self::Begins(wanted) => Self::Begins(lower(wanted)).exactly(&lower(word)),
            Self::Present => true,
        }
    }
}

fn member_fits(member: &Value, fit: &MemberFit) -> bool {
    match member {
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| !item.is_array() && member_fits(item, fit)),
        Value::Object(_) => matches!(fit, MemberFit::Present),
        scalar => scalar_fits(scalar, fit),
    }
}

fn scalar_fits(scalar: &Value, fit: &MemberFit) -> bool {
    match fit {
        MemberFit::Present => true,
        MemberFit::Is(wanted) => compare(scalar, wanted) == Some(Ordering::Equal),
        MemberFit::Begins(wanted) => scalar.as_str().is_some_and(|text| text.starts_with(wanted.as_str())),
        MemberFit::Between { low, high } => {
            let holds = |bound: &Option<Bound>, side: Ordering| {
                bound.as_ref().is_none_or(|bound| match compare(scalar, &bound.text) {
                    Some(Ordering::Equal) => bound.included,
                    Some(order) => order == side,
                    None => false,
                })
            };
            holds(low, Ordering::Greater) && holds(high, Ordering::Less)
        }
    }
}

/// A number with a number, a text with a text, `true` with `true`; none where the two are no pair.
fn compare(scalar: &Value, wanted: &str) -> Option<Ordering> {
    match scalar {
        Value::String(text) => Some(text.as_str().cmp(wanted)),
        Value::Bool(on) => (wanted == if *on { "true" } else { "false" }).then_some(Ordering::Equal),
        Value::Number(number) => number.as_f64()?.partial_cmp(&wanted.parse().ok()?),
        _ => None,
    }
}

fn text_fits(text: &[String], fit: &TextFit) -> bool {
    match fit {
        TextFit::Phrase(wanted) => text.windows(wanted.len().max(1)).any(|part| part == wanted),
        TextFit::Begins(wanted) => wanted.split_last().is_some_and(|(last, first)| {
            text.windows(wanted.len()).any(|part| {
                part.split_last().is_some_and(|(end, start)| start == first && end.starts_with(last.as_str()))
            })
        }),
        TextFit::Like { word, edits } => text.iter().any(|one| is_like(one, word, *edits)),
    }
}

impl TextFit {
    /// The words of a text one after the other; none where it has no word.
    #[must_use]
    pub fn phrase(text: &str) -> Option<Self> {
        let words: Vec<String> = words::words(text).collect();
        (!words.is_empty()).then_some(Self::Phrase(words))
    }
}

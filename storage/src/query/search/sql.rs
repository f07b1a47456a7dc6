//! A condition as SQL with bound values: never tighter than the condition itself, so that no entry is lost, and as tight
//! as SQLite can check cheaply. What it lets through is checked once more on the row.

use super::condition::{Bound, Column, Condition, Fit, MemberFit};
use sea_orm::sea_query::Value;

/// The part of a condition that SQLite checks on `e` and `p`; none where that is nothing.
pub(crate) fn residual(condition: &Condition, values: &mut Vec<Value>) -> Option<String> {
    part(condition, true, values)
}

/// Whether [`residual`] says all that the condition says.
pub(crate) fn is_exact(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(is_exact),
        Condition::Not(part) => is_exact(part),
        Condition::Member(..) | Condition::Text(_) => false,
        _ => true,
    }
}

/// Whether SQLite has to look into payloads.
pub(crate) fn opens_payloads(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(opens_payloads),
        Condition::Not(part) => opens_payloads(part),
        Condition::Member(..) => true,
        _ => false,
    }
}

/// What follows from a condition, or from its opposite. A part of which SQL knows nothing may be left out of *and*,
/// never out of *or*.
fn part(condition: &Condition, holds: bool, values: &mut Vec<Value>) -> Option<String> {
    match condition {
        Condition::Not(inner) => part(inner, !holds, values),
        Condition::All(parts) if holds => every(parts, holds, values),
        Condition::Any(parts) if !holds => every(parts, holds, values),
        Condition::All(parts) | Condition::Any(parts) => one_of(parts, holds, values),
        Condition::Member(path, fit) if holds => Some(member(path, fit, values)),
        Condition::Member(..) | Condition::Text(_) => None,
        leaf => {
            let sql = leaf_sql(leaf, values)?;
            Some(if holds { sql } else { format!("({sql}) IS NOT TRUE") })
        }
    }
}

fn every(parts: &[Condition], holds: bool, values: &mut Vec<Value>) -> Option<String> {
    let known: Vec<String> = parts.iter().filter_map(|one| part(one, holds, values)).collect();
    (!known.is_empty()).then(|| format!("({})", known.join(" AND ")))
}

fn one_of(parts: &[Condition], holds: bool, values: &mut Vec<Value>) -> Option<String> {
    if parts.is_empty() {
        return Some("FALSE".to_owned());
    }
    let before = values.len();
    let known: Option<Vec<String>> = parts.iter().map(|one| part(one, holds, values)).collect();
    if known.is_none() {
        values.truncate(before);
    }
    known.map(|known| format!("({})", known.join(" OR ")))
}

fn leaf_sql(leaf: &Condition, values: &mut Vec<Value>) -> Option<String> {
    match leaf {
        Condition::Seq { from, to } => {
            values.extend([integer(*from), integer(*to)]);
            Some("e.seq >= ? AND e.seq <= ?".to_owned())
        }
        Condition::Time { since, until } => {
            let bounds = [(since, "e.recorded_at >= ?"), (until, "e.recorded_at < ?")];
            let known = bounds.into_iter().filter_map(|(bound, sql)| {
                values.push(bound.as_ref()?.0.into());
                Some(sql)
            });
            let known: Vec<&str> = known.collect();
            Some(if known.is_empty() { "TRUE".to_owned() } else { known.join(" AND ") })
        }
        Condition::Id(id) => {
            values.push(id.0.into());
            Some("e.id = ?".to_owned())
        }
        Condition::Word(column, fit) => Some(word(*column, fit, values)),
        _ => None,
    }
}

fn word(column: Column, fit: &Fit, values: &mut Vec<Value>) -> String {
    let name = column.name();
    let case = if column.ignores_case() { " COLLATE NOCASE" } else { "" };
    match fit {
        Fit::Present => format!("e.{name} IS NOT NULL"),
        Fit::Is(word) => {
            values.push(word.as_str().into());
            format!("e.{name} = ?{case}")
        }
        Fit::Begins(start) => {
            values.extend([length(start), start.as_str().into()]);
            format!("substr(e.{name}, 1, ?) = ?{case}")
        }
    }
}

/// The payload as text; NULL where it is no JSON, of which SQLite would say that the statement failed.
const BODY: &str = "iif(json_valid(CAST(p.body AS TEXT)), CAST(p.body AS TEXT), NULL)";

fn member(path: &[String], fit: &MemberFit, values: &mut Vec<Value>) -> String {
    values.push(json_path(path).into());
    if matches!(fit, MemberFit::Present) {
        return format!("coalesce(json_type({BODY}, ?), 'null') <> 'null'");
    }
    let sql = scalar(fit, values);
    // A list has its items, anything else is one item.
    format!("EXISTS (SELECT 1 FROM json_each({BODY}, ?) WHERE {sql})")
}

fn scalar(fit: &MemberFit, values: &mut Vec<Value>) -> String {
    match fit {
        MemberFit::Present => "TRUE".to_owned(),
        MemberFit::Is(wanted) => compared("=", wanted, values),
        MemberFit::Begins(start) => {
            values.extend([length(start), start.as_str().into()]);
            "substr(atom, 1, ?) = ?".to_owned()
        }
        MemberFit::Between { low, high } => {
            let mut known = Vec::new();
            for (bound, out, inn) in [(low, ">", ">="), (high, "<", "<=")] {
                if let Some(Bound { text, included }) = bound {
                    known.push(compared(if *included { inn } else { out }, text, values));
                }
            }
            if known.is_empty() { "TRUE".to_owned() } else { known.join(" AND ") }
        }
    }
}

/// Text with text, a number with a number, `true` with `true`.
fn compared(sign: &str, wanted: &str, values: &mut Vec<Value>) -> String {
    values.push(wanted.into());
    let mut pairs = vec![format!("(type = 'text' AND atom {sign} ?)")];
    if let Ok(number) = wanted.parse::<f64>() {
        values.push(number.into());
        pairs.push(format!("(type IN ('integer', 'real') AND CAST(atom AS REAL) {sign} ?)"));
    }
    if matches!(wanted, "true" | "false") && sign.contains('=') {
        pairs.push(format!("type = '{wanted}'"));
    }
    format!("({})", pairs.join(" OR "))
}

/// `$."a"."b"`: the parser of queries lets no quote into a name.
fn json_path(path: &[String]) -> String {
    path.iter().fold("$".to_owned(), |path, name| format!("{path}.\"{}\"", name.replace('"', "")))
}

fn integer(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn length(text: &str) -> Value {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX).into()
}

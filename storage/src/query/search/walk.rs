//! Along which index the candidates of a condition are found. Pure: what has to be looked up before is in [`Known`].

use super::condition::{Column, Condition, Fit, MemberFit, TextFit};
use super::words::words;
use crate::EventId;
use sea_orm::sea_query::Value;
use std::collections::{BTreeSet, HashMap};

/// More branches than this cost more than reading on.
pub(crate) const MOST_WALKS: usize = 64;

/// One index, one value: entries come along it in the order of seq.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Walk {
    Id(EventId),
    Target(String),
    ActorAndKind(String, String),
    Seldom(Seldom, String),
    /// What FTS5 is to match.
    Words(String),
    Actor(String),
    Kind(String),
}

/// Columns whose usual words have no index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Seldom {
    Severity,
    Outcome,
    ActorKind,
}

/// What the walks of a condition depend on: looked up once for a search.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Every kind in the file; empty unless a beginning of one is asked for.
    pub(crate) kinds: Vec<String>,
    /// Actors and targets by their beginning; none when they are too many.
    pub(crate) begun: HashMap<(Column, String), Option<Vec<String>>>,
    /// The words of the index that are like another; none when they are too many.
    pub(crate) like: HashMap<(String, u8), Option<Vec<String>>>,
    /// Whether the index of words reaches what is walked.
    pub(crate) indexed: bool,
}

impl Known {
    /// Each way to find every candidate, as walks that are put together. No way: all entries have to be read.
    pub(crate) fn ways(&self, condition: &Condition) -> Vec<Vec<Walk>> {
        let mut ways = self.narrowed(condition);
        for way in self.plain(condition) {
            // Words first, whatever else is as long: what they leave out need not be read.
            let at = if matches!(way.as_slice(), [Walk::Words(_)]) { 0 } else { ways.len() };
            if !ways.contains(&way) {
                ways.insert(at, way);
            }
        }
        ways
    }

    /// The ways of alternatives, with what has to hold besides of an actor or a kind put into each branch: an actor here
    /// and a kind there have an index together as well. Not of those inside others, which would double with each level.
    fn narrowed(&self, condition: &Condition) -> Vec<Vec<Walk>> {
        let Condition::All(parts) = condition else { return Vec::new() };
        let besides: Vec<Condition> = parts.iter().filter(|part| is_actor_or_kind(part)).cloned().collect();
        if besides.is_empty() {
            return Vec::new();
        }
        let narrowed = |branch: &Condition| match branch {
            Condition::All(parts) => Condition::All([parts, &besides[..]].concat()),
            one => Condition::All([std::slice::from_ref(one), &besides].concat()),
        };
        let of_branches = |part: &Condition| match part {
            Condition::Any(branches) => self.best(&Condition::Any(branches.iter().map(narrowed).collect())),
            _ => None,
        };
        parts.iter().filter_map(of_branches).collect()
    }

    fn plain(&self, condition: &Condition) -> Vec<Vec<Walk>> {
        let parts: Vec<&Condition> = match condition {
            Condition::All(parts) => parts.iter().collect(),
            one => vec![one],
        };
        let mut ways: Vec<Vec<Walk>> = Vec::new();
        let both = self.actors_and_kinds(&parts);
        for part in parts {
            let is_in_both = both.is_some() && is_actor_or_kind(part);
            // Words are asked for together, below.
            if !is_in_both && let Some(way) = self.best(part).filter(|way| !matches!(way.as_slice(), [Walk::Words(_)]))
            {
                ways.push(way);
            }
        }
        ways.extend(both);
        if self.indexed
            && let Some(words) = self.must_have(condition)
        {
            // Before all others that are as long: what it leaves out need not be read for its words and members.
            ways.insert(0, vec![Walk::Words(words)]);
        }
        ways
    }

    /// The way of a part that is likely the shortest.
    fn best(&self, part: &Condition) -> Option<Vec<Walk>> {
        match part {
            Condition::All(_) => self.plain(part).into_iter().min_by_key(|way| (way.iter().map(rank).max(), way.len())),
            Condition::Any(parts) => {
                let ways: Option<Vec<Vec<Walk>>> = parts.iter().map(|part| self.best(part)).collect();
                let all: BTreeSet<Walk> = ways?.into_iter().flatten().collect();
                (all.len() <= MOST_WALKS).then(|| all.into_iter().collect())
            }
            Condition::Id(id) => Some(vec![Walk::Id(*id)]),
            Condition::Word(column, fit) => self.of_words(*column, fit),
            Condition::Text(_) | Condition::Member(..) if self.indexed => {
                Some(vec![Walk::Words(self.must_have(part)?)])
            }
            _ => None,
        }
    }

    fn of_words(&self, column: Column, fit: &Fit) -> Option<Vec<Walk>> {
        let words = self.values(column, fit)?;
        let walk = |word: String| match column {
            Column::Kind => Some(Walk::Kind(word)),
            Column::Actor => Some(Walk::Actor(word)),
            Column::Target => Some(Walk::Target(word)),
            Column::Severity => (!["info", "debug"].contains(&&*word)).then_some(Walk::Seldom(Seldom::Severity, word)),
            Column::Outcome => (word != "success").then_some(Walk::Seldom(Seldom::Outcome, word)),
            Column::ActorKind => (word != "user").then_some(Walk::Seldom(Seldom::ActorKind, word)),
            Column::TargetKind => None,
        };
        words.into_iter().map(walk).collect()
    }

    /// The words that a column can have; none when they cannot be told, or are too many.
    fn values(&self, column: Column, fit: &Fit) -> Option<Vec<String>> {
        let words = match fit {
            Fit::Is(word) => vec![word.clone()],
            Fit::Begins(start) if column == Column::Kind => {
                self.kinds.iter().filter(|kind| kind.starts_with(start.as_str())).cloned().collect()
            }
            Fit::Begins(start) => self.begun.get(&(column, start.clone()))?.clone()?,
            Fit::Present => return None,
        };
        (words.len() <= MOST_WALKS).then_some(words)
    }

    /// An actor and a kind have an index together.
    fn actors_and_kinds(&self, parts: &[&Condition]) -> Option<Vec<Walk>> {
        let of = |wanted: Column| {
            parts.iter().find_map(|part| match part {
                Condition::Word(column, fit) if *column == wanted => self.values(wanted, fit),
                _ => None,
            })
        };
        let (actors, kinds) = (of(Column::Actor)?, of(Column::Kind)?);
        let both = actors
            .iter()
            .flat_map(|actor| kinds.iter().map(move |kind| Walk::ActorAndKind(actor.clone(), kind.clone())));
        (actors.len() * kinds.len() <= MOST_WALKS).then(|| both.collect())
    }

    /// What FTS5 has to find in every entry that fits; none when nothing can be said.
    pub(crate) fn must_have(&self, condition: &Condition) -> Option<String> {
        match condition {
            Condition::All(parts) => joined(parts.iter().filter_map(|part| self.must_have(part)), "AND"),
            Condition::Any(parts) => {
                joined(parts.iter().map(|part| self.must_have(part)).collect::<Option<Vec<_>>>()?, "OR")
            }
            Condition::Text(TextFit::Phrase(words)) => joined(words.iter().map(|word| quoted(word)), "AND"),
            Condition::Text(TextFit::Begins(words)) => {
                let (last, first) = words.split_last()?;
                let words = first.iter().map(|word| quoted(word)).chain([format!("{}*", quoted(last))]);
                joined(words, "AND")
            }
            Condition::Text(TextFit::Like { word, edits }) => {
                let like = self.like.get(&(word.clone(), *edits))?.as_ref()?;
                // No word is like it: a word that nothing has, for FTS5 knows no empty question.
                if like.is_empty() {
                    Some(quoted("\u{e000}"))
                } else {
                    joined(like.iter().map(|word| quoted(word)), "OR")
                }
            }
            // A member that is text has its words in the index; a number may be written in several ways.
            Condition::Member(_, MemberFit::Is(wanted)) if wanted.parse::<f64>().is_err() => {
                joined(words(wanted).map(|word| quoted(&word)), "AND")
            }
            _ => None,
        }
    }
}

fn is_actor_or_kind(part: &Condition) -> bool {
    matches!(part, Condition::Word(Column::Actor | Column::Kind, Fit::Is(_) | Fit::Begins(_)))
}

fn joined(parts: impl IntoIterator<Item = String>, operator: &str) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().collect();
    match parts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        _ => Some(format!("({})", parts.join(&format!(" {operator} ")))),
    }
}

/// Words have no quotes in them; what stands in quotes is never an operator.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', ""))
}

/// A guess, where nothing is counted: the lower the rarer.
fn rank(walk: &Walk) -> u8 {
    match walk {
        Walk::Id(_) => 0,
        Walk::Target(_) => 1,
        Walk::ActorAndKind(..) => 2,
        Walk::Seldom(..) => 3,
        Walk::Words(_) => 4,
        Walk::Actor(_) => 5,
        Walk::Kind(_) => 6,
    }
}

impl Walk {
    /// The seqs along this walk between two, newest first, so many at most.
    pub(crate) fn sql(&self, low: i64, high: i64, limit: Option<u64>, values: &mut Vec<Value>) -> String {
        let (source, condition) = match self {
            Self::Id(id) => {
                values.push(id.0.into());
                ("audit_entry INDEXED BY sqlite_autoindex_audit_entry_1", "id = ?")
            }
            Self::Target(target) => {
                values.push(target.as_str().into());
                ("audit_entry INDEXED BY audit_entry_by_target", "target_id = ?")
            }
            Self::ActorAndKind(actor, kind) => {
                values.extend([actor.as_str().into(), kind.as_str().into()]);
                ("audit_entry INDEXED BY audit_entry_by_actor_kind", "actor = ? AND kind = ?")
            }
            Self::Actor(actor) => {
                values.push(actor.as_str().into());
                ("audit_entry INDEXED BY audit_entry_by_actor", "actor = ?")
            }
            Self::Kind(kind) => {
                values.push(kind.as_str().into());
                ("audit_entry INDEXED BY audit_entry_by_kind", "kind = ?")
            }
            // The condition of a partial index has to be said in its own words.
            Self::Seldom(column, word) => {
                values.push(word.as_str().into());
                match column {
                    Seldom::Severity => (
                        "audit_entry INDEXED BY audit_entry_by_severity",
                        "severity = ? AND severity NOT IN ('info', 'debug')",
                    ),
                    Seldom::Outcome => {
                        ("audit_entry INDEXED BY audit_entry_by_outcome", "outcome = ? AND outcome <> 'success'")
                    }
                    Seldom::ActorKind => (
                        "audit_entry INDEXED BY audit_entry_by_actor_kind_seldom",
                        "actor_kind = ? AND actor_kind <> 'user'",
                    ),
                }
            }
            Self::Words(wanted) => {
                values.push(wanted.as_str().into());
                ("audit_search", "audit_search MATCH ?")
            }
        };
        let seq = if matches!(self, Self::Words(_)) { "rowid" } else { "seq" };
        values.extend([low.into(), high.into()]);
        let limit = limit.map_or_else(String::new, |limit| {
            values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
            " LIMIT ?".to_owned()
        });
        format!(
            "SELECT {seq} AS seq FROM {source} WHERE {condition} AND {seq} >= ? AND {seq} <= ? ORDER BY {seq} DESC{limit}"
        )
    }
}

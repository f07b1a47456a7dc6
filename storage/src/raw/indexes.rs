//! Every index against its table. Lists walk along indexes: one that leaves an entry out hides it from everybody who
//! looks for it there.
//!
//! SQLite's own check looks every row up in every index, which takes as long as checking all signatures. Here each index
//! is walked once, from end to end: its keys have to stand in order, to be together those that the table's rows have, and to
//! take as many bytes as SQLite would write for them. The last matters because a walk decodes keys and a search compares
//! their bytes: a field too many, which nothing reads, leads every search astray. What is decoded right cannot be shorter
//! than it would be written, so the sum tells. Where something does not hold, or cannot be said, SQLite is left to name
//! what is wrong.

mod key;

use super::value::lossy_text;
use crate::migration;
use key::{Held, Key};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Row};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::RandomState;

/// An index as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    name: String,
    table: String,
    /// Columns and expressions, in SQL.
    keys: Vec<String>,
    /// Which rows it holds, in SQL; none for all of them.
    condition: Option<String>,
    unique: bool,
}

impl Index {
    /// Whether a walk reads what the index holds. A constant SQLite does not look up there.
    fn is_read(&self) -> bool {
        let is_column = |key: &String| key.contains(|char: char| char.is_ascii_alphabetic());
        self.keys.iter().all(is_column) && !self.condition.as_ref().is_some_and(|condition| condition.contains(" = "))
    }
}

/// A table whose indexes SQLite has to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Doubt {
    pub(super) table: String,
    /// An index that does not hold what it should; none where that cannot be said of one.
    pub(super) index: Option<String>,
}

/// The tables with an index that does not hold what it should, or of which that cannot be said.
pub(super) fn doubts(connection: &Connection) -> rusqlite::Result<BTreeSet<Doubt>> {
    doubts_of(connection, indexes_of(&migration::in_memory()?)?)
}

/// Of these indexes, and of those that are there besides.
fn doubts_of(connection: &Connection, indexes: Vec<Index>) -> rusqlite::Result<BTreeSet<Doubt>> {
    let mut known: BTreeMap<String, Vec<Index>> = BTreeMap::new();
    for index in indexes {
        known.entry(index.table.clone()).or_default().push(index);
    }
    let mut doubts = with_others(connection, &known)?;
    let random = RandomState::new();
    for (table, indexes) in &known {
        let index = match compare(connection, table, indexes, &random) {
            Ok(Comparison::Same) => continue,
            Ok(Comparison::Differs(index)) => Some(index),
            // What cannot be read is doubtful as well, unless the reading was given up.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => return Err(error),
            Ok(Comparison::Unsure) | Err(_) => None,
        };
        doubts.insert(Doubt { table: table.clone(), index });
    }
    Ok(doubts)
}

/// The tables with an index that is not known.
fn with_others(connection: &Connection, known: &BTreeMap<String, Vec<Index>>) -> rusqlite::Result<BTreeSet<Doubt>> {
    let mut statement = connection.prepare("SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index'")?;
    let found = statement.query_map([], |row| Ok((lossy_text(row, 0), lossy_text(row, 1))))?;
    let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
    let is_known = |name: &str| known.values().flatten().any(|index| index.name == name);
    let others = found.into_iter().filter(|(name, _)| !is_known(name));
    Ok(others.map(|(_, table)| Doubt { table, index: None }).collect())
}

/// Every index of a schema that can be trusted.
fn indexes_of(connection: &Connection) -> rusqlite::Result<Vec<Index>> {
    let mut statement = connection.prepare(
        "SELECT s.name, s.tbl_name, s.sql, l.\"unique\", (SELECT group_concat(name) FROM pragma_index_info(s.name)) \
         FROM sqlite_schema s JOIN pragma_index_list(s.tbl_name) l ON l.name = s.name WHERE s.type = 'index'",
    )?;
    let index = |row: &Row<'_>| {
        let sql: Option<String> = row.get(2)?;
        // An index that a constraint made has no SQL of its own, and columns alone.
        let (keys, condition) = match &sql {
            Some(sql) => definition(sql),
            None => (row.get::<_, String>(4)?.split(',').map(str::to_owned).collect(), None),
        };
        Ok(Index { name: row.get(0)?, table: row.get(1)?, keys, condition, unique: row.get(3)? })
    };
    statement.query_map([], index)?.collect()
}

/// The keys and the condition of `CREATE INDEX … ON table (keys) WHERE condition`.
fn definition(sql: &str) -> (Vec<String>, Option<String>) {
    let (mut keys, mut key, mut depth) = (Vec::new(), String::new(), 0_u32);
    let mut rest = sql.chars();
    for char in rest.by_ref() {
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match (depth, char) {
            (1, ',') => keys.push(std::mem::take(&mut key)),
            (0, ')') => break,
            (1, '(') | (0, _) => {}
            _ => key.push(char),
        }
    }
    keys.push(key);
    let keys = keys.iter().map(|key| key.trim().to_owned()).collect();
    (keys, rest.as_str().split_once("WHERE ").map(|(_, condition)| condition.to_owned()))
}

/// The indexes of a table beside its rows.
enum Comparison {
    Same,
    /// This index holds something else, or not in order.
    Differs(String),
    Unsure,
}

fn compare(
    connection: &Connection,
    table: &str,
    indexes: &[Index],
    random: &RandomState,
) -> rusqlite::Result<Comparison> {
    let mut found = Vec::new();
    for index in indexes {
        match walk(connection, index, random)? {
            Walked::Through(held) => found.push(held),
            Walked::Wrong => return Ok(Comparison::Differs(index.name.clone())),
            Walked::Not => return Ok(Comparison::Unsure),
        }
    }
    let expected = rows_of(connection, table, indexes, random)?;
    let mut pairs = indexes.iter().zip(found.iter().zip(&expected));
    let other = pairs.find(|(_, (found, expected))| found != expected);
    Ok(other.map_or(Comparison::Same, |(index, _)| Comparison::Differs(index.name.clone())))
}

/// How the walk along an index went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Walked {
    Through(Held),
    /// Some key does not stand behind the one before, or is written otherwise than SQLite does.
    Wrong,
    /// It was not walked: SQLite would look elsewhere for what it holds.
    Not,
}

fn walk(connection: &Connection, index: &Index, random: &RandomState) -> rusqlite::Result<Walked> {
    let Index { name, table, keys, condition, unique } = index;
    if !index.is_read() {
        return Ok(Walked::Not);
    }
    let sql = format!(
        "SELECT {list}, rowid FROM {table} INDEXED BY {name} {filter} ORDER BY {list}, rowid",
        list = keys.join(", "),
        filter = condition.as_ref().map(|condition| format!("WHERE {condition}")).unwrap_or_default(),
    );
    let plan: Vec<String> = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?
        .query_map([], |row| row.get("detail"))?
        .collect::<Result<_, _>>()?;
    let covers = format!("USING COVERING INDEX {name}");
    let [only] = plan.as_slice() else { return Ok(Walked::Not) };
    if !only.split_once(&covers).is_some_and(|(_, from)| from.is_empty() || from.starts_with(" (")) {
        return Ok(Walked::Not);
    }
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let (mut held, mut before, mut key) = (Held::default(), Key::default(), Key::default());
    while let Some(row) = rows.next()? {
        std::mem::swap(&mut before, &mut key);
        key.clear();
        for column in 0..=keys.len() {
            key.push(row.get_ref(column)?);
        }
        let stands = held.rows == 0
            || match before.order(&key, keys.len()) {
                Ordering::Less => true,
                Ordering::Equal if *unique && !key.has_null => false,
                Ordering::Equal => before.order(&key, keys.len() + 1) == Ordering::Less,
                Ordering::Greater => false,
            };
        if !stands {
            return Ok(Walked::Wrong);
        }
        held.add(&mut key, random);
    }
    let written = "SELECT coalesce(sum(payload), 0) FROM dbstat WHERE name = ? AND aggregate = TRUE";
    let written: i64 = connection.query_row(written, [name], |row| row.get(0))?;
    Ok(if u64::try_from(written) == Ok(held.bytes) { Walked::Through(held) } else { Walked::Wrong })
}

/// What these indexes of a table should hold, from one walk along its rows.
fn rows_of(
    connection: &Connection,
    table: &str,
    indexes: &[Index],
    random: &RandomState,
) -> rusqlite::Result<Vec<Held>> {
    // Each expression once, however many indexes have it.
    let mut columns = vec!["rowid"];
    let mut place = |sql| {
        columns.iter().position(|known| *known == sql).unwrap_or_else(|| {
            columns.push(sql);
            columns.len() - 1
        })
    };
    let places: Vec<(Vec<usize>, Option<usize>)> = indexes
        .iter()
        .map(|index| {
            let keys = index.keys.iter().map(String::as_str).chain(["rowid"]).map(&mut place).collect();
            (keys, index.condition.as_deref().map(&mut place))
        })
        .collect();
    let mut statement = connection.prepare(&format!("SELECT {} FROM {table} NOT INDEXED", columns.join(", ")))?;
    let mut rows = statement.query([])?;
    let mut held = vec![Held::default(); indexes.len()];
    let mut key = Key::default();
    while let Some(row) = rows.next()? {
        for (held, (keys, condition)) in held.iter_mut().zip(&places) {
            if let Some(condition) = condition
                && row.get_ref(*condition)? != ValueRef::Integer(1)
            {
                continue;
            }
            key.clear();
            for column in keys {
                key.push(row.get_ref(*column)?);
            }
            held.add(&mut key, random);
        }
    }
    Ok(held)
}

#[cfg(test)]
mod tests;

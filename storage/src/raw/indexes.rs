//! Every index against its table. Lists walk along indexes: one that leaves an entry out hides it from everybody who
//! looks for it there.
//!
//! SQLite's own check looks every row up in every index, which takes as long as checking all signatures. Here each index
//! is walked once, from end to end: its keys have to stand in order, to be together those that the table's rows have, and to
//! take as many bytes as SQLite would write for them. The last matters because a walk decodes keys and a search compares
//! their bytes: a field too many, which nothing reads, leads every search astray. What is decoded right cannot be shorter
//! than it would be written, so the sum tells. Where something does not hold, or cannot be said, SQLite is left to name
//! what is wrong.

use crate::migration;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, Row};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};

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
    let found = statement.query_map([], |row| Ok((text(row, 0), text(row, 1))))?;
    let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
    let is_known = |name: &str| known.values().flatten().any(|index| index.name == name);
    let others = found.into_iter().filter(|(name, _)| !is_known(name));
    Ok(others.map(|(_, table)| Doubt { table, index: None }).collect())
}

/// As bytes: in a damaged schema a name may be anything.
fn text(row: &Row<'_>, column: usize) -> String {
    let bytes = row.get_ref(column).ok().and_then(|value| value.as_bytes().ok().map(<[u8]>::to_vec));
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
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

/// How many keys there are, the bytes that SQLite would write for them, and the sum of their hashes: the same for the same
/// keys in any order. Whoever wrote the file did not know what the hash is keyed with, and so could not look for other keys
/// with the same sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Held {
    rows: u64,
    bytes: u64,
    sum: u64,
}

impl Held {
    fn add(&mut self, key: &mut Key, random: &RandomState) {
        // Where one value ends and the next begins is told by the ends alone.
        for end in &key.ends {
            key.bytes.extend_from_slice(&end.to_le_bytes());
        }
        let mut hasher = random.build_hasher();
        hasher.write(&key.bytes);
        self.rows += 1;
        self.bytes += key.written();
        self.sum = self.sum.wrapping_add(hasher.finish());
    }
}

/// One key of an index with the row's number behind it, each value so written that bytes have the order of SQLite.
#[derive(Debug, Default)]
struct Key {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    has_null: bool,
    /// Bytes of the values as SQLite writes them, and of their types in front of them.
    body: u64,
    header: u64,
}

impl Key {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.has_null = false;
        (self.body, self.header) = (0, 0);
    }

    fn push(&mut self, value: ValueRef<'_>) {
        let (kind, length) = serial_type(value);
        self.header += varint(kind);
        self.body += length;
        match value {
            ValueRef::Null => {
                self.bytes.push(0);
                self.has_null = true;
            }
            ValueRef::Integer(integer) => {
                self.bytes.push(1);
                self.bytes.extend_from_slice(&(integer ^ i64::MIN).to_be_bytes());
            }
            // No column holds one, and so it need not stand between integers.
            ValueRef::Real(real) => {
                self.bytes.push(2);
                self.bytes.extend_from_slice(&real.to_be_bytes());
            }
            ValueRef::Text(text) => {
                self.bytes.push(3);
                self.bytes.extend_from_slice(text);
            }
            ValueRef::Blob(blob) => {
                self.bytes.push(4);
                self.bytes.extend_from_slice(blob);
            }
        }
        self.ends.push(self.bytes.len());
    }

    /// The bytes of the record. Its header begins with its own length.
    fn written(&self) -> u64 {
        let header = if self.header < 127 { self.header + 1 } else { self.header + 2 };
        header + self.body
    }

    /// By the first so many values.
    fn order(&self, other: &Self, values: usize) -> Ordering {
        match (self.ends.get(..values), other.ends.get(..values)) {
            // As nearly always: then it is that of all their bytes.
            (Some([rest @ .., end]), Some(ends)) if ends.split_last() == Some((end, rest)) => {
                self.bytes.get(..*end).cmp(&other.bytes.get(..*end))
            }
            _ => self.values().take(values).cmp(other.values().take(values)),
        }
    }

    fn values(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(from, to)| self.bytes.get(from..*to).unwrap_or_default())
    }
}

/// The type that SQLite writes for a value, and how many bytes follow (Database File Format, 2.1).
fn serial_type(value: ValueRef<'_>) -> (u64, u64) {
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    match value {
        ValueRef::Null => (0, 0),
        ValueRef::Integer(0) => (8, 0),
        ValueRef::Integer(1) => (9, 0),
        ValueRef::Integer(integer) => {
            // Without the sign, of one kind for numbers above and below zero.
            match 65 - (integer ^ (integer >> 63)).leading_zeros() {
                0..=8 => (1, 1),
                9..=16 => (2, 2),
                17..=24 => (3, 3),
                25..=32 => (4, 4),
                33..=48 => (5, 6),
                _ => (6, 8),
            }
        }
        ValueRef::Real(_) => (7, 8),
        ValueRef::Blob(blob) => (2 * length(blob) + 12, length(blob)),
        ValueRef::Text(text) => (2 * length(text) + 13, length(text)),
    }
}

/// How many bytes a number takes in a header.
fn varint(number: u64) -> u64 {
    match number {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests;

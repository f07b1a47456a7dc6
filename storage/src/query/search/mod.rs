//! Searching the log: conditions become walks along indexes, and rows are checked as they are in the log.

mod condition;
mod count;
mod fits;
pub(crate) mod index;
mod look;
#[cfg(test)]
mod plans;
mod sql;
mod walk;
mod words;

use super::Reader;
use super::audit::{COLUMNS, record};
use crate::{AuditRecord, StoreError};
use fits::Candidate;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use walk::{Known, Walk};

pub use condition::{Bound, Column, Condition, Fit, MemberFit, TextFit};
pub use count::CountBy;
pub use index::IndexState;
pub use words::{distance, words};

/// What one call may spend: an entry that an index names costs one, one whose payload SQLite opens [`OPENED`], a row that
/// is read [`ROW`].
const MOST_SPENT: u64 = 16_000;
const OPENED: u64 = 4;
const ROW: u64 = 32;

/// Ways are compared by counting so far.
const COUNTED: u64 = 2_000;

/// Rows of one statement.
const CHUNK: u64 = 500;

/// A page of what fits, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchPage {
    pub items: Vec<AuditRecord>,
    /// Where to go on, before this seq; none when everything was looked at. A page may be short, or empty, and go on:
    /// then it had spent what one page may.
    pub next: Option<u64>,
}

/// A range of seq in which one way is walked.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) low: i64,
    pub(crate) high: i64,
    /// The walks that lead to every candidate; none when all entries have to be read.
    pub(crate) walks: Option<Vec<Walk>>,
}

impl Reader<'_> {
    /// Some of the entries that fit, newest first; at most so many, before this seq. The work of one call is bounded.
    pub async fn search_entries(
        &self,
        condition: &Condition,
        before: Option<u64>,
        limit: u64,
    ) -> Result<SearchPage, StoreError> {
        let reached = if has_words(condition) { self.search_index().await?.reached } else { 0 };
        match self.search_with(condition, before, limit, reached).await {
            // An index that cannot be read is none.
            Err(_) if reached > 0 => self.search_with(condition, before, limit, 0).await,
            result => result,
        }
    }

    /// As [`Self::search_entries`], but every entry is read: the index of words, which whoever can write the file can
    /// change, has no say in it.
    pub async fn search_without_index(
        &self,
        condition: &Condition,
        before: Option<u64>,
        limit: u64,
    ) -> Result<SearchPage, StoreError> {
        self.search_with(condition, before, limit, 0).await
    }

    async fn search_with(
        &self,
        condition: &Condition,
        before: Option<u64>,
        limit: u64,
        reached: u64,
    ) -> Result<SearchPage, StoreError> {
        let mut page = SearchPage::default();
        let Some((low, mut high)) = self.range_of(condition, before).await? else { return Ok(page) };
        let reached = i64::try_from(reached).unwrap_or(i64::MAX);
        let mut known = self.known(condition, reached > 0).await?;
        let (mut spent, mut round) = (0, limit.clamp(50, 1_000));
        let each = if sql::opens_payloads(condition) { OPENED } else { 1 };
        let mut zone: Option<Zone> = None;
        while high >= low && count(&page.items) < limit && spent < MOST_SPENT {
            let here = if let Some(zone) = zone.take().filter(|zone| zone.low <= high) {
                Zone { high, ..zone }
            } else {
                known.indexed = reached > 0 && high <= reached;
                let low = if reached > 0 && high > reached { low.max(reached + 1) } else { low };
                self.zone(condition, &known, low, high).await?
            };
            let (floor, found) = self.floor(&here, round).await?;
            let wanted = (limit - count(&page.items)).min(CHUNK);
            let rows = self.rows(condition, &here, floor, wanted).await?;
            let cut = count(&rows) == wanted;
            high = if cut { rows.last().map_or(floor, |last| signed(last.seq)) } else { floor } - 1;
            spent += found * each + ROW * count(&rows);
            page.items.extend(rows.into_iter().filter(|row| Candidate::new(row).fits(condition)));
            round = if cut { round } else { (round * 4).min(MOST_SPENT / each / 2) };
            zone = Some(here);
        }
        page.next = (high >= low).then(|| u64::try_from(high + 1).unwrap_or(1));
        Ok(page)
    }

    /// The shortest way through a range: each is counted, so far.
    pub(crate) async fn zone(
        &self,
        condition: &Condition,
        known: &Known,
        low: i64,
        high: i64,
    ) -> Result<Zone, StoreError> {
        let mut ways = known.ways(condition);
        let all = u64::try_from(high - low + 1).unwrap_or(0);
        let single = ways.len() == 1 && all > COUNTED;
        let walks = match ways.pop() {
            Some(way) if single => Some(way),
            Some(way) => {
                ways.push(way);
                let (mut best, mut least) = (None, all.min(COUNTED + 1));
                for way in ways {
                    let found = self.counted(&way, low, high).await?;
                    if best.is_none() && found <= least || found < least {
                        (best, least) = (Some(way), found);
                    }
                }
                best
            }
            None => None,
        };
        Ok(Zone { low, high, walks })
    }

    async fn counted(&self, way: &[Walk], low: i64, high: i64) -> Result<u64, StoreError> {
        let mut values = Vec::new();
        let sql = union(way, low, high, Some(COUNTED), &mut values);
        let sql = format!("SELECT count(*) FROM (SELECT seq FROM ({sql}) LIMIT {COUNTED})");
        let found = self.number(&sql, values).await?;
        Ok(found.and_then(|found| u64::try_from(found).ok()).unwrap_or(0))
    }

    /// The seq down to which the next `round` candidates reach, and how many they are.
    async fn floor(&self, zone: &Zone, round: u64) -> Result<(i64, u64), StoreError> {
        let Some(walks) = &zone.walks else {
            let floor = zone.high.saturating_sub(signed(round) - 1).max(zone.low);
            return Ok((floor, u64::try_from(zone.high - floor + 1).unwrap_or(0)));
        };
        let statement = floor(walks, zone, round);
        let Some(row) = self.query_one_raw(statement).await? else { return Ok((zone.low, 0)) };
        let (floor, found): (Option<i64>, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let found = u64::try_from(found).unwrap_or(0);
        Ok((if found < round { zone.low } else { floor.unwrap_or(zone.low) }, found))
    }

    async fn rows(
        &self,
        condition: &Condition,
        zone: &Zone,
        floor: i64,
        limit: u64,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let rows = self.query_all_raw(rows(condition, zone, floor, limit)).await?;
        rows.iter().map(record).collect()
    }
}

/// Where a round of candidates ends.
pub(crate) fn floor(walks: &[Walk], zone: &Zone, round: u64) -> Statement {
    let mut values = Vec::new();
    let sql = union(walks, zone.low, zone.high, Some(round), &mut values);
    values.push(signed(round).into());
    let sql = format!("SELECT min(seq), count(*) FROM ({} LIMIT ?)", newest_once(walks, &sql));
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

/// The entries of a round that fit as far as SQL can tell.
pub(crate) fn rows(condition: &Condition, zone: &Zone, floor: i64, limit: u64) -> Statement {
    let mut values = Vec::new();
    let order = if zone.walks.is_some() { "c" } else { "e" };
    let source = source(zone, floor, &mut values);
    let residual = sql::residual(condition, &mut values).unwrap_or_else(|| "TRUE".to_owned());
    values.push(signed(limit).into());
    let sql = format!(
        "SELECT {COLUMNS} FROM {source} LEFT JOIN audit_payload p ON p.seq = e.seq WHERE {residual} \
         ORDER BY {order}.seq DESC LIMIT ?"
    );
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

/// The entries of a zone from `floor` on, as `e`.
fn source(zone: &Zone, floor: i64, values: &mut Vec<Value>) -> String {
    let Some(walks) = &zone.walks else {
        values.extend([floor.into(), zone.high.into()]);
        return "(SELECT * FROM audit_entry NOT INDEXED WHERE seq >= ? AND seq <= ? ORDER BY seq DESC) e".to_owned();
    };
    let sql = union(walks, floor, zone.high, None, values);
    format!("({}) c CROSS JOIN audit_entry e ON e.seq = c.seq", newest_once(walks, &sql))
}

/// One walk comes in order, and names no entry twice; several have to be put in order.
fn newest_once(walks: &[Walk], sql: &str) -> String {
    let distinct = if walks.len() == 1 { "" } else { "DISTINCT " };
    format!("SELECT {distinct}seq FROM ({sql}) ORDER BY seq DESC")
}

fn union(walks: &[Walk], low: i64, high: i64, limit: Option<u64>, values: &mut Vec<Value>) -> String {
    if walks.is_empty() {
        return "SELECT NULL AS seq WHERE FALSE".to_owned();
    }
    let each = walks.iter().map(|walk| format!("SELECT seq FROM ({})", walk.sql(low, high, limit, values)));
    each.collect::<Vec<_>>().join(" UNION ALL ")
}

/// Whether the index of words may be of use.
fn has_words(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(has_words),
        Condition::Not(part) => has_words(part),
        Condition::Text(_) | Condition::Member(_, MemberFit::Is(_)) => true,
        _ => false,
    }
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

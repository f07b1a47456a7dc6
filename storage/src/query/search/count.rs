//! How many entries fit, by what they are about.

use super::condition::Condition;
use super::{sql, union};
use crate::query::Reader;
use crate::{AuditRecord, StoreError, Timestamp};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::BTreeMap;

/// Seqs of one statement: a longer one would keep the write-ahead log from being reset.
const WINDOW: i64 = 50_000;

const DAY: i64 = 86_400_000_000;

/// Entries of one page, where they have to be read.
const PAGE: u64 = 1_000;

/// By what entries are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountBy {
    Kind,
    Actor,
    /// The id of the target; entries without one are not counted.
    Target,
    /// The day on which they were recorded, in UTC.
    Day,
}

impl Reader<'_> {
    /// How many entries fit, each key with its number, in the order of the keys.
    pub async fn count_entries(&self, condition: &Condition, by: CountBy) -> Result<Vec<(String, u64)>, StoreError> {
        let mut counts = BTreeMap::new();
        if sql::is_exact(condition) {
            let Some((low, high)) = self.range_of(condition, None).await? else { return Ok(Vec::new()) };
            let known = self.known(condition, false).await?;
            let mut zone = self.zone(condition, &known, low, high).await?;
            for start in (low..=high).step_by(usize::try_from(WINDOW).unwrap_or(1)) {
                (zone.low, zone.high) = (start, high.min(start + WINDOW - 1));
                for row in self.query_all_raw(counted(condition, by, &zone)).await? {
                    let key: Option<String> = row.try_get_by_index(0)?;
                    let many: i64 = row.try_get_by_index(1)?;
                    add(&mut counts, key.map(|key| by.shown(&key)), u64::try_from(many).unwrap_or(0));
                }
            }
        } else {
            let mut before = None;
            loop {
                let page = self.search_entries(condition, before, PAGE).await?;
                page.items.iter().for_each(|entry| add(&mut counts, by.key(entry), 1));
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
        }
        Ok(counts.into_iter().collect())
    }
}

fn add(counts: &mut BTreeMap<String, u64>, key: Option<String>, many: u64) {
    if let Some(key) = key {
        *counts.entry(key).or_default() += many;
    }
}

/// The counts of one window.
pub(crate) fn counted(condition: &Condition, by: CountBy, zone: &super::Zone) -> Statement {
    let mut values: Vec<Value> = Vec::new();
    let key = match by {
        CountBy::Kind => "e.kind",
        CountBy::Actor => "e.actor",
        CountBy::Target => "e.target_id",
        CountBy::Day => "CAST(e.recorded_at / 86400000000 - (e.recorded_at % 86400000000 < 0) AS TEXT)",
    };
    let source = if let Some(walks) = &zone.walks {
        let walks = union(walks, zone.low, zone.high, None, &mut values);
        format!("(SELECT DISTINCT seq FROM ({walks})) c CROSS JOIN audit_entry e ON e.seq = c.seq WHERE TRUE")
    } else {
        values.extend([zone.low.into(), zone.high.into()]);
        "audit_entry e NOT INDEXED WHERE e.seq >= ? AND e.seq <= ?".to_owned()
    };
    let residual = sql::residual(condition, &mut values).unwrap_or_else(|| "TRUE".to_owned());
    let sql = format!("SELECT {key}, count(*) FROM {source} AND {residual} GROUP BY 1");
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

impl CountBy {
    fn key(self, entry: &AuditRecord) -> Option<String> {
        match self {
            Self::Kind => Some(entry.kind.clone()),
            Self::Actor => Some(entry.actor.clone()),
            Self::Target => entry.target_id.clone(),
            Self::Day => Some(day(entry.recorded_at.0.div_euclid(DAY))),
        }
    }

    fn shown(self, key: &str) -> String {
        if self == Self::Day { key.parse().map_or_else(|_| key.to_owned(), day) } else { key.to_owned() }
    }
}

fn day(number: i64) -> String {
    Timestamp(number.saturating_mul(DAY)).to_string().chars().take_while(|c| *c != 'T').collect()
}

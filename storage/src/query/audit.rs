//! Pages of audit entries, newest first: filtered by index, whatever is asked.

use super::Reader;
use crate::audit::{AuditLog, AuditRecord, decode_effects};
use crate::{EventId, LogId, StoreError, Timestamp, TransactionId};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a page of the log shows. Empty `kinds` means all; kinds are whole words here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    pub kinds: Vec<String>,
    pub actor: Option<String>,
    pub target: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Only entries before this one (after it, when oldest first).
    pub before: Option<u64>,
    pub oldest_first: bool,
    pub limit: u64,
}

/// The range of seq that a time window can lie in, and whether time must still be compared.
pub(crate) struct Span {
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Reader<'_> {
    /// One page of the log.
    pub async fn audit_entries(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, StoreError> {
        let Some(span) = self.span(query.since, query.until).await? else { return Ok(Vec::new()) };
        let rows = self.query_all_raw(query.statement(&span)).await?;
        rows.iter().map(record).collect()
    }

    /// One entry.
    pub async fn audit_entry(&self, seq: u64) -> Result<Option<AuditRecord>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM audit_entry e LEFT JOIN audit_payload p ON p.seq = e.seq WHERE e.seq = ?");
        let values = [i64::try_from(seq).unwrap_or(i64::MAX).into()];
        let row = self.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        row.as_ref().map(record).transpose()
    }

    /// The kinds that are in this file, in the order of the alphabet: a walk along the index, one step a kind.
    pub async fn audit_kinds(&self) -> Result<Vec<String>, StoreError> {
        let sql = "WITH RECURSIVE present(kind) AS (
                SELECT min(kind) FROM audit_entry
                UNION ALL SELECT (SELECT min(kind) FROM audit_entry WHERE kind > present.kind) FROM present
                WHERE present.kind IS NOT NULL
            ) SELECT kind FROM present WHERE kind IS NOT NULL";
        let rows = self.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }

    /// How many entries the log has.
    pub async fn audit_size(&self) -> Result<u64, StoreError> {
        let size = self.number("SELECT max(seq) FROM audit_entry", Vec::new()).await?;
        Ok(size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0))
    }

    /// The first seq from this one on that there is.
    pub async fn audit_seq_from(&self, seq: u64) -> Result<Option<u64>, StoreError> {
        let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
        let found = self.number("SELECT min(seq) FROM audit_entry WHERE seq >= ?", vec![seq.into()]).await?;
        Ok(found.and_then(|found| u64::try_from(found).ok()))
    }

    /// The first row of the log; none before it was founded.
    pub async fn audit_log(&self) -> Result<Option<AuditLog>, StoreError> {
        let sql = "SELECT id, created_at, encoding, public_key FROM audit_log";
        let Some(row) = self.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await? else {
            return Ok(None);
        };
        let public_key: Vec<u8> = row.try_get("", "public_key")?;
        let public_key = public_key
            .try_into()
            .map_err(|_| StoreError::Damaged("the log's public key is not 32 bytes".to_owned()))?;
        Ok(Some(AuditLog {
            id: LogId(row.try_get("", "id")?),
            created_at: Timestamp(row.try_get("", "created_at")?),
            encoding: row.try_get("", "encoding")?,
            public_key,
        }))
    }

    /// Whether an event is in the log.
    pub(crate) async fn has_event(&self, event: Option<EventId>) -> Result<bool, StoreError> {
        let Some(EventId(id)) = event else { return Ok(false) };
        Ok(self.number("SELECT 1 FROM audit_entry WHERE id = ?", vec![id.into()]).await?.is_some())
    }

    /// Turns a time window into a range of seq. None: nothing can lie in it.
    ///
    /// Recorded time never falls from one entry to the next, except at a `clock.adjusted` entry. So the log is cut
    /// there, and in each piece the bounds are found by halving: some twenty look-ups by key, in one statement.
    pub(super) async fn span(
        &self,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Option<Span>, StoreError> {
        let size = i64::try_from(self.audit_size().await?).unwrap_or(i64::MAX);
        let mut span = Span { low: 1, high: size };
        if since.is_none() && until.is_none() {
            return Ok(Some(span));
        }
        let cuts = self.clock_cuts().await?;
        let mut found: Option<Span> = None;
        let mut start = 1;
        for end in cuts.iter().map(|cut| cut - 1).chain([size]) {
            let low = match since {
                Some(since) => self.first_at_or_after(start, end, since).await?,
                None => start,
            };
            let high = match until {
                Some(until) => self.first_at_or_after(start, end, until).await? - 1,
                None => end,
            };
            if low <= high {
                found = Some(match found {
                    Some(before) => Span { low: before.low, high },
                    None => Span { low, high },
                });
            }
            start = end + 1;
        }
        let Some(within) = found else { return Ok(None) };
        (span.low, span.high) = (within.low, within.high);
        Ok(Some(span))
    }

    async fn clock_cuts(&self) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT seq FROM audit_entry WHERE kind = 'clock.adjusted' ORDER BY seq";
        let rows = self.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
        Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }

    /// The first seq in `low..=high` recorded at `moment` or later; `high + 1` when there is none. Halved inside one
    /// statement: twenty round trips cost more than the page that they lead to.
    async fn first_at_or_after(&self, low: i64, high: i64, moment: Timestamp) -> Result<i64, StoreError> {
        // A missing entry is for verification to report; here it counts as early.
        let early = "coalesce((SELECT recorded_at FROM audit_entry WHERE seq = (low + high) / 2) < ?3, TRUE)";
        let sql = format!(
            "WITH RECURSIVE halved(low, high) AS (
                SELECT ?1, ?2
                UNION ALL
                SELECT iif({early}, (low + high) / 2 + 1, low), iif({early}, high, (low + high) / 2)
                FROM halved WHERE low < high
            ) SELECT low FROM halved WHERE low >= high LIMIT 1"
        );
        let values = vec![low.into(), high.saturating_add(1).into(), moment.0.into()];
        Ok(self.number(&sql, values).await?.unwrap_or(high.saturating_add(1)))
    }
}

impl AuditQuery {
    /// The statement for a range of seq. Several kinds are one page per kind, put together.
    pub(crate) fn statement(&self, span: &Span) -> Statement {
        let mut values = Vec::new();
        let direction = if self.oldest_first { "ASC" } else { "DESC" };
        // Each kind once: a page holds what its branches hold, and a kind named twice would be there twice.
        let kinds: BTreeSet<&str> = self.kinds.iter().map(String::as_str).collect();
        let kinds: Vec<Option<&str>> =
            if kinds.is_empty() { vec![None] } else { kinds.into_iter().map(Some).collect() };
        let pages: Vec<String> = kinds
            .into_iter()
            .map(|kind| format!("SELECT seq FROM ({})", self.page_of(kind, span, &mut values)))
            .collect();
        values.push(limit(self.limit));
        let sql = format!(
            "SELECT {COLUMNS} FROM (SELECT seq FROM ({}) ORDER BY seq {direction} LIMIT ?) page \
             CROSS JOIN audit_entry e ON e.seq = page.seq LEFT JOIN audit_payload p ON p.seq = e.seq \
             ORDER BY page.seq {direction}",
            pages.join(" UNION ALL "),
        );
        Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
    }

    fn page_of(&self, kind: Option<&str>, span: &Span, values: &mut Vec<Value>) -> String {
        let (index, direction) = (self.index(kind), if self.oldest_first { "ASC" } else { "DESC" });
        let mut conditions = Vec::new();
        let mut add = |condition: &'static str, value: Value| {
            conditions.push(condition);
            values.push(value);
        };
        if let Some(target) = &self.target {
            add("target_id = ?", target.as_str().into());
        }
        if let Some(actor) = &self.actor {
            add("actor = ?", actor.as_str().into());
        }
        if let Some(kind) = kind {
            add("kind = ?", kind.into());
        }
        let mark = self.before.map(|seq| i64::try_from(seq).unwrap_or(i64::MAX));
        let (low, high) = match (mark, self.oldest_first) {
            (Some(mark), true) => (span.low.max(mark.saturating_add(1)), span.high),
            (Some(mark), false) => (span.low, span.high.min(mark.saturating_sub(1))),
            (None, _) => (span.low, span.high),
        };
        add("seq >= ?", low.into());
        add("seq <= ?", high.into());
        if let Some(since) = self.since {
            add("recorded_at >= ?", since.0.into());
        }
        if let Some(until) = self.until {
            add("recorded_at < ?", until.0.into());
        }
        values.push(limit(self.limit));
        format!(
            "SELECT seq FROM audit_entry {index} WHERE {} ORDER BY seq {direction} LIMIT ?",
            conditions.join(" AND ")
        )
    }

    /// The planner has no statistics (ANALYZE made rare kinds 2,000 times slower), so it is told.
    fn index(&self, kind: Option<&str>) -> &'static str {
        match (&self.target, &self.actor, kind) {
            (Some(_), _, _) => "INDEXED BY audit_entry_by_target",
            (None, Some(_), Some(_)) => "INDEXED BY audit_entry_by_actor_kind",
            (None, Some(_), None) => "INDEXED BY audit_entry_by_actor",
            (None, None, Some(_)) => "INDEXED BY audit_entry_by_kind",
            (None, None, None) => "NOT INDEXED",
        }
    }
}

pub(super) const COLUMNS: &str = "e.seq, e.version, e.id, e.transaction_id, e.kind, e.severity, e.outcome, e.actor, e.actor_kind, \
    e.target_kind, e.target_id, e.recorded_at, e.clock, e.key_id, e.previous_hash, e.hash, e.signature, p.body, e.effects";

pub(super) fn record(row: &QueryResult) -> Result<AuditRecord, StoreError> {
    let seq: i64 = row.try_get_by_index(0)?;
    let body: Option<Vec<u8>> = row.try_get_by_index(17)?;
    Ok(AuditRecord {
        seq: u64::try_from(seq).map_err(|_| StoreError::Damaged(format!("entry {seq} has no place in a log")))?,
        version: row.try_get_by_index(1)?,
        id: EventId(uuid(row, 2)?),
        transaction_id: TransactionId(uuid(row, 3)?),
        kind: row.try_get_by_index(4)?,
        severity: row.try_get_by_index(5)?,
        outcome: row.try_get_by_index(6)?,
        actor: row.try_get_by_index(7)?,
        actor_kind: row.try_get_by_index(8)?,
        target_kind: row.try_get_by_index(9)?,
        target_id: row.try_get_by_index(10)?,
        recorded_at: Timestamp(row.try_get_by_index(11)?),
        clock: Timestamp(row.try_get_by_index(12)?),
        key_id: row.try_get_by_index(13)?,
        previous_hash: row.try_get_by_index(14)?,
        hash: row.try_get_by_index(15)?,
        signature: row.try_get_by_index(16)?,
        effects: row.try_get_by_index::<Vec<u8>>(18).ok().and_then(|bytes| decode_effects(&bytes).ok()),
        payload: body.map(|body| String::from_utf8_lossy(&body).into_owned()),
    })
}

/// Bytes that are no UUID any more show as the nil one: a damaged entry must not hide the page it is on.
fn uuid(row: &QueryResult, index: usize) -> Result<Uuid, StoreError> {
    let bytes: Vec<u8> = row.try_get_by_index(index)?;
    Ok(Uuid::from_slice(&bytes).unwrap_or_default())
}

fn limit(limit: u64) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

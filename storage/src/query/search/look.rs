//! What is looked up before a search begins: its range of seq, beginnings spelled out, words that are alike.

use super::condition::{Column, Condition, Fit, TextFit};
use super::walk::{Known, MOST_WALKS};
use super::words::is_like;
use crate::query::Reader;
use crate::{StoreError, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// More words than this are not like one, they are the language.
const MOST_LIKE: usize = 500;

impl Reader<'_> {
    /// The seqs that can fit, by number and by time; none when nothing can.
    pub(super) async fn range_of(
        &self,
        condition: &Condition,
        before: Option<u64>,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        let parts: &[Condition] = match condition {
            Condition::All(parts) => parts,
            one => std::slice::from_ref(one),
        };
        let (mut low, mut high) = (1, super::signed(before.map_or(u64::MAX, |before| before.saturating_sub(1))));
        let (mut since, mut until): (Option<Timestamp>, Option<Timestamp>) = (None, None);
        for part in parts {
            match part {
                Condition::Seq { from, to } => {
                    (low, high) = (low.max(super::signed(*from)), high.min(super::signed(*to)));
                }
                Condition::Time { since: from, until: to } => {
                    since = since.max(*from);
                    until = [until, *to].into_iter().flatten().min();
                }
                _ => {}
            }
        }
        let Some(span) = self.span(since, until).await? else { return Ok(None) };
        (low, high) = (low.max(span.low), high.min(span.high));
        Ok((low <= high).then_some((low, high)))
    }

    pub(super) async fn known(&self, condition: &Condition, words: bool) -> Result<Known, StoreError> {
        let mut known = Known::default();
        for leaf in leaves(condition) {
            match leaf {
                Condition::Word(Column::Kind, Fit::Begins(_)) if known.kinds.is_empty() => {
                    known.kinds = self.audit_kinds().await?;
                }
                Condition::Word(column @ (Column::Actor | Column::Target), Fit::Begins(start)) => {
                    let begun = self.begun(*column, start).await?;
                    known.begun.insert((*column, start.clone()), begun);
                }
                Condition::Text(TextFit::Like { word, edits }) if words => {
                    let like = self.like(word, *edits).await?;
                    known.like.insert((word.clone(), *edits), like);
                }
                _ => {}
            }
        }
        Ok(known)
    }

    /// The different words of a column that begin so: a walk along the index, one step a word.
    async fn begun(&self, column: Column, start: &str) -> Result<Option<Vec<String>>, StoreError> {
        let name = column.name();
        let next = |bound: &str| {
            format!(
                "(SELECT {name} FROM audit_entry INDEXED BY audit_entry_by_{} WHERE {name} {bound} AND {name} < ?2 \
                 ORDER BY {name} LIMIT 1)",
                if column == Column::Actor { "actor" } else { "target" }
            )
        };
        let sql = format!(
            "WITH RECURSIVE found(word) AS (
                SELECT {} UNION ALL SELECT {} FROM found WHERE word IS NOT NULL
            ) SELECT word FROM found WHERE word IS NOT NULL LIMIT {}",
            next(">= ?1"),
            next("> found.word"),
            MOST_WALKS + 1
        );
        // The greatest text that begins so is below this: no character is greater.
        let values = [start.into(), format!("{start}{}", char::MAX).into()];
        let words = self.texts(&sql, values).await?;
        Ok((words.len() <= MOST_WALKS).then_some(words))
    }

    /// The words of the index that differ by so much. They begin with the same letter, so few are looked at.
    async fn like(&self, word: &str, edits: u8) -> Result<Option<Vec<String>>, StoreError> {
        let Some(first) = word.chars().next() else {
            return Ok(Some(Vec::new()));
        };
        let length = i64::try_from(word.chars().count()).unwrap_or(i64::MAX);
        let sql =
            "SELECT word FROM audit_search_word WHERE word >= ?1 AND word < ?2 AND length(word) BETWEEN ?3 AND ?4";
        let values = [
            first.to_string().into(),
            format!("{first}{}", char::MAX).into(),
            (length - i64::from(edits)).into(),
            (length + i64::from(edits)).into(),
        ];
        let mut words = self.texts(sql, values).await?;
        words.retain(|one| is_like(one, word, edits));
        Ok((words.len() <= MOST_LIKE).then_some(words))
    }

    async fn texts(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = sea_orm::sea_query::Value>,
    ) -> Result<Vec<String>, StoreError> {
        let rows = self.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }
}

fn leaves(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(leaves).collect(),
        Condition::Not(part) => leaves(part),
        leaf => vec![leaf],
    }
}

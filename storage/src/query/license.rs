//! Pages of licenses: filtered by index, ordered by key, whatever is asked.

use super::Reader;
use crate::entity::license;
use crate::{IssuerId, License, LicenseId, LicenseStatus, StoreError, Timestamp};
use sea_orm::sea_query::Value;
use sea_orm::{DbBackend, EntityTrait, Statement};

/// What a page of licenses shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LicenseQuery {
    pub status: Option<LicenseStatus>,
    pub issuer: Option<IssuerId>,
    /// Part of the subject, ASCII case folded.
    pub subject: Option<String>,
    /// Ends (exclusive begin, inclusive end) within this span; makes the page ordered by expiry.
    pub expiry: Option<LicenseSpan>,
    /// Has begun, or has not begun, at this moment.
    pub started: Option<(bool, Timestamp)>,
    /// The last license of the page before.
    pub after: Option<License>,
    pub limit: u64,
}

/// A span of expiry; without an end it includes what never expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenseSpan {
    pub after: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// In which order a page comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenseOrder {
    NewestFirst,
    SoonestExpiryFirst,
    SoonestStartFirst,
}

/// Perpetual licenses sort last: the expression that the indexes were made with.
const EXPIRY: &str = "coalesce(not_after, 9223372036854775807)";

impl LicenseQuery {
    /// The order that an index can give without sorting.
    #[must_use]
    pub fn order(&self) -> LicenseOrder {
        match (self.expiry, self.started) {
            (_, Some((false, _))) => LicenseOrder::SoonestStartFirst,
            (Some(_), _) => LicenseOrder::SoonestExpiryFirst,
            _ => LicenseOrder::NewestFirst,
        }
    }

    /// The statement and its values.
    ///
    /// Without a status filter a page is put together from one page per status, each from the end of an index:
    /// so every filter stays a short walk along one index, also when nothing matches.
    pub(crate) fn statement(&self) -> Statement {
        let order = self.order();
        let statuses: Vec<Option<LicenseStatus>> = match (self.status, order) {
            (Some(status), _) => vec![Some(status)],
            (None, LicenseOrder::NewestFirst) if self.issuer.is_none() => vec![None],
            (None, LicenseOrder::SoonestStartFirst) => vec![None],
            (None, _) => LicenseStatus::ALL.iter().copied().map(Some).collect(),
        };
        let mut values = Vec::new();
        let branches: Vec<String> =
            statuses.into_iter().map(|status| self.branch(status, order, &mut values)).collect();
        let sql = if let [only] = branches.as_slice() {
            only.clone()
        } else {
            let parts: Vec<String> = branches.iter().map(|branch| format!("SELECT * FROM ({branch})")).collect();
            values.push(limit(self.limit));
            format!("SELECT * FROM ({}) ORDER BY {} LIMIT ?", parts.join(" UNION ALL "), order.sql())
        };
        Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
    }

    fn branch(&self, status: Option<LicenseStatus>, order: LicenseOrder, values: &mut Vec<Value>) -> String {
        let mut conditions = Vec::new();
        let mut add = |condition: &str, value: Value| {
            conditions.push(condition.to_owned());
            values.push(value);
        };
        if let Some(issuer) = self.issuer {
            add("issuer_id = ?", issuer.0.into());
        }
        if let Some(status) = status {
            add("status = ?", status.as_str().into());
        }
        if let Some(subject) = &self.subject {
            add("instr(lower(subject), ?) > 0", subject.to_ascii_lowercase().into());
        }
        if let Some(span) = self.expiry {
            if let Some(after) = span.after {
                add(&format!("{EXPIRY} > ?"), after.0.into());
            }
            if let Some(until) = span.until {
                add(&format!("{EXPIRY} <= ?"), until.0.into());
            }
        }
        match self.started {
            Some((true, now)) => add("(not_before IS NULL OR not_before <= ?)", now.0.into()),
            Some((false, now)) => add("not_before > ?", now.0.into()),
            None => {}
        }
        if let Some(after) = &self.after {
            let id: Value = after.id.0.into();
            match order {
                LicenseOrder::NewestFirst => add("id < ?", id),
                LicenseOrder::SoonestExpiryFirst => {
                    add(&format!("({EXPIRY}, id) > (?"), after.not_after.map_or(i64::MAX, |at| at.0).into());
                    values.push(id);
                    if let Some(last) = conditions.last_mut() {
                        last.push_str(", ?)");
                    }
                }
                LicenseOrder::SoonestStartFirst => {
                    add("(not_before, id) > (?", after.not_before.map_or(i64::MIN, |at| at.0).into());
                    values.push(id);
                    if let Some(last) = conditions.last_mut() {
                        last.push_str(", ?)");
                    }
                }
            }
        }
        values.push(limit(self.limit));
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        format!("SELECT * FROM license{filter} ORDER BY {} LIMIT ?", order.sql())
    }
}

impl LicenseOrder {
    const fn sql(self) -> &'static str {
        match self {
            Self::NewestFirst => "id DESC",
            Self::SoonestExpiryFirst => "coalesce(not_after, 9223372036854775807), id",
            Self::SoonestStartFirst => "not_before, id",
        }
    }
}

impl Reader<'_> {
    /// One page of licenses.
    pub async fn licenses(&self, query: &LicenseQuery) -> Result<Vec<License>, StoreError> {
        Ok(license::Entity::find().from_raw_sql(query.statement()).all(self).await?)
    }

    /// The licenses of a chain of reissues, oldest first; `id` may be any of them.
    pub async fn license_chain(&self, id: LicenseId) -> Result<Vec<License>, StoreError> {
        // UNION, not UNION ALL: a circle that somebody edited into the file ends by itself.
        let sql = "WITH RECURSIVE back(id, replaces) AS (
                SELECT id, replaces FROM license WHERE id = ?
                UNION SELECT l.id, l.replaces FROM license l JOIN back b ON l.id = b.replaces
            ), chain(id) AS (
                SELECT id FROM back
                UNION SELECT l.id FROM license l JOIN chain c ON l.replaces = c.id
            )
            SELECT * FROM license WHERE id IN (SELECT id FROM chain) ORDER BY id";
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, [id.0.into()]);
        Ok(license::Entity::find().from_raw_sql(statement).all(self).await?)
    }
}

fn limit(limit: u64) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

//! Pages of licenses: filtered by index, ordered by key, whatever is asked.

use super::{Reader, Source};
use crate::entity::license;
use crate::{IssuerId, License, LicenseId, LicenseStatus, StoreError, SubjectSignature, Timestamp};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};
use std::num::NonZeroUsize;

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
    /// Where the page before ended.
    pub after: Option<LicensePlace>,
    pub limit: u64,
}

/// Where a license stands in every order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicensePlace {
    pub id: LicenseId,
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
}

impl From<&License> for LicensePlace {
    fn from(license: &License) -> Self {
        Self { id: license.id, not_before: license.not_before, not_after: license.not_after }
    }
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
pub(super) const EXPIRY: &str = "coalesce(not_after, 9223372036854775807)";

/// What it says of a license that is perpetual.
const NEVER: Timestamp = Timestamp(i64::MAX);

/// How many readers share a search at most.
const PARTS: usize = 4;

/// A search through fewer licenses takes a few milliseconds.
const WORTH_DIVIDING: i64 = 20_000;

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
    /// A page is put together from short pages, each a walk along one index from the place where it begins: one for
    /// each status where none is asked for. So every filter stays short, also when nothing matches.
    pub(crate) fn statement(&self, ids: &Segment) -> Statement {
        let order = self.order();
        let statuses: Vec<Option<LicenseStatus>> = match (self.status, order) {
            (Some(status), _) => vec![Some(status)],
            (None, LicenseOrder::NewestFirst) if self.issuer.is_none() => vec![None],
            (None, _) => LicenseStatus::ALL.iter().copied().map(Some).collect(),
        };
        let mut values = Vec::new();
        let mut branches = Vec::new();
        for status in statuses {
            for place in self.places(order, ids) {
                branches.push(self.branch(status, order, &place, ids, &mut values));
            }
        }
        let sql = if let [only] = branches.as_slice() {
            only.clone()
        } else {
            let parts: Vec<String> = branches.iter().map(|branch| format!("SELECT * FROM ({branch})")).collect();
            values.push(limit(self.limit));
            format!("SELECT * FROM ({}) ORDER BY {} LIMIT ?", parts.join(" UNION ALL "), order.sql())
        };
        Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
    }

    /// Where the walks begin. After a license in an order of time there are two, for those of the same moment and for
    /// those of later ones: of the comparisons `(time, id) > (?, ?)` and `time > ?` SQLite takes the wrong one to walk
    /// from, and so many licenses never expire that it matters.
    fn places(&self, order: LicenseOrder, ids: &Segment) -> Vec<Place> {
        if order == LicenseOrder::NewestFirst {
            let after = self.after.as_ref().map(|after| after.id);
            return vec![after.into_iter().chain(ids.below).min().map_or(Place::Begin, Place::Before)];
        }
        let Some(after) = &self.after else { return vec![Place::Begin] };
        let at = match order {
            LicenseOrder::NewestFirst | LicenseOrder::SoonestExpiryFirst => after.not_after.unwrap_or(NEVER),
            LicenseOrder::SoonestStartFirst => after.not_before.unwrap_or(Timestamp(i64::MIN)),
        };
        vec![Place::Same(at, after.id), Place::Later(at)]
    }

    fn branch(
        &self,
        status: Option<LicenseStatus>,
        order: LicenseOrder,
        place: &Place,
        ids: &Segment,
        values: &mut Vec<Value>,
    ) -> String {
        let mut conditions = Vec::new();
        let mut add = |condition: String, bound: &[Value]| {
            conditions.push(condition);
            values.extend_from_slice(bound);
        };
        if let Some(issuer) = self.issuer {
            add("issuer_id = ?".to_owned(), &[issuer.0.into()]);
        }
        if let Some(status) = status {
            add("status = ?".to_owned(), &[status.as_str().into()]);
        }
        if let Some(subject) = &self.subject {
            // Before the pattern, which is then compared with few subjects.
            let signature = SubjectSignature::of(subject);
            if !signature.is_empty() {
                add("subject_signature & ? = ?".to_owned(), &[signature.into(), signature.into()]);
            }
            for part in seldom_end(subject).into_iter().chain([subject.as_str()]) {
                let (condition, pattern) = containing(part);
                add(condition.to_owned(), &[pattern.into()]);
            }
        }
        let mut span = self.expiry.unwrap_or(LicenseSpan { after: None, until: None });
        let mut not_begun = match self.started {
            Some((false, now)) => Some(now),
            _ => None,
        };
        match (place, order) {
            (Place::Begin, _) | (Place::Later(_), LicenseOrder::NewestFirst) => {}
            (Place::Before(id), _) => add("id < ?".to_owned(), &[id.0.into()]),
            (Place::Same(at, id), _) => add(format!("{} = ? AND id > ?", order.key()), &[at.0.into(), id.0.into()]),
            // One lower bound, or the walk may begin at the other one.
            (Place::Later(at), LicenseOrder::SoonestExpiryFirst) => span.after = span.after.max(Some(*at)),
            (Place::Later(at), LicenseOrder::SoonestStartFirst) => not_begun = not_begun.max(Some(*at)),
        }
        if let Some(after) = span.after {
            add(format!("{EXPIRY} > ?"), &[after.0.into()]);
        }
        if let Some(until) = span.until {
            add(format!("{EXPIRY} <= ?"), &[until.0.into()]);
        }
        if let Some(now) = not_begun {
            add("not_before > ?".to_owned(), &[now.0.into()]);
        }
        if let Some((true, now)) = self.started {
            add("(not_before IS NULL OR not_before <= ?)".to_owned(), &[now.0.into()]);
        }
        if let Some(from) = ids.from {
            add("id >= ?".to_owned(), &[from.0.into()]);
        }
        values.push(limit(self.limit));
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let by = if matches!(place, Place::Same(..)) { "id".to_owned() } else { order.sql() };
        let from = format!("FROM license{}{filter} ORDER BY {by} LIMIT ?", self.index(status, order));
        if self.subject.is_none() {
            return format!("SELECT * {from}");
        }
        // A walk that looks at many rows and finds few stays within its index: that is a quarter faster.
        format!(
            "SELECT license.* FROM (SELECT rowid AS place {from}) CROSS JOIN license ON license.rowid = place ORDER BY {by}"
        )
    }

    /// The planner has no statistics, and takes an index that then needs sorting; so it is told.
    fn index(&self, status: Option<LicenseStatus>, order: LicenseOrder) -> &'static str {
        match (order, self.issuer, status) {
            (LicenseOrder::NewestFirst, Some(_), _) => " INDEXED BY license_by_issuer",
            (LicenseOrder::NewestFirst, None, Some(_)) => " INDEXED BY license_by_status",
            (LicenseOrder::NewestFirst, None, None) if self.subject.is_some() => " INDEXED BY license_by_id",
            // By its primary key.
            (LicenseOrder::NewestFirst, None, None) => "",
            (LicenseOrder::SoonestExpiryFirst, Some(_), _) => " INDEXED BY license_by_issuer_expiry",
            (LicenseOrder::SoonestExpiryFirst, None, _) => " INDEXED BY license_by_expiry",
            (LicenseOrder::SoonestStartFirst, _, _) => " INDEXED BY license_by_start",
        }
    }
}

/// A part of the ids.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub(crate) from: Option<LicenseId>,
    pub(crate) below: Option<LicenseId>,
}

/// Where a walk along an index begins.
enum Place {
    Begin,
    Before(LicenseId),
    Same(Timestamp, LicenseId),
    Later(Timestamp),
}

/// How frequent letters are in names and addresses, the most frequent first; what is not here is seldom.
const FREQUENT: &str = "eaoinrst.lcm10u2dp3hg4b5-6y789fwkv@";

/// An end of the text is worth comparing first if it is at least as long: a shorter one is in too many subjects.
const WORTH_COMPARING: usize = 8;

/// The end of `text` that begins with its most seldom letter, where that is not all of it. SQLite tries a pattern at
/// each place where its first letter stands, so one that begins with a seldom letter is the cheaper test, and what
/// does not contain the end does not contain the text.
fn seldom_end(text: &str) -> Option<&str> {
    let seldom = |letter: char| FREQUENT.find(letter.to_ascii_lowercase()).unwrap_or(FREQUENT.len());
    let ends = text.char_indices().filter(|(at, letter)| letter.is_ascii() && text.len() - at >= WORTH_COMPARING);
    let (at, _) = ends.rev().max_by_key(|(_, letter)| seldom(*letter))?;
    if at == 0 { None } else { text.get(at..) }
}

/// The condition and pattern for what contains `text`; LIKE folds the case of ASCII letters. SQLite compares a tenth
/// faster where it need not look out for an escape, and few texts need one.
fn containing(text: &str) -> (&'static str, String) {
    if !text.contains(['%', '_', '\\']) {
        return ("subject LIKE ?", format!("%{text}%"));
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    ("subject LIKE ? ESCAPE '\\'", format!("%{pattern}%"))
}

impl LicenseOrder {
    /// What comes first in it; then comes the id.
    const fn key(self) -> &'static str {
        match self {
            Self::NewestFirst => "id",
            Self::SoonestExpiryFirst => EXPIRY,
            Self::SoonestStartFirst => "not_before",
        }
    }

    fn sql(self) -> String {
        match self {
            Self::NewestFirst => "id DESC".to_owned(),
            Self::SoonestExpiryFirst | Self::SoonestStartFirst => format!("{}, id", self.key()),
        }
    }
}

impl Reader<'_> {
    /// One page of licenses.
    pub async fn licenses(&self, query: &LicenseQuery) -> Result<Vec<License>, StoreError> {
        let all = match (&self.0, &query.subject, query.order()) {
            (Source::Pool(pool), Some(_), LicenseOrder::NewestFirst) => return self.search(pool, query).await,
            _ => Segment::default(),
        };
        Ok(license::Entity::find().from_raw_sql(query.statement(&all)).all(self).await?)
    }

    /// A page by part of the subject. When few match, every license has to be looked at: by all readers at once, each
    /// in a part of the ids.
    async fn search(&self, pool: &DatabaseConnection, query: &LicenseQuery) -> Result<Vec<License>, StoreError> {
        let mut parts = Vec::new();
        for segment in self.segments().await? {
            let (pool, statement) = (pool.clone(), query.statement(&segment));
            parts.push(tokio::spawn(async move { license::Entity::find().from_raw_sql(statement).all(&pool).await }));
        }
        let mut page = Vec::new();
        for part in parts {
            page.extend(part.await.map_err(|error| StoreError::Database(error.to_string()))??);
        }
        page.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        Ok(page)
    }

    /// The ids in about equal parts, the newest first: rows are mostly made in the order of their ids. Where they were
    /// not, the parts are less equal, and still all there is.
    async fn segments(&self) -> Result<Vec<Segment>, StoreError> {
        let last = self.number("SELECT max(rowid) FROM license", Vec::new()).await?.unwrap_or(0);
        let mut bounds = Vec::new();
        if last >= WORTH_DIVIDING {
            // More than run at once would only read more rows for the same page.
            let parts = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(PARTS);
            let parts = i64::try_from(parts).unwrap_or(1);
            for part in 1..parts {
                let sql = "SELECT id FROM license WHERE rowid >= ? ORDER BY rowid LIMIT 1";
                let values = [(last / parts * part).into()];
                let row = self.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
                bounds.extend(row.map(|row| row.try_get_by_index(0).map(LicenseId)).transpose()?);
            }
        }
        bounds.sort();
        bounds.dedup();
        let from = [None].into_iter().chain(bounds.iter().copied().map(Some));
        let below = bounds.iter().copied().map(Some).chain([None]);
        let mut segments: Vec<Segment> = from.zip(below).map(|(from, below)| Segment { from, below }).collect();
        segments.reverse();
        Ok(segments)
    }

    /// The active licenses of exactly this subject, newest first.
    pub async fn active_licenses_of(&self, subject: &str, limit: u64) -> Result<Vec<License>, StoreError> {
        Ok(license::Entity::find().from_raw_sql(active_of(subject, limit)).all(self).await?)
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

/// Along the index of the active ones, which holds the subjects: rows are read of those alone that are shown.
pub(crate) fn active_of(subject: &str, most: u64) -> Statement {
    let signature = SubjectSignature::of(subject).bits().into();
    let sql = "SELECT * FROM license INDEXED BY license_by_status WHERE status = ? AND subject_signature = ? \
               AND subject = ? \
               ORDER BY id DESC LIMIT ?";
    let values = [LicenseStatus::Active.as_str().into(), signature, subject.into(), limit(most)];
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

fn limit(limit: u64) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_that_is_compared_first_begins_with_a_seldom_letter_and_is_long() {
        assert_eq!(seldom_end("example.company"), Some("xample.company"));
        assert_eq!(seldom_end("user5@company77.x"), Some("@company77.x"));
        for text in ["", "x", "nobody", "e.comp", "xylophones", "zoë zoë zoë", "ёёёёёёёё"] {
            assert_eq!(seldom_end(text), None, "{text}");
        }
        assert_eq!(seldom_end("ёё-quebec-ёё"), Some("quebec-ёё"));
    }

    #[test]
    fn an_escape_is_looked_out_for_where_there_is_one() {
        assert_eq!(containing("acme"), ("subject LIKE ?", "%acme%".to_owned()));
        assert_eq!(containing("100%_\\"), ("subject LIKE ? ESCAPE '\\'", "%100\\%\\_\\\\%".to_owned()));
    }
}

//! How many licenses there are of each state, counted along indexes.

use super::Reader;
use super::license::EXPIRY;
use crate::{LicenseStatus, StoreError, Timestamp};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// Licenses by what an operator decided, and the active ones by what the clock says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LicenseCounts {
    pub active: u64,
    pub suspended: u64,
    pub superseded: u64,
    pub revoked: u64,
    /// Active, and ended.
    pub expired: u64,
    /// Active, and ends soon; not those that have not begun.
    pub expiring: u64,
    /// Active, and begins later.
    pub not_yet_valid: u64,
}

impl LicenseCounts {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.active + self.suspended + self.superseded + self.revoked
    }
}

impl Reader<'_> {
    /// Counts the licenses; what ends up to `soon` is expiring.
    ///
    /// All in one statement, so that the numbers are of one state of the file. The active ones are mostly the many, so
    /// they are what the others leave of all: SQLite counts all rows by pages, and the rows of one status one by one.
    /// A million take about 35 ms.
    pub async fn license_counts(&self, now: Timestamp, soon: Timestamp) -> Result<LicenseCounts, StoreError> {
        let row = self.query_one_raw(statement(now, soon)).await?;
        let row = row.ok_or_else(|| StoreError::Damaged("counting gave no answer".to_owned()))?;
        let number =
            |index| -> Result<u64, StoreError> { Ok(u64::try_from(row.try_get_by_index::<i64>(index)?).unwrap_or(0)) };
        let (suspended, superseded, revoked) = (number(1)?, number(2)?, number(3)?);
        Ok(LicenseCounts {
            active: number(0)?.saturating_sub(suspended + superseded + revoked),
            suspended,
            superseded,
            revoked,
            expired: number(4)?,
            expiring: number(5)?.saturating_sub(number(7)?),
            not_yet_valid: number(6)?,
        })
    }
}

/// All; the other states; of the active: ended, ending soon, not begun, and not begun but ending soon.
pub(crate) fn statement(now: Timestamp, soon: Timestamp) -> Statement {
    let mut values: Vec<Value> = vec![];
    let mut count = |index: &str, status: LicenseStatus, condition: &str, bounds: &[Timestamp]| {
        values.push(status.as_str().into());
        values.extend(bounds.iter().map(|bound| Value::from(bound.0)));
        format!("(SELECT count(*) FROM license INDEXED BY {index} WHERE status = ?{condition})")
    };
    let others = [LicenseStatus::Suspended, LicenseStatus::Superseded, LicenseStatus::Revoked]
        .map(|status| count("license_by_status", status, "", &[]));
    let until = format!(" AND {EXPIRY} <= ?");
    let between = format!(" AND {EXPIRY} > ? AND {EXPIRY} <= ?");
    let (later, ending) =
        (format!(" AND not_before > ? AND {EXPIRY} > ?"), " AND not_before > ?".to_owned() + &between);
    let active = LicenseStatus::Active;
    let of_active = [
        count("license_by_expiry", active, &until, &[now]),
        count("license_by_expiry", active, &between, &[now, soon]),
        count("license_by_start", active, &later, &[now, now]),
        count("license_by_start", active, &ending, &[now, now, soon]),
    ];
    let counts: Vec<String> = others.into_iter().chain(of_active).collect();
    let sql = format!("SELECT (SELECT count(*) FROM license), {}", counts.join(", "));
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

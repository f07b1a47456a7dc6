//! Finding ids by what people type: the beginning or the end of an id.

use super::Reader;
use crate::StoreError;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

/// A table whose ids can be shortened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdTable {
    License,
    Issuer,
    Identity,
    ProbeToken,
    Witness,
}

/// One to 32 hexadecimal digits of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment(String);

impl Fragment {
    /// What somebody typed, if it can be part of an id; hyphens are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
        let fits = (1..=32).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit());
        fits.then_some(Self(digits))
    }

    /// The lowest and the highest id that begin with this fragment.
    fn range(&self) -> (Uuid, Uuid) {
        let bound = |filler: char| {
            let padded: String = self.0.chars().chain(std::iter::repeat(filler)).take(32).collect();
            u128::from_str_radix(&padded, 16).map(Uuid::from_u128).unwrap_or_default()
        };
        (bound('0'), bound('f'))
    }

    /// The last bytes of an id that ends with this fragment, up to four of them, the very last first.
    fn tail(&self) -> Vec<u8> {
        let pairs = self.0.as_bytes().rchunks_exact(2).take(4);
        pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
    }
}

impl Reader<'_> {
    /// Up to `limit` ids that begin or end with a fragment.
    pub async fn ids_like(&self, table: IdTable, fragment: &Fragment, limit: u64) -> Result<Vec<Uuid>, StoreError> {
        let table = match table {
            IdTable::License => "license",
            IdTable::Issuer => "issuer",
            IdTable::Identity => "identity",
            IdTable::ProbeToken => "probe_token",
            IdTable::Witness => "witness",
        };
        let (low, high) = fragment.range();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values: Vec<Value> = vec![low.into(), high.into(), limit.into()];
        let mut ends = Vec::new();
        for (place, byte) in fragment.tail().into_iter().enumerate() {
            ends.push(format!("substr(id, {}, 1) = ?", 16 - place));
            values.push(vec![byte].into());
        }
        ends.push(format!("lower(hex(id)) LIKE '%{}'", fragment.0));
        let ends = ends.join(" AND ");
        values.extend([limit.into(), limit.into()]);
        // Each half ends by itself: a UNION is made whole before its limit is looked at.
        let sql = format!(
            "SELECT id FROM (SELECT id FROM {table} WHERE id BETWEEN ? AND ? LIMIT ?) \
             UNION SELECT id FROM (SELECT id FROM {table} WHERE {ends} LIMIT ?) LIMIT ?"
        );
        let rows = self.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
        Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }
}

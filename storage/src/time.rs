//! A moment, as the database keeps it: whole microseconds since 1970, UTC.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `seconds` after 1970.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Milliseconds since 1970, rounded down, as a UUID v7 counts them.
    #[must_use]
    pub fn millis(self) -> u64 {
        u64::try_from(self.0.div_euclid(1_000)).unwrap_or(0)
    }

    /// This moment without its fraction of a second.
    #[must_use]
    pub const fn truncated_to_seconds(self) -> Self {
        Self::from_seconds(self.seconds())
    }

    /// This moment and `days` more.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(86_400_000_000)))
    }

    /// The same moment as a date, where it is one that a calendar can show.
    #[must_use]
    pub fn to_datetime(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// RFC 3339 with six digits, as the audit log shows time.
    #[must_use]
    pub fn to_micros_text(self) -> String {
        self.text(SecondsFormat::Micros)
    }

    fn text(self, format: SecondsFormat) -> String {
        match self.to_datetime() {
            Some(moment) => moment.to_rfc3339_opts(format, true),
            None => format!("{} microseconds since 1970", self.0),
        }
    }
}

/// What somebody typed is no time that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is written 2026-05-20T14:00:00Z, or as a date alone, 2026-05-20")]
pub struct TimeError;

/// RFC 3339, or a date alone, which is its first moment in UTC.
impl std::str::FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let date = (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d"));
        if let Some(Ok(date)) = date {
            return Ok(date.and_time(NaiveTime::MIN).and_utc().into());
        }
        DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc().into()).map_err(|_| TimeError)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp_micros())
    }
}

/// RFC 3339, UTC, with as many digits of a fraction as are needed.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let format = if self.0.rem_euclid(1_000_000) == 0 { SecondsFormat::Secs } else { SecondsFormat::Micros };
        f.write_str(&self.text(format))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::parse_from_rfc3339(&text)
            .map(|moment| Self(moment.timestamp_micros()))
            .map_err(serde::de::Error::custom)
    }
}

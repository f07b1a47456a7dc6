//! What every drawing needs besides its own state: the theme, the moment, and how moments are written.

use crate::theme::{Meaning, Theme};
use chrono::{DateTime, FixedOffset, Local, Utc};
use licentia_core::Timestamp;
use ratatui::style::Style;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) theme: Theme,
    pub(crate) now: Timestamp,
    pub(crate) zone: Zone,
}

impl Look {
    pub(crate) fn style(self, meaning: Meaning) -> Style {
        self.theme.style(meaning)
    }

    /// `2026-05-20 14:00:00`, for a column whose head names the zone.
    pub(crate) fn moment(self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S")
    }

    /// `2026-05-20 14:00:00 UTC`.
    pub(crate) fn zoned(self, at: Timestamp) -> String {
        format!("{} {}", self.moment(at), self.zone.of(at))
    }

    /// `2026-05-20`.
    pub(crate) fn date(self, at: Timestamp) -> String {
        self.format(at, "%Y-%m-%d")
    }

    /// `14 minutes ago`: what is newer than the clock is just now.
    pub(crate) fn ago(self, at: Timestamp) -> String {
        let many = |many: i64, unit: &str| format!("{many} {unit}{} ago", if many == 1 { "" } else { "s" });
        match self.now.seconds().saturating_sub(at.seconds()) {
            ..60 => "just now".to_owned(),
            seconds @ 60..3_600 => many(seconds / 60, "minute"),
            seconds @ 3_600..172_800 => many(seconds / 3_600, "hour"),
            seconds => many(seconds / 86_400, "day"),
        }
    }

    fn format(self, at: Timestamp, pattern: &str) -> String {
        self.zone.shift(at).map_or_else(|| at.to_string(), |moment| moment.format(pattern).to_string())
    }
}

/// In which zone moments are shown. What is typed is always UTC unless it says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Zone {
    Utc,
    /// How far the clock on the wall is from UTC at a moment: summer time makes it a question of when.
    Local(fn(DateTime<Utc>) -> FixedOffset),
}

impl Zone {
    /// The zone of this machine.
    pub(crate) const HERE: Self = Self::Local(|at| *at.with_timezone(&Local).offset());

    /// The other one of the two.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Utc => Self::HERE,
            Self::Local(_) => Self::Utc,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Local(_) => "local",
        }
    }

    /// As it stands behind a moment: `UTC`, `+02:00`.
    fn of(self, at: Timestamp) -> String {
        match (self, at.to_datetime()) {
            (Self::Local(offset), Some(at)) => offset(at).to_string(),
            _ => "UTC".to_owned(),
        }
    }

    fn shift(self, at: Timestamp) -> Option<DateTime<FixedOffset>> {
        let at = at.to_datetime()?;
        Some(match self {
            Self::Utc => at.fixed_offset(),
            Self::Local(offset) => at.with_timezone(&offset(at)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(zone: Zone) -> Look {
        Look { theme: Theme::from_no_color(None), now: Timestamp(0), zone }
    }

    #[test]
    fn a_moment_is_told_in_the_zone_that_was_chosen() {
        let at = Timestamp::from_seconds(1_779_319_800);
        assert_eq!(look(Zone::Utc).zoned(at), "2026-05-20 23:30:00 UTC");
        let east = look(Zone::Local(|_| FixedOffset::east_opt(7_200).unwrap()));
        assert_eq!((east.zoned(at).as_str(), east.date(at).as_str()), ("2026-05-21 01:30:00 +02:00", "2026-05-21"));
    }

    #[test]
    fn a_moment_that_no_calendar_has_is_still_shown() {
        assert_eq!(look(Zone::Utc).moment(Timestamp::from_seconds(0)), "1970-01-01 00:00:00");
        assert!(look(Zone::HERE).date(Timestamp(i64::MAX)).contains("microseconds"));
    }
}

//! The rules of licenses, as pure functions.

use crate::Timestamp;

/// A license that ends within so many days is called expiring.
pub const EXPIRING_DAYS: i64 = 30;

/// What the clock says about a license; what an operator decided is its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Validity {
    Valid,
    NotYetValid,
    /// Ends within [`EXPIRING_DAYS`].
    Expiring,
    Expired,
}

impl Validity {
    /// Every word, in the order in which a license passes through them.
    pub const ALL: [Self; 4] = [Self::NotYetValid, Self::Valid, Self::Expiring, Self::Expired];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::NotYetValid => "not_yet_valid",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
        }
    }

    /// What the clock makes of a start and an end.
    #[must_use]
    pub fn of(not_before: Option<Timestamp>, not_after: Option<Timestamp>, now: Timestamp) -> Self {
        match (not_before, not_after) {
            (_, Some(end)) if end <= now => Self::Expired,
            (Some(start), _) if start > now => Self::NotYetValid,
            (_, Some(end)) if end <= now.plus_days(EXPIRING_DAYS) => Self::Expiring,
            _ => Self::Valid,
        }
    }
}

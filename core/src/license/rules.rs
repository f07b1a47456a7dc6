//! The rules of licenses, as pure functions.

use crate::{LicenseStatus, Timestamp};
use licentia_storage::StatusValue;

/// What can be done to a license.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Suspend,
    Reinstate,
    Reissue,
    Revoke,
    Unrevoke,
    Delete,
}

/// What an action makes of a license.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Becomes(LicenseStatus),
    /// Back to what it was before it was revoked.
    BecomesWhatItWas,
    Gone,
}

/// The table of states: what an action makes of a license in a state; none where it is refused.
#[must_use]
pub const fn transition(from: LicenseStatus, action: Action) -> Option<Next> {
    use LicenseStatus::{Active, Revoked, Superseded, Suspended};
    match (from, action) {
        (Active, Action::Suspend) => Some(Next::Becomes(Suspended)),
        (Suspended, Action::Reinstate) => Some(Next::Becomes(Active)),
        (Active, Action::Reissue) => Some(Next::Becomes(Superseded)),
        (Active | Suspended | Superseded, Action::Revoke) => Some(Next::Becomes(Revoked)),
        (Revoked, Action::Unrevoke) => Some(Next::BecomesWhatItWas),
        (Active | Suspended | Superseded | Revoked, Action::Delete) => Some(Next::Gone),
        _ => None,
    }
}

/// What a status list says of an entry at a moment: one that was reissued with an overlap is valid until that is over.
#[must_use]
pub fn value_at(value: StatusValue, superseded_from: Option<Timestamp>, at: Timestamp) -> StatusValue {
    let overlaps = superseded_from.is_some_and(|from| at < from);
    match value.status() {
        Some(LicenseStatus::Superseded) if overlaps => LicenseStatus::Active.into(),
        _ => value,
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 6] =
        [Self::Suspend, Self::Reinstate, Self::Reissue, Self::Revoke, Self::Unrevoke, Self::Delete];

    /// As in "cannot be suspended".
    #[must_use]
    pub const fn participle(self) -> &'static str {
        match self {
            Self::Suspend => "suspended",
            Self::Reinstate => "reinstated",
            Self::Reissue => "reissued",
            Self::Revoke => "revoked",
            Self::Unrevoke => "unrevoked",
            Self::Delete => "deleted",
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, as the operator's handbook has it.
    #[test]
    fn states_and_transitions() {
        use Action::{Delete, Reinstate, Reissue, Revoke, Suspend, Unrevoke};
        use LicenseStatus::{Active, Revoked, Superseded, Suspended};
        let allowed = [
            (Active, vec![Suspend, Reissue, Revoke, Delete]),
            (Suspended, vec![Reinstate, Revoke, Delete]),
            (Superseded, vec![Revoke, Delete]),
            (Revoked, vec![Unrevoke, Delete]),
        ];
        assert_eq!(allowed.len(), LicenseStatus::ALL.len());
        for (from, actions) in allowed {
            for action in Action::ALL {
                assert_eq!(transition(from, action).is_some(), actions.contains(&action), "{from} {action:?}");
            }
        }
        assert_eq!(transition(Active, Reissue), Some(Next::Becomes(Superseded)));
        assert_eq!(transition(Revoked, Unrevoke), Some(Next::BecomesWhatItWas));
    }

    #[test]
    fn an_overlap_ends_at_its_moment_and_holds_nothing_up_but_superseding() {
        let [before, from, after] = [999, 1_000, 1_001].map(Timestamp::from_seconds);
        let superseded = StatusValue::from(LicenseStatus::Superseded);
        assert_eq!(value_at(superseded, Some(from), before), StatusValue(0));
        for at in [from, after] {
            assert_eq!(value_at(superseded, Some(from), at), superseded);
        }
        assert_eq!(value_at(superseded, None, before), superseded, "without an overlap it is over at once");
        // Revoked in its overlap, it is revoked at once.
        for other in [0, 1, 2, 9].map(StatusValue) {
            for at in [before, from, after] {
                assert_eq!(value_at(other, Some(from), at), other);
            }
        }
    }

    #[test]
    fn validity_changes_exactly_at_the_ends() {
        let at = |seconds| Timestamp::from_seconds(seconds);
        let now = at(1_000_000_000);
        let of = |start: Option<i64>, end: Option<i64>| Validity::of(start.map(at), end.map(at), now);
        assert_eq!(of(None, None), Validity::Valid);
        assert_eq!(of(Some(1_000_000_000), None), Validity::Valid);
        assert_eq!(of(Some(1_000_000_001), None), Validity::NotYetValid);
        assert_eq!(of(None, Some(1_000_000_000)), Validity::Expired);
        assert_eq!(of(None, Some(1_000_000_001)), Validity::Expiring);
        assert_eq!(of(None, Some(1_000_000_000 + 30 * 86_400)), Validity::Expiring);
        assert_eq!(of(None, Some(1_000_000_001 + 30 * 86_400)), Validity::Valid);
    }
}

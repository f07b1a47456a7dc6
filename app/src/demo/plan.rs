//! What happens in a demo, and when: eighteen months of a vendor's work.

use super::dice::Dice;
use licentia_core::Timestamp;
use std::ops::Range;

/// One thing that somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// So many licenses at once.
    Issue(u64),
    Reissue,
    Revoke,
    Unrevoke,
    Delete,
    NewIdentity,
    RegenerateIdentity,
    /// The probe of this number.
    NewProbe(u64),
    CloseProbe(u64),
    /// The key of a new year takes over.
    ChangeIssuer,
}

/// How many of each: in the end there are as many licenses as were asked for, and about three events for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amounts {
    issue: u64,
    reissue: u64,
    revoke: u64,
    unrevoke: u64,
    delete: u64,
    identity: u64,
    regenerate: u64,
    probe: u64,
}

impl Amounts {
    fn of(licenses: u64) -> Self {
        let reissue = licenses * 2 / 5;
        let delete = licenses / 20;
        Self {
            issue: licenses + delete - reissue,
            reissue,
            revoke: licenses * 11 / 20,
            unrevoke: licenses * 9 / 20,
            delete,
            // A house has only so many products and machines, however much it sells.
            identity: (licenses / 10).min(200),
            regenerate: (licenses / 20).min(100),
            probe: (licenses / 5).min(2_000),
        }
    }
}

const DAYS: i64 = 540;
const DAY: i64 = 86_400;
/// From so many licenses on, those of a day are issued as one batch.
pub(crate) const BATCHED_FROM: u64 = 1_000;

/// When the first thing happens.
pub(crate) fn beginning(end: Timestamp) -> Timestamp {
    Timestamp::from_seconds(end.truncated_to_seconds().plus_days(-DAYS).seconds())
}

/// Everything in its order.
pub(crate) fn plan(licenses: u64, end: Timestamp, dice: &mut Dice) -> Vec<(Timestamp, Act)> {
    let amounts = Amounts::of(licenses);
    let first = beginning(end);
    let mut acts: Vec<(Timestamp, Act)> = Vec::new();
    let mut spread = |act: Act, many: u64, days: Range<i64>| {
        for _ in 0..many {
            acts.push((moment(first, days.clone(), dice), act));
        }
    };
    spread(Act::Issue(1), amounts.issue, 1..DAYS);
    spread(Act::Reissue, amounts.reissue, 30..DAYS);
    spread(Act::Revoke, amounts.revoke, 60..DAYS);
    spread(Act::Unrevoke, amounts.unrevoke, 70..DAYS);
    spread(Act::Delete, amounts.delete, 90..DAYS);
    spread(Act::NewIdentity, amounts.identity, 1..300);
    spread(Act::RegenerateIdentity, amounts.regenerate, 100..DAYS);
    spread(Act::ChangeIssuer, 1, 360..370);
    for number in 0..amounts.probe {
        let made = moment(first, 1..DAYS - 4, dice);
        let closed = Timestamp::from_seconds(made.seconds() + 600 + below(dice, 3 * DAY));
        acts.push((made, Act::NewProbe(number)));
        acts.push((closed, Act::CloseProbe(number)));
    }
    acts.sort_unstable();
    if licenses >= BATCHED_FROM { batched(acts) } else { acts }
}

/// In office hours.
fn moment(first: Timestamp, days: Range<i64>, dice: &mut Dice) -> Timestamp {
    let day = days.start + below(dice, days.end - days.start);
    Timestamp::from_seconds(first.plus_days(day - 1).seconds() + 7 * 3_600 + below(dice, 10 * 3_600))
}

fn below(dice: &mut Dice, most: i64) -> i64 {
    i64::try_from(dice.below(most.unsigned_abs())).unwrap_or(0)
}

/// The licenses of a day are issued with the first of them.
fn batched(acts: Vec<(Timestamp, Act)>) -> Vec<(Timestamp, Act)> {
    let mut out: Vec<(Timestamp, Act)> = Vec::with_capacity(acts.len());
    let mut batch: Option<usize> = None;
    for (at, act) in acts {
        let open = batch.and_then(|index| out.get_mut(index));
        match (act, open) {
            (Act::Issue(more), Some((first, Act::Issue(many)))) if first.seconds() / DAY == at.seconds() / DAY => {
                *many += more;
            }
            _ => {
                if matches!(act, Act::Issue(_)) {
                    batch = Some(out.len());
                }
                out.push((at, act));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Timestamp = Timestamp::from_seconds(1_793_491_200);

    fn of(licenses: u64, seed: u64) -> Vec<(Timestamp, Act)> {
        plan(licenses, END, &mut Dice::new(seed, "licentia test plan"))
    }

    fn issued(acts: &[(Timestamp, Act)]) -> u64 {
        acts.iter().map(|(_, act)| if let Act::Issue(many) = act { *many } else { 0 }).sum()
    }

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        assert_eq!(of(40, 7), of(40, 7));
        assert_ne!(of(40, 7), of(40, 8));
    }

    #[test]
    fn everything_happens_in_order_and_within_eighteen_months() {
        for licenses in [0, 1, 40, 5_000] {
            let acts = of(licenses, 1);
            assert!(acts.is_sorted_by_key(|(at, _)| *at));
            assert!(acts.iter().all(|(at, _)| beginning(END) < *at && *at < END), "{licenses}");
        }
    }

    #[test]
    fn there_are_as_many_licenses_in_the_end_as_were_asked_for() {
        for licenses in [0, 1, 2, 3, 40, 999, 1_000, 5_000] {
            let acts = of(licenses, 1);
            let count = |wanted: Act| acts.iter().filter(|(_, act)| *act == wanted).count() as u64;
            assert_eq!(issued(&acts) + count(Act::Reissue) - count(Act::Delete), licenses);
        }
    }

    #[test]
    fn many_are_issued_in_batches() {
        assert!(of(5_000, 1).iter().filter(|(_, act)| matches!(act, Act::Issue(_))).count() <= 540);
        assert!(of(900, 1).iter().all(|(_, act)| !matches!(act, Act::Issue(2..))));
    }
}

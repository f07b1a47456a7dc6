//! How many requests without a token that waits are listened to: from one address, and in all.

use crate::http::room::house;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Limit(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    all: Asker,
    by_address: HashMap<IpAddr, Asker>,
}

/// What is made of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Through,
    /// With what the journal should say, which is once a minute: a flood must not fill a disk.
    TooMany(Option<String>),
}

/// Somebody who asks, or all of them.
#[derive(Clone, Copy, Debug, Default)]
struct Asker {
    pace: Pace,
    /// Since it was last told.
    refused: u64,
    told: Option<Instant>,
}

/// When somebody would have asked at the latest, had they asked at an even pace.
#[derive(Clone, Copy, Debug, Default)]
struct Pace(Option<Instant>);

/// So many at once, and then one each so often.
struct Allowed {
    at_once: u32,
    every: Duration,
}

/// A machine asks once; a house with many machines has one address.
const BY_ADDRESS: Allowed = Allowed { at_once: 20, every: Duration::from_secs(3) };

const IN_ALL: Allowed = Allowed { at_once: 120, every: Duration::from_millis(500) };

/// More addresses than can be let through before the first of them are forgotten again.
const MOST_ADDRESSES: usize = 10_000;

const A_MINUTE: Duration = Duration::from_mins(1);

impl Limit {
    /// Counts a request. One that is too many counts for nothing, so that whoever asks too often keeps only themselves
    /// out.
    pub(crate) fn count(&self, from: IpAddr, now: Instant) -> Verdict {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = house(from);
        let asker = seen.by_address.get(&from).copied().unwrap_or_default();
        let Some(pace) = asker.pace.after(&BY_ADDRESS, now) else {
            let asker = seen.by_address.entry(from).or_default();
            return Verdict::TooMany(asker.refuse(now).map(|times| said("too many", times)));
        };
        let Some(all) = seen.all.pace.after(&IN_ALL, now) else {
            return Verdict::TooMany(seen.all.refuse(now).map(|times| said("too many from all together", times)));
        };
        if seen.by_address.len() >= MOST_ADDRESSES {
            seen.by_address.retain(|_, asker| asker.pace.0.is_some_and(|until| until > now));
        }
        seen.by_address.insert(from, Asker { pace, ..asker });
        seen.all.pace = all;
        Verdict::Through
    }
}

impl Asker {
    /// How many were refused since it was last told, where it is time to tell it.
    fn refuse(&mut self, now: Instant) -> Option<u64> {
        self.refused = self.refused.saturating_add(1);
        if self.told.is_some_and(|told| now.saturating_duration_since(told) < A_MINUTE) {
            return None;
        }
        self.told = Some(now);
        Some(std::mem::take(&mut self.refused))
    }
}

fn said(what: &str, times: u64) -> String {
    match times {
        1 => what.to_owned(),
        times => format!("{what}, {times} times since this was last said"),
    }
}

impl Pace {
    /// The pace with one more request; none where that is too many.
    fn after(self, allowed: &Allowed, now: Instant) -> Option<Self> {
        let until = self.0.unwrap_or(now).max(now);
        let ahead = allowed.every.saturating_mul(allowed.at_once.saturating_sub(1));
        (until.duration_since(now) <= ahead).then(|| Self(until.checked_add(allowed.every)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn lets_through(limit: &Limit, from: IpAddr, now: Instant) -> bool {
        limit.count(from, now) == Verdict::Through
    }

    #[test]
    fn one_address_gets_a_handful_at_once_and_then_one_at_a_time() {
        let (limit, start) = (Limit::default(), Instant::now());
        let let_through = (0..50).filter(|_| lets_through(&limit, address(1), start)).count();
        assert_eq!(let_through, 20);
        assert!(lets_through(&limit, address(2), start), "others are not kept out by it");
        assert!(!lets_through(&limit, address(1), start + Duration::from_millis(2_999)));
        assert!(lets_through(&limit, address(1), start + Duration::from_secs(3)));
        assert!(!lets_through(&limit, address(1), start + Duration::from_secs(3)));
        let later = start + Duration::from_hours(1);
        assert_eq!((0..50).filter(|_| lets_through(&limit, address(1), later)).count(), 20);
    }

    #[test]
    fn many_addresses_together_have_a_limit_too() {
        let (limit, start) = (Limit::default(), Instant::now());
        let asked = (0..=255).filter(|last| lets_through(&limit, address(*last), start)).count();
        assert_eq!(asked, 120);
        assert!(lets_through(&limit, address(200), start + Duration::from_millis(500)));
    }

    #[test]
    fn a_network_of_version_6_counts_as_one_address() {
        let (limit, start) = (Limit::default(), Instant::now());
        let of = |last: u16| IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xdb8, 1, 1, 0, 0, 0, last));
        assert_eq!((0..50).filter(|last| lets_through(&limit, of(*last), start)).count(), 20);
    }

    #[test]
    fn a_flood_is_a_line_a_minute() {
        let (limit, start) = (Limit::default(), Instant::now());
        let lines = |from: std::ops::Range<u64>, whose: fn(u64) -> IpAddr| -> Vec<String> {
            let count = |tenth: u64| limit.count(whose(tenth), start + Duration::from_millis(tenth * 100));
            let line = |tenth| match count(tenth) {
                Verdict::Through => None,
                Verdict::TooMany(line) => line,
            };
            from.filter_map(line).collect()
        };
        // Two minutes of ten a second.
        let said = lines(0..1_200, |_| address(1));
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(said[0], "too many");
        // Of 600 in that minute, 20 were let through.
        assert_eq!(said[1], "too many, 580 times since this was last said");
        // From everywhere at once.
        let said = lines(36_000..37_200, |tenth| IpAddr::from(u32::try_from(tenth).unwrap().to_be_bytes()));
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[1].starts_with("too many from all together, ") && said[1].ends_with("last said"), "{said:?}");
    }
}

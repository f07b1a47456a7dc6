//! How many requests are let through: from one address, and in all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Limit(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    all: Pace,
    by_address: HashMap<IpAddr, Pace>,
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

impl Limit {
    /// Whether a request may go on. One that may not counts for nothing, so that whoever asks too often keeps only
    /// themselves out.
    pub(crate) fn lets_through(&self, from: IpAddr, now: Instant) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = house(from);
        let by_address = seen.by_address.get(&from).copied().unwrap_or_default();
        let (Some(by_address), Some(all)) = (by_address.after(&BY_ADDRESS, now), seen.all.after(&IN_ALL, now)) else {
            return false;
        };
        if seen.by_address.len() >= MOST_ADDRESSES {
            seen.by_address.retain(|_, pace| pace.0.is_some_and(|until| until > now));
        }
        seen.by_address.insert(from, by_address);
        seen.all = all;
        true
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

/// Who has one address of version 6 has 2^64 of them.
fn house(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn one_address_gets_a_handful_at_once_and_then_one_at_a_time() {
        let (limit, start) = (Limit::default(), Instant::now());
        let let_through = (0..50).filter(|_| limit.lets_through(address(1), start)).count();
        assert_eq!(let_through, 20);
        assert!(limit.lets_through(address(2), start), "others are not kept out by it");
        assert!(!limit.lets_through(address(1), start + Duration::from_millis(2_999)));
        assert!(limit.lets_through(address(1), start + Duration::from_secs(3)));
        assert!(!limit.lets_through(address(1), start + Duration::from_secs(3)));
        let later = start + Duration::from_hours(1);
        assert_eq!((0..50).filter(|_| limit.lets_through(address(1), later)).count(), 20);
    }

    #[test]
    fn many_addresses_together_have_a_limit_too() {
        let (limit, start) = (Limit::default(), Instant::now());
        let asked = (0..=255).filter(|last| limit.lets_through(address(*last), start)).count();
        assert_eq!(asked, 120);
        assert!(limit.lets_through(address(200), start + Duration::from_millis(500)));
    }

    #[test]
    fn a_network_of_version_6_counts_as_one_address() {
        let (limit, start) = (Limit::default(), Instant::now());
        let of = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 1, 0, 0, 0, last));
        assert_eq!((0..50).filter(|last| limit.lets_through(of(*last), start)).count(), 20);
        assert!(limit.lets_through(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, 1)), start));
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(house(mapped), address(1));
    }
}

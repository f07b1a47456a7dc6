//! Time and randomness, handed in from outside: nothing below the program reads a clock by itself.

use crate::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

type Clock = dyn Fn() -> Timestamp + Send + Sync;
type Randomness = dyn Fn(&mut [u8]) + Send + Sync;

/// A clock and a source of random bytes.
#[derive(Clone)]
pub struct Ambient {
    now: Arc<Clock>,
    fill: Arc<Randomness>,
    /// The millisecond and the other bits of the last id.
    last_id: Arc<Mutex<(u64, u128)>>,
}

/// Bits of a UUID v7 that are not time, version or variant.
const FREE_BITS: u32 = 74;

impl Ambient {
    /// Made of a function that tells the time and one that fills a slice with random bytes.
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        fill: impl Fn(&mut [u8]) + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), fill: Arc::new(fill), last_id: Arc::default() }
    }

    /// What the clock says now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Fills `bytes` with random ones.
    pub fn fill(&self, bytes: &mut [u8]) {
        (self.fill)(bytes);
    }

    /// Random bytes of a fixed length.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A UUID v7 for the moment `at`. Ids of one millisecond rise by random steps (RFC 9562, 6.2, method 2), so a
    /// batch keeps its order, and both ends of an id stay hard to guess.
    #[must_use]
    pub fn uuid(&self, at: Timestamp) -> Uuid {
        let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        let millis = at.millis();
        let free = if last.0 == millis {
            last.1 + 1 + u128::from(u32::from_be_bytes(self.bytes()))
        } else {
            // The highest bit stays free for the steps.
            u128::from_be_bytes(self.bytes()) >> (129 - FREE_BITS)
        };
        *last = (millis, free);
        let (high, low) = (free >> 62 & 0xFFF, free & ((1 << 62) - 1));
        Uuid::from_u128(u128::from(millis & 0xFFFF_FFFF_FFFF) << 80 | 7 << 76 | high << 64 | 2 << 62 | low)
    }
}

impl std::fmt::Debug for Ambient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ambient")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_rise_and_differ_at_both_ends() {
        let random = Mutex::new(blake3::Hasher::new().finalize_xof());
        let ambient = Ambient::new(|| Timestamp(0), move |bytes| random.lock().unwrap().fill(bytes));
        let ids: Vec<Uuid> = (0..1_000).map(|_| ambient.uuid(Timestamp::from_seconds(1_779_285_600))).collect();
        assert!(ids.is_sorted());
        let tails: std::collections::BTreeSet<_> = ids.iter().map(|id| id.as_u128() & 0xFFFF_FFFF).collect();
        assert!(tails.len() > 990, "the last eight characters tell them apart");
        for id in ids {
            assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
            assert_eq!(id.get_timestamp().unwrap().to_unix().0, 1_779_285_600);
        }
    }
}

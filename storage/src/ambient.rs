//! Time and randomness, handed in from outside: nothing below the program reads a clock by itself.

use crate::Timestamp;
use std::sync::Arc;
use uuid::Uuid;

type Clock = dyn Fn() -> Timestamp + Send + Sync;
type Randomness = dyn Fn(&mut [u8]) + Send + Sync;

/// A clock and a source of random bytes.
#[derive(Clone)]
pub struct Ambient {
    now: Arc<Clock>,
    fill: Arc<Randomness>,
}

impl Ambient {
    /// Made of a function that tells the time and one that fills a slice with random bytes.
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        fill: impl Fn(&mut [u8]) + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), fill: Arc::new(fill) }
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

    /// A UUID v7 for the moment `at`.
    #[must_use]
    pub fn uuid(&self, at: Timestamp) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(at.millis(), &self.bytes()).into_uuid()
    }
}

impl std::fmt::Debug for Ambient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ambient")
    }
}

//! How often somebody is told how far something is: a hundred thousand messages would keep the keys waiting.

use crate::message::Msg;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Between two messages of one request.
const BETWEEN: Duration = Duration::from_millis(100);

/// When each request was last heard of.
#[derive(Debug, Default)]
pub(crate) struct Pace(HashMap<u64, Instant>);

impl Pace {
    /// Whether a message goes through now: all but what comes too soon, and the end always.
    pub(crate) fn lets_through(&mut self, msg: &Msg, now: Instant) -> bool {
        let Msg::Progress { request, done, total } = msg else { return true };
        if done >= total {
            self.0.remove(request);
            return true;
        }
        if self.0.get(request).is_some_and(|last| now.saturating_duration_since(*last) < BETWEEN) {
            return false;
        }
        self.0.insert(*request, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far(request: u64, done: u64) -> Msg {
        Msg::Progress { request, done, total: 100 }
    }

    #[test]
    fn each_request_is_heard_ten_times_a_second_and_at_its_end() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert!(pace.lets_through(&far(1, 1), at(0)));
        assert!(!pace.lets_through(&far(1, 2), at(50)));
        assert!(pace.lets_through(&far(2, 1), at(50)), "another one is another one");
        assert!(pace.lets_through(&far(1, 3), at(100)));
        assert!(pace.lets_through(&far(1, 100), at(101)), "the end is always told");
        assert!(pace.lets_through(&Msg::Tick, at(101)));
        let heard = (0..100_000).filter(|n| pace.lets_through(&far(3, n % 99), at(n / 50))).count();
        assert_eq!(heard, 20, "two seconds of it");
    }
}

//! Times in a query: what is written stands for the whole span that it names, a day, a second, a microsecond.

use crate::Timestamp;

/// The first moment of a span, and the first one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

/// How a time is written.
pub(super) const HOW: &str = "a time: 2026-05-20, 2026-05-20T14:00:00Z, now, or now-24h (s, m, h, d, w)";

/// A time as it is typed; none when it is no time.
pub(super) fn span(text: &str, now: Timestamp) -> Option<Span> {
    if let Some(offset) = text.strip_prefix("now") {
        let start = Timestamp(now.0.checked_add(microseconds(offset)?)?);
        return Some(Span { start, end: Timestamp(start.0.checked_add(1)?) });
    }
    let start: Timestamp = text.parse().ok()?;
    let length = if text.len() == 10 {
        86_400_000_000
    } else if text.contains('.') {
        1
    } else {
        1_000_000
    };
    Some(Span { start, end: Timestamp(start.0.checked_add(length)?) })
}

/// `-24h`, `+1d`, or nothing.
fn microseconds(offset: &str) -> Option<i64> {
    if offset.is_empty() {
        return Some(0);
    }
    let (sign, rest) = match offset.split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        ("+", rest) => (1, rest),
        _ => return None,
    };
    let digits = rest.trim_end_matches(|c: char| !c.is_ascii_digit());
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = match rest.strip_prefix(digits)? {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(seconds)?.checked_mul(1_000_000)?.checked_mul(sign)
}

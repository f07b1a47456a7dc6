//! What people type, as values: times, limits, spans of time.

pub(crate) use licentia_core::typed::{limit, time};

/// Seconds from `90s`, `15m`, `24h` or `7d`.
pub(crate) fn ttl(text: &str) -> Result<i64, String> {
    const HOW: &str = "a span of time is written 90s, 15m, 24h or 7d";
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let seconds = match text.strip_prefix(number) {
        Some("s") => 1,
        Some("m") => 60,
        Some("h") => 3_600,
        Some("d") => 86_400,
        _ => return Err(HOW.to_owned()),
    };
    let many: i64 = number.parse().map_err(|_| HOW)?;
    many.checked_mul(seconds).filter(|ttl| *ttl > 0).ok_or_else(|| HOW.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_unit() {
        assert_eq!(ttl("90s"), Ok(90));
        assert_eq!(ttl("15m"), Ok(900));
        assert_eq!(ttl("24h"), Ok(86_400));
        assert_eq!(ttl("7d"), Ok(604_800));
        for wrong in ["", "24", "h", "0h", "-1h", "1.5h", "24 h", "1w", "1hh", "99999999999999999d"] {
            assert!(ttl(wrong).is_err(), "{wrong}");
        }
    }
}

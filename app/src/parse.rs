//! What people type, as values: times, limits, spans of time.

use licentia_core::{Limit, Timestamp};

/// RFC 3339, or a date alone, which is its first second in UTC.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error: licentia_core::TimeError| error.to_string())
}

/// `KEY=VALUE`; the value is a number if it reads as one.
pub(crate) fn limit(text: &str) -> Result<(String, Limit), String> {
    let (key, value) = text
        .split_once('=')
        .filter(|(key, _)| !key.trim().is_empty())
        .ok_or("a limit is written KEY=VALUE, such as seats=5")?;
    Ok((key.trim().to_owned(), limit_value(value.trim())?))
}

/// A number if it reads as one, else a word.
pub(crate) fn limit_value(text: &str) -> Result<Limit, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Limit::Text(text.to_owned()));
    }
    text.parse().map(Limit::Number).map_err(|_| format!("{text} is too large for a limit"))
}

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
    fn a_time_is_rfc_3339_or_a_date() {
        let noon = Timestamp::from_seconds(1_779_278_400);
        assert_eq!(time("2026-05-20T12:00:00Z"), Ok(noon));
        assert_eq!(time("2026-05-20T14:00:00+02:00"), Ok(noon));
        assert_eq!(time("2026-05-20"), Ok(Timestamp(noon.0 - 43_200_000_000)));
        for wrong in ["", "tomorrow", "2026-5-20", "2026-02-30", "2026-05-20T12:00:00", "20.05.2026"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_limit_is_a_number_if_it_reads_as_one() {
        assert_eq!(limit("seats=5"), Ok(("seats".to_owned(), Limit::Number(5))));
        assert_eq!(limit("floor=-3"), Ok(("floor".to_owned(), Limit::Number(-3))));
        assert_eq!(limit("edition=pro"), Ok(("edition".to_owned(), Limit::Text("pro".to_owned()))));
        assert_eq!(limit("size=5GB"), Ok(("size".to_owned(), Limit::Text("5GB".to_owned()))));
        assert_eq!(limit("rule=a=b"), Ok(("rule".to_owned(), Limit::Text("a=b".to_owned()))));
        for wrong in ["seats", "=5", " =5", "seats=99999999999999999999"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }

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

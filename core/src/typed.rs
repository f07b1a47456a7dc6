//! What people type, as values: times, limits, payloads. The same on the command line, in a batch and on the screen.

use crate::{Limit, Timestamp};
use licentia_license::machine::Fingerprint;
use serde_json::Value;

/// The longest payload, so that a license stays readable for every verifier.
pub const MOST_PAYLOAD: usize = 40 * 1024;

/// RFC 3339, or a date alone, which is its first second in UTC.
pub fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|error: crate::TimeError| error.to_string())
}

/// `KEY=VALUE`; the value is a number if it reads as one.
pub fn limit(text: &str) -> Result<(String, Limit), String> {
    let (key, value) = text
        .split_once('=')
        .filter(|(key, _)| !key.trim().is_empty())
        .ok_or("a limit is written KEY=VALUE, such as seats=5")?;
    Ok((key.trim().to_owned(), limit_value(value.trim())?))
}

/// JSON of a size that a license can carry.
pub fn payload(text: &str) -> Result<Value, String> {
    if text.len() > MOST_PAYLOAD {
        return Err(format!("it has {} bytes, and at most {MOST_PAYLOAD} are allowed", text.len()));
    }
    licentia_license::strict_json::parse(text.as_bytes()).map_err(|error| format!("it is not JSON: {error}"))
}

/// The fingerprint of a machine: its line of text, its JSON, or a probe's result that has it in `fingerprint`.
pub fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    let result = licentia_license::strict_json::parse(text.trim().as_bytes()).ok();
    let inside = result.as_ref().and_then(|result| result.get("fingerprint")).map(Value::to_string);
    Fingerprint::from_text(inside.as_deref().unwrap_or(text)).map_err(|error| error.to_string())
}

/// A number if it reads as one, else a word.
fn limit_value(text: &str) -> Result<Limit, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Limit::Text(text.to_owned()));
    }
    text.parse().map(Limit::Number).map_err(|_| format!("{text} is too large for a limit"))
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
    fn a_fingerprint_comes_as_text_as_json_or_in_a_result() {
        use licentia_license::machine::Component;
        let made = Fingerprint::new("acme", [(Component::MachineId, [7; 32])].into(), [].into(), None).unwrap();
        let result = format!(r#"{{"version":1,"fingerprint":{},"made_at":"now"}}"#, made.to_json());
        for text in [made.to_text(), made.to_json(), result, format!("\n{}\n", made.to_text())] {
            assert_eq!(fingerprint(&text), Ok(made.clone()), "{text}");
        }
        for wrong in ["", "{}", "lmachine_", r#"{"fingerprint":{}}"#, r#"{"fingerprint":null}"#] {
            assert!(fingerprint(wrong).is_err(), "{wrong}");
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
    fn a_payload_is_json_of_a_sensible_size() {
        assert_eq!(payload("{\"a\":1}"), Ok(serde_json::json!({ "a": 1 })));
        assert!(payload("{\"a\":1,\"a\":2}").is_err());
        assert!(payload(&format!("\"{}\"", "x".repeat(MOST_PAYLOAD))).is_err());
    }
}

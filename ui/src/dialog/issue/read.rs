//! How the fields of the form are read, and how a license is written into them.

use super::steps::Part;
use licentia_core::{License, Limit, Term, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a field can hold, or why it cannot be read.
pub(super) type Read<T> = Result<T, String>;

/// `365`, `365 days`, `2027-01-31`, `perpetual`.
pub(super) fn term(text: &str) -> Read<Term> {
    let word = text.to_ascii_lowercase();
    if matches!(word.as_str(), "perpetual" | "never" | "forever") {
        return Ok(Term::Perpetual);
    }
    let number = word.trim_end_matches("days").trim_end_matches("day").trim_end_matches('d').trim_end();
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return match number.parse() {
            Ok(0) => Err("at least one day".to_owned()),
            Ok(days) => Ok(Term::Days(days)),
            Err(_) => Err("so many days reach beyond the calendar".to_owned()),
        };
    }
    if text.is_empty() {
        return Err("say how long: days, an end, or perpetual".to_owned());
    }
    time(text).map(Term::Until)
}

/// `2027-01-31` (the first moment of that day, UTC) or RFC 3339.
pub(super) fn time(text: &str) -> Read<Timestamp> {
    let whole_day = text.len() == 10 && !text.contains(['T', 't', ' ']);
    let text = if whole_day { format!("{text}T00:00:00Z") } else { text.to_owned() };
    match chrono::DateTime::parse_from_rfc3339(&text) {
        Ok(moment) => Ok(Timestamp::from(moment.to_utc())),
        Err(_) => Err("a date like 2027-01-31, or 2027-01-31T12:00:00Z".to_owned()),
    }
}

/// Words joined by commas, or a JSON array for words with commas in them.
pub(super) fn list(text: &str) -> Read<Vec<String>> {
    let words: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).map_err(|error| format!("not a JSON array of texts: {error}"))?
    } else {
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    match words.iter().enumerate().find(|(at, word)| words.iter().take(*at).any(|before| before == *word)) {
        Some((_, twice)) => Err(format!("{twice} is there twice")),
        None => Ok(words),
    }
}

/// `seats=10, edition=pro`, or a JSON object. A value is a number if it reads as one.
pub(super) fn limits(text: &str) -> Read<BTreeMap<String, Limit>> {
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|_| "a JSON object of whole numbers and texts".to_owned());
    }
    let mut limits = BTreeMap::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("{part} has no value: name=value"))?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() {
            return Err(format!("{part} is not name=value"));
        }
        let limit = value.parse().map_or_else(|_| Limit::Text(value.to_owned()), Limit::Number);
        if limits.insert(name.to_owned(), limit).is_some() {
            return Err(format!("{name} is there twice"));
        }
    }
    Ok(limits)
}

/// So many days, or none.
pub(super) fn overlap(text: &str) -> Read<Option<u32>> {
    match text.trim_end_matches("days").trim_end_matches("day").trim_end() {
        "" => Ok(None),
        number => match number.parse() {
            Ok(0) | Err(_) => Err("a number of days, at least 1".to_owned()),
            Ok(days) => Ok(Some(days)),
        },
    }
}

/// Any JSON but null, which a license never says.
pub(super) fn payload(text: &str) -> Read<Option<Value>> {
    if text.is_empty() {
        return Ok(None);
    }
    match licentia_core::typed::payload(text)? {
        Value::Null => Err("leave it empty in place of null".to_owned()),
        value => Ok(Some(value)),
    }
}

/// A field of a license as the form would have it.
pub(super) fn written(license: &License, part: Part) -> String {
    match part {
        Part::Subject => license.subject.clone(),
        Part::Audience => written_list(&license.audience.0),
        Part::Term => license.not_after.map_or_else(|| "perpetual".to_owned(), |end| end.to_string()),
        Part::NotBefore => license.not_before.map_or_else(String::new, |start| start.to_string()),
        Part::Features => written_list(&license.features.0),
        Part::Limits => written_limits(&license.limits.0),
        Part::Payload => license.payload.as_ref().map_or_else(String::new, Value::to_string),
        Part::Identity => license.identity_id.map_or_else(String::new, |id| id.to_string()),
        Part::Machines => super::machines::written(license),
        Part::Issuer | Part::Require | Part::Totp | Part::Overlap => String::new(),
    }
}

pub(super) fn written_list(words: &[String]) -> String {
    let simple = words.join(", ");
    if list(&simple).as_deref() == Ok(words) { simple } else { serde_json::json!(words).to_string() }
}

fn written_limits(map: &BTreeMap<String, Limit>) -> String {
    let parts = map.iter().map(|(name, limit)| match limit {
        Limit::Number(number) => format!("{name}={number}"),
        Limit::Text(text) => format!("{name}={text}"),
    });
    let simple = parts.collect::<Vec<_>>().join(", ");
    // A text that reads as a number, or holds a comma, survives only as JSON.
    if limits(&simple).as_ref() == Ok(map) { simple } else { serde_json::to_string(map).unwrap_or(simple) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_days_an_end_or_for_ever() {
        assert_eq!(term("365"), Ok(Term::Days(365)));
        assert_eq!(term("30 days"), Ok(Term::Days(30)));
        assert_eq!(term("Perpetual"), Ok(Term::Perpetual));
        let end = Timestamp::from_seconds(1_801_440_000);
        assert_eq!(term("2027-02-01"), Ok(Term::Until(end)));
        assert_eq!(term("2027-02-01T01:00:00+01:00"), Ok(Term::Until(end)));
        for wrong in ["", "0", "99999999999", "2027-13-01", "soon", "2027-02-30", "日本語語"] {
            assert!(term(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lists_and_limits_are_read_as_they_are_written() {
        let lists = [vec![], vec!["a", "b"], vec!["a,b", "[c"], vec![" a"], vec!["日本"]];
        for words in lists.map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>()) {
            assert_eq!(list(&written_list(&words)), Ok(words));
        }
        let tricky =
            [("seats", Limit::Number(-3)), ("edition", Limit::Text("10".into())), ("a=b", Limit::Text(",".into()))];
        let tricky: BTreeMap<String, Limit> = tricky.map(|(name, limit)| (name.to_owned(), limit)).into();
        assert_eq!(limits(&written_limits(&tricky)), Ok(tricky));
        assert_eq!(written_limits(&limits("seats = 10,edition=pro").unwrap()), "edition=pro, seats=10");
        for wrong in ["seats", "seats=", "=1", "a=1,a=2", "{\"a\":1.5}"] {
            assert!(limits(wrong).is_err(), "{wrong}");
        }
        assert!(list("a, b, a").is_err());
    }

    #[test]
    fn a_payload_is_any_json_but_null() {
        assert_eq!(payload(""), Ok(None));
        assert_eq!(payload("[1]"), Ok(Some(serde_json::json!([1]))));
        assert!(payload("null").is_err());
        for wrong in ["{", "{\"a\":1,\"a\":2}", &"1".repeat(50_000)] {
            assert!(payload(wrong).is_err(), "{wrong}");
        }
    }
}

//! JSON read so that every reader sees the same thing: no member occurs twice, nothing follows the value.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Reads one JSON value.
///
/// `serde_json` takes the last of two members of one name. So what it took is counted against what stands in the text:
/// there a member has a colon, and nothing else has one outside of strings. Depth is limited to its 128 levels.
///
/// # Errors
/// When it is no JSON, goes on after its end, or has a member twice.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let value = serde_json::from_slice(bytes)?;
    if members(&value) == colons(bytes) {
        return Ok(value);
    }
    // Only now is it worth finding out which.
    serde_json::from_slice::<Unique>(bytes)?;
    Err(serde_json::Error::custom("a member occurs twice"))
}

/// The members of all objects in it.
fn members(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(members).sum(),
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

/// The colons outside of strings, in what is known to be JSON.
fn colons(json: &[u8]) -> usize {
    let (mut count, mut inside, mut escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = inside,
            b'"' => inside = !inside,
            b':' if !inside => count += 1,
            _ => {}
        }
    }
    count
}

/// For a member that may be absent and may not be null, which serde would take for absent.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What is read from an object alone: of a struct, serde would take an array of the values in their order too.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// For a member that is an object.
pub(crate) fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Object::deserialize(deserializer).map(|Object(value)| value)
}

/// For one that may be absent.
pub(crate) fn present_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    object(deserializer).map(Some)
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A JSON value without duplicate members at any depth; it keeps nothing.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if seen.contains(&name) {
                return Err(A::Error::custom(format!("the member {name:?} occurs twice")));
            }
            seen.insert(name);
            map.next_value::<Unique>()?;
        }
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
        while seq.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn duplicate_members_are_found_at_any_depth() {
        for text in
            [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":{"a":1,"b":2,"a":3}}"#, r#"[[{"a":null,"a":null}]]"#]
        {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("occurs twice"), "{text}: {error}");
        }
    }

    #[test]
    fn colons_and_quotes_in_strings_are_no_members() {
        for text in [
            r#"{"a:b":":","c\\":{"\":":["\\\":",":"]},"":{"":"\u003a"}}"#,
            r#"[":",{"a":"\\"},"\\\"\\",{":":1}]"#,
            r#"":""#,
        ] {
            assert!(parse(text.as_bytes()).is_ok(), "{text}");
        }
        assert!(parse(br#"{"a\"":":","a\u0022":"\\"}"#).is_err());
        // What goes with the first of the two counts as well.
        assert!(parse(br#"{"a":{"b":{"c":1}},"a":{"b":{"c":1}}}"#).is_err());
    }

    #[test]
    fn equal_names_in_different_objects_are_fine() {
        let text = r#"{"z":{"a":[1,-1,1.5,"s",true,null]},"a":{"a":{}}}"#;
        assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
    }

    #[test]
    fn trailing_text_bad_utf8_and_great_depth_are_refused() {
        assert!(parse(b"{} {}").is_err());
        assert!(parse(b"{\"a\":\"\xff\"}").is_err());
        assert!(parse(b"\xef\xbb\xbf{}").is_err());
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(deep(127).as_bytes()).is_ok());
        assert!(parse(deep(128).as_bytes()).is_err());
    }

    /// JSON of few names, so that some occur twice.
    fn json() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec!["", "a", ":", "\\\"", "\\\\", "\\u0061", "{"]);
        let leaf = prop_oneof![
            Just("1.5e3".to_owned()),
            Just("null".to_owned()),
            name.clone().prop_map(|text| format!("\"{text}\""))
        ];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            let member = (name.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\" : {value}"));
            prop_oneof![
                prop::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
                prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            ]
        })
    }

    proptest! {
        #[test]
        fn counting_finds_what_looking_finds(text in json()) {
            let looked = serde_json::from_str::<Unique>(&text).is_ok();
            prop_assert_eq!(parse(text.as_bytes()).is_ok(), looked, "{}", text);
        }
    }
}

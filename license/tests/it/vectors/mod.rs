//! The golden vectors in `tests/vectors`: every verifier, in any language, should agree with them.
//!
//! They are made here and compared byte for byte with what is committed, so a change of the format
//! cannot slip in. `cargo test -p licentia-license --test it -- --ignored` writes them anew.

mod content;
pub(crate) mod forge;
mod form;
mod proof;
mod valid;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use licentia_license::{Claims, Expectation, TrustedKeys, Unchecked, Verified, armor, inspect, sign, verify};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sample::{NOW, trusted, vendor_key};

/// One file: a text, what the verifier knows, and what it has to answer.
#[derive(Clone)]
pub(crate) struct Vector {
    name: &'static str,
    about: &'static str,
    text: Value,
    keys: Value,
    audience: &'static str,
    now: i64,
    leeway: i64,
    expect: Value,
}

impl Vector {
    pub(crate) fn new(name: &'static str, about: &'static str, text: &str, expect: Value) -> Self {
        Self {
            name,
            about,
            text: json!(text),
            keys: TrustedKeys::to_jwks(&[(trusted(&vendor_key(), Some("acme")), None)]),
            audience: "editor",
            now: NOW,
            leeway: 60,
            expect,
        }
    }

    pub(crate) fn refused(name: &'static str, about: &'static str, text: &str, code: &str) -> Self {
        Self::new(name, about, text, json!({ "code": code }))
    }

    pub(crate) fn at(mut self, now: i64, leeway: i64) -> Self {
        (self.now, self.leeway) = (now, leeway);
        self
    }

    fn to_file(&self) -> String {
        let value = json!({
            "about": self.about,
            "text": self.text,
            "keys": self.keys,
            "audience": self.audience,
            "now": self.now,
            "leeway": self.leeway,
            "expect": self.expect,
        });
        format!("{value:#}\n")
    }
}

fn all() -> BTreeMap<String, String> {
    let vectors = [valid::vectors(), form::vectors(), proof::vectors(), content::vectors()].concat();
    let files: BTreeMap<_, _> = vectors.iter().map(|v| (format!("{}.json", v.name), v.to_file())).collect();
    assert_eq!(files.len(), vectors.len(), "every vector has a name of its own");
    files
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn committed() -> BTreeMap<String, String> {
    fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// A text is a string, or for long ones a piece and how often it is repeated.
fn text(vector: &Value) -> String {
    match &vector["text"] {
        Value::String(text) => text.clone(),
        long => {
            let times = usize::try_from(long["times"].as_u64().unwrap()).unwrap();
            long["repeat"].as_str().unwrap().repeat(times)
        }
    }
}

fn answer(vector: &Value) -> Value {
    let Ok(keys) = TrustedKeys::from_text(&vector["keys"].to_string()) else {
        return json!({ "keys": "refused" });
    };
    let expect = Expectation {
        audience: vector["audience"].as_str(),
        now: vector["now"].as_i64().unwrap(),
        leeway: vector["leeway"].as_i64().unwrap(),
    };
    match verify(&text(vector), &keys, &expect) {
        Err(refusal) => json!({ "code": refusal.code() }),
        Ok(Verified { claims, unchecked, .. }) => {
            let unchecked: Vec<_> = unchecked.into_iter().map(Unchecked::code).collect();
            json!({ "claims": claims, "unchecked": unchecked })
        }
    }
}

#[test]
fn every_vector_gets_its_answer() {
    for (name, file) in committed() {
        let vector: Value = serde_json::from_str(&file).unwrap();
        assert_eq!(answer(&vector), vector["expect"], "{name}");
    }
}

#[test]
fn signing_makes_the_committed_text() {
    for name in ["valid-minimal.json", "valid-full.json"] {
        let vector: Value = serde_json::from_str(&committed()[name]).unwrap();
        let claims = Claims::deserialize(&vector["expect"]["claims"]).unwrap();
        let file = armor::wrap(&sign(&claims, &vendor_key()).unwrap());
        assert_eq!(vector["text"], file, "{name}");
    }
}

#[test]
fn reading_without_verifying_refuses_no_more_and_nothing_else() {
    let reading = ["malformed", "too_large", "unsupported_algorithm", "wrong_type", "missing_claim"];
    // Bindings of a form that is not known here cannot be shown either.
    let reading = [&reading[..], &["unsupported_claim"]].concat();
    for (name, file) in committed() {
        let vector: Value = serde_json::from_str(&file).unwrap();
        let code = vector["expect"]["code"].as_str().unwrap_or("valid");
        match inspect(&text(&vector)) {
            // A signature of the wrong length is of no interest to a reader.
            Ok(_) => assert!(!reading.contains(&code) || name.starts_with("signature-"), "{name}"),
            Err(refusal) => assert!(reading.contains(&refusal.code()), "{name}: {refusal}"),
        }
    }
}

#[test]
fn the_committed_vectors_are_the_ones_made_here() {
    let (made, committed) = (all(), committed());
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, file) in made {
        assert_eq!(file, committed[&name], "{name}");
    }
}

#[test]
#[ignore = "writes the golden vectors"]
fn write_the_vectors() {
    for (name, file) in all() {
        fs::write(folder().join(name), file).unwrap();
    }
}

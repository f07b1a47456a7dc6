//! The golden vectors in `tests/vectors`: a text, what a verifier knows, and what it has to answer.

mod content;
pub(crate) mod forge;
mod form;
mod proof;
mod tricks;
mod valid;

use licentia_license::{Claims, TrustedKeys, armor, inspect, sign};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::golden::{self, Folder};
use crate::sample::{NOW, trusted, vendor_key};

const FOLDER: &str = "vectors";

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
    /// Members that most vectors do without.
    more: Map<String, Value>,
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
            more: Map::new(),
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

    /// A verifier that knows this too.
    pub(crate) fn knowing(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn to_file(&self) -> (&'static str, Value) {
        let mut value = json!({
            "about": self.about,
            "text": self.text,
            "keys": self.keys,
            "audience": self.audience,
            "now": self.now,
            "leeway": self.leeway,
        });
        let members = value.as_object_mut().unwrap();
        members.extend(self.more.clone());
        members.insert("expect".to_owned(), self.expect.clone());
        (self.name, value)
    }
}

pub(crate) fn made() -> Folder {
    let vectors = [valid::vectors(), form::vectors(), proof::vectors(), content::vectors(), tricks::vectors()].concat();
    Folder::new(FOLDER, vectors.iter().map(Vector::to_file))
}

fn text(vector: &Value) -> String {
    golden::text(&vector["text"]).unwrap()
}

#[test]
fn every_vector_gets_its_answer() {
    for (name, vector) in golden::committed(FOLDER) {
        assert_eq!(golden::answer(&vector, &text(&vector)), vector["expect"], "{name}");
    }
}

#[test]
fn signing_makes_the_committed_text() {
    for name in ["valid-minimal.json", "valid-full.json"] {
        let vector = &golden::committed(FOLDER)[name];
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
    for (name, vector) in golden::committed(FOLDER) {
        let code = vector["expect"]["code"].as_str().unwrap_or("valid");
        match inspect(&text(&vector)) {
            // A signature of the wrong length is of no interest to a reader.
            Ok(_) => assert!(!reading.contains(&code) || name.starts_with("signature-"), "{name}"),
            Err(refusal) => assert!(reading.contains(&refusal.code()), "{name}: {refusal}"),
        }
    }
}

//! Golden vectors: files that every verifier, in any language, should agree with.
//!
//! They are made by the tests and compared byte for byte with what is committed, so a change of the format cannot slip
//! in. `cargo test -p licentia-license --test it -- --ignored` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use licentia_license::machine::Fingerprint;
use licentia_license::totp::TotpSecret;
use licentia_license::{Evidence, License, TrustedKeys, Unchecked, Verdict, Verified};
use serde_json::{Value, json};

use crate::{evidence, status_list, vectors};

/// A folder of vectors, by file name.
pub(crate) struct Folder {
    pub(crate) name: &'static str,
    pub(crate) made: BTreeMap<String, Value>,
}

impl Folder {
    pub(crate) fn new(name: &'static str, vectors: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let mut made = BTreeMap::new();
        for (name, vector) in vectors {
            assert!(made.insert(format!("{name}.json"), vector).is_none(), "{name}: not a name of its own");
        }
        Self { name, made }
    }

    /// What is committed is what was made.
    pub(crate) fn compare(&self) {
        let files = files(self.name);
        for name in files.keys() {
            assert!(self.made.contains_key(name), "{name} is not made any more");
        }
        for (name, vector) in &self.made {
            assert_eq!(Some(&to_file(vector)), files.get(name), "{name}");
        }
    }

    pub(crate) fn write(&self) {
        for (name, vector) in &self.made {
            fs::write(path(self.name).join(name), to_file(vector)).unwrap();
        }
    }
}

/// Every folder there is.
fn folders() -> [Folder; 3] {
    [vectors::made(), evidence::made(), status_list::vectors::made()]
}

#[test]
fn the_committed_vectors_are_the_ones_made_here() {
    for folder in folders() {
        folder.compare();
    }
}

#[test]
#[ignore = "writes the golden vectors"]
fn write_the_vectors() {
    for folder in folders() {
        folder.write();
    }
}

/// What is committed in a folder.
pub(crate) fn committed(folder: &str) -> BTreeMap<String, Value> {
    files(folder).into_iter().map(|(name, file)| (name, serde_json::from_str(&file).unwrap())).collect()
}

fn files(folder: &str) -> BTreeMap<String, String> {
    let paths = fs::read_dir(path(folder)).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

fn path(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)
}

fn to_file(vector: &Value) -> String {
    format!("{vector:#}\n")
}

/// A text is a string, or for long ones a piece and how often it is repeated; null is none.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        long => {
            let times = usize::try_from(long["times"].as_u64().unwrap()).unwrap();
            Some(long["repeat"].as_str().unwrap().repeat(times))
        }
    }
}

/// What a verifier that knows what the vector says answers to this text.
pub(crate) fn answer(vector: &Value, text_of: &str) -> Value {
    let Ok(keys) = TrustedKeys::from_text(&vector["keys"].to_string()) else {
        return json!({ "keys": "refused" });
    };
    let list = text(&vector["list"]);
    let identity = vector["identity"].as_str().map(bytes);
    let machine = vector["machine"].as_str().map(|text| Fingerprint::from_text(text).unwrap());
    let secret = vector["totp"]["secret"].as_str().map(|text| TotpSecret::from_text(text).unwrap());
    let mut evidence = Evidence::new().leeway(vector["leeway"].as_i64().unwrap());
    if let Some(audience) = vector["audience"].as_str() {
        evidence = evidence.audience(audience);
    }
    if let Some(seconds) = vector["grace"].as_i64() {
        evidence = evidence.grace(seconds);
    }
    if let Some(time) = vector["latest_seen"].as_i64() {
        evidence = evidence.latest_seen(time);
    }
    if let Some(identity) = &identity {
        evidence = evidence.identity(identity);
    }
    if let Some(machine) = &machine {
        evidence = evidence.machine(machine);
    }
    if let Some(secret) = &secret {
        evidence = evidence.totp(vector["totp"]["code"].as_str().unwrap(), secret);
    }
    if let Some(list) = &list {
        evidence = evidence.status_list(list);
    }
    if vector["required"] == true {
        evidence = evidence.require_status_list();
    }
    if let Some(iat) = vector["newest_seen"].as_i64() {
        evidence = evidence.newest_status_list(iat);
    }
    if let Some(seconds) = vector["max_age"].as_i64() {
        evidence = evidence.status_list_max_age(seconds);
    }
    match License::verify(text_of, &keys, &evidence, vector["now"].as_i64().unwrap()) {
        Verdict::Valid(license) => said(&license),
        Verdict::InGrace { license, why, until } => {
            let mut said = said(&license);
            said["in_grace"] = json!({ "code": why.code(), "until": until });
            said
        }
        Verdict::Invalid { why, .. } => json!({ "code": why.code() }),
    }
}

fn said(license: &Verified) -> Value {
    let unchecked: Vec<_> = license.unchecked.iter().copied().map(Unchecked::code).collect();
    json!({ "claims": license.claims, "unchecked": unchecked })
}

/// 64 hex digits.
fn bytes(hex: &str) -> [u8; 32] {
    let bytes = (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap());
    bytes.collect::<Vec<_>>().try_into().unwrap()
}

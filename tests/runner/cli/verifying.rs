//! Verifying a license: each reason why it does not hold has its code, its words, and status 3.

use super::{issue, members};
use crate::founded;
use licentia_core::Timestamp;
use licentia_license::Invalid;
use licentia_tests::Shell;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The golden vectors of these folders through the command line; those that no option can express are passed over.
///
/// The codes come from the library: a new one without a vector fails here.
#[test]
fn every_reason_has_its_code_and_status_3() {
    let shell = Shell::empty(crate::PROGRAM);
    let mut seen = BTreeSet::new();
    for (name, vector) in vectors(["vectors", "vectors-evidence"]) {
        let Some(line) = in_options(&shell, &vector) else { continue };
        let run = shell.run(&line);
        let (expect, said) = (&vector["expect"], run.json());
        let Some(code) = expect["code"].as_str() else {
            assert_eq!((run.status, &said["unchecked"]), (0, &expect["unchecked"]), "{name}: {run}");
            let excused = expect["in_grace"].as_object();
            assert_eq!(said["verdict"], if excused.is_some() { "in_grace" } else { "valid" }, "{name}");
            assert_eq!(said["code"], excused.map_or(Value::Null, |excused| excused["code"].clone()), "{name}");
            let until = excused.and_then(|excused| excused["until"].as_i64());
            assert_eq!(said["grace_until"], json!(until.map(|seconds| time(seconds).unwrap())), "{name}");
            continue;
        };
        assert_eq!((run.status, &said["code"]), (3, &json!(code)), "{name}: {run}");
        assert_eq!((&said["valid"], &said["verdict"]), (&json!(false), &json!("invalid")), "{name}");
        for words in ["message", "hint"] {
            let words = said[words].as_str().unwrap();
            assert!(!words.is_empty() && !words.contains("seconds since 1970"), "{name}: {words}");
        }
        seen.insert(code.to_owned());
    }
    // Those of the list; `every_reason_why_a_list_says_no_has_its_code_and_status_3` runs them all.
    let mut of_lists = BTreeMap::new();
    for (_, vector) in vectors(["vectors-status-list"]) {
        if let Some(code) = vector["expect"]["code"].as_str()
            && !seen.contains(code)
        {
            of_lists.entry(code.to_owned()).or_insert(vector);
        }
    }
    for (code, vector) in of_lists {
        let run = shell.run(&in_options(&shell, &vector).unwrap()).ends(3);
        assert_eq!(run.text("code"), code);
        seen.insert(code);
    }
    let known: BTreeSet<_> = Invalid::all_codes().map(str::to_owned).collect();
    assert_eq!(seen, known);
}

fn vectors<const N: usize>(folders: [&str; N]) -> Vec<(String, Value)> {
    let folders = folders.map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("../license/tests").join(name));
    let paths = folders.iter().flat_map(|folder| folder.read_dir().unwrap().map(|entry| entry.unwrap().path()));
    let mut vectors: Vec<_> = paths
        .map(|path| {
            let vector = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_name().unwrap().display().to_string(), vector)
        })
        .collect();
    vectors.sort_by(|(a, _), (b, _)| a.cmp(b));
    vectors
}

/// The command line that knows what the vector's verifier knows.
fn in_options(shell: &Shell, vector: &Value) -> Option<String> {
    const DAY: i64 = 86_400;
    let text = &vector[if vector["license"].is_null() { "text" } else { "license" }];
    shell.write("a.lic", whole(text));
    // No option for another leeway, for the age of a list, for parts of a day; keys that are refused end with status 1.
    let grace = vector["grace"].as_i64().unwrap_or_default();
    if vector["leeway"] != 60
        || !vector["max_age"].is_null()
        || grace % DAY != 0
        || vector["expect"]["keys"] == "refused"
    {
        return None;
    }
    shell.write("keys.json", vector["keys"].to_string());
    let mut line = "license verify a.lic --keys keys.json --format json".to_owned();
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            for word in [" --", name, " ", &value] {
                line.push_str(word);
            }
        }
    };
    let seconds = |name: &str| vector[name].as_i64();
    let file = |name: &str, content: Option<&[u8]>| content.map(|content| shell.write(name, content));
    let list = (!vector["list"].is_null()).then(|| whole(&vector["list"]));
    let identity = vector["identity"].as_str().map(unhex);
    option("at", Some(time(seconds("now")?)?));
    option("audience", vector["audience"].as_str().map(str::to_owned));
    option("grace", (grace != 0).then(|| (grace / DAY).to_string()));
    if let Some(latest) = seconds("latest_seen") {
        option("latest-seen", Some(time(latest)?));
    }
    option("identity", file("identity", identity.as_deref()));
    option("machine", file("machine", vector["machine"].as_str().map(str::as_bytes)));
    option("totp", vector["totp"]["code"].as_str().map(|code| format!("'{code}'")));
    option("totp-secret", file("secret", vector["totp"]["secret"].as_str().map(str::as_bytes)));
    option("status-list", file("list", list.as_deref().map(str::as_bytes)));
    option("require-status-list", (vector["required"] == true).then(String::new));
    option("status-list-since", seconds("newest_seen").and_then(time));
    Some(line)
}

/// A long text is a piece and how often it is repeated.
fn whole(text: &Value) -> String {
    match text.as_str() {
        Some(text) => text.to_owned(),
        None => text["repeat"].as_str().unwrap().repeat(usize::try_from(text["times"].as_u64().unwrap()).unwrap()),
    }
}

/// As the command line has it; none for what no calendar has.
fn time(seconds: i64) -> Option<String> {
    (0..=licentia_license::MAX_TIME).contains(&seconds).then(|| Timestamp::from_seconds(seconds).to_string())
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn people_read_what_is_wrong_and_which_component_changed() {
    let shell = Shell::empty(crate::PROGRAM);
    let said = |name: &str, more: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../license/tests/vectors-evidence").join(name);
        let vector: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let line = in_options(&shell, &vector).unwrap().replace(" --format json", "");
        shell.run(&format!("{line} {more}")).out()
    };
    let changed = said("valid-machine-changed.json", "");
    assert!(changed.contains("machine id same, disk same, network card changed, host name changed"), "{changed}");
    let guessed = said("machine-guessed.json", "");
    assert!(guessed.contains("this one changed: its machine id is another one"), "{guessed}");
    let late = said("grace-first-second.json", "");
    assert!(late.contains("expired at 2027-01-01T00:00:00Z; it is in grace until 2027-01-02T00:00:00Z"), "{late}");
    let back = said("clock-rolled-back.json", "");
    assert!(back.contains("the clock says 2026-05-28T20:26:40Z, and has said 2026-05-28T20:27:41Z before"), "{back}");
}

#[test]
fn a_program_carries_the_identity_that_its_license_names() {
    let mut shell = founded();
    shell.run("identity create editor-binary").done();
    let id = shell
        .run("license issue --subject alice --audience editor --days 30 --identity editor-binary --format json")
        .done()
        .text("id");
    shell.run("identity export editor-binary --out editor.id").done();
    shell.write("keys.json", shell.run("issuer export --as jwks").done().stdout);
    shell.run(&format!("license export {id} --out alice.lic")).done();
    shell.set("LICENTIA_HOME", "nowhere");
    let verify = "license verify alice.lic --keys keys.json --audience editor --format json";
    assert_eq!(shell.run(verify).done().json()["unchecked"], json!(["status_list", "identity"]));
    let run = shell.run(&format!("{verify} --identity editor.id")).done();
    assert_eq!(run.json()["unchecked"], json!(["status_list"]));
    shell.write("other.id", [0; 32]);
    assert_eq!(shell.run(&format!("{verify} --identity other.id")).ends(3).text("code"), "identity_mismatch");
    shell.write("short.id", [0; 31]);
    shell.run(&format!("{verify} --identity short.id")).refused("31 bytes");
}

#[test]
fn what_scripts_rely_on_is_there_whatever_the_answer() {
    let shell = founded();
    let id = issue(&shell, "alice");
    shell.write("keys.json", shell.run("issuer export --as jwks").done().stdout);
    shell.run(&format!("license export {id} --out alice.lic")).done();
    let verify = "license verify alice.lic --keys keys.json --format json";
    let usable =
        ["valid", "verdict", "code", "message", "grace_until", "unchecked", "machine", "totp_step", "kid", "claims"];
    assert_eq!(members(&shell.run(verify).done().json()), usable);
    assert_eq!(members(&shell.run(&format!("{verify} --grace 7 --at 2027-05-21")).done().json()), usable);
    let refused = shell.run(&format!("{verify} --audience other")).ends(3).json();
    let invalid = ["valid", "verdict", "code", "message", "hint", "grace_until", "machine", "claims"];
    assert_eq!(members(&refused), invalid);
    shell.run(&format!("{verify} --totp 123456")).wrong_usage("--totp-secret");
    shell.run(&format!("{verify} --grace=-1")).wrong_usage("--grace");
    shell.write("no.json", "{}");
    shell.run(&format!("{verify} --machine no.json")).refused("not a machine fingerprint");
    shell.write("no.txt", "1 2 3");
    shell.run(&format!("{verify} --totp 123456 --totp-secret no.txt")).refused("Base32");
    // A license for any machine needs none, and making a fingerprint takes time.
    shell.run(&format!("{verify} --machine auto")).done();
}

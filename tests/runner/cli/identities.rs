//! Identities, and probe tokens.

use super::{assert_verified, entries, kinds, members, newest};
use crate::founded;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

#[test]
fn the_life_of_an_identity() {
    let mut shell = founded();
    let made = shell.run("identity create pin --format json").done().json();
    assert_eq!(members(&made), ["id", "name", "digest", "created_at", "regenerated_at", "licenses"]);
    let id = made["id"].as_str().unwrap().to_owned();
    let out = shell.run("identity export pin --out pin.bin --format json").done();
    assert_eq!(out.text("digest"), made["digest"].as_str().unwrap());
    assert_eq!(std::fs::read(shell.path("pin.bin")).unwrap().len(), 32);
    assert_eq!(shell.path("pin.bin").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(newest(&shell)["kind"], "identity.export");
    let before = entries(&shell);
    shell.run("identity export pin --out pin.bin").refused("pin.bin");
    assert_eq!(entries(&shell), before);

    let license = shell.run("license issue --subject a --audience b --days 1 --identity pin --format json").done().id();
    shell.run("identity delete pin").refused("named by 1 license");
    assert_eq!(shell.run("identity show pin --format json").done().json()["licenses"], 1);
    let run = shell.run("identity regenerate pin --format json").done();
    assert!(run.err().contains("match no more"), "{run}");
    let new = run.json();
    assert_eq!((&new["id"], &new["regenerated_at"]), (&json!(id), &json!("2026-05-20T12:00:00Z")));
    assert_ne!(new["digest"], made["digest"]);

    shell.run(&format!("license delete {license}")).done();
    assert_eq!(shell.run("identity delete pin --format json").done().id(), id);
    shell.run("identity show pin").refused("there is no identity");
    let kinds = kinds(&shell);
    assert_eq!(
        kinds.iter().filter(|kind| kind.starts_with("identity.")).collect::<Vec<_>>(),
        ["identity.create", "identity.export", "identity.regenerate", "identity.delete"]
    );
    // Letting a secret out needs the passphrase.
    shell.run("identity create other").done();
    shell.set("LICENTIA_PASSPHRASE", None);
    shell.run("identity export other --out other.bin").refused("passphrase is needed");
    assert!(!shell.path("other.bin").exists());
    assert_verified(&shell);
}

#[test]
fn a_probe_token_is_used_once() {
    let shell = founded();
    let run = shell.run("probe create --label 'build server' --format json").done();
    assert!(run.err().contains("once"), "{run}");
    let made = run.json();
    let token = made["token"].as_str().unwrap();
    assert_eq!((&made["state"], &made["expires_at"]), (&json!("pending"), &json!("2026-05-21T12:00:00Z")));
    let shown = shell.run(&format!("probe show {} --format json", run.id())).done();
    assert!(!shown.out().contains(token), "{shown}");
    assert!(!shell.run("audit list --format json").done().out().contains(token));

    shell.write("token", format!("{token}\n"));
    // Kept as it came, spaces and order of members included.
    let result = r#"{ "b": 1.50, "a": {"fingerprint": "x"},   "b2": "\u00e9" }"#;
    shell.write("result.json", result);
    let consumed = shell.run("probe consume --token-file token --file result.json --format json").done().json();
    assert_eq!(consumed["state"], "consumed");
    assert_eq!(consumed["result"]["a"], json!({ "fingerprint": "x" }));
    assert_eq!(newest(&shell)["target_kind"], "ProbeToken");
    shell.run("probe consume --token-file token --file result.json").refused("consumed");
    shell.run(&format!("probe cancel {}", run.id())).refused("consumed");
    let rows = shell.run("probe list --format json").done().rows();
    assert_eq!(rows.len(), 1);
    assert_verified(&shell);
}

#[test]
fn a_token_that_is_over_or_cancelled_takes_nothing_in() {
    let mut shell = founded();
    shell.write("result.json", "{}");
    let make = |shell: &licentia_tests::Shell, label: &str| {
        let made = shell.run(&format!("probe create --label {label} --ttl 15m --format json")).done();
        (made.id(), made.text("token"))
    };
    let (cancelled, token) = make(&shell, "one");
    assert_eq!(shell.run(&format!("probe cancel {cancelled} --format json")).done().json()["state"], "cancelled");
    shell.run(&format!("probe consume {token} --file result.json")).refused("cancelled");
    let (late, token) = make(&shell, "two");
    shell.travel("2026-05-20T12:15:00Z");
    let before = entries(&shell);
    shell.run(&format!("probe consume {token} --file result.json")).refused("expired");
    assert_eq!(shell.run(&format!("probe show {late} --format json")).done().json()["state"], "expired");
    shell.run("probe consume lprobe_nonsense --file result.json").refused("token");
    shell.run("probe consume --file result.json").wrong_usage("TOKEN");
    shell.run("probe create --label x --ttl forever").wrong_usage("90s");
    shell.run("probe create --label ''").refused("label");
    assert_eq!(entries(&shell), before);
    assert_verified(&shell);
}

#[test]
fn a_result_is_an_object_of_at_most_64_kib() {
    let shell = founded();
    let token = shell.run("probe create --label x --format json").done().text("token");
    let before = entries(&shell);
    for wrong in ["", "[]", "7", "{", "{}{}", "\"text\"", "null"] {
        shell.write("result.json", wrong);
        shell.run(&format!("probe consume {token} --file result.json")).refused("");
    }
    shell.write("result.json", format!("{{\"a\":\"{}\"}}", "x".repeat(64 * 1024)));
    shell.run(&format!("probe consume {token} --file result.json")).refused("");
    shell.write("result.json", b"{\"a\":\"\xff\"}");
    shell.run(&format!("probe consume {token} --file result.json")).refused("UTF-8");
    assert_eq!(entries(&shell), before);
    shell.write("result.json", format!("{{\"a\":\"{}\"}}", "x".repeat(64 * 1024 - 8)));
    shell.run(&format!("probe consume {token} --file result.json")).done();
}

//! Journeys through the command line, each a story. What is checked here is the promise to scripts: names, members,
//! exit statuses, results on standard output and everything else on standard error.

mod audit;
mod batch;
mod binding;
mod checkpoints;
mod copies;
mod errors;
mod files;
mod founding;
mod identities;
mod ids;
mod issuers;
mod issuing;
mod lists;
mod living;
mod pictures;
mod publishing;
mod restoring;
mod search;

use licentia_tests::Shell;
use serde_json::Value;

/// The members of a license, in their order.
const LICENSE: [&str; 17] = [
    "id",
    "subject",
    "audience",
    "issuer_id",
    "status",
    "validity",
    "not_before",
    "not_after",
    "features",
    "limits",
    "payload",
    "bindings",
    "identity_id",
    "replaces",
    "status_list",
    "origin",
    "created_at",
];

/// The names of an object's members, in their order.
#[track_caller]
fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap_or_else(|| panic!("not an object: {value}")).keys().map(String::as_str).collect()
}

/// The texts of one member of each row.
#[track_caller]
fn column<'a>(rows: &'a [Value], member: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[member].as_str().unwrap_or_else(|| panic!("{member} in {row}"))).collect()
}

/// Issues a license for a year, and answers with its id.
#[track_caller]
fn issue(shell: &Shell, subject: &str) -> String {
    let args = ["license", "issue", "--subject", subject, "--audience", "editor", "--days", "365", "--format", "json"];
    shell.run_args(args).done().id()
}

/// How many entries the log has.
#[track_caller]
fn entries(shell: &Shell) -> u64 {
    shell.run("audit key --format json").done().json()["size"].as_u64().unwrap()
}

/// The kinds of all entries, oldest first.
#[track_caller]
fn kinds(shell: &Shell) -> Vec<String> {
    let rows = shell.run("audit list --limit 1000 --format json").done().rows();
    rows.iter().rev().map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
}

/// The newest entry.
#[track_caller]
fn newest(shell: &Shell) -> Value {
    shell.run("audit list --limit 1 --format json").done().rows().remove(0)
}

/// The log verifies.
#[track_caller]
fn assert_verified(shell: &Shell) {
    let report = shell.review("audit verify --format json").done().json();
    assert_eq!(report["verified"], true, "{report:#}");
    assert_eq!(report["issues"], serde_json::json!([]), "{report:#}");
}

/// Text in which everything is masked that differs from run to run: ids, hashes, tokens, places.
fn masked(shell: &Shell, text: &str) -> String {
    let text = text.replace(&shell.root().display().to_string(), "[ROOT]");
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || "-_.:".contains(c) {
            word.push(c);
            continue;
        }
        out.push_str(&mask(&word));
        word.clear();
        out.push(c);
    }
    out.pop();
    let lines = out.split('\n').map(|line| match line.split_once("  ") {
        Some(("status_list.idx", _)) => "status_list.idx  [INDEX]",
        Some(("verifier_key", _)) => "verifier_key  licentia/[UUID]/1+[ID-END]+[KEY]",
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn mask(word: &str) -> String {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bare = word.trim_end_matches('.');
    if uuid::Uuid::try_parse(bare).is_ok() && bare.len() == 36 {
        return "[UUID]".to_owned() + &word[bare.len()..];
    }
    for prefix in ["blake3:", "ed25519:"] {
        if word.strip_prefix(prefix).is_some_and(hex) {
            return format!("{prefix}[HEX]");
        }
    }
    if word.len() == 8 && hex(word) {
        return "[ID-END]".to_owned();
    }
    if word.starts_with("eyJ") {
        return "[TOKEN]".to_owned();
    }
    if (word.len() == 43 || word.len() == 32) && !word.contains(['.', ':']) {
        return "[KEY]".to_owned();
    }
    word.to_owned()
}

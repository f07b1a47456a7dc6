//! From an empty home to the first license, and where the passphrase comes from.

use super::{assert_verified, entries, kinds, members};
use crate::{empty, founded};
use licentia_tests::PASSPHRASE;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn from_an_empty_home_to_the_first_license() {
    let shell = empty();
    let made = shell.run("init --vendor acme --issuer 2026 --status-url https://s.example.com --format json").done();
    assert!(made.err().contains("no recovery without the passphrase"), "{made}");
    let made = made.json();
    assert_eq!(made["vendor"], "acme");
    assert_eq!(made["issuer"]["name"], "2026");
    assert_eq!(made["issuer"]["status"], "active");
    let fingerprint = made["fingerprint"].as_str().unwrap();
    assert_eq!(fingerprint.len(), "blake3:".len() + 64);

    assert_eq!(mode(&shell.home()), 0o700);
    for file in std::fs::read_dir(shell.home()).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    assert_eq!(kinds(&shell), ["vault.create", "issuer.create", "issuer.set_active"]);
    let created = shell.run("audit show 1 --format json").done().json();
    assert_eq!(created["payload"]["fingerprint"], fingerprint);
    assert_eq!(created["payload"]["log_id"], made["log_id"]);

    shell.run("license issue --subject alice --audience editor --perpetual").done();
    let verified = shell.review(&format!("audit verify --log {fingerprint} --format json")).done();
    assert_eq!(verified.json()["trust"]["key_source"], "given");
    assert_eq!(verified.err(), "");
}

#[test]
fn the_vendor_is_the_log_unless_told() {
    let shell = empty();
    let made = shell.run("init --format json").done();
    assert!(made.err().contains("cannot be revoked in the field"), "{made}");
    let made = made.json();
    assert_eq!(made["vendor"], format!("urn:uuid:{}", made["log_id"].as_str().unwrap()));
    assert_eq!(made["issuer"]["name"], "main");
    assert_eq!(made["issuer"]["status_url"], serde_json::Value::Null);
}

#[test]
fn a_second_init_is_refused_and_changes_nothing() {
    let shell = founded();
    let before = entries(&shell);
    shell.run("init").refused("already a database");
    shell.run("init --vendor other --format json").refused("already a database");
    assert_eq!(entries(&shell), before);
    assert_verified(&shell);
}

#[test]
fn an_init_that_is_refused_leaves_room_for_the_next() {
    let mut shell = empty();
    shell.run("init --status-url nonsense").refused("status address");
    shell.run("init --issuer ''").refused("issuer");
    shell.set("LICENTIA_PASSPHRASE", "short");
    shell.run("init").refused("passphrase");
    assert!(!shell.database().exists() || shell.run("audit key").status != 0);
    shell.set("LICENTIA_PASSPHRASE", PASSPHRASE);
    shell.run("init").done();
    assert_verified(&shell);
}

#[test]
fn where_the_passphrase_comes_from() {
    let mut shell = founded();
    let issue = "license issue --subject alice --audience editor --perpetual";
    shell.write("right", format!("{PASSPHRASE}\r\nand a second line\n"));
    shell.write("wrong", "not this one\n");
    shell.write("empty", "\n");

    // The option goes before the variables, the file before the text.
    shell.set("LICENTIA_PASSPHRASE", "wrong");
    shell.run(issue).refused("passphrase is wrong");
    shell.run(&format!("{issue} --passphrase-file right")).done();
    shell.set("LICENTIA_PASSPHRASE_FILE", "right");
    shell.run(issue).done();
    shell.run(&format!("{issue} --passphrase-file wrong")).refused("passphrase is wrong");
    shell.run(&format!("{issue} --passphrase-file empty")).refused("passphrase");
    shell.run(&format!("{issue} --passphrase-file missing")).refused("missing");

    // An empty variable is none, and without a terminal nobody can be asked.
    shell.set("LICENTIA_PASSPHRASE_FILE", "").set("LICENTIA_PASSPHRASE", None);
    let missing = shell.run(issue).refused("passphrase is needed");
    assert!(missing.err().contains("LICENTIA_PASSPHRASE"), "{missing}");
    assert_eq!(shell.run("license list --format json").done().rows().len(), 2);
    assert_verified(&shell);
}

#[test]
fn a_passphrase_file_that_others_can_read_is_warned_of() {
    let shell = founded();
    shell.write("secret", format!("{PASSPHRASE}\n"));
    std::fs::set_permissions(shell.path("secret"), PermissionsExt::from_mode(0o644)).unwrap();
    let run = shell.run("identity create a --passphrase-file secret").done();
    assert!(run.err().contains("chmod 600"), "{run}");
    std::fs::set_permissions(shell.path("secret"), PermissionsExt::from_mode(0o600)).unwrap();
    let run = shell.run("identity create b --passphrase-file secret").done();
    assert_eq!(run.err(), "");
}

#[test]
fn a_new_passphrase() {
    let mut shell = founded();
    shell.write("new", "another long passphrase\n");
    shell.write("weak", "short\n");
    let before = entries(&shell);
    shell.run("vault change-passphrase --new-passphrase-file weak").refused("too short");
    shell.run("vault change-passphrase").refused("passphrase is needed");
    assert_eq!(entries(&shell), before);

    shell.run("vault change-passphrase --new-passphrase-file new").done();
    assert_eq!(kinds(&shell).last().unwrap(), "vault.rekey");
    shell.run("identity create pin").refused("passphrase is wrong");
    shell.set("LICENTIA_PASSPHRASE", "another long passphrase");
    shell.run("identity create pin").done();
    assert_verified(&shell);
}

#[test]
fn the_home_is_where_the_platform_keeps_data() {
    let mut shell = empty();
    shell.set("LICENTIA_HOME", "").set("LICENTIA_PIN_DIR", None);
    let made = shell.run("init --format json").done().json();
    let expected = shell.path("user/.local/share/licentia/licentia.db");
    assert_eq!(made["database"], expected.display().to_string());
    assert!(expected.exists());
    assert!(shell.path("user/.local/state/licentia/pins").is_dir());
    shell.run(&format!("audit key --home {}", expected.display())).done();
}

#[test]
fn without_a_database_every_verb_says_so() {
    let shell = empty();
    for line in [
        "license list",
        "license show 1234",
        "license issue --subject a --audience b --days 1",
        "issuer list",
        "audit list",
        "audit verify",
        "audit key",
        "doctor",
        "backup --out copy.db",
        "vault change-passphrase",
        "identity list",
        "probe list",
    ] {
        let run = shell.run(line).refused("there is no database at");
        assert!(run.err().contains("licentia init"), "{run}");
    }
    assert!(!shell.home().exists(), "a question made a home");
}

#[test]
fn without_a_terminal_the_screen_does_not_open() {
    for shell in [empty(), founded()] {
        shell.run("").wrong_usage("licentia --help");
        shell.run("demo").wrong_usage("terminal");
        let error = shell.run("--format json").wrong_usage("terminal").error();
        assert!(error["hint"].as_str().unwrap().contains("licentia --help"), "{error}");
    }
}

#[test]
fn the_same_seed_fills_the_same_demo() {
    let shell = empty();
    let fill = |home: &str, seed: &str| {
        shell.run(&format!("demo --home {home} --fill --licenses 12 --seed {seed} --format json")).done().json()
    };
    let (one, two, other) = (fill("one", "7"), fill("two", "7"), fill("three", "8"));
    assert_eq!(one["fingerprint"], two["fingerprint"]);
    assert_ne!(one["fingerprint"], other["fingerprint"]);
    assert_eq!(one["passphrase"], "demo");
    let list = |home: &str, what: &str| {
        shell.run(&format!("{what} list --home {home} --limit 1000 --format json")).done().out()
    };
    assert_eq!(list("one", "license"), list("two", "license"));
    assert_eq!(list("one", "audit"), list("two", "audit"));
    assert_ne!(list("one", "license"), list("three", "license"));
    assert_eq!(shell.run("license list --home one --limit 1000 --format json").done().rows().len(), 12);
    assert!(members(&one).contains(&"entries"));
    shell.review("audit verify --home one").done();

    shell.run("demo --home one --fill").refused("already");
    shell.run("demo --fill").wrong_usage("--home");
}

//! Licenses for machines that change, and for people who have a second factor, through the command line.

use super::{assert_verified, entries, kinds, newest};
use crate::founded;
use licentia_license::machine::{Component, Fingerprint};
use licentia_license::totp::{self, TotpSecret};
use licentia_tests::{NOW, Shell, time};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

use Component::{Disk, HostName, MachineId, Network, ProductId};

/// A machine on which each component is 32 times one byte.
fn machine(label: &str, components: &[(Component, u8)]) -> Fingerprint {
    let components = components.iter().map(|(kind, byte)| (*kind, [*byte; 32])).collect();
    Fingerprint::new("acme", components, [].into(), Some(label.to_owned())).unwrap()
}

fn laptop() -> Fingerprint {
    machine("laptop", &[(MachineId, 1), (ProductId, 2), (Disk, 3), (Network, 4), (HostName, 5)])
}

/// With the fingerprint of the laptop and the keys in files.
fn shell() -> Shell {
    let shell = founded();
    shell.write("laptop.json", laptop().to_json());
    shell.run("issuer export --as jwks").done();
    shell.write("keys.json", shell.run("issuer export --as jwks").done().out());
    shell
}

const ISSUE: &str = "license issue --subject a --audience editor --days 365 --format json";

#[test]
fn a_license_for_a_machine_that_changes() {
    let shell = shell();
    let issued = shell.run(&format!("{ISSUE} --machine laptop.json --require 3 --out a.lic")).done();
    assert_eq!(issued.json()["bindings"]["machines"][0]["require"], 3);
    let verify = "license verify a.lic --keys keys.json --format json --machine";
    shell.run(&format!("{verify} laptop.json")).done();
    shell.write("changed.json", machine("x", &[(MachineId, 1), (ProductId, 2), (Disk, 3), (Network, 9)]).to_json());
    shell.run(&format!("{verify} changed.json")).done();
    shell.write("other.json", machine("x", &[(MachineId, 8), (ProductId, 8), (Disk, 3), (Network, 4)]).to_json());
    let refused = shell.run(&format!("{verify} other.json")).ends(3);
    assert_eq!(refused.json()["code"], "machine_mismatch", "{refused}");
    assert!(refused.json()["message"].as_str().unwrap().contains("its machine id is another one"), "{refused}");
    let foreign = Fingerprint::new("bolt", [(MachineId, [7; 32])].into(), [].into(), None).unwrap();
    shell.write("foreign.json", foreign.to_json());
    let refused = shell.run(&format!("{verify} foreign.json")).ends(3);
    let said = refused.json();
    assert_eq!((&said["code"], &said["machine"]), (&"machine_mismatch".into(), &json!(null)), "{refused}");
    let message = said["message"].as_str().unwrap();
    assert!(message.contains("made for the vendor \"bolt\"") && !message.contains("changed"), "{message}");
    let refused = shell.run("license verify a.lic --keys keys.json --format json").ends(3);
    assert_eq!(refused.json()["code"], "machine_required", "{refused}");

    let shown = shell.run(&format!("license show {} --format json", issued.id())).done().json();
    assert_eq!(shown["machines"][0]["label"], "laptop");
    assert_eq!(shown["machines"][0]["components"].as_array().unwrap().len(), 5);
    assert_verified(&shell);
}

#[test]
fn the_default_is_two_and_one_where_there_is_one() {
    let shell = shell();
    let require = |fingerprint: &Fingerprint| {
        let issued = shell.run_args(ISSUE.split(' ').chain(["--machine", &fingerprint.to_text()])).done();
        issued.json()["bindings"]["machines"][0]["require"].clone()
    };
    assert_eq!(require(&laptop()), 2);
    assert_eq!(require(&machine("small", &[(MachineId, 1)])), 1);
    shell.run(&format!("{ISSUE} --require 2")).wrong_usage("--machine");
    shell.run(&format!("{ISSUE} --machine laptop.json --require 6")).wrong_usage("6");
}

#[test]
fn rebinding_shows_old_and_new_side_by_side() {
    let shell = shell();
    let id = shell.run(&format!("{ISSUE} --machine laptop.json")).done().id();
    let repaired = machine("repaired", &[(MachineId, 1), (ProductId, 2), (Disk, 7), (HostName, 5)]);
    shell.write("repaired.json", repaired.to_json());
    let run = shell.run(&format!("license reissue {id} --machine repaired.json")).done();
    for line in [
        "machine 1: laptop before, repaired now",
        "  machine id    AQEBAQEB  AQEBAQEB  same",
        "  disk          AwMDAwMD  BwcHBwcH  changed",
        "  network card  BAQEBAQE  -         gone",
    ] {
        assert!(run.err().lines().any(|said| said == line), "{line:?} is not in\n{run}");
    }
    let payload = &newest(&shell)["payload"];
    assert_eq!(payload["machines"][0]["components"]["network"], "gone");

    let of = |subject: &str| {
        let rows = shell.run(&format!("license list --subject {subject} --status active --format json")).done().rows();
        rows[0]["id"].as_str().unwrap().to_owned()
    };
    let run = shell.run(&format!("license reissue {} --machine laptop.json --format json", of("a"))).done();
    assert_eq!(run.json()["rebound"][0]["components"]["disk"], "changed");
    let run = shell.run(&format!("license reissue {} --clear machines --format json", of("a"))).done();
    assert_eq!(run.json()["bindings"], json!(null));
    assert_verified(&shell);
}

#[test]
fn what_is_no_machine_for_this_license_is_refused() {
    let shell = shell();
    let before = entries(&shell);
    shell.write(
        "foreign.json",
        Fingerprint::new("bolt", laptop().components().clone(), [].into(), None).unwrap().to_json(),
    );
    shell.run(&format!("{ISSUE} --machine foreign.json")).refused("vendor bolt");
    shell.write("guessable.json", machine("x", &[(Disk, 1), (Network, 2)]).to_json());
    shell.run(&format!("{ISSUE} --machine guessable.json")).refused("cannot be guessed");
    shell.write("no.json", "{}");
    shell.run(&format!("{ISSUE} --machine no.json")).refused("no.json is no machine fingerprint");
    shell.run(&format!("{ISSUE} --machine lmachine_x")).refused("no machine fingerprint");
    shell.run(&format!("{ISSUE} --machine nowhere.json")).refused("nowhere.json");
    shell.run(&format!("{ISSUE} --machine laptop.json --machine laptop.json")).refused("twice");
    assert_eq!(entries(&shell), before);
}

#[test]
fn a_probe_s_result_names_the_machine() {
    let shell = shell();
    let made = shell.run("probe create --label till --format json").done();
    shell.write("token", made.text("token"));
    let id = made.id();
    shell.run(&format!("{ISSUE} --machine probe:{id}")).refused("has no result yet");
    let result = json!({ "version": 1, "fingerprint": laptop(), "made_at": "now" });
    shell.write("result.json", result.to_string());
    shell.run("probe consume --token-file token --file result.json").done();
    let issued = shell.run(&format!("{ISSUE} --machine probe:{id}")).done().json();
    assert_eq!(issued["bindings"]["machines"][0]["components"].as_object().unwrap().len(), 5);
    shell.run(&format!("{ISSUE} --machine result.json")).done();
}

#[test]
fn a_batch_may_name_machines_and_makes_no_secrets() {
    let shell = shell();
    let text = laptop().to_text();
    shell.write("batch.csv", format!("subject,audience,days,machine,require\na,editor,9,{text},3\nb,editor,9,,\n"));
    let rows = shell.run("license issue --from batch.csv --format json").done().rows();
    assert_eq!(rows[0]["bindings"]["machines"][0]["require"], 3);
    assert_eq!(rows[1]["bindings"], json!(null));
    shell.write("batch.csv", "subject,audience,days,totp\na,editor,9,yes\n");
    shell.run("license issue --from batch.csv").refused("totp");
    shell.run("license issue --from batch.csv --totp").wrong_usage("--totp");
    assert_verified(&shell);
}

#[test]
fn a_second_factor_is_shown_once_and_each_look_is_written_down() {
    let mut shell = shell();
    let run = shell.run(&format!("{ISSUE} --totp --out a.lic")).done();
    let (issued, id) = (run.json(), run.id());
    let secret = issued["totp_secret"].as_str().unwrap();
    assert!(issued["totp_uri"].as_str().unwrap().starts_with("otpauth://totp/editor:a?secret="));
    assert!(!issued["token"].as_str().unwrap().contains(secret));
    assert_eq!(kinds(&shell).iter().filter(|kind| *kind == "totp.create").count(), 1);
    for line in ["license show", "license export", "license history"] {
        assert!(!shell.run(&format!("{line} {id}")).done().out().contains(secret), "{line}");
    }
    assert!(!shell.run("audit list --format json --limit 100").done().out().contains(secret));

    let run = shell.run(&format!("license totp {id} --out host.totp --format json")).done();
    assert!(!run.out().contains(secret), "{run}");
    let file = std::fs::read_to_string(shell.path("host.totp")).unwrap();
    assert_eq!(file.trim_end(), secret);
    assert_eq!(shell.path("host.totp").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(newest(&shell)["kind"], "totp.reveal");
    let before = entries(&shell);
    shell.run(&format!("license totp {id} --out host.totp")).refused("host.totp");
    assert_eq!(entries(&shell), before, "nothing left the vault");
    let shown = shell.run(&format!("license totp {id}")).done().out();
    assert!(shown.contains(secret) && shown.contains('▀'), "{shown}");

    let code = totp::code(&TotpSecret::from_text(secret).unwrap(), 30, time(NOW).unwrap().seconds());
    let verify = "license verify a.lic --keys keys.json --format json";
    shell.run(&format!("{verify} --totp {code} --totp-secret host.totp")).done();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = shell.run(&format!("{verify} --totp {wrong} --totp-secret host.totp")).ends(3);
    assert_eq!(refused.json()["code"], "totp_wrong");
    assert_eq!(shell.run(verify).ends(3).json()["code"], "totp_required");

    // A renewal keeps it, and shows nothing.
    let renewed = shell.run(&format!("license reissue {id} --out b.lic --format json")).done();
    assert!(!renewed.out().contains(secret), "{renewed}");
    shell.run(&format!("license verify b.lic --keys keys.json --totp {code} --totp-secret host.totp")).done();
    let replaced = shell.run(&format!("license reissue {} --totp --format json", renewed.id())).done();
    assert_ne!(replaced.json()["totp_secret"], secret);
    let cleared = shell.run(&format!("license reissue {} --clear totp --format json", replaced.id())).done();
    shell.run(&format!("license totp {}", cleared.id())).refused("no TOTP secret");
    shell.set("LICENTIA_PASSPHRASE", None);
    shell.run(&format!("license totp {}", replaced.id())).refused("passphrase is needed");
    assert_verified(&shell);
}

#[test]
fn this_machine_has_a_fingerprint_or_says_why_not() {
    let shell = Shell::empty(crate::PROGRAM);
    let run = shell.run("machine fingerprint --vendor acme --label here --out here.json --format json").done();
    let shown = run.json();
    let written = Fingerprint::from_text(&std::fs::read_to_string(shell.path("here.json")).unwrap()).unwrap();
    assert_eq!(shown["text"], written.to_text());
    assert_eq!((written.vendor(), written.label()), ("acme", Some("here")));
    assert_eq!(shown["components"], json!(written.components().keys().collect::<Vec<_>>()));
    if shown["container"].is_string() {
        assert!(run.err().contains("container"), "{run}");
    }
    let again = shell.run("machine fingerprint --vendor acme --label here --format json").done().json();
    assert_eq!(again["text"], shown["text"], "it is the same machine");
    let other = shell.run("machine fingerprint --vendor bolt --label here --format json").done().json();
    assert_ne!(other["text"], shown["text"]);
    shell.run("machine fingerprint --vendor acme --out here.json").refused("here.json");
    shell.run("machine fingerprint").wrong_usage("--vendor");
}

//! What comes from outside: text that would drive a terminal, files that are none, places that cannot be written.
//!
//! Whatever is stored, no command lets it reach the terminal raw: no C0 control but the line feed, no DEL, no C1, no
//! bidi control.

use crate::{PROGRAM, empty, founded};
use ed25519_dalek::SigningKey;
use licentia_license::Claims;
use licentia_tests::{Run, Shell};
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

/// Text that would do something if it were written as it is.
const NASTY: [&str; 12] = [
    "\u{1b}[2Jcleared",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "over\rwritten",
    "two\nlines",
    "a\u{8}b\u{7f}c",
    "\u{9b}31mC1",
    "\u{202e}txt.exe",
    "\u{2066}isolated\u{2069}",
    "\u{200b}zero\u{200d}width\u{feff}",
    "line\u{2028}separator",
    "tab\tbed",
];

/// Nothing that a terminal obeys, or that turns text around.
#[track_caller]
fn assert_harmless(run: &Run) {
    for (stream, bytes) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{stream} is not UTF-8: {bytes:?}"));
        let bad = text.chars().find(|c| {
            (c.is_control() && *c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}')
        });
        assert_eq!(bad, None, "{stream} holds it raw: {text:?}\n{}", run.line);
    }
    assert!(!run.err().contains("panicked"), "{run}");
}

/// Every verb that shows what is stored, in every format.
fn look_at_everything(shell: &Shell) {
    let mut lines = Vec::new();
    for what in ["license", "issuer", "identity", "probe"] {
        lines.push(format!("{what} list"));
        let ids = shell.run(&format!("{what} list --limit 1000 --format json"));
        let ids = if ids.status == 0 { ids } else { shell.run(&format!("{what} list --format json")).done() };
        for row in ids.rows() {
            let id = row["id"].as_str().unwrap().to_owned();
            lines.push(format!("{what} show {id}"));
            if what == "license" {
                lines.push(format!("license history {id}"));
                lines.push(format!("license export {id}"));
            }
            if what == "issuer" {
                lines.extend(["pem", "jwk", "jwks"].map(|form| format!("issuer export {id} --as {form}")));
            }
            lines.push(format!("audit list --target {id}"));
        }
    }
    lines.extend(["audit list --limit 1000", "audit verify", "audit key", "doctor"].map(str::to_owned));
    for row in shell.run("audit list --limit 1000 --format json").done().rows() {
        lines.push(format!("audit show {}", row["seq"]));
    }
    for line in lines {
        for format in ["table", "json", "csv"] {
            let run = shell.run(&format!("{line} --format {format}"));
            assert_harmless(&run);
            assert!(run.status == 0 || line.starts_with("audit verify") || line == "doctor", "{run}");
            if format == "csv" && !line.starts_with("license export") && !line.starts_with("issuer export") {
                assert_no_formula(&run);
            }
        }
    }
}

/// No cell is one that a spreadsheet would run.
#[track_caller]
fn assert_no_formula(run: &Run) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(run.stdout.as_slice());
    for record in reader.records() {
        for cell in &record.unwrap() {
            let number = cell.parse::<f64>().is_ok();
            assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?} in {run}");
        }
    }
}

#[test]
fn what_is_typed_is_refused_or_shown_harmlessly() {
    let shell = founded();
    let (mut taken, mut turn) = (0, 0);
    for (number, text) in NASTY.into_iter().enumerate() {
        let limit = format!("{text}={text}");
        let payload = serde_json::json!({ text: text }).to_string();
        for args in [
            vec!["license", "issue", "--subject", text, "--audience", "a", "--days", "9"],
            vec!["license", "issue", "--subject", "s", "--audience", text, "--days", "9"],
            vec!["license", "issue", "--subject", "s", "--audience", "a", "--days", "9", "--feature", text],
            vec!["license", "issue", "--subject", "s", "--audience", "a", "--days", "9", "--limit", &limit],
            vec!["license", "issue", "--subject", "s", "--audience", "a", "--days", "9", "--payload", &payload],
            vec!["license", "issue", "--subject", "s", "--audience", "a", "--days", "9", "--actor", text],
            vec!["issuer", "create", text],
            vec!["identity", "create", text],
            vec!["probe", "create", "--label", text],
            vec!["license", "list", "--subject", text],
            vec!["license", "show", text],
            vec!["issuer", "show", text],
            vec!["audit", "list", "--actor", text],
            vec!["audit", "list", "--kind", text],
            vec!["audit", "list", "--target", text],
            vec!["license", "inspect", text],
            vec!["license", "verify", text, "--keys", text],
            vec!["license", "issue", "--from", text],
            vec!["audit", "verify", "--log", text],
            vec!["license", "list", "--home", text],
            vec!["license", text],
            vec!["license", "list", "--status", text],
            vec!["init", "--home", text, "--vendor", text],
            vec!["init", "--home", text, "--status-url", text],
        ] {
            // Each verb meets every format, though not with every text.
            let format = ["table", "json", "csv"][turn % 3];
            turn += 1;
            let run = shell.run_args(args.iter().copied().chain(["--format", format]));
            assert_harmless(&run);
            taken += usize::from(run.status == 0);
        }
        turn += 1;
        let id =
            shell.run(&format!("license issue --subject s{number} --audience a --days 9 --format json")).done().id();
        assert_harmless(&shell.run_args(["license", "revoke", &id, "--reason", "other", "--note", text]));
    }
    assert!(taken > 0);
    look_at_everything(&shell);
    shell.review("audit verify").done();
}

#[test]
fn formulas_and_long_and_odd_text() {
    let shell = founded();
    for text in
        ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", "👩‍👩‍👧‍👦 Ünïcödé 日本語 עברית", "a,b\"c;d"]
    {
        let limit = format!("--limit=k={text}");
        shell
            .run_args([
                "license",
                "issue",
                "--audience",
                "a",
                "--days",
                "9",
                &format!("--subject={text}"),
                &format!("--feature={text}"),
                &limit,
                &format!("--actor={text}"),
            ])
            .done();
        shell.run_args(["identity", "create", "--", text]).done();
    }
    look_at_everything(&shell);
    let long = "x".repeat(10_000);
    for args in [
        ["license", "issue", "--audience", "a", "--days", "9", "--subject", &long].as_slice(),
        &["issuer", "create", &long],
        &["identity", "create", &long],
        &["probe", "create", "--label", &long],
    ] {
        let run = shell.run_args(args);
        assert!(run.status == 0 || run.clone().refused("allowed").status == 1, "{run}");
    }
    for text in ["", " ", "\u{a0}"] {
        shell.run_args(["license", "issue", "--audience", "a", "--days", "9", "--subject", text]).refused("empty");
    }
}

#[test]
fn nul_comes_by_file_and_is_refused_or_shown_harmlessly() {
    let shell = founded();
    for (member, line) in [
        ("subject", r#"{"subject":"a\u0000b","audience":["x"],"days":1}"#),
        ("audience", r#"{"subject":"a","audience":["x\u0000"],"days":1}"#),
        ("feature", r#"{"subject":"a","audience":["x"],"days":1,"features":["\u0000"]}"#),
        ("limit", r#"{"subject":"a","audience":["x"],"days":1,"limits":{"a\u0000":1}}"#),
        ("limit", r#"{"subject":"a","audience":["x"],"days":1,"limits":{"a":"\u001b[2J"}}"#),
    ] {
        shell.write("nul.jsonl", line);
        let run = shell.run("license issue --from nul.jsonl").refused("line 1: ");
        assert!(run.err().contains(member), "{run}");
        assert_harmless(&run);
    }
    shell.write(
        "payload.jsonl",
        r#"{"subject":"a","audience":["x"],"days":1,"payload":{"k\u0000\u001b[2J":"\u0000\u202e"}}"#,
    );
    assert_harmless(&shell.run("license issue --from payload.jsonl"));
    look_at_everything(&shell);
}

#[test]
fn a_license_from_elsewhere_may_say_anything() {
    let shell = founded();
    let key = SigningKey::from_bytes(&[5; 32]);
    let public: String = {
        use base64ct::{Base64, Encoding};
        let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        der.extend(key.verifying_key().to_bytes());
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", Base64::encode_string(&der))
    };
    shell.write("their.pem", &public);
    shell.run("issuer import their.pem --name theirs").done();
    for (number, text) in NASTY.into_iter().chain(["\0", "=1+1"]).enumerate() {
        let claims = |subject: &str| Claims {
            iss: text.to_owned(),
            sub: subject.to_owned(),
            aud: vec![text.to_owned()],
            iat: 1_779_000_000,
            nbf: None,
            exp: None,
            jti: format!("{number}{text}"),
            features: vec![text.to_owned()],
            limits: BTreeMap::from([(text.to_owned(), licentia_core::Limit::Text(text.to_owned()))]),
            payload: Some(serde_json::json!({ text: [text] })),
            bindings: None,
            identity: Some(text.to_owned()),
            replaces: Some(text.to_owned()),
            status: None,
            log: None,
        };
        for subject in [text, "plain"] {
            let Ok(token) = licentia_license::sign(&claims(subject), &key) else { continue };
            shell.write("their.lic", licentia_license::armor::wrap(&token));
            for line in
                ["license inspect their.lic", "license verify their.lic --keys their.pem", "license import their.lic"]
            {
                for format in ["json", "table", "csv"] {
                    assert_harmless(&shell.run(&format!("{line} --format {format}")));
                }
            }
        }
    }
    look_at_everything(&shell);
}

#[test]
fn what_somebody_wrote_into_the_database_is_shown_harmlessly() {
    let shell = founded();
    let id = shell.run("license issue --subject s --audience a --days 9 --format json").done().id();
    shell.run(&format!("license revoke {id} --reason other --note n")).done();
    shell.run("identity create i").done();
    shell.run("probe create --label l").done();
    let all = NASTY.join("");
    for text in [all.as_str(), "\u{1b}[2J", "=1+1\u{9b}", "\tx"] {
        let connection = rusqlite::Connection::open(shell.database()).unwrap();
        connection
            .execute_batch(
                "DROP TRIGGER IF EXISTS audit_entry_no_update; DROP TRIGGER IF EXISTS audit_payload_no_update",
            )
            .unwrap();
        for sql in [
            "UPDATE license SET subject = ?1, audience = json_array(?1), features = json_array(?1), payload = json_object(?1, ?1)",
            "UPDATE issuer SET name = ?1, status_url = ?1, vendor = ?1",
            "UPDATE identity SET name = ?1, digest = ?1",
            "UPDATE probe_token SET label = ?1",
            "UPDATE revocation SET note = ?1, actor = ?1",
            "UPDATE audit_entry SET actor = ?1, target_kind = ?1 WHERE seq = 4",
            "UPDATE audit_payload SET body = CAST(json_object(?1, ?1) AS BLOB) WHERE seq = 4",
        ] {
            connection.execute(sql, [text]).unwrap();
        }
        drop(connection);
        look_at_everything(&shell);
        assert_harmless(&shell.review("audit verify").ends(3));
    }
}

#[test]
fn names_of_files_are_text_from_outside_too() {
    let shell = founded();
    let name = std::ffi::OsStr::from_bytes(b"\x1b[2J\xff\xfe.lic");
    for line in
        [&["license", "inspect"][..], &["license", "import"], &["issuer", "import"], &["license", "issue", "--from"]]
    {
        let run = shell.run_args(line.iter().map(std::ffi::OsStr::new).chain([name]));
        assert_harmless(&run);
        assert_ne!(run.status, 0);
    }
    let run = shell.run_args([std::ffi::OsStr::new("license"), name]);
    assert_harmless(&run);
    assert_eq!(run.status, 2);
}

#[test]
fn files_that_are_not_what_they_should_be() {
    let shell = founded();
    shell.write("empty", "");
    shell.write("cut", "-----BEGIN LICENSE-----\neyJhbGciOiJFZERTQSJ9.e30");
    shell.write("binary", (0..=255).cycle().take(4_096).collect::<Vec<u8>>());
    shell.write("large", vec![b'a'; 10 * 1024 * 1024]);
    shell.write("braces", "{".repeat(100_000));
    std::fs::create_dir(shell.path("directory")).unwrap();
    for name in ["empty", "cut", "binary", "large", "braces"] {
        for end in ["csv", "jsonl"] {
            std::fs::copy(shell.path(name), shell.path(&format!("{name}.{end}"))).unwrap();
        }
    }
    std::fs::create_dir(shell.path("directory.csv")).unwrap();
    shell.write("keys.json", shell.run("issuer export --as jwks").done().stdout);
    let token = shell.run("probe create --label x --format json").done().text("token");
    let before = shell.run("audit key --format json").done().json()["size"].clone();
    for name in ["empty", "cut", "binary", "large", "braces", "directory", "missing"] {
        for line in [
            format!("license inspect {name}"),
            format!("license import {name}"),
            format!("license verify {name} --keys keys.json"),
            format!("license verify keys.json --keys {name}"),
            format!("license issue --from {name}.csv"),
            format!("license issue --from {name}.jsonl"),
            format!("license issue --subject a --audience b --days 1 --payload @{name}"),
            format!("issuer import {name}"),
            format!("probe consume {token} --file {name}"),
            format!("probe consume --token-file {name} --file keys.json"),
            format!("license list --home {name}"),
            format!("audit verify --home {name}"),
            format!("audit verify --log {name}"),
            format!("identity create x --passphrase-file {name}"),
        ] {
            for format in ["table", "json"].into_iter().skip(usize::from(name != "binary")) {
                let run = shell.run(&format!("{line} --format {format}"));
                assert!([1, 2, 3].contains(&run.status), "{run}");
                assert!(run.status != 3 || line.contains("verify"), "{run}");
                if run.status != 3 && format == "json" {
                    let _ = run.error();
                }
                assert_harmless(&run);
                assert!(run.err().len() < 10_000, "{} bytes of message", run.err().len());
            }
        }
    }
    assert_eq!(shell.run("audit key --format json").done().json()["size"], before);
}

#[test]
fn a_config_file_that_is_none() {
    let shell = founded();
    for text in ["audience = [", "\u{1b}[2J = 1", "audience = ['\u{1b}[2J']\nmore = 1"] {
        shell.write("home/config.toml", text);
        assert_harmless(&shell.run("license issue --subject a --days 1").ends(1));
    }
    std::fs::remove_file(shell.path("home/config.toml")).unwrap();
    std::fs::create_dir(shell.path("home/config.toml")).unwrap();
    shell.run("license issue --subject a --days 1").refused("config.toml");
}

#[test]
fn a_home_that_cannot_be_written_can_be_read() {
    let nobody = 65_534;
    if !rustix::process::getuid().is_root() {
        licentia_tests::skip("a home that belongs to somebody else", "only root can become somebody else");
        return;
    }
    let shell = founded();
    shell.run("license issue --subject alice --audience b --days 9").done();
    // The last connection that closes leaves no log beside the file.
    rusqlite::Connection::open(shell.database())
        .unwrap()
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    let program = shell.path("licentia");
    std::fs::copy(PROGRAM, &program).unwrap();
    for (path, mode) in
        [(shell.root().to_owned(), 0o755), (program.clone(), 0o755), (shell.home(), 0o755), (shell.database(), 0o644)]
    {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }
    for rest in ["licentia.db-wal", "licentia.db-shm", "licentia.lock"] {
        let _ = std::fs::remove_file(shell.home().join(rest));
    }
    let run = |line: &str| {
        let mut command = shell.other_command(&program, licentia_tests::words(line));
        command.env("LICENTIA_PIN_DIR", "/nonexistent/pins").uid(nobody).gid(nobody);
        let output = command.stdin(std::process::Stdio::null()).output().unwrap();
        Run {
            line: line.to_owned(),
            status: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr: output.stderr,
        }
    };
    assert_eq!(run("license list --format json").done().rows().len(), 1);
    assert_eq!(run("audit verify --format json").done().json()["verified"], true);
    run("license issue --subject bob --audience b --days 9").refused("");
    assert_eq!(run("license list --format json").done().rows().len(), 1);
    // What may not even be read is no empty database.
    std::fs::set_permissions(shell.database(), PermissionsExt::from_mode(0o600)).unwrap();
    run("license list").refused("");
    let verify = run("audit verify");
    assert!(verify.status == 1 || verify.status == 3, "{verify}");
    drop(empty());
}

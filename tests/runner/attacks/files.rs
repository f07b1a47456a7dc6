//! Damage to the bytes of the file: it is unreadable, which proves nothing, and is said.

use super::{copied, issues, original};

#[test]
fn a_damaged_file_does_not_verify() {
    let whole = original().to_vec();
    let mut zeroed = whole.clone();
    zeroed[4096..8192].fill(0);
    let mut header = whole.clone();
    header[..16].copy_from_slice(b"not SQLite at al");
    let mut noise = whole.clone();
    for (at, byte) in noise.iter_mut().enumerate().skip(4096) {
        *byte ^= u8::try_from(at % 251).unwrap();
    }
    for (name, bytes) in [
        ("nothing", &b""[..]),
        ("one byte", b"x"),
        ("text", b"this is no database, and never was one"),
        ("half of it", &whole[..whole.len() / 2]),
        ("its first page", &whole[..4096]),
        ("a page of zeros", &zeroed),
        ("another header", &header),
        ("noise", &noise),
    ] {
        let shell = copied();
        std::fs::write(shell.database(), bytes).unwrap();
        let run = shell.review("audit verify --format json").ends(3);
        let report = run.json();
        assert_eq!(report["verified"], false, "{name}: {run}");
        assert!(issues(&report).contains(&"unreadable".to_owned()), "{name}: {run}");
        // No other verb panics on it, or takes it for an empty list.
        for line in ["license list", "audit list", "doctor", "license issue --subject a --audience b --days 1"] {
            let run = shell.run(line);
            assert!(run.status == 1 || (run.status == 0 && name == "a page of zeros"), "{name}: {run}");
            assert!(!run.err().contains("panicked"), "{name}: {run}");
        }
        assert_eq!(std::fs::read(shell.database()).unwrap(), bytes, "{name}: the evidence was changed");
    }
}

#[test]
fn any_byte_flipped_is_noticed_or_does_not_matter() {
    // A walk over the whole file: what verifies all the same must still say the same.
    let whole = original().to_vec();
    let said = copied().run("license list --format json").done().out();
    let step = whole.len() / 60;
    for at in (100..whole.len()).step_by(step.max(1)) {
        let shell = copied();
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        std::fs::write(shell.database(), bytes).unwrap();
        let run = shell.review("audit verify --format json");
        match run.status {
            3 => assert_eq!(run.json()["verified"], false),
            0 => {
                let list = shell.run("license list --format json");
                assert!(list.status == 1 || list.out() == said, "byte {at} is lied about\n{list}");
            }
            _ => panic!("byte {at}: {run}"),
        }
    }
}

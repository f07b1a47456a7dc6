//! Bundles that somebody changed and mended as far as one can without the log's key. With `LICENTIA_BUNDLES=DIR` the test
//! leaves each there with our verdict, for a verifier that shares no code with this one.

use super::parts::{Parts, bytes, flip};
use super::{BundleReport, World, codes, forged, lived_in, verify};
use crate::Error;
use crate::audit::bundle::{BundleRequest, CHECKPOINTS, ENTRIES, LOG, SIGNATURE, verify_bundle};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

/// What was done, and what has to be found.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) parts: Parts,
    expected: &'static [&'static str],
}

/// All entries and checkpoints changed by `work`, and everything mended that can be.
pub(super) fn case(
    honest: &Parts,
    name: &'static str,
    expected: &'static [&'static str],
    work: impl FnOnce(&mut Vec<Value>, &mut Vec<Value>, &mut Parts),
) -> Case {
    let mut parts = honest.clone();
    let (mut entries, mut notes) = (parts.lines(ENTRIES), parts.lines(CHECKPOINTS));
    work(&mut entries, &mut notes, &mut parts);
    parts.set_lines(ENTRIES, &entries);
    parts.set_lines(CHECKPOINTS, &notes);
    parts.mend();
    Case { name, parts, expected }
}

#[expect(clippy::too_many_lines, reason = "one case after the other")]
fn cases(honest: &Parts, other: &Parts) -> Vec<Case> {
    let mut cases = vec![
        case(honest, "only-mended", &["manifest_unsigned"], |_, _, _| {}),
        case(
            honest,
            "entry-bytes",
            &[
                "manifest_unsigned",
                "readable_altered@6",
                "entry_altered@6",
                "checkpoint_disagrees@8",
                "checkpoint_disagrees@12",
            ],
            |entries, _, _| {
                // Inside the id of the transaction: everything else still reads.
                let mut encoded = bytes(&entries[5]["encoded"]);
                encoded[110] ^= 1;
                entries[5]["encoded"] = Base64::encode_string(&encoded).into();
            },
        ),
        case(
            honest,
            "entry-frame",
            &[
                "manifest_unsigned",
                "readable_altered@6",
                "entry_malformed@6",
                "checkpoint_disagrees@8",
                "checkpoint_disagrees@12",
            ],
            |entries, _, _| {
                let mut encoded = bytes(&entries[5]["encoded"]);
                encoded.push(0);
                entries[5]["encoded"] = Base64::encode_string(&encoded).into();
            },
        ),
        case(honest, "hash", &["manifest_unsigned", "readable_altered@6", "entry_altered@6"], |entries, _, _| {
            flip(&mut entries[5]["hash"]);
        }),
        case(
            honest,
            "signature",
            &["manifest_unsigned", "readable_altered@6", "signature_invalid@6"],
            |entries, _, _| flip(&mut entries[5]["signature"]),
        ),
        case(honest, "payload", &["manifest_unsigned", "payload_altered@6"], |entries, _, _| {
            let text = String::from_utf8(bytes(&entries[5]["payload"])).unwrap().replace("pin 5", "pin 6");
            entries[5]["payload"] = Base64::encode_string(text.as_bytes()).into();
            entries[5]["entry"]["payload"] = serde_json::from_str(&text).unwrap();
        }),
        case(honest, "salt", &["manifest_unsigned", "payload_altered@6"], |entries, _, _| {
            flip(&mut entries[5]["salt"]);
        }),
        case(
            honest,
            "payload-moved-into-salt",
            &["manifest_unsigned", "readable_altered@6", "payload_altered@6"],
            |entries, _, _| {
                let (mut salt, mut body) = (bytes(&entries[5]["salt"]), bytes(&entries[5]["payload"]));
                salt.push(body.remove(0));
                entries[5]["salt"] = Base64::encode_string(&salt).into();
                entries[5]["payload"] = Base64::encode_string(&body).into();
            },
        ),
        case(honest, "payload-gone", &["manifest_unsigned", "payload_missing@6"], |entries, _, _| {
            entries[5]["salt"] = Value::Null;
            entries[5]["payload"] = Value::Null;
            entries[5]["entry"]["payload"] = Value::Null;
        }),
        case(honest, "readable", &["manifest_unsigned", "readable_altered@6"], |entries, _, _| {
            entries[5]["entry"]["actor"] = "mallory".into();
        }),
        case(
            honest,
            "order",
            &[
                "manifest_unsigned",
                "entry_missing@6",
                "entry_inserted@6",
                "time_disorder@6",
                "chain_broken@8",
                "checkpoint_disagrees@8",
                "checkpoint_disagrees@12",
            ],
            |entries, _, _| {
                entries.swap(5, 6);
            },
        ),
        case(
            honest,
            "missing",
            &["manifest_unsigned", "entry_missing@6", "checkpoint_disagrees@8", "checkpoint_disagrees@12"],
            |entries, _, _| {
                entries.remove(5);
            },
        ),
        case(
            honest,
            "inserted",
            &["manifest_unsigned", "entry_inserted@6", "checkpoint_disagrees@8", "checkpoint_disagrees@12"],
            |entries, _, _| {
                entries.insert(6, entries[5].clone());
            },
        ),
        case(
            honest,
            "seq",
            &[
                "manifest_unsigned",
                "entry_missing@14",
                "readable_altered@15",
                "entry_altered@15",
                "signature_invalid@15",
            ],
            |entries, _, _| {
                entries[13]["seq"] = 15.into();
            },
        ),
        case(honest, "tail-cut-behind-the-last-checkpoint", &["manifest_unsigned"], |entries, _, _| {
            entries.truncate(12);
        }),
        case(honest, "tail-cut", &["manifest_unsigned", "checkpoint_beyond@12"], |entries, _, _| entries.truncate(11)),
        case(
            honest,
            "all-cut",
            &[
                "manifest_unsigned",
                "checkpoint_beyond@5",
                "checkpoint_beyond@8",
                "key_table_altered@8",
                "checkpoint_beyond@12",
            ],
            |entries, _, _| entries.clear(),
        ),
        case(honest, "checkpoint-root", &["manifest_unsigned", "checkpoint_altered@8"], |_, notes, _| {
            let note = notes[1]["note"].as_str().unwrap();
            let root = note.lines().nth(2).unwrap().to_owned();
            let mut changed = Base64::decode_vec(&root).unwrap();
            changed[0] ^= 1;
            notes[1]["note"] = note.replace(&root, &Base64::encode_string(&changed)).into();
        }),
        case(honest, "checkpoint-size", &["manifest_unsigned", "checkpoint_altered@7"], |_, notes, _| {
            notes[1]["size"] = 7.into();
        }),
        case(honest, "checkpoint-exchanged", &["manifest_unsigned", "checkpoint_altered@8"], |_, notes, _| {
            notes[1]["note"] = notes[0]["note"].clone();
        }),
        case(honest, "checkpoint-garbage", &["manifest_unsigned", "checkpoint_altered@8"], |_, notes, _| {
            notes[1]["note"] = "garbage".into();
        }),
        case(honest, "cosignature", &["manifest_unsigned", "cosignature_invalid@8"], |_, notes, _| {
            let note = notes[1]["note"].as_str().unwrap();
            let line = note.lines().last().unwrap();
            let mut signature = bytes(&line.rsplit(' ').next().unwrap().into());
            *signature.last_mut().unwrap() ^= 1;
            let name = line.rsplit_once(' ').unwrap().0;
            notes[1]["note"] = note.replace(line, &format!("{name} {}", Base64::encode_string(&signature))).into();
        }),
        case(honest, "checkpoints-gone", &["manifest_unsigned"], |_, notes, _| notes.clear()),
        case(
            honest,
            "other-log-spliced",
            &[
                "manifest_unsigned",
                "entry_altered@6",
                "chain_broken@6",
                "key_unknown@6",
                "signature_invalid@6",
                "checkpoint_disagrees@8",
                "checkpoint_disagrees@12",
            ],
            |entries, _, _| {
                entries[5] = other.lines(ENTRIES)[5].clone();
            },
        ),
        case(
            honest,
            "later-key-exchanged",
            &[
                "key_table_altered",
                "manifest_unsigned",
                "key_table_altered@8",
                "checkpoint_altered@8",
                "key_table_altered@8",
                "key_unknown@9",
                "signature_invalid@9",
                "checkpoint_altered@12",
            ],
            |_, _, parts| {
                let mut log = parts.json(LOG);
                flip(&mut log["keys"][1]["public_key"]);
                parts.members[LOG] = format!("{log:#}\n").into_bytes();
            },
        ),
        case(honest, "introduced-elsewhere", &["manifest_unsigned", "key_table_altered@7"], |_, _, parts| {
            let mut log = parts.json(LOG);
            log["keys"][1]["introduced_by"] = 7.into();
            parts.members[LOG] = format!("{log:#}\n").into_bytes();
        }),
        case(honest, "key-added", &["key_table_altered", "key_table_altered", "manifest_unsigned"], |_, _, parts| {
            let mut log = parts.json(LOG);
            let mut more = log["keys"][1].clone();
            more["introduced_by"] = Value::Null;
            more["epoch"] = 2.into();
            log["keys"].as_array_mut().unwrap().push(more);
            parts.members[LOG] = format!("{log:#}\n").into_bytes();
        }),
        case(honest, "fingerprint-exchanged", &["key_table_altered", "manifest_unsigned"], |_, _, parts| {
            let mut log = parts.json(LOG);
            log["fingerprint"] = other.json(LOG)["fingerprint"].clone();
            parts.members[LOG] = format!("{log:#}\n").into_bytes();
        }),
        case(honest, "log-row", &["wrong_log"], |_, _, parts| {
            let mut log = parts.json(LOG);
            log["created_at"] = 1.into();
            parts.members[LOG] = format!("{log:#}\n").into_bytes();
        }),
        Case { name: "other-log", parts: other.clone(), expected: &["wrong_log"] },
    ];
    let changed = |name, expected, work: &dyn Fn(&mut Parts)| {
        let mut parts = honest.clone();
        work(&mut parts);
        Case { name, parts, expected }
    };
    cases.push(changed("honest", &[], &|_| {}));
    cases.push(changed("readme", &["manifest_disagrees"], &|parts| parts.members[0].push(b'x')));
    cases.push(changed("manifest", &["manifest_signature_invalid"], &|parts| parts.set_manifest("by", "mallory")));
    cases.push(changed("manifest-and-tail", &["manifest_signature_invalid"], &|parts| {
        let note = parts.members[SIGNATURE].clone();
        let mut entries = parts.lines(ENTRIES);
        entries.truncate(12);
        parts.set_lines(ENTRIES, &entries);
        parts.mend();
        parts.set_manifest("signed", true);
        parts.members.push(note);
    }));
    cases.push(changed("signature-gone", &["manifest_signature_invalid"], &|parts| parts.members.truncate(SIGNATURE)));
    cases.push(changed("signature-of-another", &["manifest_signature_invalid"], &|parts| {
        parts.members[SIGNATURE] = other.members[SIGNATURE].clone();
    }));
    cases.push(changed("line-broken", &["malformed"], &|parts| {
        parts.members[ENTRIES].pop();
        parts.mend_digests_only();
    }));
    cases.push(changed("member-twice", &["malformed"], &|parts| {
        let text = String::from_utf8(parts.members[ENTRIES].clone()).unwrap();
        parts.members[ENTRIES] = text.replacen("{\"seq\":1,", "{\"seq\":1,\"seq\":1,", 1).into_bytes();
        parts.mend_digests_only();
    }));
    cases
}

#[tokio::test]
async fn whatever_is_done_to_a_bundle_is_found_and_named() {
    let (world, other) = (lived_in().await, World::new(2).await);
    other.live(11).await;
    let honest = Parts::read(&world.bundle("honest.tar", true).await);
    let other = Parts::read(&other.bundle("other.tar", true).await);
    let kept = std::env::var_os("LICENTIA_BUNDLES").map(std::path::PathBuf::from);
    let directory = kept.clone().unwrap_or_else(|| world.directory.path().to_owned());
    if kept.is_some() {
        let trust = json!({ "fingerprint": world.fingerprint, "witness": world.witness_key().to_string() });
        std::fs::write(directory.join("trust.json"), trust.to_string()).unwrap();
    }
    for Case { name, parts, expected } in cases(&honest, &other).into_iter().chain(forged::cases(&honest)) {
        let path = directory.join(format!("case-{name}.tar"));
        std::fs::write(&path, parts.to_bytes()).unwrap();
        let found = verify_bundle(&path, &world.request(), [7; 32], &super::quiet());
        let mut told = told(&found);
        let unseen = found.as_ref().is_ok_and(|found| found.witnessed.is_empty() && !found.report.issues.is_empty());
        let ended = told.iter().any(|code| code == "log_missing");
        assert_eq!(told.iter().any(|code| code == "not_witnessed"), unseen && !ended, "{name}");
        told.retain(|code| code != "tables_absent" && code != "not_witnessed");
        if name == "log-row" {
            // Every hash, link and signature depends on it.
            told.retain(|code| expected.contains(&code.as_str()));
        }
        assert_eq!(told, expected, "{name}");
        let verified = found.as_ref().is_ok_and(|found| found.report.verified);
        let harmless = [
            "honest",
            "only-mended",
            "sealed-anew",
            "payload-of-no-number",
            "payload-of-no-bytes",
            "payload-in-utf-16",
            "checkpoints-gone",
            "tail-cut-behind-the-last-checkpoint",
        ];
        assert_eq!(verified, harmless.contains(&name), "{name}");
        if kept.is_some() {
            std::fs::write(path.with_extension("json"), verdict(&found).to_string()).unwrap();
        }
    }
    for (name, bytes) in forged::not_bundles(&honest) {
        let path = directory.join(format!("case-{name}.tar"));
        std::fs::write(&path, bytes).unwrap();
        let found = verify_bundle(&path, &world.request(), [7; 32], &super::quiet());
        assert_eq!(told(&found), ["malformed"], "{name}");
        if kept.is_some() {
            std::fs::write(path.with_extension("json"), verdict(&found).to_string()).unwrap();
        }
    }
}

fn told(found: &Result<BundleReport, Error>) -> Vec<String> {
    match found {
        Ok(found) => codes(found),
        Err(Error::Bundle { .. }) => vec!["malformed".to_owned()],
        Err(error) => panic!("{error:?}"),
    }
}

/// The exit status of `audit verify`, and every issue.
fn verdict(found: &Result<BundleReport, Error>) -> Value {
    match found {
        Ok(found) => json!({ "status": if found.report.verified { 0 } else { 3 }, "issues": found.report.issues }),
        Err(_) => json!({ "status": 1, "issues": [] }),
    }
}

#[tokio::test]
async fn what_nobody_can_see_in_a_bundle_alone_is_said() {
    let world = lived_in().await;
    let mut parts = Parts::read(&world.bundle("a.tar", true).await);
    let mut entries = parts.lines(ENTRIES);
    entries.truncate(12);
    parts.set_lines(ENTRIES, &entries);
    parts.mend();
    std::fs::write(world.path("cut.tar"), parts.to_bytes()).unwrap();
    let found = verify(&world.path("cut.tar"), &BundleRequest::default());
    assert!(found.report.verified && !found.signed);
    let said = &found.report.issues.iter().find(|issue| issue.code == "manifest_unsigned").unwrap().meaning;
    assert!(said.contains("may have been cut off"), "{said}");
}

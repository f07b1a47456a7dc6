//! Bundles in which one thing only is wrong. Most of it takes the log's own key, so all that could be mended is: each
//! check stands alone. And bundles that say the same in another spelling, which are none.

use super::tampered::{Case, Parts, case};
use crate::audit::bundle::line::Line;
use crate::audit::bundle::{CHECKPOINTS, ENTRIES, LOG, MANIFEST};
use crate::tlog::{self, Checkpoint};
use curve25519_dalek::traits::Identity;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signer, SigningKey};
use licentia_storage::LogId;
use licentia_storage::audit::{SealedFields, signed_bytes};
use licentia_storage::raw::RawEntry;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

/// Entry 11, between the last two checkpoints.
const PLACE: usize = 10;

/// The key that signs entries from 9 on.
fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn log_id(parts: &Parts) -> LogId {
    serde_json::from_value(parts.json(LOG)["log_id"].clone()).unwrap()
}

/// Entry 11 changed before it is sealed, and after; every entry behind it follows, and the checkpoints are gone.
fn forged(
    honest: &Parts,
    name: &'static str,
    expected: &'static [&'static str],
    before: impl FnOnce(&mut SealedFields),
    after: impl FnOnce(&mut RawEntry),
) -> Case {
    let log = *log_id(honest).0.as_bytes();
    case(honest, name, expected, |entries, notes, _| {
        notes.clear();
        let (mut before, mut after, mut link) = (Some(before), Some(after), None);
        for line in &mut entries[PLACE..] {
            let (mut entry, _) = Line::parse(line.to_string().as_bytes()).unwrap().raw(log);
            let fields = entry.fields.as_mut().unwrap();
            fields.previous_hash = link.unwrap_or_else(|| fields.previous_hash.clone());
            if let Some(before) = before.take() {
                before(fields);
            }
            let hash = fields.hash();
            entry.signature = key().sign(&signed_bytes(&log, entry.seq, &hash)).to_vec();
            entry.hash = hash.to_vec();
            link = Some(hash.to_vec());
            if let Some(after) = after.take() {
                after(&mut entry);
            }
            *line = serde_json::to_value(Line::of(&entry)).unwrap();
        }
    })
}

/// R is of small order, and the owner of the key makes S fit: the plain rules of Ed25519 believe it.
fn small_r(entry: &mut RawEntry, log: &[u8; 16]) {
    let message = signed_bytes(log, entry.seq, entry.hash.as_slice().try_into().unwrap());
    let r = EdwardsPoint::identity().compress();
    let challenge = Sha512::new().chain_update(r.as_bytes()).chain_update(key().verifying_key().as_bytes());
    let challenge = Scalar::from_bytes_mod_order_wide(&challenge.chain_update(message).finalize().into());
    let s = challenge * key().to_scalar();
    entry.signature = [*r.as_bytes(), s.to_bytes()].concat();
}

/// An effect that accounts for a key which log.json does not have.
fn brought_key() -> Vec<u8> {
    let mut effect = Vec::new();
    for (tag, value) in [(1_u16, &b"audit_key"[..]), (2, &[5; 16]), (3, &[6; 32])] {
        effect.extend(tag.to_be_bytes());
        effect.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        effect.extend(value);
    }
    [u32::try_from(effect.len()).unwrap().to_be_bytes().to_vec(), effect].concat()
}

/// What only one check finds. With entry 11 sealed as it was, nothing is wrong.
#[expect(clippy::too_many_lines, reason = "one case after the other")]
pub(super) fn cases(honest: &Parts) -> Vec<Case> {
    let log = log_id(honest);
    let origin = tlog::origin(log, 1);
    let first_key = |fields: &mut SealedFields| {
        fields.key_id = honest.key_ids()[0].clone();
    };
    let entry = |name, expected, before: &dyn Fn(&mut SealedFields)| forged(honest, name, expected, before, |_| {});
    let sealed = |name, expected, after: &dyn Fn(&mut RawEntry)| forged(honest, name, expected, |_| {}, after);
    let log_file = |name, expected, work: &dyn Fn(&mut Value)| {
        case(honest, name, expected, |_, _, parts| {
            let mut log = parts.json(LOG);
            work(&mut log);
            parts.set_json(LOG, &log);
        })
    };
    let signed_checkpoint = |name, expected, signer: SigningKey| {
        case(honest, name, expected, |_, notes, _| {
            let checkpoint = Checkpoint::new(&origin, 12, [1; 32]).unwrap();
            notes[2]["note"] = checkpoint.sign(&origin, &signer).unwrap().to_string().into();
        })
    };
    let manifest = |name, expected, member, value: Value| {
        let mut case = case(honest, name, expected, |_, _, _| {});
        case.parts.set_manifest(member, value);
        case
    };
    vec![
        entry("sealed-anew", &["manifest_unsigned"], &|_| {}),
        entry("link", &["manifest_unsigned", "chain_broken@11"], &|fields| fields.previous_hash[0] ^= 1),
        entry("time", &["manifest_unsigned", "time_disorder@11"], &|fields| fields.recorded_at -= 1),
        entry("time-set-back-for-nothing", &["manifest_unsigned", "time_disorder@11"], &|fields| {
            fields.kind = "clock.adjusted".to_owned();
        }),
        entry("key-of-yesterday-named", &["manifest_unsigned", "key_misplaced@11"], &first_key),
        entry("key-of-nobody-named", &["manifest_unsigned", "key_unknown@11"], &|fields| fields.key_id = vec![7; 16]),
        entry("effects", &["manifest_unsigned", "effects_malformed@11"], &|fields| fields.effects = vec![0, 0xff]),
        entry("key-brought-from-nowhere", &["manifest_unsigned", "key_table_altered@11"], &|fields| {
            fields.effects = brought_key();
        }),
        entry("version", &["manifest_unsigned", "version_unknown@11"], &|fields| fields.version = 2),
        entry("payload-hash", &["manifest_unsigned", "payload_altered@11"], &|fields| fields.payload_hash[0] ^= 1),
        sealed("stored-hash", &["manifest_unsigned", "entry_altered@11"], &|entry| entry.hash[0] ^= 1),
        sealed("one-signature", &["manifest_unsigned", "signature_invalid@11"], &|entry| entry.signature[40] ^= 1),
        sealed("r-of-small-order", &["manifest_unsigned", "signature_invalid@11"], &|entry| {
            small_r(entry, log.0.as_bytes());
        }),
        sealed("no-bytes", &["manifest_unsigned", "entry_malformed@11"], &|entry| {
            entry.fields = Err("that nobody can encode");
        }),
        case(honest, "missing-under-no-checkpoint", &["manifest_unsigned", "entry_missing@11"], |entries, notes, _| {
            notes.clear();
            entries.remove(PLACE);
        }),
        case(
            honest,
            "inserted-under-no-checkpoint",
            &["manifest_unsigned", "entry_inserted@11"],
            |entries, notes, _| {
                notes.clear();
                entries.insert(PLACE, entries[PLACE].clone());
            },
        ),
        signed_checkpoint("another-tree-signed", &["manifest_unsigned", "checkpoint_disagrees@12"], key()),
        signed_checkpoint(
            "checkpoint-of-another",
            &["manifest_unsigned", "checkpoint_altered@12"],
            SigningKey::from_bytes(&[1; 32]),
        ),
        log_file("vkey", &["key_table_altered", "manifest_unsigned"], &|log| {
            log["keys"][1]["vkey"] = log["keys"][0]["vkey"].clone();
        }),
        log_file(
            "no-keys",
            &[
                "key_table_altered",
                "manifest_unsigned",
                "key_table_altered@8",
                "checkpoint_altered@8",
                "key_unknown@9",
                "signature_invalid@9",
                "checkpoint_altered@12",
            ],
            &|log| log["keys"] = json!([]),
        ),
        log_file("no-public-key", &["log_missing"], &|log| log["public_key"] = "AAAA".into()),
        manifest("counted-wrong", &["manifest_disagrees", "manifest_unsigned"], "entries", 13.into()),
        manifest("made-later", &["manifest_disagrees", "manifest_unsigned"], "made_at", "2026-05-20T14:00:01Z".into()),
        manifest(
            "did-not-verify",
            &["export_found_issues", "manifest_unsigned"],
            "verification",
            json!({ "verified": false }),
        ),
    ]
}

/// The same said otherwise, or not whole: none of these is a bundle.
pub(super) fn not_bundles(honest: &Parts) -> Vec<(&'static str, Vec<u8>)> {
    let whole = honest.to_bytes();
    let line = |work: &dyn Fn(&mut Value)| {
        let changed = case(honest, "", &[], |entries, _, _| work(&mut entries[0]));
        changed.parts.to_bytes()
    };
    let header = |at: usize, work: &dyn Fn(&mut tar::Header)| {
        let mut bytes = whole.clone();
        let mut header = tar::Header::from_byte_slice(&bytes[at..at + 512]).clone();
        work(&mut header);
        header.set_cksum();
        bytes[at..at + 512].copy_from_slice(header.as_bytes());
        bytes
    };
    let manifest = |work: &dyn Fn(&mut Value)| {
        let mut parts = honest.clone();
        let mut changed = parts.manifest();
        work(&mut changed);
        parts.set_json(MANIFEST, &changed);
        parts.to_bytes()
    };
    let readme = usize::try_from(tar::Header::from_byte_slice(&whole[..512]).entry_size().unwrap()).unwrap();
    let mut padded = whole.clone();
    padded[512 + readme] = 1;
    let mut blank = honest.clone();
    blank.add_to(ENTRIES, b"\n");
    let mut number = honest.clone();
    number.add_to(CHECKPOINTS, b"{\"size\":NaN,\"note\":\"\"}\n");
    vec![
        (
            "base64-spelt-otherwise",
            line(&|line| {
                // Four bits behind the last byte are of no account, and have to be zero.
                let text = line["signature"].as_str().unwrap().to_owned();
                let (text, last) = (&text[..85], text.as_bytes()[85]);
                line["signature"] = format!("{text}{}==", char::from(last + 1)).into();
            }),
        ),
        ("line-says-more", line(&|line| line["more"] = 1.into())),
        ("line-says-less", line(&|line| drop(line.as_object_mut().unwrap().remove("salt")))),
        ("line-says-null", line(&|line| line["hash"] = Value::Null)),
        ("line-says-half", line(&|line| line["seq"] = 1.0.into())),
        ("line-blank", blank.to_bytes()),
        ("not-a-number", number.to_bytes()),
        ("manifest-says-more", manifest(&|manifest| manifest["more"] = 1.into())),
        ("manifest-says-less", manifest(&|manifest| drop(manifest.as_object_mut().unwrap().remove("notes")))),
        ("tar-other-mode", header(0, &|header| header.set_mode(0o600))),
        ("tar-other-time", header(512 + readme.next_multiple_of(512), &|header| header.set_mtime(1))),
        ("tar-other-filling", padded),
        ("tar-goes-on", [&whole[..], &[0; 512]].concat()),
        ("tar-cut", whole[..whole.len() / 2].to_vec()),
    ]
}

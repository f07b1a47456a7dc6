//! Bundles in which one thing only is wrong. Most of it takes the log's own key, so all that could be mended is: each
//! check stands alone. And bundles that say the same in another spelling, which are none.

use super::parts::Parts;
use super::tampered::{Case, case};
use crate::audit::bundle::line::Line;
use crate::audit::bundle::{ENTRIES, LOG, MANIFEST};
use crate::tlog::{self, Checkpoint};
use base64ct::{Base64, Encoding};
use curve25519_dalek::traits::Identity;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::{Signer, SigningKey};
use licentia_storage::LogId;
use licentia_storage::audit::{SealedFields, payload_hash, signed_bytes};
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

fn framed(tag: u16, value: &[u8]) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &u32::try_from(value.len()).unwrap().to_be_bytes(), value].concat()
}

/// An effect; this one accounts for a key which log.json does not have.
const KEY: [(u16, &[u8]); 3] = [(1, b"audit_key"), (2, &[5; 16]), (3, &[6; 32])];

fn effect(fields: &[(u16, &[u8])], longer: usize) -> Vec<u8> {
    let effect: Vec<u8> = fields.iter().flat_map(|(tag, value)| framed(*tag, value)).collect();
    [u32::try_from(effect.len() + longer).unwrap().to_be_bytes().to_vec(), effect].concat()
}

/// The last checkpoint with another text, signed all the same.
fn resigned(note: &mut Value, work: impl FnOnce(&str) -> String) {
    let whole = note.as_str().unwrap().to_owned();
    let (text, lines) = whole.rsplit_once("\n\n").unwrap();
    let (name, line) = lines.lines().next().unwrap().rsplit_once(' ').unwrap();
    let text = work(&format!("{text}\n"));
    let signature = key().sign(text.as_bytes()).to_bytes();
    let line = Base64::encode_string(&[&Base64::decode_vec(line).unwrap()[..4], &signature].concat());
    *note = format!("{text}\n{name} {line}\n").into();
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
    let payload = |name, body: &'static [u8]| {
        let hash = payload_hash(&[4; 16], body).to_vec();
        let after = |entry: &mut RawEntry| entry.payload = Some((vec![4; 16], body.to_vec()));
        forged(honest, name, &["manifest_unsigned"], |fields| fields.payload_hash = hash, after)
    };
    let checkpoint = |name, work: &dyn Fn(&mut Value)| {
        // What is no checkpoint has no root that the manifest could name.
        let expected = &["manifest_disagrees", "manifest_unsigned", "checkpoint_altered@12"];
        case(honest, name, expected, |_, notes, _| work(&mut notes[2]["note"]))
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
            fields.effects = effect(&KEY, 0);
        }),
        entry("effect-cut-off", &["manifest_unsigned", "effects_malformed@11"], &|fields| {
            fields.effects = effect(&KEY, 1);
        }),
        entry("effect-without-id", &["manifest_unsigned", "effects_malformed@11"], &|fields| {
            fields.effects = effect(&[KEY[0], KEY[2]], 0);
        }),
        entry("effect-with-half-a-hash", &["manifest_unsigned", "effects_malformed@11"], &|fields| {
            fields.effects = effect(&[(1, b"license"), KEY[1], (3, &[6; 16])], 0);
        }),
        entry("key-id-too-short", &["manifest_unsigned", "readable_altered@11", "entry_malformed@11"], &|fields| {
            fields.key_id.pop();
        }),
        // Any bytes can be a payload. What is no JSON is shown as text.
        payload("payload-of-no-number", b"NaN"),
        payload("payload-of-no-bytes", b""),
        payload("payload-in-utf-16", b"\xff\xfe1\0"),
        case(
            honest,
            "field-twice",
            &["manifest_unsigned", "readable_altered@14", "entry_malformed@14"],
            |entries, _, _| {
                let last = &mut entries[13]["encoded"];
                let mut encoded = Base64::decode_vec(last.as_str().unwrap()).unwrap();
                encoded.extend_from_within(encoded.len() - 38..);
                *last = Base64::encode_string(&encoded).into();
            },
        ),
        checkpoint("checkpoint-size-spelt-otherwise", &|note| {
            resigned(note, |text| text.replace("\n12\n", "\n012\n"));
        }),
        checkpoint("checkpoint-with-a-tab", &|note| resigned(note, |text| format!("{text}a\tb\n"))),
        checkpoint("checkpoint-with-a-hyphen", &|note| {
            let text = note.as_str().unwrap();
            let (before, after) = text.rsplit_once('\u{2014}').unwrap();
            *note = format!("{before}-{after}").into();
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
    number.replace(MANIFEST, "\"notes\": [", "\"notes\": [NaN");
    let mut key = honest.clone();
    key.replace(LOG, "\"epoch\": 1,", "\"epoch\": 1, \"more\": 1,");
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
        ("key-says-more", key.to_bytes()),
        ("manifest-says-more", manifest(&|manifest| manifest["more"] = 1.into())),
        ("manifest-says-less", manifest(&|manifest| drop(manifest.as_object_mut().unwrap().remove("notes")))),
        ("tar-other-mode", header(0, &|header| header.set_mode(0o600))),
        ("tar-other-time", header(512 + readme.next_multiple_of(512), &|header| header.set_mtime(1))),
        ("tar-other-filling", padded),
        ("tar-goes-on", [&whole[..], &[0; 512]].concat()),
        ("tar-cut", whole[..whole.len() / 2].to_vec()),
    ]
}

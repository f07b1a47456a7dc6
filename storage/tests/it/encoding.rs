//! The bytes that are hashed and signed. The vectors were made by a program in another language, from the description
//! alone; a change that breaks one breaks every log there is.

use crate::home::{Home, NOON};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use licentia_storage::audit::{
    AuditLog, RecordedEffect, SealedFields, decode_effects, hex, key_id, payload_hash, signature_holds, signed_bytes,
};
use licentia_storage::{LogId, Timestamp};
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/audit.json")).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn signing_key(vectors: &Value) -> SigningKey {
    SigningKey::from_bytes(&array(&vectors["seed"]))
}

fn fields(log_id: [u8; 16], key_id: &[u8], entry: &Value) -> SealedFields {
    let optional = |name: &str| entry[name].as_str().map(str::to_owned);
    SealedFields {
        version: 1,
        log_id,
        seq: entry["seq"].as_i64().unwrap(),
        id: bytes(&entry["id"]),
        transaction_id: bytes(&entry["transaction_id"]),
        kind: text(&entry["kind"]),
        severity: text(&entry["severity"]),
        outcome: text(&entry["outcome"]),
        actor: text(&entry["actor"]),
        actor_kind: text(&entry["actor_kind"]),
        target_kind: optional("target_kind"),
        target_id: optional("target_id"),
        recorded_at: entry["recorded_at"].as_i64().unwrap(),
        clock: entry["clock"].as_i64().unwrap(),
        payload_hash: bytes(&entry["payload_hash"]),
        effects: bytes(&entry["effects"]),
        key_id: key_id.to_vec(),
        previous_hash: bytes(&entry["previous_hash"]),
    }
}

#[test]
fn the_log_key_and_fingerprint_are_frozen() {
    let vectors = vectors();
    let public_key = signing_key(&vectors).verifying_key().to_bytes();
    assert_eq!(hex(&public_key), vectors["public_key"]);
    assert_eq!(hex(&key_id(&public_key)), vectors["key_id"]);
    let log = AuditLog {
        id: LogId(Uuid::from_bytes(array(&vectors["log"]["id"]))),
        created_at: Timestamp(vectors["log"]["created_at"].as_i64().unwrap()),
        encoding: 1,
        public_key,
    };
    assert_eq!(hex(&log.fingerprint()), vectors["log"]["fingerprint"]);
    assert_eq!(log.fingerprint_text(), format!("blake3:{}", text(&vectors["log"]["fingerprint"])));
}

#[test]
fn entries_are_frozen() {
    let vectors = vectors();
    let (log_id, key) = (array(&vectors["log"]["id"]), signing_key(&vectors));
    let mut previous = text(&vectors["log"]["fingerprint"]);
    for entry in vectors["entries"].as_array().unwrap() {
        let about = &entry["about"];
        let fields = fields(log_id, &bytes(&vectors["key_id"]), entry);
        let payload = payload_hash(&bytes(&entry["salt"]), text(&entry["payload"]).as_bytes());
        assert_eq!(hex(&payload), entry["payload_hash"], "{about}");
        assert_eq!(hex(&fields.previous_hash), previous, "{about}");
        assert_eq!(hex(&fields.encode()), entry["encoded"], "{about}");
        let hash = fields.hash();
        assert_eq!(hex(&hash), entry["hash"], "{about}");
        let signature = key.sign(&signed_bytes(&log_id, fields.seq, &hash));
        assert_eq!(hex(&signature.to_bytes()), entry["signature"], "{about}");
        assert!(signature_holds(&key.verifying_key(), &log_id, fields.seq, &hash, &signature.to_bytes()), "{about}");
        previous = hex(&hash);
    }
}

#[test]
fn a_signature_holds_for_its_log_place_and_entry_only() {
    let vectors = vectors();
    let (log_id, key) = (array(&vectors["log"]["id"]), signing_key(&vectors).verifying_key());
    let entry = &vectors["entries"][1];
    let (seq, hash, signature) = (2, array(&entry["hash"]), bytes(&entry["signature"]));
    assert!(signature_holds(&key, &log_id, seq, &hash, &signature));
    assert!(!signature_holds(&key, &[0; 16], seq, &hash, &signature));
    assert!(!signature_holds(&key, &log_id, seq + 1, &hash, &signature));
    assert!(!signature_holds(&key, &log_id, seq, &[0; 32], &signature));
    assert!(!signature_holds(&key, &log_id, seq, &hash, &signature[..63]));
    assert!(!signature_holds(&key, &log_id, seq, &hash, &[]));
    for bit in 0..512 {
        let mut forged = signature.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(!signature_holds(&key, &log_id, seq, &hash, &forged), "bit {bit}");
    }
    // A weak key, under which anything would verify by the lax rules.
    let weak = VerifyingKey::from_bytes(&{
        let mut identity = [0; 32];
        identity[0] = 1;
        identity
    })
    .unwrap();
    let mut trivial = [0; 64];
    trivial[0] = 1;
    assert!(!signature_holds(&weak, &log_id, seq, &hash, &trivial));
}

#[test]
fn effects_are_frozen() {
    for vector in vectors()["effects"].as_array().unwrap() {
        let expected: Vec<RecordedEffect> = vector["effects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|effect| RecordedEffect {
                noun: text(&effect[0]),
                id: bytes(&effect[1]),
                hash: effect[2].as_str().map(|_| array(&effect[2])),
            })
            .collect();
        assert_eq!(decode_effects(&bytes(&vector["bytes"])).unwrap(), expected);
    }
}

#[test]
fn malformed_effects_are_refused_with_their_reason() {
    for vector in vectors()["malformed_effects"].as_array().unwrap() {
        let error = decode_effects(&bytes(&vector["bytes"])).unwrap_err();
        assert_eq!(error.to_string(), vector["error"], "{}", vector["about"]);
    }
}

fn any_fields() -> impl Strategy<Value = SealedFields> {
    // Few letters, so that the same text is often cut in two ways.
    let word = || "[ab]{0,3}";
    let blob = || prop::collection::vec(0_u8..3, 0..4);
    (
        (word(), word(), word(), word(), word()),
        (prop::option::of(word()), prop::option::of(word())),
        (blob(), blob(), blob(), blob(), blob(), blob()),
        (0_i64..3, 0_i64..3, 0_i64..3),
    )
        .prop_map(|(words, target, blobs, numbers)| SealedFields {
            version: 1,
            log_id: [0; 16],
            seq: numbers.0,
            id: blobs.0,
            transaction_id: blobs.1,
            kind: words.0,
            severity: words.1,
            outcome: words.2,
            actor: words.3,
            actor_kind: words.4,
            target_kind: target.0,
            target_id: target.1,
            recorded_at: numbers.1,
            clock: numbers.2,
            payload_hash: blobs.2,
            effects: blobs.3,
            key_id: blobs.4,
            previous_hash: blobs.5,
        })
}

proptest! {
    #[test]
    fn distinct_entries_never_have_the_same_bytes(one in any_fields(), other in any_fields()) {
        prop_assert_eq!(one == other, one.encode() == other.encode());
    }

    #[test]
    fn the_same_text_cut_elsewhere_has_other_bytes(whole in "[a-c]{1,8}", first in 0_usize..8, second in 0_usize..8) {
        let entry = |cut: usize| {
            let (kind, severity) = whole.split_at(cut.min(whole.len()));
            let vectors = vectors();
            let mut fields = fields([0; 16], &[], &vectors["entries"][0]);
            (fields.kind, fields.severity) = (kind.to_owned(), severity.to_owned());
            fields
        };
        let (one, other) = (entry(first), entry(second));
        prop_assert_eq!(one == other, one.encode() == other.encode());
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = decode_effects(&bytes);
    }
}

#[tokio::test]
async fn what_is_written_is_what_the_encoding_says() {
    let home = Home::new().await;
    home.note("theme").await.unwrap();
    home.world.set(NOON - 600_000_000);
    home.insert_issuer(crate::home::issuer(1)).await;

    let log = home.store.reader().audit_log().await.unwrap().unwrap();
    let key = VerifyingKey::from_bytes(&log.public_key).unwrap();
    let plain = home.plain();
    let mut statement = plain
        .prepare("SELECT e.*, p.salt, p.body FROM audit_entry e JOIN audit_payload p USING (seq) ORDER BY seq")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut previous = log.fingerprint().to_vec();
    let mut last = 0;
    while let Some(row) = rows.next().unwrap() {
        let blob = |name: &str| row.get::<_, Vec<u8>>(name).unwrap();
        let word = |name: &str| row.get::<_, String>(name).unwrap();
        let number = |name: &str| row.get::<_, i64>(name).unwrap();
        let fields = SealedFields {
            version: number("version"),
            log_id: *log.id.0.as_bytes(),
            seq: number("seq"),
            id: blob("id"),
            transaction_id: blob("transaction_id"),
            kind: word("kind"),
            severity: word("severity"),
            outcome: word("outcome"),
            actor: word("actor"),
            actor_kind: word("actor_kind"),
            target_kind: row.get("target_kind").unwrap(),
            target_id: row.get("target_id").unwrap(),
            recorded_at: number("recorded_at"),
            clock: number("clock"),
            payload_hash: blob("payload_hash"),
            effects: blob("effects"),
            key_id: blob("key_id"),
            previous_hash: blob("previous_hash"),
        };
        let hash = fields.hash();
        last += 1;
        assert_eq!(fields.seq, last);
        assert_eq!(fields.previous_hash, previous);
        assert_eq!(blob("hash"), hash);
        assert_eq!(fields.payload_hash, payload_hash(&blob("salt"), &blob("body")));
        assert_eq!(fields.key_id, key_id(&log.public_key));
        assert!(signature_holds(&key, &fields.log_id, fields.seq, &hash, &blob("signature")));
        previous = hash.to_vec();
    }
    assert_eq!(last, 4);
}

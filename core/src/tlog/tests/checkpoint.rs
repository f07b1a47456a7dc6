//! Checkpoints and cosignatures that logs and witnesses out there really signed, and ours.

use super::*;
use ed25519_dalek::Signer;

const SUMDB: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
/// The checksum database of Go at one size, from the tests of github.com/FiloSottile/torchwood at 341dc2f.
const SUMDB_CHECKPOINT: &str = "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n\
    — sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n";

/// The example of C2SP's tlog-cosignature.md at 5ba5ee8, of which only the keys are unknown.
const SPEC_CHECKPOINT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

/// A certificate log of Google's and its cosignature by a public witness, as they were published.
const WITNESSED: &str = "coachandhorses2026h1.staging.certificate.transparency.goog\n185550722\n\
    YXAM0VmnrfvLaBCOOYSJhCaE5F10oGBOo+hkbDa1kng=\n\n\
    — coachandhorses2026h1.staging.certificate.transparency.goog MpXgsHy8ZwxXnO+WjtVrPxAzL49Rs1gWTkNVNeEa//5peAzaocRCB3qt3EaibjzY5GILLtGgBP7dBhgcSHy+JQh0OAc=\n\
    — witness.navigli.sunlight.geomys.org o+AP4gAAAABqb7DzNrGFRJnQ9vrJ8xpnwZytnr/ZYczDIsvwvouiSjwOjn7a72ccxBk+lKnZ7dKqkYKER1s/KxLTaVwQD7lJZTC/CQ==\n";
const WITNESS: &str = "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G";

const ORIGIN: &str = "licentia/019e45d2-f000-7000-8000-00000000000a/1";

fn parse(text: &str) -> Result<SignedCheckpoint, CheckpointError> {
    SignedCheckpoint::parse(text.as_bytes())
}

fn ours() -> Checkpoint {
    Checkpoint::new(ORIGIN, 7, [9; 32]).unwrap()
}

#[test]
fn the_checkpoint_of_a_real_log_verifies() {
    let (signed, log) = (parse(SUMDB_CHECKPOINT).unwrap(), [vkey(SUMDB)]);
    let trust = Trust { origin: "go.sum database tree", log: &log, witnesses: &[] };
    assert_eq!(signed.verify(trust), Ok(Vec::new()));
    assert_eq!((signed.checkpoint().origin(), signed.checkpoint().size()), ("go.sum database tree", 35_225_469));
    assert_eq!(signed.to_string(), SUMDB_CHECKPOINT);
    let other = signed.verify(Trust { origin: "example.com/behind-the-sofa", ..trust });
    assert!(matches!(other, Err(CheckpointError::OtherOrigin { .. })));
}

#[test]
fn the_example_of_the_specification_is_the_same_log_under_another_name() {
    let signed = parse(SPEC_CHECKPOINT).unwrap();
    assert_eq!(signed.to_string(), SPEC_CHECKPOINT);
    let [log, witness] = signed.note().signatures() else { panic!("two signatures") };
    assert_eq!((log.name(), log.key_id()), ("example.com/behind-the-sofa", [0x03, 0x3d, 0xe0, 0xae]));
    assert_eq!((witness.name(), witness.key_id()), ("witness.example.com/w1", [0x8d, 0x66, 0xcf, 0x3f]));
    // The id gives it away: put the old names back, and the signature holds.
    let old = SPEC_CHECKPOINT.replacen("example.com/behind-the-sofa", "go.sum database tree", 1);
    let old = parse(&old.replace("example.com/behind-the-sofa", "sum.golang.org")).unwrap();
    let trust = Trust { origin: "go.sum database tree", log: &[vkey(SUMDB)], witnesses: &[] };
    assert_eq!(old.verify(trust), Ok(Vec::new()));
}

#[test]
fn the_cosignature_of_a_real_witness_verifies_and_says_when() {
    let witness = [vkey(WITNESS)];
    let note = parse(WITNESSED).unwrap().note().clone();
    assert_eq!(note.verify(&witness), Ok(vec![Checked { key: &witness[0], time: Some(1_785_704_691) }]));
    let later = WITNESSED.replace("185550722", "185550723");
    let refused = parse(&later).unwrap().note().verify(&witness).map(|checked| checked.len());
    assert_eq!(refused, Err(NoteError::BadSignature("witness.navigli.sunlight.geomys.org".to_owned())));
}

#[test]
fn a_log_signs_and_two_witnesses_cosign() {
    let (log, one, two) = (signing_key(7), signing_key(8), signing_key(9));
    let mut signed = ours().sign(ORIGIN, &log).unwrap();
    signed.add(signed.checkpoint().cosign("one.example", &one, 1_779_285_600).unwrap());
    signed.add(signed.checkpoint().cosign("two.example", &two, 1_779_285_700).unwrap());
    let signed = parse(&signed.to_string()).unwrap();

    let log = [public(ORIGIN, SignatureKind::Ed25519, &log)];
    let witnesses = [
        public("one.example", SignatureKind::Cosignature, &one),
        public("two.example", SignatureKind::Cosignature, &two),
        public("absent.example", SignatureKind::Cosignature, &signing_key(10)),
    ];
    let by = signed.verify(Trust { origin: ORIGIN, log: &log, witnesses: &witnesses }).unwrap();
    let by: Vec<_> = by.iter().map(|by| (by.witness.name(), by.time)).collect();
    assert_eq!(by, [("one.example", 1_779_285_600), ("two.example", 1_779_285_700)]);
    // A witness is no log.
    let unsigned = signed.verify(Trust { origin: ORIGIN, log: &witnesses[2..], witnesses: &witnesses });
    assert_eq!(unsigned, Err(NoteError::Unsigned.into()));
}

#[test]
fn a_witness_that_signs_twice_counts_once_with_its_latest_time() {
    let (log, witness) = (signing_key(7), signing_key(8));
    let signed = ours().sign(ORIGIN, &log).unwrap();
    let lines = [300, 500, 400].map(|time| format!("{}\n", ours().cosign("one.example", &witness, time).unwrap()));
    let signed = parse(&format!("{signed}{}", lines.concat())).unwrap();
    let (log, witness) =
        ([public(ORIGIN, SignatureKind::Ed25519, &log)], [public("one.example", SignatureKind::Cosignature, &witness)]);
    let by = signed.verify(Trust { origin: ORIGIN, log: &log, witnesses: &witness }).unwrap();
    assert_eq!(by, [Cosigned { witness: &witness[0], time: 500 }]);
}

#[test]
fn a_logs_signature_is_never_counted_as_a_witness() {
    let key = signing_key(7);
    let signed = ours().sign(ORIGIN, &key).unwrap();
    let log = [public(ORIGIN, SignatureKind::Ed25519, &key)];
    assert_eq!(signed.verify(Trust { origin: ORIGIN, log: &log, witnesses: &log }), Ok(Vec::new()));
}

#[test]
fn a_bad_cosignature_of_a_known_witness_refuses_the_checkpoint() {
    let (log, witness) = (signing_key(7), signing_key(8));
    let mut signed = ours().sign(ORIGIN, &log).unwrap();
    // Of another tree, and so a line that somebody copied.
    let elsewhere = Checkpoint::new(ORIGIN, 8, [9; 32]).unwrap();
    signed.add(elsewhere.cosign("one.example", &witness, 300).unwrap());
    let log = [public(ORIGIN, SignatureKind::Ed25519, &log)];
    let witness = [public("one.example", SignatureKind::Cosignature, &witness)];
    let refused = signed.verify(Trust { origin: ORIGIN, log: &log, witnesses: &witness });
    assert_eq!(refused, Err(NoteError::BadSignature("one.example".to_owned()).into()));
    assert_eq!(signed.verify(Trust { origin: ORIGIN, log: &log, witnesses: &[] }), Ok(Vec::new()));
}

#[test]
fn a_witness_states_a_time_that_others_can_read() {
    for time in [0, 1 << 63, u64::MAX] {
        assert_eq!(ours().cosign("one.example", &signing_key(8), time), Err(NoteError::Time(time)));
    }
    // One beyond the bound, though truly signed, does not hold.
    let (key, text) = (signing_key(8), ours().text());
    let signature = key.sign(format!("cosignature/v1\ntime {}\n{text}", 1_u64 << 63).as_bytes());
    let witness = [public("one.example", SignatureKind::Cosignature, &key)];
    let bytes = [&witness[0].id()[..], &(1_u64 << 63).to_be_bytes(), &signature.to_bytes()].concat();
    let note = Note::parse(format!("{text}\n— one.example {}\n", encoding::base64(&bytes)).as_bytes()).unwrap();
    assert_eq!(note.verify(&witness), Err(NoteError::BadSignature("one.example".to_owned())));
}

#[test]
fn the_lines_that_a_witness_answers_with_can_be_added() {
    let answer = format!("{}\n", ours().cosign("one.example", &signing_key(8), 300).unwrap());
    let lines = NoteSignature::parse_lines(answer.repeat(2).as_bytes()).unwrap();
    let mut signed = ours().sign(ORIGIN, &signing_key(7)).unwrap();
    for line in lines {
        signed.add(line);
    }
    assert_eq!(signed.note().signatures().len(), 2);
    assert_eq!(NoteSignature::parse_lines(b""), Ok(Vec::new()));
    for bad in [answer.trim_end(), &format!("{answer}\n"), &answer.replace('—', "-"), "busy\n"] {
        assert!(NoteSignature::parse_lines(bad.as_bytes()).is_err(), "{bad:?}");
    }
}

#[test]
fn extension_lines_are_kept_and_signed() {
    let (log, witness) = (signing_key(7), signing_key(8));
    let mut signed =
        ours().with_extension("a line").unwrap().with_extension("— another").unwrap().sign(ORIGIN, &log).unwrap();
    signed.add(signed.checkpoint().cosign("one.example", &witness, 300).unwrap());
    let read = parse(&signed.to_string()).unwrap();
    assert_eq!(read, signed);
    assert_eq!(read.checkpoint().extensions(), ["a line", "— another"]);
    let log = [public(ORIGIN, SignatureKind::Ed25519, &log)];
    let witness = [public("one.example", SignatureKind::Cosignature, &witness)];
    let trust = Trust { origin: ORIGIN, log: &log, witnesses: &witness };
    assert_eq!(read.verify(trust).unwrap().len(), 1);
    let without = parse(&signed.to_string().replace("a line\n", "")).unwrap();
    assert_eq!(without.verify(trust), Err(NoteError::BadSignature(ORIGIN.to_owned()).into()));
    assert!(ours().with_extension("").is_err());
    assert!(ours().with_extension("two\nlines").is_err());
}

#[test]
fn malformed_checkpoints_are_refused() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    assert!(Checkpoint::parse(&format!("o\n0\n{root}\n")).is_ok());
    assert!(Checkpoint::parse(&format!("o\n9223372036854775807\n{root}\n")).is_ok());
    let sizes = [
        "",
        "00",
        "01",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "0x1",
        "1e3",
        "٣",
        "9223372036854775808",
        "99999999999999999999",
    ];
    let refused = sizes.map(|size| format!("o\n{size}\n{root}\n")).into_iter().chain([
        String::new(),
        "\n".to_owned(),
        "o\n1\n".to_owned(),
        format!("o\n1\n{root}"),
        format!("\n1\n{root}\n"),
        format!("o\n1\n{root}\n\n"),
        format!("o\n1\n{root}\n\nextension\n"),
        format!("o\r\n1\r\n{root}\r\n"),
        "o\n1\n\n".to_owned(),
        "o\n1\nAAAA\n".to_owned(),
        format!("o\n1\n{}\n", root.replace("2I=", "2J=")),
        format!("o\n1\n{}\n", root.trim_end_matches('=')),
        format!("o\n1\n{root} \n"),
    ]);
    for text in refused {
        assert!(matches!(Checkpoint::parse(&text), Err(CheckpointError::Malformed(_))), "{text:?}");
    }
    assert!(Checkpoint::new("", 1, [0; 32]).is_err());
    assert!(Checkpoint::new("two\nlines", 1, [0; 32]).is_err());
    assert!(Checkpoint::new("o", MAX_SIZE + 1, [0; 32]).is_err());
}

#[test]
fn the_origin_of_a_log_names_its_epoch() {
    let log = licentia_storage::LogId(uuid::Uuid::from_u128(0x019e_45d2_f000_7000_8000_0000_0000_000a));
    assert_eq!(origin(log, 1), ORIGIN);
}

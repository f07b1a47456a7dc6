//! Disputes that a proof settles, and proofs that settle nothing.

use super::{LicenseShown, ProofRequest, ProofTrust, Refusal, Shown, Subject, verify_proof};
use crate::audit::testing::{WITNESS, World, quiet};
use crate::audit::{KeySource, SeenBy};
use crate::tlog::Proof;
use crate::{Error, IssueRequest, License, Term};
use base64ct::{Base64, Encoding};
use ed25519_dalek::SigningKey;
use licentia_license::Claims;
use serde_json::json;

impl World {
    async fn issue(&self, subject: &str) -> License {
        let request = IssueRequest::new(subject, ["app"], Term::Days(365));
        self.licentia.licenses().issue(&self.operator, request).await.unwrap().license
    }

    async fn try_prove(&self, subject: Subject) -> Result<Vec<u8>, Error> {
        let path = self.path(&format!("{}.tlog-proof", std::fs::read_dir(self.directory.path()).unwrap().count()));
        self.licentia.audit().prove(&subject, &path, None, quiet()).await?;
        Ok(std::fs::read(path).unwrap())
    }

    async fn prove(&self, subject: Subject) -> Vec<u8> {
        self.try_prove(subject).await.unwrap()
    }

    fn trusting(&self, license: Option<&str>) -> ProofRequest {
        ProofRequest {
            trust: ProofTrust::Fingerprint(self.fingerprint.clone()),
            witnesses: vec![self.witness_key()],
            license: license.map(str::to_owned),
        }
    }

    /// The license as somebody holds it who got it when the latest checkpoint was the one of `size` entries.
    async fn with_checkpoint(&self, license: &License, size: i64) -> String {
        let note = self.licentia.reader().checkpoints_from(size, 1).await.unwrap().remove(0).note;
        let mut claims = Claims::new("urn:x", &license.subject, ["app"], 1_779_285_600, license.id.to_string());
        claims.log = Some(json!({ "checkpoint": note }));
        licentia_license::sign(&claims, &SigningKey::from_bytes(&[5; 32])).unwrap()
    }
}

/// A license that was issued as entry 6, a second key from entry 8 on, checkpoints at 5 and 10.
async fn story() -> (World, License) {
    let mut world = World::new(1).await;
    world.tamper(&format!(
        "INSERT INTO witness (id, name, url, verifier_key, created_at)
         VALUES (randomblob(16), 'w1', 'https://{WITNESS}', '{}', 0)",
        world.witness_key()
    ));
    world.live(2).await;
    world.checkpoint().await;
    let license = world.issue("alice@example.com").await;
    world.rotate(9).await;
    world.live(3).await;
    world.checkpoint().await;
    world.live(1).await;
    (world, license)
}

fn shown(proof: &[u8], request: &ProofRequest) -> Shown {
    verify_proof(proof, request).unwrap()
}

#[tokio::test]
async fn customer_and_vendor_settle_a_dispute_without_the_database() {
    let (world, license) = story().await;
    let proof = world.prove(Subject::License(license.token.clone())).await;
    let found = shown(&proof, &world.trusting(Some(&license.token)));
    assert_eq!((found.seq, found.size, found.trust.key_source), (6, 10, KeySource::Given));
    assert_eq!(found.entry, serde_json::to_value(world.licentia.audit().get(6).await.unwrap()).unwrap());
    assert_eq!(found.entry["payload"]["subject"], "alice@example.com");
    assert_eq!(found.witnessed, [SeenBy { witness: WITNESS.to_owned(), size: 10, time: 1_800_000_000 }]);
    let stranger = crate::witness::WitnessKey::new("witness.example/w2", &[5; 32]).unwrap().verifier_key();
    let mut request = world.trusting(None);
    request.witnesses.push(stranger);
    assert_eq!(shown(&proof, &request).not_witnessed, ["witness.example/w2"]);
    let same = LicenseShown { id: license.id.to_string(), same_text: true, checkpoint: Some(5) };
    assert_eq!(found.license, Some(same.clone()));

    // What became of the license since changes nothing about how it began.
    let request = crate::RevokeRequest { license: license.id, reason: crate::ReasonCode::Refund, note: None };
    world.licentia.revocations().revoke(&world.operator, request).await.unwrap();
    let later = world.prove(Subject::License(license.token.clone())).await;
    assert_eq!(shown(&later, &world.trusting(Some(&license.token))).license, Some(same));
}

/// Rows of cosignatures are nobody's word: what is none is left out, and keeps nothing from being proven.
#[tokio::test]
async fn made_up_cosignatures_stand_in_the_way_of_no_proof() {
    let (world, _) = story().await;
    let before = world.prove(Subject::Entry(6)).await;
    let named_as = |signed: &str| {
        // The name and the id of a key that is known, and bytes that it never made.
        let (name, rest) = signed.trim_start_matches("— ").split_once(' ').unwrap();
        let mut bytes = Base64::decode_vec(rest).unwrap();
        bytes[4..].fill(7);
        format!("— {name} {}", Base64::encode_string(&bytes))
    };
    let note = world.licentia.reader().checkpoints_from(10, 1).await.unwrap().remove(0).note;
    let by_the_log = named_as(note.lines().last().unwrap());
    let by_the_witness = named_as(&world.licentia.reader().cosignatures(10).await.unwrap().remove(0).line);
    let mut lines = vec![
        String::new(),
        "no line of a signature".to_owned(),
        "— c !!!!".to_owned(),
        "\n\nlicentia".to_owned(),
        by_the_log,
        by_the_witness,
    ];
    // More than a note may have.
    lines.extend((0..150).map(|n| format!("— x{n} {}", Base64::encode_string(&[n; 80]))));
    for (n, line) in lines.iter().enumerate() {
        world.tamper(&format!("INSERT INTO audit_cosignature VALUES (10, 'made up {n}', '{line}', 0, 0)"));
    }
    assert_eq!(world.prove(Subject::Entry(6)).await, before);
}

/// An entry and a checkpoint at the end of all numbers: nothing is proven, and nobody waits for ever.
#[tokio::test]
async fn what_claims_the_last_number_holds_nobody_up() {
    let (world, _) = story().await;
    let last = i64::MAX;
    let origin = world.licentia.audit().identity().await.unwrap();
    let origin = crate::tlog::origin(origin.log_id, 1);
    let note = crate::tlog::Checkpoint::new(&origin, u64::try_from(last).unwrap(), [0; 32]).unwrap();
    let note = note.sign(&origin, &SigningKey::from_bytes(&[6; 32])).unwrap();
    world.tamper(&format!(
        "DROP TRIGGER audit_entry_no_gap;
         CREATE TEMP TABLE copy AS SELECT * FROM audit_entry WHERE seq = 2;
         UPDATE copy SET seq = {last}, id = randomblob(16), previous_hash = randomblob(32);
         INSERT INTO audit_entry SELECT * FROM copy;
         INSERT INTO audit_checkpoint VALUES ({last}, 1, zeroblob(32), x'', '{note}', 'test', 0);"
    ));
    let minute = std::time::Duration::from_mins(1);
    let proven = tokio::time::timeout(minute, world.try_prove(Subject::Entry(6))).await;
    assert!(proven.expect("it goes on for ever").is_err());
}

#[tokio::test]
async fn the_key_that_signed_is_enough_and_another_is_not() {
    let (world, _) = story().await;
    let proof = world.prove(Subject::Entry(6)).await;
    let name = Proof::parse(&proof).unwrap().checkpoint.checkpoint().origin().to_owned();
    let key = |bytes: &[u8; 32]| {
        let key = licentia_license::PublicKey::from_bytes(bytes).unwrap();
        crate::tlog::VerifierKey::new(&name, crate::tlog::SignatureKind::Ed25519, key).unwrap()
    };
    let request = |key| ProofRequest { trust: ProofTrust::Key(key), ..ProofRequest::default() };
    let signer = key(&SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes());
    assert_eq!(shown(&proof, &request(signer)).trust.key_source, KeySource::Given);
    let other = key(&SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes());
    assert!(matches!(verify_proof(&proof, &request(other)), Err(Refusal::WrongLog(_))));
    let fingerprint = ProofTrust::Fingerprint(World::new(2).await.fingerprint);
    let refused = verify_proof(&proof, &ProofRequest { trust: fingerprint, ..ProofRequest::default() });
    assert!(matches!(refused, Err(Refusal::WrongLog(_))));
    let nobody = shown(&proof, &ProofRequest::default());
    assert_eq!((nobody.trust.key_source, nobody.witnessed), (KeySource::File, vec![]));
}

#[tokio::test]
async fn every_entry_under_the_checkpoint_can_be_proven_and_none_after_it() {
    let (world, _) = story().await;
    for seq in 1..=10 {
        let proof = world.prove(Subject::Entry(seq)).await;
        assert_eq!(shown(&proof, &world.trusting(None)).seq, seq);
    }
    assert!(matches!(world.try_prove(Subject::Entry(11)).await, Err(Error::NoCheckpoint { seq: 11 })));
    assert!(matches!(world.try_prove(Subject::Entry(12)).await, Err(Error::NoSuchEntry { .. })));
    let young = World::new(3).await;
    assert!(matches!(young.try_prove(Subject::Entry(1)).await, Err(Error::NoCheckpoint { seq: 1 })));
}

#[tokio::test]
async fn another_license_is_not_the_one_of_the_entry() {
    let (world, license) = story().await;
    let other = World::new(2).await.issue("bob@example.com").await;
    let proof = world.prove(Subject::License(license.token.clone())).await;
    let refused = |text: &str| verify_proof(&proof, &world.trusting(Some(text))).unwrap_err();
    assert_eq!(refused(&other.token), Refusal::OtherLicense("it has another id"));
    assert_eq!(refused("x"), Refusal::OtherLicense("it cannot be read"));
    // The same id, and more in it than was ever issued.
    let mut claims = licentia_license::inspect(&license.token).unwrap().claims;
    claims.features = vec!["everything".to_owned()];
    let forged = licentia_license::sign(&claims, &SigningKey::from_bytes(&[5; 32])).unwrap();
    assert_eq!(refused(&forged), Refusal::OtherLicense("the entry accounts for another text"));
    assert!(matches!(world.try_prove(Subject::License(forged.replace('.', ""))).await, Err(Error::LicenseInvalid(_))));
}

#[tokio::test]
async fn the_checkpoint_inside_a_license_has_to_lead_to_the_tree_of_the_proof() {
    let (world, license) = story().await;
    // The row goes, so that a text can be made up that carries a checkpoint.
    let request = crate::RevokeRequest { license: license.id, reason: crate::ReasonCode::Refund, note: None };
    world.licentia.revocations().revoke(&world.operator, request).await.unwrap();
    world.licentia.licenses().delete(&world.operator, license.id).await.unwrap();
    for size in [5, 10] {
        let text = world.with_checkpoint(&license, size).await;
        let proof = world.prove(Subject::License(text.clone())).await;
        let found = shown(&proof, &world.trusting(Some(&text))).license.unwrap();
        assert_eq!((found.same_text, found.checkpoint), (false, u64::try_from(size).ok()));

        let without = world.prove(Subject::Entry(6)).await;
        let refused = verify_proof(&without, &world.trusting(Some(&text)));
        assert!(matches!(refused, Err(Refusal::LicenseCheckpoint(_))), "{refused:?}");
    }
    // The same vendor told this customer another history.
    let elsewhere = World::new(2).await;
    elsewhere.live(2).await;
    elsewhere.checkpoint().await;
    let lie = elsewhere.with_checkpoint(&license, 5).await;
    let proof = world.prove(Subject::License(lie.clone())).await;
    let refused = verify_proof(&proof, &world.trusting(Some(&lie)));
    assert!(matches!(refused, Err(Refusal::LicenseCheckpoint(_))), "{refused:?}");
}

#[tokio::test]
async fn a_log_that_was_changed_proves_nothing_any_more() {
    let (world, _) = story().await;
    world.tamper("DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor = 'mallory' WHERE seq = 4");
    assert!(matches!(world.try_prove(Subject::Entry(6)).await, Err(Error::CheckpointDisagrees { size: 10 })));
}

#[tokio::test]
async fn every_byte_of_a_proof_counts() {
    let (world, license) = story().await;
    let proof = world.prove(Subject::License(license.token.clone())).await;
    let request = world.trusting(Some(&license.token));
    let whole = shown(&proof, &request);
    for at in 0..proof.len() {
        let mut changed = proof.clone();
        changed[at] ^= 1 << (at % 8);
        // The name of a witness may be changed into one that nobody knows: then nobody witnessed it.
        match verify_proof(&changed, &request) {
            Err(_) => {}
            Ok(found) => {
                assert!(found.witnessed.is_empty(), "byte {at}");
                let (witnessed, not_witnessed) = (whole.witnessed.clone(), whole.not_witnessed.clone());
                assert_eq!(Shown { witnessed, not_witnessed, ..found }, whole, "byte {at}");
            }
        }
    }
    for length in 0..proof.len() {
        let cut = verify_proof(&proof[..length], &request);
        assert!(cut.is_err() || cut.is_ok_and(|found| found.witnessed.is_empty()), "{length}");
    }
}

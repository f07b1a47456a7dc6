//! A row of every audited table, each column with something in it.

use crate::{
    AuditKey, Identity, IdentityId, Issuer, IssuerId, IssuerStatus, License, LicenseId, LicenseStatus, Limits, Machine,
    MachineId, Origin, ProbeStatus, ProbeToken, ProbeTokenId, ReasonCode, RemnantId, Revocation, Secret, SecretId,
    SecretPurpose, Setting, StatusList, StatusListEntry, StatusListId, StatusListRemnant, StatusRef, Strings,
    SubjectSignature, Timestamp, TotpSecret, TotpSecretId, Vault, VaultId, Witness, WitnessId,
};
use licentia_license::Limit;
use serde_json::json;
use uuid::Uuid;

pub(super) const NOON: Timestamp = Timestamp(1_779_285_600_000_000);

pub(super) fn id<I: From<Uuid>>(byte: u8) -> I {
    I::from(Uuid::from_bytes([byte; 16]))
}

pub(super) fn after(microseconds: i64) -> Timestamp {
    Timestamp(NOON.0 + microseconds)
}

pub(super) fn vault() -> Vault {
    Vault {
        id: id::<VaultId>(1),
        memory_kib: 65_536,
        iterations: 3,
        parallelism: 4,
        salt: vec![2; 16],
        wrap_nonce: vec![3; 24],
        wrapped_key: vec![4; 48],
        canary_nonce: vec![5; 24],
        canary: vec![6; 20],
        created_at: NOON,
        changed_at: after(1),
    }
}

pub(super) fn secret() -> Secret {
    Secret {
        id: id::<SecretId>(1),
        purpose: SecretPurpose::IssuerKey,
        owner: id(2),
        nonce: vec![3; 24],
        ciphertext: vec![4; 48],
        created_at: NOON,
    }
}

pub(super) fn issuer() -> Issuer {
    Issuer {
        id: id::<IssuerId>(1),
        name: "Größe & Söhne".to_owned(),
        status: IssuerStatus::Active,
        kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k".to_owned(),
        public_key: vec![3; 32],
        vendor: Some("acme".to_owned()),
        can_sign: true,
        status_url: Some("https://status.example.com".to_owned()),
        created_at: NOON,
        retired_at: None,
    }
}

pub(super) fn license() -> License {
    let limits = [("tier", Limit::Text("gold".to_owned())), ("seats", Limit::Number(5))];
    License {
        id: id::<LicenseId>(1),
        issuer_id: id(2),
        jti: id::<LicenseId>(1).to_string(),
        subject: "Zoë 🔑 <alice@example.com>".to_owned(),
        audience: Strings(vec!["editor".to_owned(), "señor".to_owned()]),
        status: LicenseStatus::Revoked,
        origin: Origin::Imported,
        not_before: Some(Timestamp(-1)),
        not_after: Some(NOON),
        features: Strings::default(),
        limits: Limits(limits.into_iter().map(|(name, limit)| (name.to_owned(), limit)).collect()),
        payload: Some(json!({ "z": 1, "a": [1.5, null, u64::MAX] })),
        bindings: Some(json!([{ "kind": "hostname" }])),
        identity_id: Some(id(3)),
        replaces: Some(id(4)),
        status_list: Some(StatusRef { idx: 1_048_575, uri: "https://status.example.com/x".to_owned() }),
        token: "header.claims.signature".to_owned(),
        created_at: NOON,
        subject_signature: SubjectSignature::of("Zoë 🔑 <alice@example.com>"),
    }
}

pub(super) fn revocation() -> Revocation {
    Revocation {
        license_id: id(1),
        reason: ReasonCode::KeyCompromise,
        note: None,
        actor: "mathieu@build7".to_owned(),
        revoked_at: NOON,
    }
}

pub(super) fn status_list() -> StatusList {
    StatusList {
        id: id::<StatusListId>(1),
        issuer_id: id(2),
        uri: Some("https://status.example.com/x".to_owned()),
        capacity: 1_048_576,
        created_at: NOON,
    }
}

pub(super) fn status_list_entry() -> StatusListEntry {
    StatusListEntry {
        license_id: id(1),
        issuer_id: id(2),
        jti: "j".to_owned(),
        list_id: Some(id(3)),
        position: Some(0),
        idx: Some(1_048_575),
        value: 1,
        prior_value: Some(0),
        updated_at: NOON,
        superseded_from: None,
    }
}

pub(super) fn identity() -> Identity {
    Identity {
        id: id::<IdentityId>(1),
        name: "laptop".to_owned(),
        digest: "blake3:00".to_owned(),
        created_at: NOON,
        regenerated_at: Some(after(1)),
    }
}

pub(super) fn probe_token() -> ProbeToken {
    ProbeToken {
        id: id::<ProbeTokenId>(1),
        label: "rack 4".to_owned(),
        token_hash: vec![2; 32],
        status: ProbeStatus::Consumed,
        created_at: NOON,
        expires_at: after(1),
        closed_at: Some(after(2)),
        result: Some(r#"{ "as": "it came" }"#.to_owned()),
    }
}

pub(super) fn totp_secret() -> TotpSecret {
    TotpSecret {
        id: id::<TotpSecretId>(1),
        license_id: id(2),
        digest: "sha256:00".to_owned(),
        period_seconds: 30,
        created_at: NOON,
    }
}

pub(super) fn setting() -> Setting {
    Setting { key: "theme".to_owned(), value: json!({ "dark": true }), updated_at: NOON }
}

pub(super) fn audit_key() -> AuditKey {
    AuditKey { id: vec![1; 16], public_key: vec![2; 32], epoch: 2, created_at: NOON }
}

pub(super) fn witness() -> Witness {
    Witness {
        id: id::<WitnessId>(1),
        name: "acme-witness".to_owned(),
        url: "https://witness.example.com/".to_owned(),
        verifier_key: "acme-witness+0123abcd+BA==".to_owned(),
        created_at: NOON,
    }
}

pub(super) fn status_list_remnant() -> StatusListRemnant {
    StatusListRemnant {
        id: id::<RemnantId>(1),
        list_id: id::<StatusListId>(2),
        idx: 858_273,
        value: 1,
        created_at: NOON,
    }
}

pub(super) fn machine() -> Machine {
    Machine {
        id: id::<MachineId>(1),
        license_id: id(2),
        position: 3,
        label: Some("Build 7".to_owned()),
        fingerprint: r#"{"version":1,"vendor":"acme","components":{},"not_trusted":[]}"#.to_owned(),
        created_at: NOON,
    }
}

//! Machines and what is bound to them, by hand.

use super::{NOW, license};
use licentia_core::{
    BoundMachine, Change, Component, Fingerprint, License, Publication, PublishedFile, Rebound, TotpFactor, qr,
};

/// A machine with these components, each with a value of its own kind; `disk` is the one that differs.
pub(in crate::tests) fn machine(label: &str, disk: u8) -> Fingerprint {
    let components = [(Component::MachineId, [7; 32]), (Component::Disk, [disk; 32]), (Component::HostName, [9; 32])];
    Fingerprint::new("acme.example", components.into(), [].into(), Some(label.to_owned())).unwrap()
}

pub(in crate::tests) fn bound_machine(label: &str, disk: u8, require: Option<u32>) -> BoundMachine {
    BoundMachine { fingerprint: machine(label, disk), require }
}

/// What a license that is bound to two machines and to a secret says, with digests of nothing.
pub(in crate::tests) fn bindings() -> serde_json::Value {
    let digest = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    serde_json::json!({
        "machines": [
            { "require": 2, "components": { "machine_id": digest, "disk": digest, "host_name": digest } },
            { "require": 1, "components": { "product_id": digest } },
        ],
        "totp": { "digest": format!("sha256:{}", "ab".repeat(32)), "period": 30 },
    })
}

pub(in crate::tests) fn bound_license() -> License {
    License { bindings: Some(bindings()), ..license(1) }
}

/// The disk is another one, the rest is as it was.
pub(in crate::tests) fn repaired() -> Rebound {
    let (before, now) = (machine("front desk", 1), machine("front desk, repaired", 2));
    let components =
        [(Component::MachineId, Change::Same), (Component::Disk, Change::Changed), (Component::HostName, Change::Same)];
    Rebound { now, before: Some(before), components: components.into() }
}

/// The secret of RFC 6238, which is nobody's.
pub(in crate::tests) fn factor(subject: &str) -> TotpFactor {
    TotpFactor {
        secret: licentia_core::TotpSecret::from_bytes(b"12345678901234567890"),
        digest: format!("sha256:{}", "ab".repeat(32)),
        period: 30,
        product: "studio".to_owned(),
        subject: subject.to_owned(),
    }
}

/// The first line of a code that has squares in it: what is seen of it on the screen.
pub(in crate::tests) fn a_line_of_its_code(factor: &TotpFactor) -> String {
    let code = qr::half_blocks(&factor.uri()).unwrap();
    code.lines().nth(2).unwrap().to_owned()
}

pub(in crate::tests) fn published_file() -> PublishedFile {
    PublishedFile {
        file: "9f".to_owned(),
        uri: "https://acme.example/status/9f".to_owned(),
        issuer_id: license(1).issuer_id.to_string(),
        revoked: 14,
        suspended: 3,
        superseded: 120,
        bytes: 1_234,
        blake3: "ab".repeat(32),
    }
}

pub(in crate::tests) fn publication() -> Publication {
    Publication { issued_at: NOW, expires_at: NOW.plus_days(30), ttl: 43_200, lists: vec![published_file()] }
}

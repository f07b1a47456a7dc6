//! Another machine, part of one, a copied image; a code that is too old, or somebody else's.

use licentia_license::bindings::{Bindings, TotpBinding};
use licentia_license::machine::{Component, Fingerprint, MachineBinding};
use licentia_license::totp::{self, TotpSecret};
use serde_json::json;

use super::DAY;
use crate::sample::{EXPIRES, ID, NOW};
use crate::vectors::Vector;
use crate::vectors::forge::{claims, with, with_claims};

pub(super) fn vectors() -> Vec<Vector> {
    [machines(), totp()].concat()
}

/// A machine on which each component is 32 times one byte; 0 is none.
fn machine(bytes: [u8; 4], not_trusted: &[Component]) -> Fingerprint {
    let kinds = [Component::MachineId, Component::Disk, Component::Network, Component::HostName];
    let there = kinds.into_iter().zip(bytes).filter(|(_, byte)| *byte != 0).map(|(kind, byte)| (kind, [byte; 32]));
    Fingerprint::new("acme", there.collect(), not_trusted.iter().copied().collect(), None).unwrap()
}

fn machines() -> Vec<Vector> {
    let here = machine([1, 2, 3, 4], &[]);
    let second = machine([5, 6, 0, 0], &[]);
    let of = |jti, machine: &Fingerprint| MachineBinding::of(machine, jti, 2).unwrap();
    let bound = |jti| {
        let machines = Bindings::new(vec![of(jti, &here), of(jti, &second)], None).unwrap();
        with(claims(), "bindings", json!(machines))
    };
    let (license, elsewhere) = (bound(ID), bound("019b76da-a800-7000-8000-000000000002"));
    let holds =
        |name, about, bytes| super::holds(name, about, &license, &[]).knowing("machine", machine(bytes, &[]).to_json());
    let no = |name, about, machine: &Fingerprint| {
        Vector::refused(name, about, &with_claims(&license), "machine_mismatch").knowing("machine", machine.to_json())
    };
    vec![
        holds("valid-machine", "the first of two machines", [1, 2, 3, 4]),
        holds("valid-machine-second", "the second of two machines", [5, 6, 0, 0]),
        holds("valid-machine-changed", "another network card, and another name", [1, 2, 9, 9]),
        super::holds("valid-machine-unbound", "a license for any machine", &claims(), &[])
            .knowing("machine", here.to_json()),
        super::holds("valid-machine-text", "as the line that people paste", &license, &[])
            .knowing("machine", here.to_text()),
        Vector::refused("machine-required", "on which machine?", &with_claims(&license), "machine_required"),
        Vector::refused("machine-required-grace", "no grace for that", &with_claims(&license), "machine_required")
            .at(EXPIRES + 60, 60)
            .knowing("grace", DAY),
        Vector::refused("expired-machine", "the time is looked at first", &with_claims(&license), "expired")
            .at(EXPIRES + 60, 60),
        no("machine-mismatch", "another machine", &machine([9, 9, 9, 9], &[])),
        no("machine-mismatch-grace", "no grace for that", &machine([9, 9, 9, 9], &[]))
            .at(EXPIRES + 60, 60)
            .knowing("grace", DAY),
        no("machine-one-of-two", "one component agrees, and two have to", &machine([1, 9, 9, 9], &[])),
        no("machine-guessed", "three agree, and each of them can be guessed", &machine([9, 2, 3, 4], &[])),
        no("machine-mixed", "one component of each of the two machines", &machine([1, 6, 0, 0], &[])),
        no(
            "machine-image",
            "a copied image, whose id is not to be trusted",
            &machine([1, 2, 3, 4], &[Component::MachineId]),
        ),
        Vector::refused(
            "machine-other-license",
            "digests of another license",
            &with_claims(&with(elsewhere, "jti", json!(ID))),
            "machine_mismatch",
        )
        .knowing("machine", here.to_json()),
    ]
}

fn totp() -> Vec<Vector> {
    let secret = TotpSecret::from_bytes(b"12345678901234567890");
    let other = TotpSecret::from_bytes(&[7; 20]);
    let binding = TotpBinding::of(secret.as_bytes(), 30).unwrap();
    let bindings = Bindings::new(Vec::new(), Some(binding.clone())).unwrap();
    let license = with(claims(), "bindings", json!(bindings));
    let machine = machine([1, 2, 3, 4], &[]);
    let both = Bindings::new(vec![MachineBinding::of(&machine, ID, 2).unwrap()], Some(binding)).unwrap();
    let both = with(claims(), "bindings", json!(both));
    let typed = |secret: &TotpSecret, code: String| json!({ "code": code, "secret": *secret.to_base32() });
    let at = |step: i64| typed(&secret, totp::code(&secret, 30, NOW + 30 * step));
    let holds = |name, about, step| super::holds(name, about, &license, &[]).knowing("totp", at(step));
    let no = |name, about, evidence| {
        Vector::refused(name, about, &with_claims(&license), "totp_wrong").knowing("totp", evidence)
    };
    let text = |code: &str| typed(&secret, code.to_owned());
    let wide: String =
        totp::code(&secret, 30, NOW).chars().map(|digit| char::from_u32(u32::from(digit) + 0xfee0).unwrap()).collect();
    vec![
        holds("valid-totp", "the code of this moment", 0),
        holds("valid-totp-before", "the code before", -1),
        holds("valid-totp-after", "the code after", 1),
        super::holds("valid-totp-unbound", "a license without a second factor", &claims(), &[]).knowing("totp", at(0)),
        super::holds("valid-machine-and-totp", "both", &both, &[])
            .knowing("machine", machine.to_json())
            .knowing("totp", at(0)),
        Vector::refused("totp-required", "no code", &with_claims(&license), "totp_required"),
        Vector::refused("totp-and-machine-required", "the machine first", &with_claims(&both), "machine_required")
            .knowing("totp", at(0)),
        Vector::refused("machine-and-totp-required", "then the code", &with_claims(&both), "totp_required")
            .knowing("machine", machine.to_json()),
        no("totp-too-old", "the code before the last one", at(-2)),
        no("totp-too-new", "the code after the next one", at(2)),
        no(
            "totp-other-secret",
            "somebody else's secret and its right code",
            typed(&other, totp::code(&other, 30, NOW)),
        ),
        no("totp-empty", "nothing typed", text("")),
        no("totp-five-digits", "too short", text(&totp::code(&secret, 30, NOW)[..5])),
        no("totp-full-width", "digits that only look like the right ones", text(&wide)),
    ]
}

//! Licenses bound to machines that change, and to a secret that somebody has.

use std::collections::{BTreeMap, BTreeSet};

use licentia_license::bindings::{BindingError, Bindings, MAX_MACHINES, TotpBinding};
use licentia_license::machine::{Component, ComponentMatch, Fingerprint, FingerprintError, MachineBinding, stretch};
use licentia_license::totp::{self, TotpSecret};
use licentia_license::{inspect, sign};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sample::{ID, claims, vendor_key};

use Component::{Disk, HostName, MachineId, Network, ProductId};

/// A machine on which each component is 32 times one byte.
fn machine(components: &[(Component, u8)], not_trusted: &[Component]) -> Fingerprint {
    let components = components.iter().map(|(kind, byte)| (*kind, [*byte; 32])).collect();
    Fingerprint::new("acme", components, not_trusted.iter().copied().collect(), None).unwrap()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../bindings/vectors.json")).unwrap()
}

#[test]
fn another_program_makes_the_same_of_the_same_machine() {
    let vectors = vectors();
    let (vendor, jti) = (vectors["vendor"].as_str().unwrap(), vectors["jti"].as_str().unwrap());
    let mut components = BTreeMap::new();
    for one in vectors["components"].as_array().unwrap() {
        let kind = Component::ALL.into_iter().find(|kind| one["kind"] == kind.code()).unwrap();
        let raw = one["raw"].as_str().unwrap();
        assert_eq!(licentia_license::machine::normalised(kind, raw), one["normalised"]);
        components.insert(kind, stretch(vendor, kind, raw).unwrap());
        assert_ne!(one["stretched"], one["other_vendor"]);
        let elsewhere = Fingerprint::new("bolt", [(kind, stretch("bolt", kind, raw).unwrap())].into(), [].into(), None);
        assert_eq!(json!(elsewhere.unwrap())["components"][kind.code()], one["other_vendor"]);
    }
    let fingerprint = Fingerprint::new(vendor, components, [HostName].into(), None).unwrap();
    assert_eq!(fingerprint.to_json(), vectors["fingerprint"]);
    assert_eq!(fingerprint.to_text(), vectors["text"]);
    for spelling in ["fingerprint", "text"] {
        assert_eq!(Fingerprint::from_text(vectors[spelling].as_str().unwrap()).unwrap(), fingerprint);
    }

    let secret = TotpSecret::from_text(vectors["totp"]["secret"].as_str().unwrap()).unwrap();
    let totp = TotpBinding::of(secret.as_bytes(), 30).unwrap();
    let bindings = Bindings::new(vec![MachineBinding::of(&fingerprint, jti, 2).unwrap()], Some(totp)).unwrap();
    assert_eq!(serde_json::to_string(&bindings).unwrap(), vectors["bindings"]);

    let all = fingerprint.components().clone();
    let trusted = Fingerprint::new(vendor, all, [].into(), None).unwrap();
    let here = json!(MachineBinding::of(&trusted, jti, 1).unwrap());
    let other = json!(MachineBinding::of(&trusted, "019b76da-a800-7000-8000-000000000002", 1).unwrap());
    for one in vectors["components"].as_array().unwrap() {
        let kind = one["kind"].as_str().unwrap();
        assert_eq!(here["components"][kind], one["digest"], "{kind}");
        assert_eq!(other["components"][kind], one["other_license"], "{kind}");
    }
}

#[test]
fn codes_are_those_of_the_rfc() {
    let totp = &vectors()["totp"];
    let secret = TotpSecret::from_text(totp["secret"].as_str().unwrap()).unwrap();
    for (list, period) in [("codes", 30), ("codes_of_60_seconds", 60)] {
        for one in totp[list].as_array().unwrap() {
            assert_eq!(totp::code(&secret, period, one["now"].as_i64().unwrap()), one["code"]);
        }
    }
    // RFC 6238, appendix B: the last six of its eight digits.
    assert_eq!(totp::code(&secret, 30, 1_111_111_109), "081804");
}

#[test]
fn the_document_shows_this_example() {
    let document = include_str!("../../../docs/FORMAT.md");
    let vectors = vectors();
    for one in vectors["components"].as_array().unwrap() {
        for member in ["salt", "stretched", "digest"] {
            let shown = one[member].as_str().unwrap();
            assert!(one["kind"] != "machine_id" || document.contains(shown), "{member}: {shown}");
        }
    }
    for text in ["fingerprint", "bindings"] {
        assert!(document.contains(vectors[text].as_str().unwrap()), "{text}");
    }
}

#[test]
fn a_new_network_card_and_a_new_name_do_not_matter() {
    let before = machine(&[(MachineId, 1), (ProductId, 2), (Disk, 3), (Network, 4), (HostName, 5)], &[]);
    let bindings = Bindings::new(vec![MachineBinding::of(&before, ID, 2).unwrap()], None).unwrap();
    let after = machine(&[(MachineId, 1), (Disk, 3), (Network, 9), (HostName, 9)], &[]);
    let [found] = bindings.compare(ID, &after).try_into().unwrap();
    assert!(found.matches);
    let said: Vec<_> = found.components.iter().map(|(kind, found)| (kind.code(), found.code())).collect();
    let expected = [
        ("machine_id", "same"),
        ("product_id", "absent"),
        ("disk", "same"),
        ("network", "changed"),
        ("host_name", "changed"),
    ];
    assert_eq!(said, expected);
    assert_eq!(found.differing().map(|(kind, _)| kind).collect::<Vec<_>>(), [ProductId, Network, HostName]);
}

#[test]
fn the_vendor_sees_what_became_of_a_machine() {
    let before = machine(&[(MachineId, 1), (ProductId, 2), (Disk, 3), (HostName, 5)], &[]);
    let now = machine(&[(MachineId, 1), (Disk, 9), (Network, 4), (HostName, 5)], &[HostName]);
    let changes: Vec<_> = before.changes(&now).into_iter().map(|(kind, change)| (kind, change.code())).collect();
    assert_eq!(
        changes,
        [(MachineId, "same"), (ProductId, "gone"), (Disk, "changed"), (Network, "new"), (HostName, "gone")]
    );
}

#[test]
fn an_array_is_no_fingerprint() {
    let text = machine(&[(MachineId, 1)], &[]).to_json();
    let members: Value = serde_json::from_str(&text).unwrap();
    let array = json!([members["version"], members["vendor"], null, members["components"], members["not_trusted"]]);
    let labelled = json!([1, "acme", "build server", members["components"], []]);
    for array in [array, labelled] {
        let refused = Fingerprint::from_text(&array.to_string());
        assert!(matches!(refused, Err(FingerprintError::NotReadable(_))), "{refused:?}");
        assert!(serde_json::from_value::<Fingerprint>(array.clone()).is_err());
        assert!(serde_json::from_str::<Fingerprint>(&array.to_string()).is_err());
    }
}

#[test]
fn what_can_be_guessed_is_never_enough() {
    let before = machine(&[(MachineId, 1), (Disk, 3), (Network, 4), (HostName, 5)], &[]);
    let binding = MachineBinding::of(&before, ID, 2).unwrap();
    let installed_anew = machine(&[(MachineId, 9), (Disk, 3), (Network, 4), (HostName, 5)], &[]);
    let found = binding.compare(ID, &installed_anew);
    assert_eq!(found.same(), 3);
    assert!(!found.matches, "three agree, and each of them can be tried out");
}

#[test]
fn a_copied_image_is_not_the_machine() {
    let host = machine(&[(MachineId, 1), (Disk, 3)], &[]);
    let binding = MachineBinding::of(&host, ID, 1).unwrap();
    let container = machine(&[(MachineId, 1), (Disk, 3)], &[MachineId]);
    let found = binding.compare(ID, &container);
    assert_eq!(found.components[&MachineId], ComponentMatch::NotTrusted);
    assert!(!found.matches);
    assert_eq!(MachineBinding::of(&container, ID, 1), Err(BindingError::OnlyGuessable));
    let partly = machine(&[(MachineId, 1), (ProductId, 2), (HostName, 3)], &[HostName]);
    let binding = MachineBinding::of(&partly, ID, 2).unwrap();
    assert_eq!(binding.components().collect::<Vec<_>>(), [MachineId, ProductId], "nothing is bound to the runtime");
}

#[test]
fn any_one_of_several_machines_will_do() {
    let (first, second) = (machine(&[(MachineId, 1)], &[]), machine(&[(MachineId, 2)], &[]));
    let of = |machine: &Fingerprint| MachineBinding::of(machine, ID, 1).unwrap();
    let bindings = Bindings::new(vec![of(&first), of(&second)], None).unwrap();
    let matches = |machine: &Fingerprint| bindings.compare(ID, machine).iter().map(|m| m.matches).collect::<Vec<_>>();
    assert_eq!(matches(&first), [true, false]);
    assert_eq!(matches(&second), [false, true]);
    assert_eq!(matches(&machine(&[(MachineId, 3)], &[])), [false, false]);
}

#[test]
fn the_digests_of_one_license_are_of_no_use_in_another() {
    let here = machine(&[(MachineId, 1)], &[]);
    let binding = MachineBinding::of(&here, ID, 1).unwrap();
    assert!(binding.compare(ID, &here).matches);
    assert!(!binding.compare("019b76da-a800-7000-8000-000000000002", &here).matches);
    // The same bytes under another name: a card's value does not pass for a disk's.
    let swapped = machine(&[(ProductId, 1)], &[]);
    let (a, b) = (json!(binding), json!(MachineBinding::of(&swapped, ID, 1).unwrap()));
    assert_ne!(a["components"]["machine_id"], b["components"]["product_id"]);
}

#[test]
fn what_cannot_work_is_not_bound() {
    let full = machine(&[(MachineId, 1), (Disk, 2)], &[]);
    let of = |require| MachineBinding::of(&full, ID, require);
    assert_eq!(of(0), Err(BindingError::Require { require: 0, there: 2 }));
    assert_eq!(of(3), Err(BindingError::Require { require: 3, there: 2 }));
    let guessable = machine(&[(Disk, 1), (Network, 2), (HostName, 3)], &[]);
    assert_eq!(MachineBinding::of(&guessable, ID, 2), Err(BindingError::OnlyGuessable));
    assert_eq!(Bindings::new(Vec::new(), None), Err(BindingError::Nothing));
    let one = of(1).unwrap();
    assert_eq!(Bindings::new(vec![one.clone(); MAX_MACHINES + 1], None), Err(BindingError::TooManyMachines));
    assert!(Bindings::new(vec![one; MAX_MACHINES], None).is_ok());
    assert_eq!(TotpBinding::of(&[0; 15], 30), Err(BindingError::SecretLength));
    assert_eq!(TotpBinding::of(&[0; 65], 30), Err(BindingError::SecretLength));
    assert_eq!(TotpBinding::of(&[0; 20], 14), Err(BindingError::Period));
    assert_eq!(TotpBinding::of(&[0; 20], 301), Err(BindingError::Period));
}

#[test]
fn a_license_with_as_many_machines_as_there_can_be_still_fits() {
    let full = machine(&[(MachineId, 1), (ProductId, 2), (Disk, 3), (Network, 4), (HostName, 5)], &[]);
    let machines = vec![MachineBinding::of(&full, ID, 2).unwrap(); MAX_MACHINES];
    let mut bound = claims();
    bound.bindings = Some(Bindings::new(machines, Some(TotpBinding::of(&[7; 20], 30).unwrap())).unwrap());
    let token = sign(&bound, &vendor_key()).unwrap();
    assert_eq!(inspect(&token).unwrap().claims, bound);
}

#[test]
fn a_fingerprint_says_nothing_that_is_not_understood() {
    let good = machine(&[(MachineId, 1), (HostName, 2)], &[HostName]);
    let json: Value = serde_json::from_str(&good.to_json()).unwrap();
    let with = |member: &str, value: Value| {
        let mut other = json.clone();
        other[member] = value;
        Fingerprint::from_text(&other.to_string())
    };
    let readable =
        |result: &Result<Fingerprint, FingerprintError>| !matches!(result, Err(FingerprintError::NotReadable(_)));
    let digest = json["components"]["machine_id"].clone();
    for (member, value) in [
        ("salt", json!("x")),
        ("vendor", json!(null)),
        ("label", json!(null)),
        ("version", json!("1")),
        ("components", json!({ "tpm": digest })),
        ("components", json!({ "machine_id": "AAAA" })),
        ("not_trusted", json!("host_name")),
        ("not_trusted", json!(["tpm"])),
    ] {
        let result = with(member, value.clone());
        assert!(!readable(&result), "{member}: {value}: {result:?}");
    }
    assert_eq!(with("version", json!(2)), Err(FingerprintError::UnknownVersion(2)));
    assert_eq!(with("vendor", json!("")), Err(FingerprintError::NoVendor));
    assert_eq!(with("vendor", json!("v".repeat(1_025))), Err(FingerprintError::LongVendor));
    // What can be made can be read in both of its forms, however it is spelled in JSON.
    let longest = with("vendor", json!("\u{1}".repeat(1_024))).unwrap().with_label(Some("\u{1}".repeat(128))).unwrap();
    for written in [longest.to_json(), longest.to_text()] {
        assert_eq!(Fingerprint::from_text(&written).as_ref(), Ok(&longest), "{} bytes", written.len());
    }
    assert_eq!(with("label", json!("")), Err(FingerprintError::BadLabel));
    assert_eq!(with("label", json!("x".repeat(129))), Err(FingerprintError::BadLabel));
    assert_eq!(with("not_trusted", json!(["disk"])), Err(FingerprintError::NotTrusted(Disk)));
    assert_eq!(with("not_trusted", json!(["host_name", "host_name"])), Err(FingerprintError::NotTrusted(HostName)));
    assert_eq!(with("components", json!({})), Err(FingerprintError::NoComponent));
    assert_eq!(Fingerprint::from_text(&" ".repeat(16 * 1024 + 1)), Err(FingerprintError::TooLarge));
    let twice = good.to_json().replacen('{', r#"{"vendor":"bolt","#, 1);
    assert!(!readable(&Fingerprint::from_text(&twice)), "a member twice");
    assert!(!readable(&Fingerprint::from_text(&format!("{}=", good.to_text()))), "padding");
    assert!(!format!("{good:?}").contains("1, 1, 1"), "the values are not printed");
}

#[test]
fn a_code_works_for_a_minute_and_a_half_with_the_right_secret_only() {
    let secret = TotpSecret::from_bytes(b"12345678901234567890");
    let binding = TotpBinding::of(secret.as_bytes(), 30).unwrap();
    let code = totp::code(&secret, 30, 90);
    let at = |now| totp::matches(&binding, &code, &secret, now);
    assert_eq!([at(59), at(60), at(119), at(149), at(150)], [None, Some(3), Some(3), Some(3), None]);
    assert_eq!(at(i64::MIN), None);
    assert_eq!(at(i64::MAX), None);
    let spaced = format!(" {code}\n");
    assert_eq!(totp::matches(&binding, &spaced, &secret, 90), Some(3), "as it was typed");
    for wrong in ["", &code[..5], &format!("{code}0"), "０００００００"] {
        assert_eq!(totp::matches(&binding, wrong, &secret, 90), None, "{wrong:?}");
    }
    let other = TotpSecret::from_bytes(b"12345678901234567891");
    let code = totp::code(&other, 30, 90);
    assert_eq!(totp::matches(&binding, &code, &other, 90), None, "somebody else's secret and its right code");
}

#[test]
fn a_totp_secret_is_shown_only_where_it_is_asked_for() {
    let secret = TotpSecret::from_bytes(b"12345678901234567890");
    assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
    let uri = secret.to_uri("Acme & Söhne", "alice@example.com", 30);
    assert_eq!(
        *uri,
        "otpauth://totp/Acme%20%26%20S%C3%B6hne:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
         &issuer=Acme%20%26%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!(TotpSecret::from_text(&uri).unwrap().as_bytes(), secret.as_bytes());
}

fn kinds() -> impl Strategy<Value = BTreeSet<Component>> {
    proptest::sample::subsequence(Component::ALL.to_vec(), 0..=5).prop_map(|kinds| kinds.into_iter().collect())
}

proptest! {
    #[test]
    fn a_fingerprint_survives_both_spellings(
        present in kinds(), not_trusted in kinds(), bytes in any::<[u8; 32]>(),
        vendor in "\\PC{1,20}", label in proptest::option::of("\\PC{1,20}"),
    ) {
        let components: BTreeMap<_, _> = present.iter().map(|kind| (*kind, bytes)).collect();
        let not_trusted: BTreeSet<_> = not_trusted.intersection(&present).copied().collect();
        prop_assume!(!components.is_empty());
        let made = Fingerprint::new(vendor, components, not_trusted, label).unwrap();
        prop_assert_eq!(&Fingerprint::from_text(&made.to_json()).unwrap(), &made);
        prop_assert_eq!(&Fingerprint::from_text(&format!(" {}\n", made.to_text())).unwrap(), &made);
    }

    #[test]
    fn no_text_is_a_fingerprint_by_chance(text in "(lmachine_)?\\PC{0,80}") {
        let _ = Fingerprint::from_text(&text);
    }

    /// The rule in its own words: enough agree, and one that cannot be guessed among them.
    #[test]
    fn k_of_n_with_one_that_cannot_be_guessed(
        bound in kinds(), changed in kinds(), absent in kinds(), untrusted in kinds(), require in 1_u32..=5,
    ) {
        let before: Vec<_> = bound.iter().map(|kind| (*kind, 1)).collect();
        prop_assume!(!before.is_empty());
        let binding = MachineBinding::of(&machine(&before, &[]), ID, require);
        let possible = (bound.contains(&MachineId) || bound.contains(&ProductId)) && require as usize <= bound.len();
        prop_assert_eq!(binding.is_ok(), possible);
        let Ok(binding) = binding else { return Ok(()) };

        let now: Vec<_> = Component::ALL.into_iter().filter(|kind| !absent.contains(kind))
            .map(|kind| (kind, if changed.contains(&kind) { 2 } else { 1 })).collect();
        prop_assume!(!now.is_empty());
        let untrusted: Vec<_> = untrusted.difference(&absent).copied().collect();
        let found = binding.compare(ID, &machine(&now, &untrusted));

        let agree: BTreeSet<_> = bound.into_iter()
            .filter(|kind| !absent.contains(kind) && !changed.contains(kind) && !untrusted.contains(kind)).collect();
        let expected = agree.len() >= require as usize && (agree.contains(&MachineId) || agree.contains(&ProductId));
        prop_assert_eq!(found.matches, expected);
        prop_assert_eq!(found.same(), agree.len());
    }

    #[test]
    fn every_secret_survives_base32(bytes in proptest::collection::vec(any::<u8>(), 1..70)) {
        let text = TotpSecret::from_bytes(&bytes).to_base32();
        let secret = TotpSecret::from_text(&text).unwrap();
        prop_assert_eq!(secret.as_bytes(), bytes.as_slice());
    }
}

//! Verifying: who, what for, when, and what is left unchecked.

use licentia_license::bindings::{Bindings, TotpBinding};
use licentia_license::machine::{Component, Fingerprint, MachineBinding};
use licentia_license::totp::{self, TotpSecret};
use licentia_license::{
    Claims, Evidence, Invalid, License, Status, StatusListRef, TrustedKeys, Unchecked, Verdict, Verified, armor,
    inspect, sign, verify_signature,
};

use std::collections::BTreeSet;

use crate::sample::{EXPIRES, ID, ISSUED, NOW, claims, editor, keys, trusted, vendor_key, verify, verify_at};

fn license(change: impl FnOnce(&mut Claims)) -> String {
    let mut claims = claims();
    change(&mut claims);
    armor::wrap(&sign(&claims, &vendor_key()).unwrap())
}

fn code(result: Result<Verified, Invalid>) -> &'static str {
    result.map_or_else(|refusal| refusal.code(), |_| "valid")
}

#[test]
fn a_license_for_this_product_holds() {
    let text = license(|_| {});
    let verified = verify(&text).unwrap();
    assert_eq!(verified.claims, claims());
    assert_eq!(verified.token, armor::unwrap(&text).unwrap());
    assert!(keys().get(&verified.kid).is_some());
    assert_eq!(verified.unchecked, []);
}

#[test]
fn what_was_not_checked_is_said() {
    let text = license(|c| {
        let status_list = StatusListRef { idx: 1, uri: "https://example.com/1".to_owned() };
        c.status = Some(Status { status_list });
        c.identity = Some(format!("blake3:{}", "ab".repeat(32)));
    });
    let left = |result: Result<Verified, Invalid>| result.unwrap().unchecked;
    let (list, identity) = (Unchecked::StatusList, Unchecked::Identity);
    assert_eq!(left(verify(&text)), [list, identity]);
    let anywhere = License::verify(&text, &keys(), &Evidence::new(), NOW);
    assert_eq!(left(anywhere.usable()), [Unchecked::Audience, list, identity]);
    let signature = verify_signature(&text, &keys());
    assert_eq!(left(signature), [Unchecked::Audience, Unchecked::Time, list, identity]);
}

#[test]
fn a_license_of_another_machine_is_refused_and_says_what_changed() {
    let machine = |components: &[(Component, u8)]| {
        let components = components.iter().map(|(kind, byte)| (*kind, [*byte; 32])).collect();
        Fingerprint::new("acme", components, [].into(), None).unwrap()
    };
    let (id, disk, network) = (Component::MachineId, Component::Disk, Component::Network);
    let bound = MachineBinding::of(&machine(&[(id, 1), (disk, 2), (network, 3)]), ID, 2).unwrap();
    let text = license(|c| c.bindings = Some(Bindings::new(vec![bound], None).unwrap()));
    let look = |machine: &Fingerprint| License::verify(&text, &keys(), &editor().machine(machine), NOW);

    assert_eq!(verify(&text), Err(Invalid::MachineRequired));
    assert!(inspect(&text).is_ok(), "it may be looked at");
    // A new network card does not matter, and the product learns of it.
    let changed = look(&machine(&[(id, 1), (disk, 2), (network, 9)])).usable().unwrap();
    assert_eq!(changed.unchecked, []);
    assert_eq!(changed.machines[0].differing().map(|(kind, _)| kind).collect::<Vec<_>>(), [network]);

    let other = look(&machine(&[(id, 1), (disk, 9)]));
    assert_eq!(other.why().unwrap().code(), "machine_mismatch");
    let said = other.why().unwrap().to_string();
    assert!(said.ends_with("this one changed: its disk is another one, its network card is not there"), "{said}");
    assert_eq!(other.license().unwrap().machines.len(), 1, "and what is the same");

    let foreign = look(&Fingerprint::new("bolt", [(id, [8; 32])].into(), [].into(), None).unwrap());
    let said = foreign.why().unwrap().to_string();
    assert_eq!(foreign.why().unwrap().code(), "machine_mismatch");
    assert!(said.contains("made for the vendor \"bolt\"") && !said.contains("changed"), "{said}");
    assert_eq!(foreign.license().unwrap().machines, [], "what differs says nothing");

    let taken_in = verify_signature(&text, &keys()).unwrap();
    assert_eq!(taken_in.unchecked, [Unchecked::Audience, Unchecked::Time, Unchecked::Machine]);
}

#[test]
fn the_message_is_about_the_machine_that_comes_closest() {
    let machine = |bytes: [u8; 3]| {
        let kinds = [Component::MachineId, Component::Disk, Component::HostName];
        Fingerprint::new("acme", kinds.into_iter().zip(bytes.map(|byte| [byte; 32])).collect(), [].into(), None)
            .unwrap()
    };
    let bound = |bytes| MachineBinding::of(&machine(bytes), ID, 3).unwrap();
    let two = Bindings::new(vec![bound([1, 1, 1]), bound([2, 2, 2])], None).unwrap();
    let text = license(|c| c.bindings = Some(two));
    let here = machine([2, 2, 3]);
    let verdict = License::verify(&text, &keys(), &editor().machine(&here), NOW);
    let said = verdict.why().unwrap().to_string();
    assert!(said.ends_with("this one changed: its host name is another one"), "{said}");
}

#[test]
fn a_license_that_needs_a_second_factor_asks_for_it() {
    let secret = TotpSecret::from_bytes(b"12345678901234567890");
    let binding = TotpBinding::of(secret.as_bytes(), 30).unwrap();
    let text = license(|c| c.bindings = Some(Bindings::new(Vec::new(), Some(binding)).unwrap()));
    let code = totp::code(&secret, 30, NOW);
    assert_eq!(verify(&text), Err(Invalid::TotpRequired));
    let verdict = |code: &str, secret, now| License::verify(&text, &keys(), &editor().totp(code, secret), now);
    let license = verdict(&code, &secret, NOW).usable().unwrap();
    assert_eq!((license.totp_step, license.unchecked), (Some(NOW / 30), vec![]));
    assert_eq!(verdict(&code, &secret, NOW + 60).why(), Some(&Invalid::TotpWrong), "too late");
    let other = TotpSecret::from_bytes(&[7; 20]);
    let theirs = totp::code(&other, 30, NOW);
    assert_eq!(verdict(&theirs, &other, NOW).why(), Some(&Invalid::TotpWrong), "somebody else's");
}

#[test]
fn time_is_half_open_and_leeway_reaches_both_ways() {
    let text = license(|c| c.nbf = Some(ISSUED + 1000));
    let at = |now, leeway| code(License::verify(&text, &keys(), &editor().leeway(leeway), now).usable());
    let begin = ISSUED + 1000;
    assert_eq!(at(begin - 1, 0), "not_yet_valid");
    assert_eq!(at(begin, 0), "valid");
    assert_eq!(at(EXPIRES - 1, 0), "valid");
    assert_eq!(at(EXPIRES, 0), "expired");
    assert_eq!(at(begin - 61, 60), "not_yet_valid");
    assert_eq!(at(begin - 60, 60), "valid");
    assert_eq!(at(EXPIRES + 59, 60), "valid");
    assert_eq!(at(EXPIRES + 60, 60), "expired");
    assert_eq!(at(EXPIRES, -100), "expired", "a negative leeway is none");
    assert_eq!(at(EXPIRES - 1, -100), "valid");
    assert_eq!(at(i64::MAX, 60), "expired");
    assert_eq!(at(i64::MIN, 60), "not_yet_valid");
}

#[test]
fn a_license_from_the_future_is_not_valid_yet_and_a_perpetual_one_never_ends() {
    let perpetual = license(|c| c.exp = None);
    let at = |now| verify_at(&perpetual, now);
    assert_eq!(at(ISSUED - 61), Err(Invalid::NotYetValid { from: ISSUED }));
    assert_eq!(code(at(i64::MAX)), "valid");

    let backdated = license(|c| c.nbf = Some(ISSUED - 1000));
    assert_eq!(
        verify_at(&backdated, ISSUED - 61),
        Err(Invalid::NotYetValid { from: ISSUED }),
        "`nbf` does not excuse `iat`"
    );
}

#[test]
fn an_expired_license_for_another_product_can_still_be_imported() {
    let text = license(|c| c.aud = vec!["viewer".to_owned()]);
    let viewer = Evidence::new().audience("viewer");
    assert_eq!(code(License::verify(&text, &keys(), &viewer, EXPIRES + 60).usable()), "expired");
    assert_eq!(code(verify_at(&text, EXPIRES + 60)), "wrong_audience");
    assert_eq!(code(verify_signature(&text, &keys())), "valid");
}

#[test]
fn a_key_signs_for_its_issuer_only() {
    let text = license(|c| c.iss = "evil".to_owned());
    let refusal = verify(&text).unwrap_err();
    let expected = "acme".to_owned();
    assert_eq!(refusal, Invalid::IssuerMismatch { claimed: "evil".to_owned(), expected });
    let any: TrustedKeys = [trusted(&vendor_key(), None)].into_iter().collect();
    assert_eq!(code(License::verify(&text, &any, &editor(), NOW).usable()), "valid");
    assert_eq!(code(License::verify(&text, &TrustedKeys::new(), &editor(), NOW).usable()), "unknown_key");
}

#[test]
fn text_from_outside_is_shown_escaped() {
    let text = license(|c| c.iss = "a\u{1b}[31m\u{202e}\n".to_owned());
    let shown = verify(&text).unwrap_err().to_string();
    assert!(shown.contains(r"\u{1b}") && shown.contains(r"\u{202e}"), "{shown}");
    assert!(!shown.chars().any(char::is_control), "{shown}");
}

#[test]
fn a_program_may_warn_instead_of_stopping() {
    let text = license(|_| {});
    let late = License::verify(&text, &keys(), &editor().grace(86_400), EXPIRES + 3_600);
    let Verdict::InGrace { license, why, until } = &late else { panic!("{late:?}") };
    assert_eq!((license.claims.sub.as_str(), why.code(), *until), ("alice@example.com", "expired", EXPIRES + 86_400));
    assert_eq!((late.code(), late.clone().usable().is_ok()), ("in_grace", true));

    // The end is told as `exp` is; the leeway comes on top of both.
    let at = |now| License::verify(&text, &keys(), &editor().grace(86_400).leeway(60), now);
    assert_eq!((at(until + 59).code(), at(until + 60).code()), ("in_grace", "invalid"));

    let over = License::verify(&text, &keys(), &editor().grace(86_400), EXPIRES + 90_000);
    assert_eq!((over.code(), over.why().unwrap().code()), ("invalid", "expired"));
    assert_eq!(over.license().unwrap().claims.sub, "alice@example.com", "it says what it was");

    // What nobody has proven is not handed out.
    let forged = License::verify(&text, &TrustedKeys::new(), &editor(), NOW);
    assert_eq!(forged.license(), None);
    let evil = self::license(|c| c.iss = "evil".to_owned());
    assert_eq!(License::verify(&evil, &keys(), &editor(), NOW).license(), None);
}

#[test]
fn evidence_does_not_print_the_identity() {
    let shown = format!("{:?}", editor().identity(&[231; 32]));
    assert!(shown.contains("editor") && !shown.contains("231"), "{shown}");
}

/// The codes of a table's column in `docs/FORMAT.md`, under a heading.
fn documented(heading: &str, column: usize) -> Vec<&'static str> {
    let document = include_str!("../../../docs/FORMAT.md");
    let sections = document.split(heading).skip(1).map(|rest| rest.split("\n#").next().unwrap());
    let rows = sections.flat_map(str::lines).filter(|line| line.starts_with("| "));
    rows.filter_map(|row| row.split(" | ").nth(column))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter(|word| word.contains('_') || Invalid::all_codes().any(|code| code == *word))
        .collect()
}

#[test]
fn the_document_has_every_reason_code_and_no_other() {
    let codes: Vec<_> = Invalid::all_codes().collect();
    assert_eq!(documented("\n### Reason codes\n", 0), codes);
    let in_steps: BTreeSet<_> = documented("\n## Verification\n", 1).into_iter().collect();
    assert_eq!(in_steps, codes.into_iter().collect());
}

//! The list as a product uses it, day after day.

use super::forge::{ISSUED, URI, license};
use crate::sample::{NOW, editor, keys, vendor_key};
use licentia_license::status_list::{
    Freshness, ListSignError, StatusError, StatusList, StatusListClaims, Statuses, sign,
};
use licentia_license::{Evidence, License, Unchecked, Verdict};

fn published(iat: i64, marked: &[(u64, u8)]) -> String {
    let claims = StatusListClaims {
        iss: Some("acme".to_owned()),
        sub: URI.to_owned(),
        iat,
        nbf: None,
        exp: Some(iat + 30 * 86_400),
        ttl: Some(43_200),
    };
    let statuses = Statuses::new(2, 1 << 20, marked.iter().copied()).unwrap();
    sign(&claims, &statuses, &vendor_key()).unwrap()
}

fn look_up(evidence: &Evidence<'_>) -> Verdict {
    License::verify(&license(), &keys(), evidence, NOW)
}

#[test]
fn a_license_is_revoked_by_a_file_and_comes_back_with_the_next() {
    let holds = look_up(&editor().status_list(&published(ISSUED, &[(4, 1), (6, 3)]))).usable().unwrap();
    assert_eq!(holds.unchecked, []);
    for (value, code) in [(1, "revoked"), (2, "suspended"), (3, "superseded")] {
        let refusal = look_up(&editor().status_list(&published(ISSUED, &[(5, value)]))).usable().unwrap_err();
        assert_eq!(refusal.code(), code);
        assert!(!refusal.hint().is_empty());
    }
    look_up(&editor().status_list(&published(ISSUED + 60, &[]))).usable().unwrap();
}

#[test]
fn whoever_hands_in_an_old_list_does_not_undo_a_revocation() {
    let (old, new) = (published(ISSUED, &[]), published(ISSUED + 60, &[(5, 1)]));
    // The list that revokes is remembered too.
    let revoked = look_up(&editor().status_list(&new));
    assert_eq!(revoked.why().unwrap().code(), "revoked");
    let newest = revoked.license().unwrap().status_list.as_ref().unwrap().iat;
    let code = |list: &str| look_up(&editor().status_list(list).newest_status_list(newest)).why().unwrap().code();
    assert_eq!(code(&old), "status_list_rolled_back");
    assert_eq!(code(&new), "revoked");
}

#[test]
fn a_list_that_was_refused_is_not_remembered() {
    let list = published(ISSUED, &[]);
    let refused = look_up(&editor().status_list(&list).newest_status_list(ISSUED + 1));
    assert_eq!(refused.license().unwrap().status_list, None);
}

#[test]
fn without_a_list_the_product_decides() {
    let accepted = look_up(&editor()).usable().unwrap();
    assert_eq!((accepted.unchecked, accepted.status_list), (vec![Unchecked::StatusList], None));
    let refused = look_up(&editor().require_status_list()).usable().unwrap_err();
    assert_eq!(refused.code(), "status_list_missing");
    assert!(refused.to_string().contains(URI));
}

#[test]
fn a_list_says_when_to_fetch_the_next_one_long_before_it_is_stale() {
    let list = published(ISSUED, &[]);
    let list = StatusList::verify(&list, &keys(), &Freshness::at(ISSUED + 29 * 86_400)).unwrap();
    assert_eq!(list.fetch_again_at(), Some(ISSUED + 43_200));
}

#[test]
fn what_no_list_can_hold_is_not_written() {
    let new = |bits, size, marked| Statuses::new(bits, size, [marked]);
    assert_eq!(new(3, 8, (0, 1)), Err(StatusError::Bits(3)));
    assert_eq!(new(0, 8, (0, 1)), Err(StatusError::Bits(0)));
    assert_eq!(new(2, 8, (0, 4)), Err(StatusError::Value { value: 4, bits: 2 }));
    assert_eq!(new(2, 8, (8, 1)), Err(StatusError::Outside { idx: 8, size: 8 }));
    assert_eq!(new(2, u64::MAX, (0, 1)), Err(StatusError::TooLarge(u64::MAX)));
    assert_eq!(new(8, 4 << 20, (0, 1)).unwrap().len(), 4 << 20);
    assert_eq!(new(8, (4 << 20) + 1, (0, 1)), Err(StatusError::TooLarge((4 << 20) + 1)));
    // The last one said is what holds.
    assert_eq!(Statuses::new(2, 8, [(3, 3), (3, 1)]).unwrap().get(3), Some(1));

    let statuses = Statuses::new(2, 8, []).unwrap();
    let claims = StatusListClaims { iss: None, sub: URI.to_owned(), iat: NOW, nbf: None, exp: None, ttl: None };
    let refused = |claims: &StatusListClaims| sign(claims, &statuses, &vendor_key()).unwrap_err();
    assert_eq!(refused(&StatusListClaims { exp: Some(NOW), ..claims.clone() }), ListSignError::NeverValid);
    for wrong in [
        StatusListClaims { sub: String::new(), ..claims.clone() },
        StatusListClaims { iss: Some(String::new()), ..claims.clone() },
        StatusListClaims { iat: -1, ..claims.clone() },
        StatusListClaims { ttl: Some(0), ..claims.clone() },
    ] {
        assert!(matches!(refused(&wrong), ListSignError::Refused(_)), "{wrong:?}");
    }
}

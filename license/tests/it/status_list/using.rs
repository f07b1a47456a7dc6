//! The list as a product uses it, day after day.

use super::forge::{ISSUED, URI, license};
use crate::sample::{NOW, editor_now, keys, vendor_key};
use licentia_license::status_list::{
    Freshness, ListSignError, StatusError, StatusList, StatusListClaims, Statuses, WithoutList, sign,
};
use licentia_license::{Unchecked, Verified, verify};

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

fn verified() -> Verified {
    verify(&license(), &keys(), &editor_now()).unwrap()
}

#[test]
fn a_license_is_revoked_by_a_file_and_comes_back_with_the_next() {
    let look_up = |list: &str| {
        let list = StatusList::verify(list, &keys(), &Freshness::at(NOW)).unwrap();
        verified().check_status(Some(&list), WithoutList::Refuse)
    };
    let holds = look_up(&published(ISSUED, &[(4, 1), (6, 3)])).unwrap();
    assert_eq!(holds.unchecked, []);
    for (value, code) in [(1, "revoked"), (2, "suspended"), (3, "superseded")] {
        let refusal = look_up(&published(ISSUED, &[(5, value)])).unwrap_err();
        assert_eq!(refusal.code(), code);
        assert!(!refusal.hint().is_empty());
    }
    look_up(&published(ISSUED + 60, &[])).unwrap();
}

#[test]
fn whoever_hands_in_an_old_list_does_not_undo_a_revocation() {
    let (old, new) = (published(ISSUED, &[]), published(ISSUED + 60, &[(5, 1)]));
    let newest = StatusList::verify(&new, &keys(), &Freshness::at(NOW)).unwrap().claims.iat;
    let fresh = Freshness { newest_seen: Some(newest), ..Freshness::at(NOW) };
    assert_eq!(StatusList::verify(&old, &keys(), &fresh).unwrap_err().code(), "status_list_rolled_back");
    StatusList::verify(&new, &keys(), &fresh).unwrap();
}

#[test]
fn without_a_list_the_product_decides() {
    let accepted = verified().check_status(None, WithoutList::Accept).unwrap();
    assert_eq!(accepted.unchecked, [Unchecked::StatusList]);
    let refused = verified().check_status(None, WithoutList::Refuse).unwrap_err();
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

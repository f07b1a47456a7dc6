//! Whatever comes in: nothing panics, nothing grows, and what was written is what is read.

use super::forge::{list_claims, list_of, stored, with_list};
use crate::sample::{NOW, keys, vendor_key};
use crate::vectors::forge::part;
use licentia_license::status_list::{Freshness, MAX_INFLATED_BYTES, StatusList, StatusListClaims, Statuses, sign};
use proptest::prelude::*;
use serde_json::json;

fn code(token: &str) -> &'static str {
    StatusList::verify(token, &keys(), &Freshness::at(NOW)).map_or_else(|refusal| refusal.code(), |_| "valid")
}

/// A few kilobytes that unpack to a thousand times as much: refused, and not unpacked to the end.
#[test]
fn a_bomb_does_not_go_off() {
    let packed = |bytes: usize| part(&miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; bytes], 9));
    let list = |bytes| list_of(&with_list("lst", json!(packed(bytes))));
    assert_eq!(code(&list(MAX_INFLATED_BYTES)), "valid");
    assert_eq!(code(&list(MAX_INFLATED_BYTES + 1)), "status_list_too_large");
    let bomb = list(64 << 20);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    assert_eq!(code(&bomb), "status_list_too_large");
}

/// The longest list that there can be, of bytes that do not compress, is one that is read.
#[test]
fn there_is_room_for_a_list_that_does_not_compress() {
    let mut state = 1_u64;
    let marked = (0..u64::try_from(MAX_INFLATED_BYTES).unwrap()).map(|idx| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (idx, state.to_le_bytes()[3])
    });
    let statuses = Statuses::new(8, 4 << 20, marked.collect::<Vec<_>>()).unwrap();
    let claims = StatusListClaims { iss: None, sub: "urn:x".to_owned(), iat: NOW, nbf: None, exp: None, ttl: None };
    let token = sign(&claims, &statuses, &vendor_key()).unwrap();
    let read = StatusList::verify(&token, &keys(), &Freshness::at(NOW)).unwrap();
    assert!(read.statuses == statuses);
}

/// Every bit of the signed text counts.
#[test]
fn no_altered_character_goes_unnoticed() {
    let token = list_of(&list_claims());
    assert_eq!(code(&token), "valid");
    for at in 0..token.len() {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        let altered = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        assert_ne!(code(&altered), "valid", "{at}");
        assert_ne!(code(&token[..at]), "valid", "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_is_read(
        bits in prop::sample::select(vec![1_u8, 2, 4, 8]),
        size in 1_u64..5_000,
        marks in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40),
    ) {
        let many = usize::try_from(size).unwrap();
        let mut expected = vec![0_u8; many];
        let marks = marks.into_iter().map(|(at, value)| (at.index(many), value >> (8 - bits)));
        let marks: Vec<_> = marks.collect();
        for (at, value) in &marks {
            expected[*at] = *value;
        }
        let named = marks.iter().map(|(at, value)| (u64::try_from(*at).unwrap(), *value));
        let statuses = Statuses::new(bits, size, named).unwrap();
        let claims = StatusListClaims {
            iss: None, sub: "urn:x".to_owned(), iat: NOW, nbf: None, exp: Some(NOW + 1), ttl: Some(1),
        };
        let token = sign(&claims, &statuses, &vendor_key()).unwrap();
        let read = StatusList::verify(&token, &keys(), &Freshness::at(NOW)).unwrap();
        prop_assert_eq!(&read.claims, &claims);
        // Rounded up to whole bytes, and nothing behind.
        prop_assert!(read.statuses.len() >= size && read.statuses.len() < size + 8);
        prop_assert_eq!(read.statuses.get(read.statuses.len()), None);
        let found: Vec<_> = (0..size).map(|idx| read.statuses.get(idx).unwrap()).collect();
        let marked: Vec<_> = (0..).zip(&expected).filter(|(_, value)| **value != 0).map(|(i, v)| (i, *v)).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(read.statuses.marked().collect::<Vec<(u64, u8)>>(), marked);
    }

    #[test]
    fn nothing_panics(packed in any::<Vec<u8>>(), bits in any::<i64>(), tail in ".{0,20}", at in any::<u64>()) {
        let _ = code(&list_of(&with_list("lst", json!(part(&packed)))));
        let _ = code(&list_of(&with_list("bits", json!(bits))));
        let _ = code(&format!("{}{tail}", list_of(&list_claims())));
        let token = list_of(&with_list("lst", json!(part(&stored(&packed)))));
        if let Ok(list) = StatusList::verify(&token, &keys(), &Freshness::at(NOW)) {
            let _ = list.statuses.get(at);
        }
    }
}

//! Ids by what people type of them.

use crate::home::{Home, issuer, license};
use licentia_storage::{Fragment, IdTable, IssuerId, LicenseId};
use proptest::prelude::*;
use uuid::Uuid;

/// A home whose licenses have these ids.
async fn with(ids: &[Uuid]) -> Home {
    let home = Home::new().await;
    home.insert_issuer(issuer(1)).await;
    let mut plain = home.plain();
    let transaction = plain.transaction().unwrap();
    for id in ids {
        let row = license(1, IssuerId(crate::home::id(1)));
        let sql = "INSERT INTO license (id, issuer_id, jti, subject, subject_signature, audience, status, origin, features, limits, token, created_at)
                   VALUES (?, ?, ?, 's', 0, '[]', 'active', 'issued', '[]', '{}', 't', 0)";
        transaction.execute(sql, (id.as_bytes(), row.issuer_id.0.as_bytes(), id.to_string())).unwrap();
    }
    transaction.commit().unwrap();
    home
}

async fn find(home: &Home, text: &str, limit: u64) -> Vec<Uuid> {
    let fragment = Fragment::parse(text).unwrap();
    let mut found = home.store.reader().ids_like(IdTable::License, &fragment, limit).await.unwrap();
    found.sort();
    found
}

fn some_ids(count: u64) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = (0..count)
        .map(|number| {
            let bytes = blake3::hash(&number.to_be_bytes());
            // As of one hour: the beginning is the same.
            let tail = u64::from_be_bytes(*bytes.as_bytes().first_chunk().unwrap());
            Uuid::from_u64_pair(0x0190_aaaa_bbbb_7000 + number, tail | 1 << 63)
        })
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn any_beginning_and_any_end_of_an_id_finds_it() {
    let ids = some_ids(500);
    let home = with(&ids).await;
    for wanted in [ids[0], ids[123], ids[499]] {
        for text in [wanted.simple().to_string(), wanted.to_string(), wanted.to_string().to_uppercase()] {
            for length in 1..=text.len() {
                for part in [&text[..length], &text[text.len() - length..]] {
                    let Some(fragment) = Fragment::parse(part) else {
                        assert!(part.chars().all(|letter| letter == '-'), "{part}");
                        continue;
                    };
                    let digits: String = part.to_lowercase().replace('-', "");
                    let expected: Vec<Uuid> = ids
                        .iter()
                        .copied()
                        .filter(|id| {
                            let id = id.simple().to_string();
                            id.starts_with(&digits) || id.ends_with(&digits)
                        })
                        .collect();
                    assert!(expected.contains(&wanted));
                    let mut found = home.store.reader().ids_like(IdTable::License, &fragment, 1_000).await.unwrap();
                    found.sort();
                    assert_eq!(found, expected, "{part}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_ambiguous_fragment_finds_as_many_as_are_asked_for() {
    let ids = some_ids(300);
    let home = with(&ids).await;
    for text in ["0", "01", "0190aaaa", "0190-aaaa"] {
        for limit in [1, 2, 10] {
            assert_eq!(find(&home, text, limit).await.len() as u64, limit, "{text}");
        }
        assert_eq!(find(&home, text, 1_000).await.len(), 300, "{text}");
    }
}

#[tokio::test]
async fn an_id_that_begins_and_ends_alike_is_found_once() {
    let id = Uuid::from_u128(0xabcd_0000_0000_7000_8000_0000_0000_abcd);
    let home = with(&[id]).await;
    assert_eq!(find(&home, "abcd", 2).await, [id]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let home = with(&some_ids(50)).await;
    for text in ["f", "ffffffff", "0190aaab", &"0".repeat(32)] {
        let expected: Vec<Uuid> =
            some_ids(50).into_iter().filter(|id| id.simple().to_string().ends_with(text)).collect();
        assert_eq!(find(&home, text, 100).await, expected, "{text}");
    }
}

#[tokio::test]
async fn every_table_has_its_ids() {
    let home = Home::new().await;
    home.insert_issuer(issuer(1)).await;
    let fragment = Fragment::parse(&crate::home::id::<IssuerId>(1).short()).unwrap();
    for (table, count) in
        [(IdTable::Issuer, 1), (IdTable::License, 0), (IdTable::Identity, 0), (IdTable::ProbeToken, 0)]
    {
        assert_eq!(home.store.reader().ids_like(table, &fragment, 2).await.unwrap().len(), count, "{table:?}");
    }
}

#[test]
fn what_cannot_be_part_of_an_id_is_no_fragment() {
    for text in ["", "-", "---", "g", "0x12", "12 34", "é", "%", "'", &"0".repeat(33)] {
        assert_eq!(Fragment::parse(text), None, "{text}");
    }
    assert_eq!(Fragment::parse("AB-cd"), Fragment::parse("abcd"));
    let id = LicenseId(Uuid::from_u128(7));
    assert!(Fragment::parse(&id.to_string()).is_some() && Fragment::parse(&id.short()).is_some());
}

proptest! {
    #[test]
    fn nothing_that_is_typed_panics(text in "\\PC{0,40}") {
        let _ = Fragment::parse(&text);
    }
}

//! The draft's own test vectors.

use super::forge::{header, list_claims};
use crate::sample::{NOW, keys, vendor_key};
use crate::vectors::forge::{signed, with};
use licentia_license::status_list::{Freshness, StatusList, StatusListClaims, Statuses, sign};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn vectors() -> Vec<Value> {
    let file = include_str!("../../draft/status-list-20.json");
    let file: Value = serde_json::from_str(file).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

/// Indices that are not 0, as the draft has them.
fn marked(vector: &Value) -> BTreeMap<u64, u8> {
    let statuses = vector["statuses"].as_array().unwrap().iter();
    let read = statuses.map(|pair| (pair[0].as_u64().unwrap(), u8::try_from(pair[1].as_u64().unwrap()).unwrap()));
    read.filter(|(_, value)| *value != 0).collect()
}

#[test]
fn every_vector_of_the_draft_is_read() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let list = with(list_claims(), "status_list", json!({ "bits": vector["bits"], "lst": vector["lst"] }));
        let token = signed(&header().to_string(), list.to_string().as_bytes());
        let list = StatusList::verify(&token, &keys(), &Freshness::at(NOW)).unwrap();
        assert_eq!(list.statuses.len(), vector["size"].as_u64().unwrap(), "{}", vector["name"]);
        assert_eq!(list.statuses.marked().collect::<BTreeMap<_, _>>(), marked(&vector), "{}", vector["name"]);
        for (idx, value) in marked(&vector) {
            assert_eq!(list.statuses.get(idx), Some(value), "{}: {idx}", vector["name"]);
        }
    }
}

#[test]
fn what_we_write_of_the_same_statuses_reads_the_same() {
    for vector in vectors() {
        let bits = u8::try_from(vector["bits"].as_u64().unwrap()).unwrap();
        let statuses = Statuses::new(bits, vector["size"].as_u64().unwrap(), marked(&vector)).unwrap();
        let claims = StatusListClaims {
            iss: Some("acme".to_owned()),
            sub: "https://status.example.com/1".to_owned(),
            iat: NOW,
            nbf: None,
            exp: None,
            ttl: None,
        };
        let token = sign(&claims, &statuses, &vendor_key()).unwrap();
        let read = StatusList::verify(&token, &keys(), &Freshness::at(NOW)).unwrap();
        assert_eq!((read.claims, read.statuses), (claims, statuses), "{}", vector["name"]);
    }
}

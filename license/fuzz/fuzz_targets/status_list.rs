//! The text of a status list; its claims and its compressed bytes behind a signature that is in order.

#![no_main]

mod signer;

use libfuzzer_sys::fuzz_target;
use licentia_license::status_list::{Freshness, MAX_INFLATED_BYTES, StatusList, sign};
use signer::{KEY, KEYS, NOW, part};
use std::sync::LazyLock;

static HEADER: LazyLock<String> = LazyLock::new(|| signer::header("statuslist+jwt"));

fuzz_target!(|data: &[u8]| {
    let Some((how, data)) = data.split_first() else { return };
    match how % 6 {
        0 => {
            if let Ok(text) = std::str::from_utf8(data) {
                assert!(StatusList::verify_signature(text, &KEYS).is_err(), "a signature that nobody made");
            }
        }
        1 => look(data),
        // The bytes of a list with so many bits.
        how => {
            let bits = 1 << (how - 2);
            let lst = part(data);
            look(
                format!(r#"{{"iss":"acme","sub":"urn:x","iat":{NOW},"status_list":{{"bits":{bits},"lst":"{lst}"}}}}"#)
                    .as_bytes(),
            );
        }
    }
});

fn look(claims: &[u8]) {
    let token = signer::token(&HEADER, claims);
    let _ = StatusList::verify(&token, &KEYS, &Freshness::at(NOW));
    let Ok(list) = StatusList::verify_signature(&token, &KEYS) else { return };
    let size = list.statuses.len();
    assert!(size <= 8 * u64::try_from(MAX_INFLATED_BYTES).unwrap());
    assert_eq!(list.statuses.get(size), None);
    assert_eq!(list.statuses.get(u64::MAX), None);
    if size > 1 << 16 {
        return;
    }
    for (idx, value) in list.statuses.marked() {
        assert_eq!(list.statuses.get(idx), Some(value));
    }
    // What was read is written so that the same is read.
    if let Ok(again) = sign(&list.claims, &list.statuses, &KEY) {
        let again = StatusList::verify_signature(&again, &KEYS).unwrap();
        assert!(again.claims == list.claims && again.statuses == list.statuses);
    }
}

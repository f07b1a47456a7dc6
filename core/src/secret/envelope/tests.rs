//! Stories of passphrases right and wrong, and of a row that was altered.

use super::*;

const LOG: LogId = [1; 16];

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

fn right() -> Passphrase {
    passphrase("correct horse")
}

/// Different bytes each time, the same in each run.
fn counting() -> impl FnMut(&mut [u8]) {
    let mut next = 0_u8;
    move |bytes| {
        next += 1;
        bytes.fill(next);
    }
}

fn envelope() -> (Envelope, DataKey) {
    let params = KdfParams::cheapest([7; 16]);
    Envelope::create_with(params, &right(), &LOG, &mut counting()).unwrap()
}

fn same(a: &DataKey, b: &DataKey) -> bool {
    a.derive("test", b"") == b.derive("test", b"")
}

#[test]
fn the_right_passphrase_gives_the_data_key_back() {
    let mut random = counting();
    let (envelope, key) = Envelope::create(&right(), &LOG, &mut random).unwrap();
    assert_eq!(envelope.params, KdfParams::new([1; 16]));
    assert!(same(&envelope.open(&right(), &LOG).unwrap(), &key));
    assert!(envelope.is_intact(&LOG));
}

#[test]
fn a_wrong_passphrase_is_called_wrong() {
    let error = envelope().0.open(&passphrase("correct hors"), &LOG).unwrap_err();
    assert_eq!(error, SecretError::WrongPassphrase);
}

#[test]
fn a_new_passphrase_keeps_the_data_key_and_ends_the_old_one() {
    let (envelope, key) = envelope();
    let new = passphrase("battery staple");
    let renewed = envelope.wrap_anew(&key, &new, &LOG, &mut counting()).unwrap();
    assert!(same(&renewed.open(&new, &LOG).unwrap(), &key));
    assert_eq!(renewed.open(&right(), &LOG).unwrap_err(), SecretError::WrongPassphrase);
    assert_eq!(renewed.params, KdfParams::new([1; 16]), "cost raised to the default");

    let weak = envelope.wrap_anew(&key, &passphrase("short"), &LOG, &mut counting());
    assert_eq!(weak.unwrap_err(), SecretError::WeakPassphrase { minimum: 8 });
}

#[test]
fn a_vault_of_another_log_is_not_a_wrong_passphrase() {
    let error = envelope().0.open(&right(), &[2; 16]).unwrap_err();
    assert!(matches!(error, SecretError::Damaged(text) if text.contains("passphrase is right")));
}

#[test]
fn a_weak_passphrase_protects_no_new_vault() {
    let made = Envelope::create(&passphrase("seven77"), &LOG, &mut counting());
    assert_eq!(made.unwrap_err(), SecretError::WeakPassphrase { minimum: 8 });
}

#[test]
fn a_flipped_byte_is_damage_in_whatever_field() {
    type Flip = fn(&mut Envelope);
    let cases: [(&str, Flip, &str); 9] = [
        ("salt", |e| e.params.salt[0] ^= 1, "could not be tried"),
        ("memory", |e| e.params.memory_kib ^= 1, "could not be tried"),
        ("iterations", |e| e.params.iterations ^= 1, "could not be tried"),
        ("parallelism", |e| e.params.parallelism ^= 2, "could not be tried"),
        ("wrap nonce", |e| e.wrap_nonce[23] ^= 1, "passphrase is right"),
        ("wrapped key", |e| e.wrapped_key[0] ^= 1, "passphrase is right"),
        ("wrapped tag", |e| e.wrapped_key[47] ^= 1, "passphrase is right"),
        ("wrapped key cut", |e| e.wrapped_key.truncate(5), "passphrase is right"),
        ("wrapped key gone", |e| e.wrapped_key.clear(), "passphrase is right"),
    ];
    for (field, flip, expected) in cases {
        let (mut envelope, _) = envelope();
        flip(&mut envelope);
        let error = envelope.open(&right(), &LOG).unwrap_err();
        assert!(matches!(error, SecretError::Damaged(text) if text.contains(expected)), "{field}: {error}");
        assert!(!envelope.is_intact(&LOG), "{field}");
        let error = envelope.open(&passphrase("something else"), &LOG).unwrap_err();
        assert!(matches!(error, SecretError::Damaged(_)), "{field}, wrong passphrase: {error}");
    }
}

#[test]
fn a_damaged_canary_locks_nobody_out_but_is_seen() {
    type Flip = fn(&mut Envelope);
    let cases: [Flip; 4] =
        [|e| e.canary[0] ^= 1, |e| e.canary[CHECKSUM_LEN] ^= 1, |e| e.canary_nonce[0] ^= 1, |e| e.canary.clear()];
    for flip in cases {
        let (mut envelope, key) = envelope();
        flip(&mut envelope);
        assert!(same(&envelope.open(&right(), &LOG).unwrap(), &key));
        assert!(!envelope.is_intact(&LOG));
    }
}

#[test]
fn hostile_costs_are_refused_before_they_are_paid() {
    let (mut envelope, _) = envelope();
    envelope.params.memory_kib = u32::MAX;
    let error = envelope.open(&right(), &LOG).unwrap_err();
    assert!(matches!(error, SecretError::BadParameters(_)));
}

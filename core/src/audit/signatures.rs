//! Many signatures of one key, each held to exactly what `verify_strict` holds it to, at a quarter of the price.
//!
//! A batch equation is not used: it adds signatures up, and what a hostile key puts into two of them can cancel out
//! (parts of small order in R), whatever is checked of each before. Here every signature has its own equation,
//! R = S·B − h·A, compared byte for byte. It is cheap because A is the same for a million entries: the multiples of
//! B and −A that the digits of S and h can ask for are laid out once.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::traits::Identity;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha512};

/// From so many signatures on, laying out the multiples costs less than it saves.
pub(crate) const WORTH_IT: usize = 100;

/// As many as stay near while they are worked on.
const AT_ONCE: usize = 500;

/// What one key's signatures are checked with: 1.3 MB, made in a millisecond or two.
#[derive(Debug)]
pub(crate) struct Multiples {
    key: VerifyingKey,
    of_base: Table,
    of_minus_key: Table,
    /// The encodings that R may not have.
    small: Vec<[u8; 32]>,
}

impl Multiples {
    pub(crate) fn of(key: &VerifyingKey) -> Self {
        Self {
            key: *key,
            of_base: Table::of(ED25519_BASEPOINT_POINT),
            of_minus_key: Table::of(-key.to_edwards()),
            small: EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect(),
        }
    }

    /// For each message and signature, whether it is the key's by the strict rules.
    pub(crate) fn hold(&self, signed: &[(Vec<u8>, [u8; 64])]) -> Vec<bool> {
        if self.key.is_weak() {
            return vec![false; signed.len()];
        }
        signed.chunks(AT_ONCE).flat_map(|signed| self.some_hold(signed)).collect()
    }

    fn some_hold(&self, signed: &[(Vec<u8>, [u8; 64])]) -> Vec<bool> {
        let read: Vec<_> = signed.iter().map(|(message, signature)| self.read(message, signature)).collect();
        let mut points = vec![EdwardsPoint::identity(); read.len()];
        self.of_base.add(&mut points, &read, |read| &read.s);
        self.of_minus_key.add(&mut points, &read, |read| &read.h);
        let expected = EdwardsPoint::compress_batch_alloc(&points);
        let pairs = read.iter().zip(expected);
        pairs
            .map(|(read, expected)| read.can_be && expected.as_bytes() == read.r && !self.small.contains(read.r))
            .collect()
    }

    fn read<'a>(&self, message: &[u8], signature: &'a [u8; 64]) -> Read<'a> {
        let (r, s) = halves(signature);
        let hash = Sha512::new().chain_update(r).chain_update(self.key.as_bytes()).chain_update(message).finalize();
        let canonical = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s));
        Read {
            r,
            h: digits(Scalar::from_bytes_mod_order_wide(&hash.into()).as_bytes()),
            s: digits(canonical.unwrap_or_default().as_bytes()),
            can_be: canonical.is_some(),
        }
    }
}

/// A signature taken apart.
struct Read<'a> {
    r: &'a [u8; 32],
    s: [i16; 32],
    h: [i16; 32],
    /// S is written in the one way that it may be.
    can_be: bool,
}

fn halves(signature: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    const NONE: &[u8; 32] = &[0xff; 32];
    (signature.first_chunk().unwrap_or(NONE), signature.last_chunk().unwrap_or(NONE))
}

/// A scalar to the base of 256, with digits from −127 to 128: the tables need half as many multiples.
fn digits(scalar: &[u8; 32]) -> [i16; 32] {
    let mut carry = 0;
    // A reduced scalar ends in a byte of at most 16, so nothing is carried out of it.
    scalar.map(|byte| {
        let digit = i16::from(byte) + carry;
        carry = i16::from(digit > 128);
        digit - carry * 256
    })
}

/// For each digit of a scalar, the multiples that it can stand for: 1 to 128 times 256^place.
#[derive(Debug)]
struct Table(Vec<Vec<EdwardsPoint>>);

impl Table {
    fn of(point: EdwardsPoint) -> Self {
        let mut unit = point;
        let row = |_| {
            let mut multiple = EdwardsPoint::identity();
            let mut row = Vec::with_capacity(128);
            for _ in 0..128 {
                multiple += unit;
                row.push(multiple);
            }
            unit = multiple + multiple;
            row
        };
        Self((0..32).map(row).collect())
    }

    /// Adds to each point its scalar's multiple. Row by row, so that a row is read while it is near, and no addition
    /// waits for the one before.
    fn add(&self, points: &mut [EdwardsPoint], read: &[Read], scalar: impl for<'r> Fn(&'r Read) -> &'r [i16; 32]) {
        for (place, row) in self.0.iter().enumerate() {
            for (point, read) in points.iter_mut().zip(read) {
                let digit = scalar(read).get(place).copied().unwrap_or_default();
                let multiple = usize::from(digit.unsigned_abs()).checked_sub(1).and_then(|at| row.get(at));
                match multiple {
                    Some(multiple) if digit > 0 => *point += multiple,
                    Some(multiple) => *point -= multiple,
                    None => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signature, Signer, SigningKey, Verifier};
    use proptest::prelude::*;

    fn strictly(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> bool {
        key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    fn ours(key: &VerifyingKey, message: &[u8], signature: [u8; 64]) -> bool {
        Multiples::of(key).hold(&[(message.to_vec(), signature)]) == [true]
    }

    fn joined(r: EdwardsPoint, s: Scalar) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(r.compress().as_bytes());
        bytes[32..].copy_from_slice(s.as_bytes());
        bytes
    }

    fn challenge(r: EdwardsPoint, key: &VerifyingKey, message: &[u8]) -> Scalar {
        let hash = Sha512::new().chain_update(r.compress().as_bytes()).chain_update(key.as_bytes());
        Scalar::from_bytes_mod_order_wide(&hash.chain_update(message).finalize().into())
    }

    /// A key of small order signs everything: the plain rules believe it.
    #[test]
    fn a_key_of_small_order_vouches_for_nothing() {
        let mut plain = 0;
        for point in EIGHT_TORSION {
            let key = VerifyingKey::from_bytes(point.compress().as_bytes()).unwrap();
            for n in 0..16_u8 {
                let (message, signature) = ([n], joined(EdwardsPoint::identity(), Scalar::ZERO));
                plain += usize::from(key.verify(&message, &Signature::from_bytes(&signature)).is_ok());
                assert!(!ours(&key, &message, signature));
            }
        }
        assert!(plain > 16, "the plain rules believed {plain} of them");
    }

    /// R of small order, under an honest key whose owner helps: the plain rules believe it.
    #[test]
    fn an_r_of_small_order_is_refused() {
        let secret = Scalar::from(987_654_321_u64);
        let key = VerifyingKey::from(EdwardsPoint::mul_base(&secret));
        let signature = joined(EdwardsPoint::identity(), challenge(EdwardsPoint::identity(), &key, b"m") * secret);
        assert!(key.verify(b"m", &Signature::from_bytes(&signature)).is_ok());
        assert!(!strictly(&key, b"m", &signature) && !ours(&key, b"m", signature));
    }

    /// Two signatures with parts of small order in R that cancel out: neither R is of small order, both are
    /// canonical, the key is honest, and yet a batch believes what `verify_strict` refuses one by one.
    #[test]
    fn what_cancels_out_in_a_batch_is_refused() {
        let secret = Scalar::from(1_234_567_u64);
        let key = VerifyingKey::from(EdwardsPoint::mul_base(&secret));
        let forged = |n: u64| {
            let (message, nonce) = (n.to_be_bytes().to_vec(), Scalar::from(n + 1));
            // Twisted by the point of order two.
            let r = EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[4];
            (message.clone(), joined(r, nonce + challenge(r, &key, &message) * secret))
        };
        let believed = (0..64).step_by(2).find(|n| {
            let [one, two] = [forged(*n), forged(n + 1)];
            let signatures = [Signature::from_bytes(&one.1), Signature::from_bytes(&two.1)];
            ed25519_dalek::verify_batch(&[&one.0, &two.0], &signatures, &[key, key]).is_ok()
        });
        let n = believed.expect("a batch falls for one in two");
        let pair = [forged(n), forged(n + 1)];
        assert!(pair.iter().all(|(message, signature)| !strictly(&key, message, signature)));
        assert_eq!(Multiples::of(&key).hold(&pair), [false, false]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Honest or twisted by whoever has the key, in key, R and S: the answer is that of `verify_strict`.
        #[test]
        fn the_answer_is_that_of_verify_strict(
            secret in any::<[u8; 32]>(), nonce in any::<[u8; 32]>(), message in any::<Vec<u8>>(),
            in_key in 0_usize..8, in_r in 0_usize..8, flip in prop::option::of(0_usize..512), raise in any::<bool>(),
        ) {
            let [secret, nonce] = [secret, nonce].map(Scalar::from_bytes_mod_order);
            let key = EdwardsPoint::mul_base(&secret) + EIGHT_TORSION[in_key];
            let key = VerifyingKey::from_bytes(key.compress().as_bytes()).unwrap();
            let r = EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[in_r];
            let mut signature = joined(r, nonce + challenge(r, &key, &message) * secret);
            if raise {
                // The same S, written as S + l.
                let order = [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14];
                let mut carry = 0_u16;
                for (at, byte) in signature[32..].iter_mut().enumerate() {
                    let more = match at { 0..16 => order[at], 31 => 0x10, _ => 0 };
                    carry += u16::from(*byte) + more;
                    *byte = u8::try_from(carry & 0xff).unwrap();
                    carry >>= 8;
                }
            }
            if let Some(bit) = flip {
                signature[bit / 8] ^= 1 << (bit % 8);
            }
            prop_assert_eq!(ours(&key, &message, signature), strictly(&key, &message, &signature));
        }

        #[test]
        fn what_was_signed_holds_and_only_that(seed in any::<[u8; 32]>(), wrong in 0_usize..20) {
            let key = SigningKey::from_bytes(&seed);
            let mut signed: Vec<_> = (0..20_u8).map(|n| (vec![n; 84], key.sign(&[n; 84]).to_bytes())).collect();
            signed[wrong].0[0] ^= 1;
            let held = Multiples::of(&key.verifying_key()).hold(&signed);
            prop_assert_eq!(held, (0..20).map(|n| n != wrong).collect::<Vec<_>>());
        }
    }
}

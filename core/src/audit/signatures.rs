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
const AT_ONCE: usize = 1_000;

/// How much is laid out: the more, the fewer additions a signature costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// 1.3 MB, made in a millisecond or two; 64 additions.
    Narrow,
    /// 14 MB, made in twenty or thirty milliseconds; 44 additions.
    Wide,
}

impl Width {
    /// What pays for so many signatures.
    pub(crate) fn for_signatures(count: u64) -> Self {
        if count < 20_000 { Self::Narrow } else { Self::Wide }
    }

    /// Bits of a digit.
    fn bits(self) -> u8 {
        match self {
            Self::Narrow => 8,
            Self::Wide => 12,
        }
    }
}

/// What one key's signatures are checked with.
#[derive(Debug)]
pub(crate) struct Multiples {
    key: VerifyingKey,
    width: Width,
    of_base: Table,
    of_minus_key: Table,
    /// The encodings that R may not have.
    small: Vec<[u8; 32]>,
}

impl Multiples {
    pub(crate) fn of(key: &VerifyingKey, width: Width) -> Self {
        Self {
            key: *key,
            width,
            of_base: Table::of(ED25519_BASEPOINT_POINT, width),
            of_minus_key: Table::of(-key.to_edwards(), width),
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
            h: digits(&Scalar::from_bytes_mod_order_wide(&hash.into()), self.width),
            s: digits(&canonical.unwrap_or_default(), self.width),
            can_be: canonical.is_some(),
        }
    }
}

/// A scalar's digits, from the lowest; places that its width does not need are 0.
type Digits = [i16; 32];

/// A signature taken apart.
struct Read<'a> {
    r: &'a [u8; 32],
    s: Digits,
    h: Digits,
    /// S is written in the one way that it may be.
    can_be: bool,
}

fn halves(signature: &[u8; 64]) -> (&[u8; 32], &[u8; 32]) {
    const NONE: &[u8; 32] = &[0xff; 32];
    (signature.first_chunk().unwrap_or(NONE), signature.last_chunk().unwrap_or(NONE))
}

/// A scalar in digits from −(half − 1) to half, of so many bits each: the tables need half as many multiples.
fn digits(scalar: &Scalar, width: Width) -> Digits {
    let bits = width.bits();
    let half = 1_i16 << (bits - 1);
    let mut bytes = scalar.as_bytes().iter();
    let (mut waiting, mut held, mut carry) = (0_u32, 0_u8, 0_i16);
    // A reduced scalar has 253 bits, so the highest digit is small, and nothing is carried out of it.
    std::array::from_fn(|_| {
        while held < bits
            && let Some(byte) = bytes.next()
        {
            waiting |= u32::from(*byte) << held;
            held += 8;
        }
        let low = waiting & ((1 << bits) - 1);
        waiting >>= bits;
        held = held.saturating_sub(bits);
        let digit = i16::try_from(low).unwrap_or_default() + carry;
        carry = i16::from(digit > half);
        digit - carry * 2 * half
    })
}

/// For each digit of a scalar, the multiples that it can stand for: 1 to half times the digit's place.
#[derive(Debug)]
struct Table(Vec<Vec<EdwardsPoint>>);

impl Table {
    fn of(point: EdwardsPoint, width: Width) -> Self {
        let half = 1_usize << (width.bits() - 1);
        let mut unit = point;
        let row = |_| {
            let mut multiple = EdwardsPoint::identity();
            let mut row = Vec::with_capacity(half);
            for _ in 0..half {
                multiple += unit;
                row.push(multiple);
            }
            unit = multiple + multiple;
            row
        };
        Self((0..256_usize.div_ceil(width.bits().into())).map(row).collect())
    }

    /// Adds to each point its scalar's multiple. Row by row, so that a row is read while it is near, and no addition
    /// waits for the one before.
    fn add(&self, points: &mut [EdwardsPoint], read: &[Read], scalar: impl for<'r> Fn(&'r Read) -> &'r Digits) {
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
        Multiples::of(key, Width::Narrow).hold(&[(message.to_vec(), signature)]) == [true]
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
        for width in [Width::Narrow, Width::Wide] {
            assert_eq!(Multiples::of(&key, width).hold(&pair), [false, false]);
        }
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
            let held = Multiples::of(&key.verifying_key(), Width::Narrow).hold(&signed);
            prop_assert_eq!(held, (0..20).map(|n| n != wrong).collect::<Vec<_>>());
        }

        #[test]
        fn digits_make_up_their_scalar_and_have_a_place_in_the_table(bytes in any::<[u8; 32]>(), raised in 0_usize..32) {
            // Long runs of ones carry the furthest.
            let ones = std::array::from_fn(|at| if at < raised { 0xff } else { bytes[at] });
            for scalar in [bytes, ones].map(Scalar::from_bytes_mod_order).into_iter().chain([Scalar::ZERO, -Scalar::ONE]) {
                for width in [Width::Narrow, Width::Wide] {
                    let (base, places) = (1_u64 << width.bits(), 256_usize.div_ceil(width.bits().into()));
                    let digits = digits(&scalar, width);
                    let sum = digits.iter().rev().fold(Scalar::ZERO, |sum, digit| {
                        let part = Scalar::from(u64::from(digit.unsigned_abs()));
                        sum * Scalar::from(base) + if *digit < 0 { -part } else { part }
                    });
                    prop_assert_eq!(sum, scalar);
                    prop_assert!(digits.iter().all(|digit| u64::from(digit.unsigned_abs()) <= base / 2));
                    prop_assert!(digits[places..].iter().all(|digit| *digit == 0));
                }
            }
        }
    }

    #[test]
    fn both_widths_say_the_same() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let mut signed: Vec<_> = (0..200_u8).map(|n| (vec![n; 84], key.sign(&[n; 84]).to_bytes())).collect();
        for (at, (_, signature)) in signed.iter_mut().enumerate().filter(|(at, _)| at % 3 == 0) {
            signature[at % 64] ^= 1 << (at % 8);
        }
        let [narrow, wide] =
            [Width::Narrow, Width::Wide].map(|width| Multiples::of(&key.verifying_key(), width).hold(&signed));
        assert_eq!(narrow, wide);
        assert_eq!(wide, (0..200).map(|at| at % 3 != 0).collect::<Vec<_>>());
    }
}

//! Many signatures of one key at once: a third of the price of `verify_strict` one by one, and the same answer.
//!
//! One random combination of all equations S·B − h·A − R = 0 is checked instead of each. It holds for a wrong
//! signature with one chance in 2^128, except for what whoever has the key puts into R besides: parts of small order,
//! which can cancel out, and which `verify_strict` refuses. So that there are none is looked at as well.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::{Identity, IsIdentity, VartimeMultiscalarMul};
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha512};
use std::sync::LazyLock;

/// With fewer signatures, one by one is faster.
pub(crate) const WORTH_IT: usize = 100;

/// A message and what is said to be its signature.
pub(crate) type Signed = (Vec<u8>, [u8; 64]);

/// Whether `verify_strict` believes every one of them. A key that has a part of small order itself is never answered for:
/// its signatures have to be looked at one by one. Whoever signed must not know what is `random`.
pub(crate) fn all_hold(key: &VerifyingKey, signed: &[Signed], random: &[u8; 32]) -> bool {
    if key.is_weak() || !key.to_edwards().is_torsion_free() {
        return false;
    }
    let Some(read) = signed.iter().map(|signed| Read::of(key, signed)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    // Bound to what is checked, so that no two batches have the same.
    let mut stream = blake3::Hasher::new_keyed(random);
    for (message, signature) in signed {
        stream.update(message).update(signature);
    }
    let mut stream = stream.finalize_xof();
    let mut next = move || {
        let mut bytes = [0; 16];
        stream.fill(&mut bytes);
        u128::from_le_bytes(bytes)
    };
    no_part_of_small_order(&read, &mut next) && adds_up_to_nothing(key, &read, &mut next)
}

/// A signature taken apart.
struct Read {
    r: EdwardsPoint,
    s: Scalar,
    h: Scalar,
}

impl Read {
    /// None for what cannot be a signature by the strict rules, whatever was signed.
    fn of(key: &VerifyingKey, (message, signature): &Signed) -> Option<Self> {
        let (r, s) = (signature.first_chunk::<32>()?, signature.last_chunk::<32>()?);
        let hash = Sha512::new().chain_update(r).chain_update(key.as_bytes()).chain_update(message).finalize();
        (is_canonical(r) && !is_of_small_order(r)).then_some(Self {
            r: CompressedEdwardsY(*r).decompress()?,
            s: Option::from(Scalar::from_canonical_bytes(*s))?,
            h: Scalar::from_bytes_mod_order_wide(&hash.into()),
        })
    }
}

/// Whether these bytes are how a point is written: y is below 2^255 − 19. A point with x = 0 has two spellings as
/// well, and is of small order.
fn is_canonical(point: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = point;
    *low < 0xed || high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

/// Of the points of small order, what is left of how they are written without the sign of x.
static OF_SMALL_ORDER: LazyLock<[[u8; 32]; 8]> =
    LazyLock::new(|| EIGHT_TORSION.map(|point| without_sign(point.compress().to_bytes())));

/// Told by the bytes: three doublings of every point take longer.
fn is_of_small_order(point: &[u8; 32]) -> bool {
    OF_SMALL_ORDER.contains(&without_sign(*point))
}

fn without_sign(mut point: [u8; 32]) -> [u8; 32] {
    let [.., high] = &mut point;
    *high &= 0x7f;
    point
}

fn adds_up_to_nothing(key: &VerifyingKey, read: &[Read], next: &mut impl FnMut() -> u128) -> bool {
    let mut scalars: Vec<Scalar> = read.iter().map(|_| Scalar::from(next())).collect();
    let sum =
        |of: fn(&Read) -> &Scalar| scalars.iter().zip(read).map(|(scalar, read)| scalar * of(read)).sum::<Scalar>();
    let (of_base, of_key) = (-sum(|read| &read.s), sum(|read| &read.h));
    scalars.extend([of_base, of_key]);
    let points = read.iter().map(|read| read.r).chain([ED25519_BASEPOINT_POINT, key.to_edwards()]);
    EdwardsPoint::vartime_multiscalar_mul(&scalars, points).is_identity()
}

/// A sum of points that were drawn with one chance in two has a part of small order at least every other time, if
/// one of them has. Sixteen sums are looked at: each point is put to those that were drawn together with it, and each sum
/// is one of half of these.
fn no_part_of_small_order(read: &[Read], next: &mut impl FnMut() -> u128) -> bool {
    (0..2).all(|_| {
        let mut drawn = vec![EdwardsPoint::identity(); 256];
        let mut bytes = [0; 16];
        for (at, read) in read.iter().enumerate() {
            if at % bytes.len() == 0 {
                bytes = next().to_le_bytes();
            }
            let byte = bytes.get(at % bytes.len()).copied().unwrap_or_default();
            if let Some(sum) = drawn.get_mut(usize::from(byte)) {
                *sum += read.r;
            }
        }
        (0..8).all(|bit| {
            let half = drawn.iter().enumerate().filter(|(byte, _)| byte >> bit & 1 == 1);
            half.map(|(_, sum)| sum).sum::<EdwardsPoint>().is_torsion_free()
        })
    })
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
        all_hold(key, &[(message.to_vec(), signature)], &[3; 32])
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

    /// However it is written, the sign of an x that is zero included.
    #[test]
    fn points_of_small_order_are_told_by_their_bytes() {
        for point in EIGHT_TORSION {
            let bytes = point.compress().to_bytes();
            for sign in [0, 0x80] {
                let mut bytes = bytes;
                bytes[31] = bytes[31] & 0x7f | sign;
                let read = CompressedEdwardsY(bytes).decompress().unwrap();
                assert!(read.is_small_order() && is_of_small_order(&bytes), "{bytes:x?}");
            }
        }
        let others = (1..1_000_u64).map(|n| EdwardsPoint::mul_base(&Scalar::from(n)));
        for point in others.flat_map(|point| EIGHT_TORSION.map(|small| point + small)) {
            assert!(!is_of_small_order(point.compress().as_bytes()));
        }
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
        assert!((0..100).all(|random| !all_hold(&key, &pair, &[random; 32])));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Honest or twisted by whoever has the key, in R and S: the answer is that of `verify_strict`. A twisted key gets
        /// none.
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
            let expected = in_key == 0 && strictly(&key, &message, &signature);
            prop_assert_eq!(ours(&key, &message, signature), expected);
        }

        #[test]
        fn what_was_signed_holds_and_only_that(seed in any::<[u8; 32]>(), wrong in 0_usize..200, bit in 0_usize..512) {
            let key = SigningKey::from_bytes(&seed);
            let mut signed: Vec<_> = (0..200_u8).map(|n| (vec![n; 84], key.sign(&[n; 84]).to_bytes())).collect();
            prop_assert!(all_hold(&key.verifying_key(), &signed, &seed));
            signed[wrong].1[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!all_hold(&key.verifying_key(), &signed, &seed));
        }
    }
}

//! From the how-manieth license of a list to its index: a keyed permutation.
//!
//! Indices that follow each other would tell from two licenses how many were sold between them. Drawing at random
//! would need to look for free places. A permutation of the counter does neither, and never repeats.

/// How many indices a list holds.
pub(crate) const CAPACITY: i64 = 1 << 20;

const HALF_BITS: u32 = 10;
const HALF_MASK: u32 = (1 << HALF_BITS) - 1;

/// Rounds of the Feistel network; four make a strong permutation from a good round function, the rest is margin.
const ROUNDS: u8 = 8;

/// The index of `position` under `key`; `position` is below [`CAPACITY`].
pub(crate) fn permute(key: &[u8; 32], position: i64) -> i64 {
    let position = u32::try_from(position.rem_euclid(CAPACITY)).unwrap_or(0);
    let mut left = position >> HALF_BITS;
    let mut right = position & HALF_MASK;
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ mix(key, round, right));
    }
    i64::from((left << HALF_BITS) | right)
}

/// Ten bits of a keyed BLAKE3.
fn mix(key: &[u8; 32], round: u8, half: u32) -> u32 {
    let mut input = [0; 5];
    if let Some((first, rest)) = input.split_first_mut() {
        *first = round;
        rest.copy_from_slice(&half.to_be_bytes());
    }
    let hash = blake3::keyed_hash(key, &input);
    let word = hash.as_bytes().first_chunk::<4>().copied().unwrap_or_default();
    u32::from_be_bytes(word) & HALF_MASK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_has_an_index_of_its_own() {
        let mut seen = vec![false; usize::try_from(CAPACITY).unwrap()];
        for position in 0..CAPACITY {
            let index = usize::try_from(permute(&[7; 32], position)).unwrap();
            assert!(!seen[index], "index {index} came twice");
            seen[index] = true;
        }
    }

    /// Frozen: another permutation would draw indices again that licenses in the field have.
    #[test]
    fn the_permutation_never_changes() {
        let key: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let found: Vec<i64> = (0..6).map(|position| permute(&key, position)).collect();
        assert_eq!(found, [1_008_076, 858_273, 956_373, 235_089, 493_717, 486_808]);
        assert_ne!(permute(&[8; 32], 0), permute(&key, 0));
    }
}

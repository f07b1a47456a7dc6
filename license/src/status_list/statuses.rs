//! The array of statuses: so many bits for each index, the lowest bits of a byte first, compressed with zlib.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use crate::invalid_list::InvalidList;

/// The largest array that is read or written: 2^24 indices of two bits. What unpacks to more is refused on the way.
pub const MAX_INFLATED_BYTES: usize = 4 * 1024 * 1024;

/// The highest level of compression.
const LEVEL: u8 = 9;

/// A status for each index from 0 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses {
    /// 1, 2, 4 or 8.
    bits: u8,
    bytes: Vec<u8>,
}

impl Statuses {
    /// An array of `size` indices, rounded up to whole bytes, in which all that is not named is 0.
    ///
    /// # Errors
    ///
    /// See [`StatusError`].
    pub fn new(bits: u8, size: u64, marked: impl IntoIterator<Item = (u64, u8)>) -> Result<Self, StatusError> {
        if !matches!(bits, 1 | 2 | 4 | 8) {
            return Err(StatusError::Bits(bits));
        }
        let length = usize::try_from(size.div_ceil(per_byte(bits)))
            .ok()
            .filter(|length| *length <= MAX_INFLATED_BYTES)
            .ok_or(StatusError::TooLarge(size))?;
        let mut statuses = Self { bits, bytes: vec![0; length] };
        for (idx, value) in marked {
            statuses.set(idx, value)?;
        }
        Ok(statuses)
    }

    fn set(&mut self, idx: u64, value: u8) -> Result<(), StatusError> {
        let (at, shift) = self.place(idx);
        let mask = mask(self.bits);
        if value & !mask != 0 {
            return Err(StatusError::Value { value, bits: self.bits });
        }
        let size = self.len();
        let byte = at.and_then(|at| self.bytes.get_mut(at)).ok_or(StatusError::Outside { idx, size })?;
        *byte = *byte & !(mask << shift) | value << shift;
        Ok(())
    }

    /// The status of an index; none outside.
    #[must_use]
    pub fn get(&self, idx: u64) -> Option<u8> {
        let (at, shift) = self.place(idx);
        Some(self.bytes.get(at?)? >> shift & mask(self.bits))
    }

    /// Indices and statuses of all that are not 0.
    pub fn marked(&self) -> impl Iterator<Item = (u64, u8)> {
        let (bits, mask) = (self.bits, mask(self.bits));
        let bytes = (0_u64..).zip(&self.bytes).filter(|(_, byte)| **byte != 0);
        bytes.flat_map(move |(at, byte)| {
            let values = (0..8).step_by(usize::from(bits)).map(move |shift| byte >> shift & mask);
            (at * per_byte(bits)..).zip(values).filter(|(_, value)| *value != 0)
        })
    }

    /// How many indices there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX).saturating_mul(per_byte(self.bits))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How many bits an index has: 1, 2, 4 or 8.
    #[must_use]
    pub const fn bits(&self) -> u8 {
        self.bits
    }

    pub(super) fn deflate(&self) -> Vec<u8> {
        compress_to_vec_zlib(&self.bytes, LEVEL)
    }

    /// `bits` is one of the four.
    pub(super) fn inflate(bits: u8, packed: &[u8]) -> Result<Self, InvalidList> {
        let bytes = decompress_to_vec_zlib_with_limit(packed, MAX_INFLATED_BYTES).map_err(|error| {
            if error.status == TINFLStatus::HasMoreOutput {
                InvalidList::TooLarge
            } else {
                InvalidList::Malformed("its list cannot be unpacked".to_owned())
            }
        })?;
        Ok(Self { bits, bytes })
    }

    /// The byte of an index, and how far its bits are from the lowest.
    fn place(&self, idx: u64) -> (Option<usize>, u8) {
        let many = per_byte(self.bits);
        let within = u8::try_from(idx % many).unwrap_or_default();
        (usize::try_from(idx / many).ok(), within * self.bits)
    }
}

fn per_byte(bits: u8) -> u64 {
    8 / u64::from(bits)
}

const fn mask(bits: u8) -> u8 {
    u8::MAX >> (8 - bits)
}

/// Why an array of statuses cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusError {
    /// Not 1, 2, 4 or 8.
    #[error("a status has 1, 2, 4 or 8 bits, and not {0}")]
    Bits(u8),
    /// More indices than a verifier reads.
    #[error("{0} indices are more than a list can have")]
    TooLarge(u64),
    /// An index that is not in the list.
    #[error("the index {idx} is not in a list of {size}")]
    Outside {
        /// The index.
        idx: u64,
        /// How many there are.
        size: u64,
    },
    /// A status that the bits cannot hold.
    #[error("the status {value} does not fit into {bits} bits")]
    Value {
        /// The status.
        value: u8,
        /// The bits of each status.
        bits: u8,
    },
}

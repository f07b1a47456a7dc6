//! What the letters of a subject add up to, in 64 bits: what a search looks at before it compares letters.
//!
//! A search for a part of a subject that few licenses have looks at every one of them, and comparing a pattern with
//! a subject costs more than all else of it, most for a pattern that begins as every subject does. One bit for each
//! five bytes in a row tells, with one comparison of integers, that a subject cannot hold the part (a signature file:
//! Faloutsos and Christodoulakis, 1984). What it lets through is compared as before, so a search finds the same.
//!
//! The column is part of a row's encoding, and `docs/FORMAT.md` says what stands here: neither changes alone.

use sea_orm::DeriveValueType;

/// Odd, so that no two windows are multiplied to the same (Knuth's, 2^64 over the golden ratio).
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// As many bytes give one bit. With fewer, what is put together of common parts ("e.comp") has no bit of its own.
const WINDOW: usize = 5;

/// The signature of a text. Only [`Self::of`] makes one; a row of a license is refused with another than its subject's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, DeriveValueType)]
pub struct SubjectSignature(i64);

impl SubjectSignature {
    /// The signature of a subject, or of a part of one.
    ///
    /// The case of ASCII letters is folded and of no others, as LIKE does it. Bytes will do for letters: in UTF-8 the
    /// bytes of a part stand in a row in the whole.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let folded = text.to_ascii_lowercase();
        let bits = folded.as_bytes().windows(WINDOW).fold(0_u64, |bits, window| {
            let number = window.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
            bits | 1 << (number.wrapping_mul(FACTOR) >> 58)
        });
        Self(bits.cast_signed())
    }

    /// The bits, as the column holds them.
    #[must_use]
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// Whether it says nothing: the text was shorter than a window.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covers(subject: &str, part: &str) -> bool {
        let part = SubjectSignature::of(part).bits();
        SubjectSignature::of(subject).bits() & part == part
    }

    #[test]
    fn signatures_are_frozen() {
        // Made by the program in another language that made the golden vectors; one is worked out in docs/FORMAT.md.
        for (text, bits) in [
            ("", 0),
            ("abcd", 0),
            ("alice@", 0x0000_0020_0000_8000),
            ("Alice@example.com", 0x6080_0020_8848_e024),
            ("zoë", 0),
            ("zoë 🔑", 0x8001_5004_0000_0000),
            ("GRÖSSE", 0x1000_0004_0001_0000),
        ] {
            assert_eq!(SubjectSignature::of(text).bits().cast_unsigned(), bits, "{text}");
        }
    }

    #[test]
    fn only_the_case_of_ascii_is_folded() {
        assert_eq!(SubjectSignature::of("ALICE@Example.com"), SubjectSignature::of("alice@example.COM"));
        assert_ne!(SubjectSignature::of("größe"), SubjectSignature::of("grÖßE"));
    }

    #[test]
    fn what_a_subject_does_not_hold_is_told_mostly() {
        let subject = "user77@company77.example.com";
        assert!(covers(subject, "COMPANY77") && covers(subject, "") && covers(subject, "com"));
        assert!(!covers(subject, "nobody") && !covers(subject, "user88@"));
    }

    /// Letters of one to four bytes, and both cases of some.
    const LETTERS: &str = "[abAB@.%_éÉß€🔑]{0,12}";

    proptest! {
        #[test]
        fn a_part_is_covered_by_the_whole(
            before in LETTERS,
            part in LETTERS,
            after in LETTERS,
        ) {
            let subject = format!("{before}{}{after}", part.to_ascii_uppercase());
            prop_assert!(covers(&subject, &part));
            prop_assert!(covers(&subject, &part.to_ascii_lowercase()));
        }

        #[test]
        fn whatever_contains_is_never_passed_over(subject in "\\PC{0,40}", from in 0_usize..40, count in 0_usize..40) {
            let part: String = subject.chars().skip(from).take(count).collect();
            prop_assert!(subject.to_ascii_lowercase().contains(&part.to_ascii_lowercase()));
            prop_assert!(covers(&subject, &part));
        }
    }
}

//! "Witnessed up to 41,204, 14 minutes ago, by acme-witness."

use crate::Timestamp;
use crate::text::printable;
use serde::Serialize;

/// How far somebody else vouches for the log. The larger one covers more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Witnessed {
    /// Entries 1 to here.
    pub size: u64,
    /// When the witness says that it signed.
    pub at: Timestamp,
    /// Its name here, and that of its key where the file is all there is.
    pub by: String,
}

impl Witnessed {
    /// As people read it.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        format!("witnessed up to {}, {}, by {}", grouped(self.size), ago(self.at, now), printable(&self.by))
    }
}

/// How long ago a moment was, in its largest unit.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds().saturating_sub(at.seconds());
    let (number, unit) = match seconds {
        // Clocks of two machines never agree to the second.
        ..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

/// `41204` as `41,204`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_and_how_long_ago() {
        let now = Timestamp::from_seconds(1_779_285_600);
        let said = |size, seconds: i64| {
            let at = Timestamp::from_seconds(now.seconds() - seconds);
            Witnessed { size, at, by: "acme-witness".to_owned() }.words(now)
        };
        assert_eq!(said(41_204, 14 * 60 + 59), "witnessed up to 41,204, 14 minutes ago, by acme-witness");
        assert_eq!(said(1, 60), "witnessed up to 1, 1 minute ago, by acme-witness");
        assert_eq!(said(999, 59), "witnessed up to 999, just now, by acme-witness");
        assert_eq!(said(1_000, -200), "witnessed up to 1,000, just now, by acme-witness");
        assert_eq!(said(1_234_567, 3_600), "witnessed up to 1,234,567, 1 hour ago, by acme-witness");
        assert_eq!(said(0, 49 * 3_600), "witnessed up to 0, 2 days ago, by acme-witness");
    }
}

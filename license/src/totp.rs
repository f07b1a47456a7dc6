//! Codes that change with the time (RFC 6238: HMAC-SHA-1, six digits), for licenses bound to a secret.
//!
//! The license has the secret's digest, the host has the secret, and the evidence is both: the secret, so that a
//! product that is offline can compute the code, and a code, so that somebody has it at hand now.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::bindings::TotpBinding;

/// How many steps before and after the present one are accepted, for clocks that are apart.
const WINDOW: i64 = 1;

/// The code for this moment, in seconds since 1970, as people type it: six digits.
#[must_use]
pub fn code(secret: &TotpSecret, period: u32, now: i64) -> String {
    code_at(secret, step_at(period, now))
}

/// Whether a code fits, and this is the secret that the license is bound to. The answer is the step (the time divided by
/// the period) whose code it is: keep it, and refuse a code whose step is not later, and no code works twice.
///
/// The code before and the one after the present one are accepted too.
///
/// ```
/// use licentia_license::bindings::TotpBinding;
/// use licentia_license::totp::{self, TotpSecret};
///
/// let secret = TotpSecret::from_text("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
/// let binding = TotpBinding::of(secret.as_bytes(), 30)?; // comes with the license
/// assert_eq!(totp::matches(&binding, "287082", &secret, 59), Some(1));
/// assert_eq!(totp::matches(&binding, "287082", &secret, 120), None);
/// # Ok::<(), licentia_license::bindings::BindingError>(())
/// ```
#[must_use]
pub fn matches(binding: &TotpBinding, code: &str, secret: &TotpSecret, now: i64) -> Option<i64> {
    if !binding.is_secret(secret.as_bytes()) {
        return None;
    }
    let code = code.trim().as_bytes();
    let present = step_at(binding.period(), now);
    let mut found = None;
    // All of them are computed and compared to the end, so that the time it takes does not say how close a guess was.
    for step in (present.saturating_sub(WINDOW)..=present.saturating_add(WINDOW)).rev() {
        let expected = Zeroizing::new(code_at(secret, step));
        let differs = expected.bytes().zip(code).fold(0, |bits, (a, b)| bits | (a ^ b));
        if differs == 0 && code.len() == expected.len() {
            found = Some(step);
        }
    }
    found
}

fn step_at(period: u32, now: i64) -> i64 {
    now.div_euclid(i64::from(period.max(1)))
}

/// RFC 4226, 5.3: four bytes from where the last half-byte points to, without the sign, the last six digits of that.
fn code_at(secret: &TotpSecret, step: i64) -> String {
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else {
        return String::new(); // HMAC takes keys of any length.
    };
    let mac: [u8; 20] = mac.chain_update(step.to_be_bytes()).finalize().into_bytes().into();
    let at = usize::from(mac[19] & 0x0f);
    let four = mac.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 4]);
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// A secret that a license may be bound to. It is wiped when it goes, and is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// From its bytes; ours are 20 random ones.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// From Base32 as authenticator programs have it (spaces, lower case and `=` at the end are fine), or from an
    /// `otpauth://` address. `None` if it is neither.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = match text.strip_prefix("otpauth://totp/") {
            None => text,
            Some(rest) => rest.split_once('?')?.1.split('&').find_map(|member| member.strip_prefix("secret="))?,
        };
        base32_decode(text).filter(|bytes| !bytes.is_empty()).map(Self)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Base32 (RFC 4648) without padding: what is typed where no QR code can be read.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        base32_encode(&self.0)
    }

    /// The address that authenticator programs read from a QR code.
    #[must_use]
    pub fn to_uri(&self, vendor: &str, account: &str, period: u32) -> Zeroizing<String> {
        let (vendor, account, secret) = (percent(vendor), percent(account), self.to_base32());
        Zeroizing::new(format!(
            "otpauth://totp/{vendor}:{account}?secret={}&issuer={vendor}&algorithm=SHA1&digits=6&period={period}",
            *secret
        ))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32_encode(bytes: &[u8]) -> Zeroizing<String> {
    // Room for all of it, so that no half of a secret is left behind in memory when it grows.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 8 / 5 + 1));
    let (mut bits, mut count) = (0_u32, 0);
    let digit = |bits: u32| BASE32.get(bits as usize & 31).map_or('A', |byte| char::from(*byte));
    for byte in bytes {
        (bits, count) = ((bits << 8) | u32::from(*byte), count + 8);
        while count >= 5 {
            count -= 5;
            text.push(digit(bits >> count));
            bits &= (1 << count) - 1;
        }
    }
    if count > 0 {
        text.push(digit(bits << (5 - count)));
    }
    text
}

fn base32_decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
        let digit = BASE32.iter().position(|digit| *digit == byte.to_ascii_uppercase())?;
        (bits, count) = ((bits << 5) | u32::try_from(digit).ok()?, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_be_bytes()[3]);
            bits &= (1 << count) - 1;
        }
    }
    // What is left over is shorter than a digit and zero, else something is missing.
    (count < 5 && bits == 0).then_some(bytes)
}

/// RFC 3986: everything but unreserved characters.
fn percent(text: &str) -> String {
    use fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            // Writing to a string does not fail.
            _ => _ = write!(escaped, "%{byte:02X}"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_rfc() {
        let pairs = [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")];
        for (plain, text) in pairs {
            assert_eq!(base32_encode(plain.as_bytes()).as_str(), text);
            assert_eq!(base32_decode(text).unwrap().as_slice(), plain.as_bytes());
        }
    }

    #[test]
    fn base32_is_read_as_people_type_it_and_not_otherwise() {
        let secret = TotpSecret::from_text(" mzxw 6ytb-oi====== ").unwrap();
        assert_eq!(secret.as_bytes(), b"foobar");
        for wrong in ["", "=", "M", "MZ=XQ", "MZ", "MZXW1", "MZXWé", "otpauth://totp/a", "otpauth://totp/a?secret="] {
            assert!(TotpSecret::from_text(wrong).is_none(), "{wrong:?}");
        }
    }
}

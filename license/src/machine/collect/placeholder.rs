//! Values that many machines have, so that they tell none from another.

use super::super::{Component, normalised};

/// Makers that leave a field to somebody who leaves it too.
const LEFT_BLANK: [&str; 26] = [
    "to be filled by o.e.m.",
    "to be filled by o.e.m",
    "default string",
    "none",
    "(none)",
    "null",
    "unknown",
    "invalid",
    "empty",
    "n/a",
    "na",
    "oem",
    "o.e.m.",
    "not specified",
    "not available",
    "not applicable",
    "not present",
    "uninitialized",
    "system serial number",
    "base board serial number",
    "chassis serial number",
    "serial number",
    "0123456789",
    "123456789",
    "1234567890",
    "1234567",
];

/// UUIDs of boards whose makers copied them from an example.
const BOARDS: [&str; 4] = [
    "03000200040005000006000700080009",
    "00020003000400050006000700080009",
    "12345678123456789012123456789012",
    "1234567812345678123456789abcdef0",
];

/// Addresses of cards that exist in software only.
const CARDS: [&str; 8] = [
    "020000000000", // what phones and macOS say instead of the true one
    "025000000001", // Docker Desktop
    "0a0027000000", // VirtualBox, host only
    "005056c00001", // VMware, host only
    "005056c00008", // VMware, NAT
    "00059a3c7a00", // Cisco AnyConnect
    "444553540000", // Windows dial-up
    "001122334455",
];

const NAMES: [&str; 2] = ["localhost", "localhost6"];

pub(super) fn says_nothing(kind: Component, raw: &str) -> bool {
    let plain = raw.trim().to_ascii_lowercase();
    let value = normalised(kind, raw);
    let letters = || value.bytes().filter(u8::is_ascii_alphanumeric);
    let one_and_the_same = letters().all(|byte| Some(byte) == letters().next());
    let known = match kind {
        Component::MachineId => value.len() < 16,
        Component::ProductId => !is_uuid(&value) || BOARDS.contains(&value.as_str()),
        Component::Network => is_no_card(&value),
        Component::HostName => NAMES.contains(&value.as_str()),
        Component::Disk => false,
    };
    // A name may well be "x".
    known
        || value.is_empty()
        || LEFT_BLANK.contains(&plain.as_str())
        || (one_and_the_same && kind != Component::HostName)
}

/// A serial number in the place of a UUID is short enough to be guessed, and a product id never is.
fn is_uuid(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Twelve digits; not for many at once; not one that Docker draws (02:42 and the address).
fn is_no_card(value: &str) -> bool {
    let odd_one_out = value.len() != 12 || !value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let first = value.get(..2).and_then(|byte| u8::from_str_radix(byte, 16).ok()).unwrap_or(1);
    odd_one_out || first & 1 == 1 || value.starts_with("0242") || CARDS.contains(&value)
}

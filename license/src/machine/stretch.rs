//! From what the system says of a component to the 32 bytes that leave the machine.

use argon2::{Algorithm, Argon2, Params, Version};

use super::Component;
use super::hash::salt;

/// What Argon2id makes of a component's value. A network card's number is guessed in seconds however it is hashed, so
/// each guess has to cost some: 19 MiB and two passes (RFC 9106 calls for as much as one can bear).
///
/// `None` when nothing remains of the value that tells one machine from another.
pub fn stretch(vendor: &str, kind: Component, raw: &str) -> Option<[u8; 32]> {
    let value = normalised(kind, raw);
    if value.is_empty() {
        return None;
    }
    let params = Params::new(19_456, 2, 1, Some(32)).ok()?;
    let mut stretched = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(value.as_bytes(), &salt(vendor, kind), &mut stretched)
        .ok()?;
    Some(stretched)
}

/// The one spelling of a value: lower case (ASCII throughout) without white space around it; of ids and card numbers only the letters and
/// digits, of a host name only its first part, for a domain comes and goes with the network.
pub fn normalised(kind: Component, raw: &str) -> String {
    let value = raw.trim_ascii().to_ascii_lowercase();
    match kind {
        Component::MachineId | Component::ProductId | Component::Network => {
            value.chars().filter(char::is_ascii_alphanumeric).collect()
        }
        Component::Disk => value,
        Component::HostName => value.split('.').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_spelling() {
        let of = normalised;
        assert_eq!(
            of(Component::MachineId, "8F14E45F-ceea-467a-9575-6e0b1b2f5d3c\n"),
            "8f14e45fceea467a95756e0b1b2f5d3c"
        );
        assert_eq!(of(Component::Network, "3C:52:82:AA:0B:01"), of(Component::Network, "3c-52-82-aa-0b-01"));
        assert_eq!(of(Component::HostName, "Build7.example.com"), of(Component::HostName, "build7"));
        assert_eq!(of(Component::Disk, " WD-WX41A49H9FT1 "), "wd-wx41a49h9ft1");
    }

    #[test]
    fn nothing_is_no_component() {
        assert_eq!(stretch("acme", Component::MachineId, " - \n"), None);
    }
}

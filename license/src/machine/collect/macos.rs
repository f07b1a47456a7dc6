//! macOS: what its commands print. **Not run by us on a real system**; the outputs in the tests are recordings of others, or
//! written after documentation.

use super::{Component, Found, placeholder};

pub(super) fn find(run: impl Fn(&str, &[&str]) -> String) -> Found {
    let platform = run("/usr/sbin/ioreg", &["-rd1", "-c", "IOPlatformExpertDevice"]);
    let disks = run("/usr/sbin/system_profiler", &["SPNVMeDataType", "SPSerialATADataType"]);
    let ports = run("/usr/sbin/networksetup", &["-listallhardwareports"]);
    let name = run("/usr/sbin/scutil", &["--get", "LocalHostName"]);
    // There is no id of the installation that a program may rely on, so there is no machine id.
    let values = [
        (Component::ProductId, platform_uuid(&platform)),
        (Component::Disk, disk_serial(&disks)),
        (Component::Network, port_address(&ports)),
        (Component::HostName, Some(name)),
    ];
    Found::new(values, None)
}

/// `"IOPlatformUUID" = "01234567-89AB-…"`
fn platform_uuid(ioreg: &str) -> Option<String> {
    let value = ioreg.lines().find_map(|line| line.trim().strip_prefix("\"IOPlatformUUID\" = \""))?;
    value.strip_suffix('"').map(str::to_owned)
}

/// The first `Serial Number: …` that has one: internal disks come first, and a drive for discs may have none.
fn disk_serial(profile: &str) -> Option<String> {
    let mut numbers = profile.lines().filter_map(|line| line.trim().strip_prefix("Serial Number:")).map(str::trim);
    numbers.find(|number| !number.is_empty()).map(str::to_owned)
}

/// The lowest address of a port that is built in, or else of another one.
fn port_address(ports: &str) -> Option<String> {
    let mut found = Vec::new();
    let mut port = "";
    for line in ports.lines() {
        if let Some(name) = line.strip_prefix("Hardware Port:") {
            port = name.trim();
        } else if let Some(address) = line.strip_prefix("Ethernet Address:").map(str::trim) {
            let plugged_in = ["USB", "Thunderbolt", "Bluetooth", "iPhone"].iter().any(|word| port.contains(word));
            // The second bit: nobody's own, but drawn for a part that is not a card of its own.
            let drawn = address.get(1..2).is_some_and(|digit| "26aeAE".contains(digit));
            if !placeholder::says_nothing(Component::Network, address) {
                found.push((plugged_in || drawn, address.to_owned()));
            }
        }
    }
    found.into_iter().min().map(|(_, address)| address)
}

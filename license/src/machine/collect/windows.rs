//! Windows: what its commands print. **Not run by us on a real system**; the output of `reg` in the tests is a recording of
//! others, that of PowerShell is written after documentation.

use super::{Component, Found, placeholder};

/// Each line is a name, ` : ` and a value, as `Format-List` prints it.
const SCRIPT: &str = "Get-CimInstance Win32_ComputerSystemProduct | Format-List UUID; \
    Get-Partition -DriveLetter $env:SystemDrive[0] | Get-Disk | Format-List SerialNumber; \
    Get-NetAdapter -Physical | Format-List PermanentAddress,PnPDeviceID";

pub(super) fn find(run: impl Fn(&str, &[&str]) -> String) -> Found {
    let system = std::env::var("SystemRoot").unwrap_or_else(|_| r"C:\Windows".to_owned());
    let program = |name: &str| format!(r"{system}\System32\{name}");
    let key = r"HKLM\SOFTWARE\Microsoft\Cryptography";
    let registry = run(&program("reg.exe"), &["query", key, "/v", "MachineGuid", "/reg:64"]);
    let shell = program(r"WindowsPowerShell\v1.0\powershell.exe");
    let list = run(&shell, &["-NoProfile", "-NonInteractive", "-Command", SCRIPT]);
    let name = run(&program("hostname.exe"), &[]);
    let values = [
        (Component::MachineId, machine_guid(&registry)),
        (Component::ProductId, member(&list, "UUID").map(str::to_owned)),
        (Component::Disk, member(&list, "SerialNumber").map(|serial| serial.trim_end_matches('.').to_owned())),
        (Component::Network, card(&list)),
        (Component::HostName, Some(name)),
    ];
    Found::new(values, None)
}

/// `    MachineGuid    REG_SZ    01234567-89ab-…`
fn machine_guid(registry: &str) -> Option<String> {
    registry.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        (words.next() == Some("MachineGuid") && words.next() == Some("REG_SZ"))
            .then(|| words.next())?
            .map(str::to_owned)
    })
}

fn member<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    members(list).find(|(found, value)| *found == name && !value.is_empty()).map(|(_, value)| value)
}

fn members(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}

/// The lowest permanent address of a card that is built in, or else of one on USB. The card's device follows its address.
fn card(list: &str) -> Option<String> {
    let mut found = Vec::new();
    let mut address = "";
    for (name, value) in members(list) {
        match name {
            "PermanentAddress" => address = value,
            "PnPDeviceID" if !placeholder::says_nothing(Component::Network, address) => {
                found.push((value.starts_with("USB"), address.to_owned()));
            }
            _ => {}
        }
    }
    found.into_iter().min().map(|(_, address)| address)
}

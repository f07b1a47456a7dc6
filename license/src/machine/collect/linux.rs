//! Linux: files only, all under a root that tests choose.

use std::fs;
use std::path::{Path, PathBuf};

use super::container::{self, Facts};
use super::{Component, Found};

/// A device may stand on another (encryption on a volume on a partition), but not for ever.
const MOST_LAYERS: usize = 8;

pub(super) fn find(root: &Path) -> Found {
    let text = |path: &str| text(&root.join(path));
    let first = |paths: &[&str]| paths.iter().find_map(|path| text(path));
    let values = [
        (Component::MachineId, first(&["etc/machine-id", "var/lib/dbus/machine-id"]).and_then(machine_id)),
        // Only root may read it, so a product that runs as somebody else goes without.
        (Component::ProductId, text("sys/class/dmi/id/product_uuid")),
        (Component::Disk, disk(root)),
        (Component::Network, card(root)),
        (Component::HostName, first(&["proc/sys/kernel/hostname", "etc/hostname"])),
    ];
    Found::new(values, container_of(root))
}

fn container_of(root: &Path) -> Option<String> {
    let there = |path: &str| root.join(path).exists();
    let text = |path: &str| text(&root.join(path)).unwrap_or_default();
    let traces = [
        (there("run/.containerenv"), "podman"),
        (there(".dockerenv"), "docker"),
        (there("var/run/secrets/kubernetes.io"), "kubernetes"),
        // The host has both.
        (there("proc/vz") && !there("proc/bc"), "openvz"),
    ];
    let traces: Vec<_> = traces.iter().filter(|(there, _)| *there).map(|(_, name)| *name).collect();
    let root_kind = root_mount(&text("proc/self/mountinfo")).map(|(_, kind, _)| kind).unwrap_or_default();
    let groups = fs::read_link(root.join("proc/self/ns/cgroup")).ok();
    container::name(&Facts {
        systemd: &text("run/systemd/container"),
        environ: &text("proc/1/environ"),
        own_environ: &text("proc/self/environ"),
        root: &root_kind,
        groups: groups.as_deref().and_then(Path::to_str),
        cgroup: &format!("{}\n{}", text("proc/1/cgroup"), text("proc/self/cgroup")),
        kernel: &text("proc/sys/kernel/osrelease"),
        traces: &traces,
    })
}

/// 32 hex digits; before the first start the file may say `uninitialized`.
fn machine_id(text: String) -> Option<String> {
    let id = text.trim();
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

/// The disk that `/` is on: its serial number, or its name in the world, or what udev calls it.
fn disk(root: &Path) -> Option<String> {
    let (number, _, source) = root_mount(&text(&root.join("proc/self/mountinfo"))?)?;
    let by_number = root.join("sys/dev/block").join(number);
    let by_name = || root.join("sys/class/block").join(Path::new(&source).file_name()?).canonicalize().ok();
    let disk = whole_disk(by_number.canonicalize().ok().or_else(by_name)?, MOST_LAYERS)?;
    let places = ["device/serial", "serial", "wwid", "device/wwid"];
    let said = |value: &String| !super::placeholder::says_nothing(Component::Disk, value);
    places.iter().filter_map(|place| text(&disk.join(place))).find(said).or_else(|| by_id(root, &disk))
}

/// Number (`major:minor`), kind and device of what is mounted at `/`, from `/proc/self/mountinfo` (see proc(5)).
fn root_mount(mountinfo: &str) -> Option<(String, String, String)> {
    // What was mounted last covers what was there before.
    mountinfo.lines().rev().find_map(|line| {
        let (mount, device) = line.split_once(" - ")?;
        let mut mount = mount.split(' ').skip(2);
        let (number, _, point) = (mount.next()?, mount.next()?, mount.next()?);
        let mut device = device.split(' ').map(str::to_owned);
        let (kind, source) = (device.next()?, device.next().unwrap_or_default());
        (point == "/").then(|| (number.to_owned(), kind, source))
    })
}

/// From a partition to its disk, and from a mapped device to what it stands on.
fn whole_disk(device: PathBuf, layers: usize) -> Option<PathBuf> {
    if layers == 0 {
        return None;
    }
    if device.join("partition").exists() {
        return whole_disk(device.parent()?.to_owned(), layers - 1);
    }
    match names(&device.join("slaves")).first() {
        Some(below) => whole_disk(device.join("slaves").join(below).canonicalize().ok()?, layers - 1),
        None => Some(device),
    }
}

/// `/dev/disk/by-id` has links to the disk whose names hold its serial number.
fn by_id(root: &Path, disk: &Path) -> Option<String> {
    let folder = root.join("dev/disk/by-id");
    names(&folder).into_iter().find(|name| {
        let made_up = ["dm-", "lvm-", "md-"].iter().any(|prefix| name.starts_with(prefix));
        !made_up && fs::read_link(folder.join(name)).is_ok_and(|target| target.file_name() == disk.file_name())
    })
}

/// The permanent address of a card that is a device: the lowest of those that are built in, or else of those on USB. What has
/// no device (bridges, tunnels, containers' ends) or an address that somebody set or drew does not count.
fn card(root: &Path) -> Option<String> {
    let folder = root.join("sys/class/net");
    let cards = names(&folder).into_iter().filter_map(|name| {
        let card = folder.join(name);
        let device = card.join("device").canonicalize().ok()?;
        let drawn = text(&card.join("addr_assign_type")).is_some_and(|kind| kind.trim() != "0");
        // Cards under one bond all have the address of the bond.
        let own = text(&card.join("bonding_slave/perm_hwaddr"));
        let address = own.or_else(|| if drawn { None } else { text(&card.join("address")) })?;
        let on_usb = device.components().any(|part| part.as_os_str().to_string_lossy().starts_with("usb"));
        (!super::placeholder::says_nothing(Component::Network, &address)).then_some((on_usb, address))
    });
    cards.min().map(|(_, address)| address)
}

/// What is in a directory, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// A file that is there, may be read and says something.
fn text(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (!text.trim().is_empty()).then_some(text)
}

//! Machines made of files in a temporary directory, and of what commands print.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use super::super::normalised;
use super::*;
use Component::{Disk, HostName, MachineId, Network, ProductId};

/// Files of a system; a path that ends in ` ->` is a link.
fn system(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    for (path, content) in files {
        let (path, is_link) = path.strip_suffix(" ->").map_or((*path, false), |path| (path, true));
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if is_link {
            symlink(content, path).unwrap();
        } else {
            fs::write(path, content).unwrap();
        }
    }
    root
}

fn found(files: &[(&str, &str)]) -> Found {
    Found::on_linux(system(files).path())
}

/// The value of a component as it is stretched.
fn value(found: &Found, kind: Component) -> Option<String> {
    found.values.get(&kind).map(|raw| normalised(kind, raw))
}

const LAPTOP: [(&str, &str); 20] = [
    ("etc/machine-id", "8f14e45fceea467a95756e0b1b2f5d3c\n"),
    ("sys/class/dmi/id/product_uuid", "4c4c4544-0042-4a10-8051-b4c04f4d4e32\n"),
    ("sys/class/dmi/id/board_serial", "/8L2XK12/CN1296155R00F4/\n"),
    ("proc/sys/kernel/hostname", "Build7\n"),
    ("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n"),
    ("proc/1/cgroup", "0::/init.scope\n"),
    ("proc/self/ns/cgroup ->", "cgroup:[4026531835]"),
    // An encrypted root: mapped device, partition, disk.
    (
        "proc/self/mountinfo",
        "22 28 0:21 / /sys rw,nosuid - sysfs sysfs rw\n\
         28 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw,errors=remount-ro\n\
         29 28 259:1 / /boot/efi rw - vfat /dev/nvme0n1p1 rw\n",
    ),
    ("sys/dev/block/253:0 ->", "../../devices/virtual/block/dm-0"),
    ("sys/devices/virtual/block/dm-0/dm/name", "vg-root\n"),
    ("sys/devices/virtual/block/dm-0/slaves/nvme0n1p3 ->", "../../../../pci/nvme/nvme0/nvme0n1/nvme0n1p3"),
    ("sys/devices/pci/nvme/nvme0/nvme0n1/nvme0n1p3/partition", "3\n"),
    ("sys/devices/pci/nvme/nvme0/nvme0n1/wwid", "eui.0025385b91d0a1f3\n"),
    ("sys/devices/pci/nvme/nvme0/nvme0n1/device ->", "../../nvme0"),
    ("sys/devices/pci/nvme/nvme0/serial", "S4EWNX0R123456      \n"),
    ("sys/class/net/enp0s31f6/address", "3c:52:82:aa:0b:01\n"),
    ("sys/class/net/enp0s31f6/addr_assign_type", "0\n"),
    ("sys/class/net/enp0s31f6/device ->", "../../../devices/pci/net0"),
    ("sys/devices/pci/net0/vendor", "0x8086\n"),
    ("sys/class/net/lo/address", "00:00:00:00:00:00\n"),
];

fn laptop_and(more: &[(&'static str, &'static str)]) -> Found {
    let kept = LAPTOP.iter().filter(|(path, _)| !more.iter().any(|(other, _)| path == other));
    found(&kept.chain(more).copied().collect::<Vec<_>>())
}

#[test]
fn a_laptop_has_all_five() {
    let laptop = laptop_and(&[]);
    assert_eq!(value(&laptop, MachineId).unwrap(), "8f14e45fceea467a95756e0b1b2f5d3c");
    assert_eq!(value(&laptop, ProductId).unwrap(), "4c4c454400424a108051b4c04f4d4e32");
    assert_eq!(value(&laptop, Disk).unwrap(), "s4ewnx0r123456");
    assert_eq!(value(&laptop, Network).unwrap(), "3c5282aa0b01");
    assert_eq!(value(&laptop, HostName).unwrap(), "build7");
    assert_eq!((laptop.container(), laptop.not_trusted().count()), (None, 0));
    let said = format!("{laptop:?}");
    assert!(!said.contains("8f14") && said.contains("MachineId"), "{said}");

    let fingerprint = laptop.fingerprint("acme", Some("Build 7".to_owned())).unwrap();
    assert_eq!(fingerprint.components().len(), 5);
    assert!(!fingerprint.to_json().to_lowercase().contains("build7"), "raw values stay here");
}

#[test]
fn an_ordinary_user_finds_what_may_be_read() {
    // Not readable is as good as not there.
    let kept: Vec<_> = LAPTOP.into_iter().filter(|(path, _)| !path.starts_with("sys/class/dmi")).collect();
    let kinds: Vec<_> = found(&kept).components().collect();
    assert_eq!(kinds, [MachineId, Disk, Network, HostName]);
}

#[test]
fn what_nobody_filled_in_is_no_component() {
    let blank = laptop_and(&[
        ("etc/machine-id", "uninitialized\n"),
        ("sys/class/dmi/id/product_uuid", "03000200-0400-0500-0006-000700080009\n"),
        ("sys/class/dmi/id/board_serial", "To be filled by O.E.M.\n"),
        ("sys/devices/pci/nvme/nvme0/serial", "00000000000000000000\n"),
        ("sys/devices/pci/nvme/nvme0/nvme0n1/wwid", "None\n"),
        ("sys/class/net/enp0s31f6/address", "00:11:22:33:44:55\n"),
        ("proc/sys/kernel/hostname", "localhost.localdomain\n"),
    ]);
    assert_eq!(blank.components().count(), 0, "{blank:?}");
    assert_eq!(blank.fingerprint("acme", None), Err(FingerprintError::NoComponent));
}

#[test]
fn each_placeholder_says_nothing_and_real_values_do() {
    let nothing = |kind, raw: &str| placeholder::says_nothing(kind, raw);
    for raw in
        ["", " ", "None", "To Be Filled By O.E.M.", "Default string", "0", "00000000-0000-0000-0000-000000000000"]
    {
        assert!(nothing(ProductId, raw) && nothing(Disk, raw), "{raw:?}");
    }
    assert!(nothing(ProductId, "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"));
    for raw in [
        "02:42:ac:11:00:02",
        "ff:ff:ff:ff:ff:ff",
        "00:00:00:00:00:00",
        "01:00:5e:00:00:01",
        "3c:52:82",
        "02:00:00:00:00:00",
    ] {
        assert!(nothing(Network, raw), "{raw:?}");
    }
    for raw in ["52:54:00:12:34:56", "00:15:5d:01:02:03", "00-16-3E-7A-01-02"] {
        assert!(!nothing(Network, raw), "a virtual machine has cards too: {raw:?}");
    }
    for serial in ["01", "PF2KX0AB", "4c4c4544-0042-4a10-8051-b4c04f4d4e3", "4c4c4544-0042-4a10-8051-b4c04f4d4e3g"] {
        assert!(nothing(ProductId, serial), "no UUID, and may be guessed: {serial:?}");
    }
    assert!(!nothing(ProductId, "4C4C4544-0042-4A10-8051-B4C04F4D4E32"));
    assert!(!nothing(Disk, "WD-WX41A49H9FT1") && !nothing(HostName, "aaa"));
}

#[test]
fn the_board_s_number_does_not_stand_in_for_a_uuid_that_was_left_blank() {
    let laptop = laptop_and(&[("sys/class/dmi/id/product_uuid", "00000000-0000-0000-0000-000000000000\n")]);
    assert_eq!(
        value(&laptop, ProductId),
        None,
        "a serial number may be guessed, and a product id counts as one that is not"
    );
}

#[test]
fn the_older_place_of_the_machine_id_serves_too() {
    let kept: Vec<_> = LAPTOP.into_iter().filter(|(path, _)| *path != "etc/machine-id").collect();
    let older = [kept, vec![("var/lib/dbus/machine-id", "00112233445566778899aabbccddeeff\n")]].concat();
    assert_eq!(value(&found(&older), MachineId).unwrap(), "00112233445566778899aabbccddeeff");
}

#[test]
fn a_sata_disk_has_a_name_in_the_world_and_a_virtual_one_a_link() {
    let root = ("proc/self/mountinfo", "28 1 8:2 / / rw - ext4 /dev/sda2 rw\n");
    let partition =
        [("sys/dev/block/8:2 ->", "../../devices/ata/sda/sda2"), ("sys/devices/ata/sda/sda2/partition", "2\n")];
    let sata = [&[root], &partition[..], &[("sys/devices/ata/sda/device/wwid", "naa.5002538e40a0b1c2\n")]].concat();
    assert_eq!(value(&found(&sata), Disk).unwrap(), "naa.5002538e40a0b1c2");
    let links = [
        ("dev/disk/by-id/dm-name-root ->", "../../sda"),
        ("dev/disk/by-id/scsi-0QEMU_disk_other ->", "../../sdb"),
        ("dev/disk/by-id/scsi-0QEMU_disk_x17 ->", "../../sda"),
        ("dev/disk/by-id/scsi-0QEMU_disk_x17-part2 ->", "../../sda2"),
    ];
    let linked = [&[root], &partition[..], &links[..]].concat();
    assert_eq!(value(&found(&linked), Disk).unwrap(), "scsi-0qemu_disk_x17");
    let nameless = [&[root], &partition[..]].concat();
    assert_eq!(value(&found(&nameless), Disk), None);
}

#[test]
fn a_file_system_without_a_number_is_found_by_its_device() {
    let btrfs = [
        ("proc/self/mountinfo", "28 1 0:31 /@ / rw - btrfs /dev/vda3 rw,subvol=/@\n"),
        ("sys/class/block/vda3 ->", "../../devices/virtio/vda/vda3"),
        ("sys/devices/virtio/vda/vda3/partition", "3\n"),
        ("sys/devices/virtio/vda/serial", "vol-0ab12cd34ef56ab78\n"),
    ];
    assert_eq!(value(&found(&btrfs), Disk).unwrap(), "vol-0ab12cd34ef56ab78");
}

#[test]
fn devices_that_stand_on_each_other_come_to_an_end() {
    let circle = [
        ("proc/self/mountinfo", "28 1 253:0 / / rw - ext4 /dev/dm-0 rw\n"),
        ("sys/dev/block/253:0 ->", "../../devices/dm-0"),
        ("sys/devices/dm-0/slaves/dm-0 ->", "../../dm-0"),
    ];
    assert_eq!(value(&found(&circle), Disk), None);
}

#[test]
fn only_cards_that_are_there_and_have_their_own_address_count() {
    let more = |lower: &'static [(&'static str, &'static str)]| value(&laptop_and(lower), Network).unwrap();
    let bridge = more(&[("sys/class/net/br0/address", "00:16:3e:00:00:01\n")]);
    assert_eq!(bridge, "3c5282aa0b01", "a bridge has no device");
    let drawn = more(&[
        ("sys/class/net/wlp1s0/address", "00:16:3e:00:00:02\n"),
        ("sys/class/net/wlp1s0/addr_assign_type", "3\n"),
        ("sys/class/net/wlp1s0/device ->", "../../../devices/pci/net0"),
    ]);
    assert_eq!(drawn, "3c5282aa0b01", "an address that somebody set");
    let plugged_in = more(&[
        ("sys/class/net/enx1/address", "00:16:3e:00:00:03\n"),
        ("sys/class/net/enx1/device ->", "../../../devices/pci/usb1/1-1"),
        ("sys/devices/pci/usb1/1-1/x", "1"),
    ]);
    assert_eq!(plugged_in, "3c5282aa0b01", "what is plugged in comes last");
    let bonded = more(&[
        ("sys/class/net/eno2/address", "3c:52:82:aa:0b:01\n"),
        ("sys/class/net/eno2/bonding_slave/perm_hwaddr", "3c:52:82:aa:0b:00\n"),
        ("sys/class/net/eno2/device ->", "../../../devices/pci/net0"),
    ]);
    assert_eq!(bonded, "3c5282aa0b00", "its own, not that of the bond");
}

#[test]
fn in_a_container_the_image_and_the_runtime_are_not_trusted() {
    let cases: [(&str, &[(&str, &str)]); 12] = [
        ("docker", &[(".dockerenv", "")]),
        ("podman", &[("run/.containerenv", "")]),
        ("systemd-nspawn", &[("run/systemd/container", "systemd-nspawn\n")]),
        ("lxc", &[("proc/1/environ", "PATH=/bin\0container=lxc\0")]),
        ("kubernetes", &[("proc/1/cgroup", "0::/kubepods.slice/kubepods-pod1.slice/x.scope\n")]),
        ("docker", &[("proc/self/cgroup", "12:pids:/docker/0123abc\n")]),
        ("kubernetes", &[("var/run/secrets/kubernetes.io/serviceaccount/token", "t")]),
        // Pods that may not talk to Kubernetes: what the kubelet sets for the first process, or for this one.
        ("kubernetes", &[("proc/1/environ", "PATH=/bin\0KUBERNETES_SERVICE_HOST=10.0.0.1\0")]),
        ("kubernetes", &[("proc/self/environ", "KUBERNETES_SERVICE_HOST=10.0.0.1\0"), ("proc/self/cgroup", "0::/\n")]),
        // Control groups of its own, so that their paths say nothing.
        ("container", &[("proc/self/cgroup", "0::/\n"), ("proc/self/ns/cgroup ->", "cgroup:[4026532601]")]),
        ("openvz", &[("proc/vz/veinfo", "x")]),
        ("wsl", &[("proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n")]),
    ];
    for (name, files) in cases {
        let found = laptop_and(files);
        assert_eq!(found.container(), Some(name));
        assert_eq!(found.not_trusted().collect::<Vec<_>>(), [MachineId, Network, HostName], "{name}");
        assert_eq!(found.fingerprint("acme", None).unwrap().trusted().count(), 2, "{name}: product id and disk");
    }
    let overlay = "533 430 0:51 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/u\n";
    let layered = laptop_and(&[("proc/self/mountinfo", overlay), ("proc/self/cgroup", "0::/\n")]);
    assert_eq!(layered.container(), Some("container"), "layers of an image under `/`");
    let beside = format!("{overlay}28 1 253:0 / / rw - ext4 /dev/mapper/vg-root rw\n");
    let beside = laptop_and(&[("proc/self/mountinfo", Box::leak(beside.into_boxed_str()))]);
    assert_eq!(beside.container(), None, "what was mounted last counts");
    let host = laptop_and(&[("proc/vz/veinfo", "x"), ("proc/bc/0", "x")]);
    assert_eq!(host.container(), None, "the host of OpenVZ is none");
}

#[test]
fn an_empty_root_has_nothing_and_does_no_harm() {
    let nothing = found(&[]);
    assert_eq!((nothing.components().count(), nothing.container()), (0, None));
    assert_eq!(Found::on_linux(Path::new("/nowhere")).components().count(), 0);
}

#[test]
fn macos_is_read_from_what_its_commands_print() {
    let mac = macos::find(|program, _| {
        match program.rsplit('/').next().unwrap() {
            "ioreg" => include_str!("../../../tests/machines/macos-ioreg.txt"),
            "system_profiler" => include_str!("../../../tests/machines/macos-disks.txt"),
            "networksetup" => include_str!("../../../tests/machines/macos-ports.txt"),
            _ => "Annas-MacBook-Pro\n",
        }
        .to_owned()
    });
    assert_eq!(value(&mac, MachineId), None);
    assert_eq!(value(&mac, ProductId).unwrap(), "1f2e3d4c5b6a59788796a5b4c3d2e1f0");
    assert_eq!(value(&mac, Disk).unwrap(), "0ba02202c1a34f1c");
    assert_eq!(value(&mac, Network).unwrap(), "a483e7010203");
    assert_eq!(value(&mac, HostName).unwrap(), "annas-macbook-pro");
}

/// What real systems printed, as their owners published it; see the folder's README.
macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../../tests/machines/recorded/", $name)).to_owned()
    };
}

#[test]
fn what_was_recorded_on_macs_is_read() {
    let newer = macos::find(|program, _| match program.rsplit('/').next().unwrap() {
        "ioreg" => recorded!("macos-macbookpro12-ioreg.txt"),
        "system_profiler" => recorded!("macos-macbookair-m4-disks.txt"),
        "networksetup" => recorded!("macos-macbookpro-ports.txt"),
        _ => String::new(),
    });
    assert_eq!(value(&newer, ProductId).unwrap(), "c2f4d0a16b7e5c339d127a0e51b6f8d4");
    assert_eq!(value(&newer, Disk).unwrap(), "0ba0d17723bc9e05");
    assert_eq!(value(&newer, Network).unwrap(), "6c40085e2190", "neither Bluetooth nor a port of Thunderbolt");
    let older = macos::find(|program, _| match program.rsplit('/').next().unwrap() {
        "system_profiler" => recorded!("macos-sata-disks.txt"),
        "networksetup" => recorded!("macos-bridge-first-ports.txt"),
        _ => String::new(),
    });
    assert_eq!(value(&older, Disk).unwrap(), "vb3f09c1d2-7be410a9", "the drive before it has no number");
    assert_eq!(value(&older, Network).unwrap(), "88665a114820");
    assert_eq!(value(&older, ProductId), None);
}

#[test]
fn what_was_recorded_on_windows_is_read() {
    let registry =
        |program: &str| if program.ends_with("reg.exe") { recorded!("windows-registry.txt") } else { String::new() };
    let windows = windows::find(|program, _| registry(program));
    assert_eq!(value(&windows, MachineId).unwrap(), "d1e4c29b8d074f42a7210b5f3e92c6aa");
}

#[test]
fn windows_is_read_from_what_its_commands_print() {
    let windows = windows::find(|program, _| {
        match program.rsplit('\\').next().unwrap() {
            "reg.exe" => include_str!("../../../tests/machines/windows-registry.txt"),
            "powershell.exe" => include_str!("../../../tests/machines/windows-list.txt"),
            _ => "DESKTOP-7Q2A1B\r\n",
        }
        .to_owned()
    });
    assert_eq!(value(&windows, MachineId).unwrap(), "6b7a2f0e31c44d7e9a550f1e2d3c4b5a");
    assert_eq!(value(&windows, ProductId).unwrap(), "4c4c454400424a108051b4c04f4d4e32");
    assert_eq!(value(&windows, Disk).unwrap(), "0025_38b4_11a0_c7f1");
    assert_eq!(value(&windows, Network).unwrap(), "3c5282aa0b01");
    assert_eq!(value(&windows, HostName).unwrap(), "desktop-7q2a1b");
}

#[test]
fn commands_that_print_nothing_or_nonsense_find_nothing() {
    for output in ["", "ERROR: The system was unable to find the specified registry key.\r\n", ":::\n : \nUUID :\n"] {
        let output = |_: &str, _: &[&str]| output.to_owned();
        for kind in [MachineId, ProductId, Disk, Network] {
            assert_eq!(value(&macos::find(output), kind), None);
            assert_eq!(value(&windows::find(output), kind), None);
        }
    }
    assert_eq!(run("/nowhere/no-such-program", &[]), "");
}

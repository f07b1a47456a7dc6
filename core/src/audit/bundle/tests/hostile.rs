//! Files that are no bundles: each is refused, and none costs more memory than a line.

use super::{BundleRequest, World, quiet, verify_bundle};
use crate::Error;
use crate::audit::bundle::BundleError;
use std::path::Path;

fn why(path: &Path, bytes: &[u8]) -> String {
    std::fs::write(path, bytes).unwrap();
    match verify_bundle(path, &BundleRequest::default(), [7; 32], &quiet()) {
        Err(Error::Bundle { why, .. }) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

/// A tar file as other programs write it.
fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        // Straight into the field: the builder itself refuses such paths.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(bytes.len() as u64);
        header.set_mtime(7);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

const NAMES: [&str; 5] = ["README.md", "entries.jsonl", "checkpoints.jsonl", "log.json", "manifest.json"];

#[test]
fn a_file_that_is_no_bundle_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tar");
    let whole: Vec<(&str, &[u8])> = NAMES.iter().map(|&name| (name, &b"{}"[..])).collect();
    assert!(why(&path, &tar(&whole)).starts_with("log.json is not written as it should be"));

    assert_eq!(why(&path, b""), "it ends too early");
    assert_eq!(why(&path, &[0; 4096]), "where README.md should begin, something else is");
    assert_eq!(
        why(&path, b"SQLite format 3\0".repeat(99).as_slice()),
        "where README.md should begin, something else is"
    );
    for name in ["../README.md", "/README.md", "./README.md", "README.md/", "readme.md", ""] {
        let refused = why(&path, &tar(&[(name, b"x")]));
        assert_eq!(refused, "where README.md should begin, something else is", "{name}");
    }
    for place in 0..4 {
        let mut missing = whole.clone();
        missing.remove(place);
        assert_eq!(why(&path, &tar(&missing)), format!("where {} should begin, something else is", NAMES[place]));
        let mut twice = whole.clone();
        twice.insert(place, whole[place]);
        assert_eq!(why(&path, &tar(&twice)), format!("where {} should begin, something else is", NAMES[place + 1]));
        let mut swapped = whole.clone();
        swapped.swap(place, place + 1);
        assert_eq!(why(&path, &tar(&swapped)), format!("where {} should begin, something else is", NAMES[place]));
    }
    let more = [&whole[..], &[("more", &b"x"[..])]].concat();
    assert_eq!(why(&path, &tar(&more)), "where manifest.note should begin, something else is");
    assert_eq!(
        why(&path, &[tar(&whole), vec![0; 512]].concat()),
        "where manifest.note should begin, something else is"
    );
}

#[test]
fn a_size_that_is_not_there_is_refused_before_anything_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tar");
    for size in [3_u64, 1 << 33, 1 << 62, u64::MAX] {
        let mut bytes = tar(&[("README.md", b"xx")]);
        let mut header = tar::Header::from_byte_slice(&bytes[..512]).clone();
        header.set_size(size);
        header.set_cksum();
        bytes[..512].copy_from_slice(header.as_bytes());
        let refused = why(&path, &bytes);
        assert!(
            ["it ends too early", "where entries.jsonl should begin, something else is"].contains(&refused.as_str()),
            "{size}: {refused}"
        );
    }
}

#[test]
fn members_of_other_kinds_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tar");
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::XHeader,
        tar::EntryType::GNULongName,
        tar::EntryType::GNUSparse,
        tar::EntryType::Directory,
    ] {
        let mut bytes = tar(&[("README.md", b"xx")]);
        let mut header = tar::Header::from_byte_slice(&bytes[..512]).clone();
        header.set_entry_type(kind);
        header.set_cksum();
        bytes[..512].copy_from_slice(header.as_bytes());
        assert_eq!(why(&path, &bytes), "where README.md should begin, something else is", "{kind:?}");
    }
    assert!(matches!(
        verify_bundle(directory.path(), &BundleRequest::default(), [7; 32], &quiet()),
        Err(Error::Bundle { why: BundleError::NotAFile, .. })
    ));
    let none = directory.path().join("none");
    assert!(matches!(verify_bundle(&none, &BundleRequest::default(), [7; 32], &quiet()), Err(Error::Io { .. })));
}

#[tokio::test]
async fn a_bundle_that_was_cut_anywhere_is_refused() {
    let world = World::new(1).await;
    let whole = std::fs::read(world.bundle("a.tar", true).await).unwrap();
    let path = world.path("cut.tar");
    for length in (0..whole.len()).step_by(97) {
        why(&path, &whole[..length]);
    }
    why(&path, &[&whole[..], b"x"].concat());
}

#[tokio::test]
async fn every_byte_counts() {
    let world = World::new(1).await;
    let whole = std::fs::read(world.bundle("a.tar", true).await).unwrap();
    let path = world.path("flipped.tar");
    // An odd step, so that every place of a block has its turn.
    for at in (0..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, &bytes).unwrap();
        let verified =
            verify_bundle(&path, &world.request(), [7; 32], &quiet()).is_ok_and(|found| found.report.verified);
        assert!(!verified, "byte {at} of {}", whole.len());
    }
}

//! The members of a bundle in a test, to be changed, and to be mended as far as one can without the log's key.

use crate::audit::bundle::archive::Writer;
use crate::audit::bundle::{CHECKPOINTS, ENTRIES, LOG, MANIFEST, MEMBERS, SIGNATURE};
use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;

/// The members of a bundle, to be changed.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) members: Vec<Vec<u8>>,
    made: u64,
}

impl Parts {
    pub(super) fn read(path: &Path) -> Self {
        let mut archive = tar::Archive::new(std::fs::File::open(path).unwrap());
        let (mut members, mut made) = (Vec::new(), 0);
        for (entry, name) in archive.entries().unwrap().zip(MEMBERS) {
            let mut entry = entry.unwrap();
            assert_eq!(entry.path().unwrap().to_str(), Some(name));
            made = entry.header().mtime().unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            members.push(bytes);
        }
        Self { members, made }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = Writer::new(file.reopen().unwrap(), self.made);
        for (name, bytes) in MEMBERS.into_iter().zip(&self.members) {
            writer.whole(name, bytes).unwrap();
        }
        writer.finish().unwrap();
        std::fs::read(file.path()).unwrap()
    }

    pub(super) fn lines(&self, place: usize) -> Vec<Value> {
        let text = std::str::from_utf8(&self.members[place]).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(super) fn set_lines(&mut self, place: usize, lines: &[Value]) {
        self.members[place] = lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect();
    }

    pub(super) fn json(&self, place: usize) -> Value {
        serde_json::from_slice(&self.members[place]).unwrap()
    }

    pub(super) fn set_json(&mut self, place: usize, value: &Value) {
        self.members[place] = format!("{value:#}\n").into_bytes();
    }

    /// Puts more behind a member, and mends what says how long it is.
    pub(super) fn add_to(&mut self, place: usize, more: &[u8]) {
        self.members[place].extend_from_slice(more);
        self.mend_digests_only();
    }

    pub(super) fn replace(&mut self, place: usize, from: &str, to: &str) {
        let text = String::from_utf8(self.members[place].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        self.members[place] = text.replacen(from, to, 1).into_bytes();
    }

    pub(super) fn key_ids(&self) -> Vec<Vec<u8>> {
        let log = self.json(LOG);
        let keys = log["keys"].as_array().unwrap().iter();
        keys.map(|key| licentia_storage::audit::key_id(&bytes(&key["public_key"]).try_into().unwrap()).to_vec())
            .collect()
    }

    pub(super) fn manifest(&self) -> Value {
        self.json(MANIFEST)
    }

    pub(super) fn set_manifest(&mut self, member: &str, value: impl Into<Value>) {
        let mut manifest = self.manifest();
        manifest[member] = value.into();
        self.members[MANIFEST] = format!("{manifest:#}\n").into_bytes();
    }

    /// Makes the manifest speak of the members as they are, without a signature.
    pub(super) fn mend(&mut self) {
        self.members.truncate(SIGNATURE);
        let file = tempfile::tempfile().unwrap();
        let mut writer = Writer::new(file, 0);
        let files: Vec<_> = MEMBERS
            .into_iter()
            .zip(&self.members[..MANIFEST])
            .map(|(name, bytes)| writer.whole(name, bytes).unwrap())
            .collect();
        let entries = self.lines(ENTRIES);
        let checkpoints = self.lines(CHECKPOINTS);
        let hash = entries.last().map(|last| format!("blake3:{}", licentia_storage::audit::hex(&bytes(&last["hash"]))));
        let root = |line: &Value| {
            let root = line["note"].as_str().unwrap().lines().nth(2).unwrap_or_default().to_owned();
            json!({ "size": line["size"], "root": root })
        };
        self.set_manifest("signed", false);
        self.set_manifest("files", serde_json::to_value(files).unwrap());
        self.set_manifest("entries", entries.len());
        self.set_manifest("first_seq", entries.first().map_or(Value::Null, |first| first["seq"].clone()));
        self.set_manifest("last_seq", entries.last().map_or(Value::Null, |last| last["seq"].clone()));
        self.set_manifest("last_hash", hash.map_or(self.manifest()["fingerprint"].clone(), Value::from));
        self.set_manifest("last_checkpoint", checkpoints.last().map_or(Value::Null, root));
    }

    /// For what does not read as JSON any more.
    pub(super) fn mend_digests_only(&mut self) {
        self.members.truncate(SIGNATURE);
        self.set_manifest("signed", false);
        let mut writer = Writer::new(tempfile::tempfile().unwrap(), 0);
        let digests =
            MEMBERS.into_iter().zip(&self.members[..MANIFEST]).map(|(name, bytes)| writer.whole(name, bytes).unwrap());
        let files = serde_json::to_value(digests.collect::<Vec<_>>()).unwrap();
        self.set_manifest("files", files);
    }
}

pub(super) fn bytes(value: &Value) -> Vec<u8> {
    Base64::decode_vec(value.as_str().unwrap()).unwrap()
}

/// One bit of what a member holds is another.
pub(super) fn flip(value: &mut Value) {
    let mut changed = bytes(value);
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    *value = Base64::encode_string(&changed).into();
}

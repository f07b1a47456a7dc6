//! A bundle taken apart, changed, and put together again as well as one can without the log's key.

use base64ct::{Base64, Encoding};
use ed25519_dalek::SigningKey;
use license_manager_examples::Result;
use licentia_core::tlog::{Note, NoteSignature};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Each member of a bundle with the header that it had.
#[derive(Clone)]
pub(crate) struct Parts(Vec<(String, tar::Header, Vec<u8>)>);

impl Parts {
    pub(crate) fn read(bundle: &Path) -> Result<Self> {
        let mut members = Vec::new();
        for entry in tar::Archive::new(File::open(bundle)?).entries()? {
            let mut entry = entry?;
            let name = entry.path()?.display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            members.push((name, entry.header().clone(), bytes));
        }
        Ok(Self(members))
    }

    pub(crate) fn write(&self, bundle: &Path) -> Result {
        let mut builder = tar::Builder::new(File::create(bundle)?);
        for (_, header, bytes) in &self.0 {
            let mut header = header.clone();
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            builder.append(&header, bytes.as_slice())?;
        }
        Ok(builder.finish()?)
    }

    fn member(&mut self, wanted: &str) -> Result<&mut Vec<u8>> {
        let found = self.0.iter_mut().find(|(name, ..)| name == wanted);
        found.map(|(_, _, bytes)| bytes).ok_or_else(|| format!("the bundle has no {wanted}").into())
    }

    fn lines(&mut self, member: &str) -> Result<Vec<Value>> {
        let text = String::from_utf8(self.member(member)?.clone())?;
        Ok(text.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?)
    }

    /// Keeps the lines that `keep` says yes to, which it may change.
    fn edit(&mut self, member: &str, mut keep: impl FnMut(&mut Value) -> Result<bool>) -> Result {
        let mut kept = Vec::new();
        for mut line in self.lines(member)? {
            if keep(&mut line)? {
                kept.extend(format!("{line}\n").into_bytes());
            }
        }
        *self.member(member)? = kept;
        Ok(())
    }

    /// Puts an entry on somebody else's account: in the bytes that were hashed, and in what is there to be read.
    pub(crate) fn rename(&mut self, seq: u64, from: &str, to: &str) -> Result {
        self.edit("entries.jsonl", |line| {
            if number(line, "seq") == Some(seq) {
                let encoded = line.get("encoded").and_then(Value::as_str).unwrap_or_default();
                let encoded = replaced(&Base64::decode_vec(encoded)?, from.as_bytes(), to.as_bytes());
                set(line, "encoded", Base64::encode_string(&encoded))?;
                set(line.get_mut("entry").ok_or("nothing to be read")?, "actor", to)?;
            }
            Ok(true)
        })
    }

    pub(crate) fn remove(&mut self, seq: u64) -> Result {
        self.edit("entries.jsonl", |line| Ok(number(line, "seq") != Some(seq)))
    }

    /// Takes away all entries and checkpoints after `seq`.
    pub(crate) fn cut(&mut self, seq: u64) -> Result {
        let within = |line: &Value, member: &str| number(line, member).is_some_and(|place| place <= seq);
        self.edit("entries.jsonl", |line| Ok(within(line, "seq")))?;
        self.edit("checkpoints.jsonl", |line| Ok(within(line, "size")))
    }

    /// Makes the manifest speak of the members as they are now. Nobody signs it.
    pub(crate) fn mend(&mut self) -> Result {
        let (entries, notes) = (self.lines("entries.jsonl")?, self.lines("checkpoints.jsonl")?);
        let mut manifest: Value = serde_json::from_slice(self.member("manifest.json")?)?;
        self.0.retain(|(name, ..)| name != "manifest.note");
        let files = self.0.iter().filter(|(name, ..)| name != "manifest.json").map(|(name, _, bytes)| {
            let blake3 = blake3::hash(bytes).to_hex().to_string();
            json!({ "name": name, "bytes": bytes.len(), "sha256": sha256(bytes), "blake3": blake3 })
        });
        let last = entries.last().ok_or("no entry is left")?;
        let note = notes.last().ok_or("no checkpoint is left")?;
        let root = note.get("note").and_then(Value::as_str).and_then(|note| note.lines().nth(2));
        set(&mut manifest, "files", files.collect::<Value>())?;
        set(&mut manifest, "signed", false)?;
        set(&mut manifest, "entries", entries.len())?;
        set(&mut manifest, "last_seq", number(last, "seq"))?;
        set(&mut manifest, "last_hash", last.pointer("/entry/metadata/hash").cloned())?;
        set(&mut manifest, "last_checkpoint", json!({ "size": number(note, "size"), "root": root }))?;
        *self.member("manifest.json")? = format!("{manifest:#}\n").into_bytes();
        Ok(())
    }

    /// Signs the manifest as it is with another key, in the name under which the log signed the honest one.
    pub(crate) fn sign(&mut self, key: &SigningKey, honest: &Self) -> Result {
        let mut manifest: Value = serde_json::from_slice(self.member("manifest.json")?)?;
        set(&mut manifest, "signed", true)?;
        let text = format!("{manifest:#}\n");
        text.as_bytes().clone_into(self.member("manifest.json")?);
        let (member, header, theirs) = honest.0.last().ok_or("a bundle without members")?.clone();
        let theirs = Note::parse(&theirs)?;
        let origin = theirs.signatures().first().ok_or("a note without a signature")?.name();
        let mut note = Note::new(format!("licentia/bundle/v1\n{origin}\nsha256:{}\n", sha256(text.as_bytes())))?;
        note.add(NoteSignature::sign(note.text(), origin, key)?);
        self.0.push((member, header, note.to_string().into_bytes()));
        Ok(())
    }
}

fn number(line: &Value, member: &str) -> Option<u64> {
    line.get(member)?.as_u64()
}

fn set(object: &mut Value, member: &str, value: impl Into<Value>) -> Result {
    object.as_object_mut().ok_or("it is no object")?.insert(member.to_owned(), value.into());
    Ok(())
}

/// The same bytes with the one place where `from` stands exchanged; `to` is of the same length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let Some(at) = bytes.windows(from.len()).position(|window| window == from) else { return bytes.to_vec() };
    let (head, tail) = bytes.split_at(at);
    [head, to, tail.get(from.len()..).unwrap_or_default()].concat()
}

fn sha256(bytes: &[u8]) -> String {
    licentia_storage::audit::hex(&Sha256::digest(bytes))
}

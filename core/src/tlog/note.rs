//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

use super::encoding::{base64, from_base64, is_control};
use super::error::NoteError;
use super::key::{SignatureKind, VerifierKey, check_name, key_id};
use ed25519_dalek::{Signer, SigningKey};
use std::fmt;

/// What is longer is refused unread. The signatures of the future may have 5 kB each.
const MAX_BYTES: usize = 1_000_000;

/// The specification asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// Before each signature: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// A text with signatures. Until [`Note::verify`] said who signed it, the text is to be ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: [u8; 4],
    /// Without the key id: what they mean depends on the key.
    bytes: Vec<u8>,
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<'a> {
    /// The key that made it.
    pub key: &'a VerifierKey,
    /// Of a cosignature: when it was made, in seconds since 1970, as its maker says.
    pub time: Option<u64>,
}

impl Note {
    /// A note that nobody signed yet. The text ends in a line feed and has no other control character.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("its text does not end in a line feed"));
        }
        if text.bytes().any(|byte| byte != b'\n' && is_control(byte)) {
            return Err(NoteError::Malformed("it has control characters"));
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note. This verifies nothing.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_BYTES {
            return Err(NoteError::Malformed("it is too long"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        // The text may have empty lines; the last one ends it. No signature line is empty.
        let (text, lines) = whole.rsplit_once("\n\n").ok_or(NoteError::Malformed("no empty line ends its text"))?;
        let mut note = Self::new(format!("{text}\n"))?;
        note.signatures = read_signatures(lines)?;
        if note.signatures.is_empty() {
            return Err(NoteError::Malformed("it has no signatures"));
        }
        Ok(note)
    }

    /// The text with its last line feed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures in their order, known or not.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature. An earlier one of the same key makes room for it.
    pub fn add(&mut self, signature: NoteSignature) {
        self.signatures.retain(|old| (&old.name, old.key_id) != (&signature.name, signature.key_id));
        self.signatures.push(signature);
    }

    /// Which of the keys signed the text. Signatures of other keys are passed over; one that names a known key and
    /// does not hold, or the lack of any, refuses the note.
    pub fn verify<'a>(&self, keys: &'a [VerifierKey]) -> Result<Vec<Checked<'a>>, NoteError> {
        let checked = self.check(keys)?;
        if checked.is_empty() { Err(NoteError::Unsigned) } else { Ok(checked) }
    }

    /// As [`Self::verify`], where it is no fault that nobody signed. Each key is named once, with its latest time.
    pub(super) fn check<'a>(&self, keys: &'a [VerifierKey]) -> Result<Vec<Checked<'a>>, NoteError> {
        let mut checked: Vec<Checked<'a>> = Vec::new();
        for signature in &self.signatures {
            let Some(key) = signature.key_among(keys)? else {
                continue;
            };
            let time = key.check(&self.text, &signature.bytes)?;
            match checked.iter_mut().find(|known| known.key == key) {
                Some(known) => known.time = known.time.max(time),
                None => checked.push(Checked { key, time }),
            }
        }
        Ok(checked)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    /// Signs the text as a log does.
    pub fn sign(text: &str, name: &str, key: &SigningKey) -> Result<Self, NoteError> {
        Self::new(name, SignatureKind::Ed25519, key, key.sign(text.as_bytes()).to_bytes().to_vec())
    }

    pub(super) fn new(name: &str, kind: SignatureKind, key: &SigningKey, bytes: Vec<u8>) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), key_id: key_id(name, kind, &key.verifying_key().to_bytes()), bytes })
    }

    /// Reads signature lines, each with its line feed, as a witness answers with them. This verifies nothing.
    pub fn parse_lines(bytes: &[u8]) -> Result<Vec<Self>, NoteError> {
        if bytes.len() > MAX_BYTES {
            return Err(NoteError::Malformed("it is too long"));
        }
        read_signatures(std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?)
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    fn key_among<'a>(&self, keys: &'a [VerifierKey]) -> Result<Option<&'a VerifierKey>, NoteError> {
        let mut fitting = keys.iter().filter(|key| key.name() == self.name && key.id() == self.key_id);
        let first = fitting.next();
        if fitting.any(|other| Some(other) != first) {
            return Err(NoteError::AmbiguousKey(self.name.clone()));
        }
        Ok(first)
    }
}

/// The line, without its line feed.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{} {}", self.name, base64(&[&self.key_id, &self.bytes[..]].concat()))
    }
}

fn read_signatures(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let mut signatures = Vec::new();
    for line in lines.split_inclusive('\n') {
        if signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::Malformed("it has too many signatures"));
        }
        signatures.push(read_signature(line).ok_or(NoteError::Malformed("a signature line is malformed"))?);
    }
    Ok(signatures)
}

fn read_signature(line: &str) -> Option<NoteSignature> {
    let (name, bytes) = line.strip_prefix(MARK)?.strip_suffix('\n')?.split_once(' ')?;
    check_name(name).ok()?;
    let bytes = from_base64(bytes)?;
    let (key_id, bytes) = bytes.split_first_chunk()?;
    (!bytes.is_empty()).then(|| NoteSignature { name: name.to_owned(), key_id: *key_id, bytes: bytes.to_vec() })
}

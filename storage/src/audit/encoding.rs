//! The byte encoding of everything that the audit log hashes. `docs/FORMAT.md` states it; golden vectors freeze it.
//!
//! A domain string, then for each field a `u16` tag, a `u32` length and the bytes: big-endian, tags ascending,
//! absent fields absent. Nothing here ever hashes what a serializer wrote.

/// Writes fields in ascending order of their tags.
pub(crate) struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    pub(crate) fn new(domain: &str) -> Self {
        let mut bytes = Vec::with_capacity(512);
        bytes.extend_from_slice(domain.as_bytes());
        Self { bytes }
    }

    /// A field; callers keep the order of tags.
    pub(crate) fn field(&mut self, tag: u16, value: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(&tag.to_be_bytes());
        // A value of 4 GiB cannot come out of SQLite, whose rows end at 1 GB.
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        self
    }

    pub(crate) fn text(&mut self, tag: u16, value: &str) -> &mut Self {
        self.field(tag, value.as_bytes())
    }

    pub(crate) fn integer(&mut self, tag: u16, value: i64) -> &mut Self {
        self.field(tag, &value.to_be_bytes())
    }

    pub(crate) fn optional_text(&mut self, tag: u16, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(tag, value);
        }
        self
    }

    pub(crate) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// Why encoded bytes cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(pub(crate) &'static str);

/// Reads fields back, strictly: ascending tags, nothing left over.
pub(crate) struct Decoder<'a> {
    rest: &'a [u8],
    last: Option<u16>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, last: None }
    }

    /// The next field, or none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u16, &'a [u8])>, DecodeError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = u16::from_be_bytes(self.array()?);
        if self.last.is_some_and(|last| last >= tag) {
            return Err(DecodeError("tags are not ascending"));
        }
        self.last = Some(tag);
        let length = u32::from_be_bytes(self.array()?);
        let length = usize::try_from(length).map_err(|_| DecodeError("a field is too long"))?;
        let (value, rest) = self.rest.split_at_checked(length).ok_or(DecodeError("a field is cut off"))?;
        self.rest = rest;
        Ok(Some((tag, value)))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeError("a field is cut off"))?;
        self.rest = rest;
        Ok(*head)
    }
}

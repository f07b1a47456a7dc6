//! The tar file around a bundle, in exactly one spelling: a header is read by making it again and comparing.
//!
//! So there are no links, no paths, no extensions, no second member of a name, and no byte that says nothing.

use super::{BundleError, LARGEST_WHOLE, LONGEST_LINE, MEMBERS, SIGNATURE};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Take, Write};
use std::path::{Path, PathBuf};

const BLOCK: u64 = 512;

type Block = [u8; 512];

/// Two empty blocks end a tar file.
const END: [u8; 1024] = [0; 1024];

/// A member and what its bytes come to, as the manifest states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Digest {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) blake3: String,
}

/// Both hashes of bytes that pass by.
#[derive(Default)]
struct Hashes {
    bytes: u64,
    sha256: Sha256,
    blake3: blake3::Hasher,
}

impl Hashes {
    fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.sha256.update(bytes);
        self.blake3.update(bytes);
    }

    fn finish(self, name: &str) -> Digest {
        Digest {
            name: name.to_owned(),
            bytes: self.bytes,
            sha256: licentia_storage::audit::hex(&self.sha256.finalize()),
            blake3: self.blake3.finalize().to_hex().to_string(),
        }
    }
}

/// A bundle that is being written.
pub(super) struct Writer {
    file: BufWriter<File>,
    /// Seconds since 1970.
    made: u64,
    /// Where the next member begins.
    next: u64,
}

/// A member that is being written: its size is known at its end, so its header is written last.
pub(super) struct Open<'a> {
    writer: &'a mut Writer,
    name: &'static str,
    hashes: Hashes,
}

impl Writer {
    pub(super) fn new(file: File, made: u64) -> Self {
        Self { file: BufWriter::with_capacity(1 << 16, file), made, next: 0 }
    }

    pub(super) fn begin(&mut self, name: &'static str) -> io::Result<Open<'_>> {
        self.file.seek(SeekFrom::Start(self.next + BLOCK))?;
        Ok(Open { writer: self, name, hashes: Hashes::default() })
    }

    pub(super) fn whole(&mut self, name: &'static str, bytes: &[u8]) -> io::Result<Digest> {
        let mut member = self.begin(name)?;
        member.take(bytes)?;
        member.end()
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.next))?;
        self.file.write_all(&END)?;
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

impl Open<'_> {
    pub(super) fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hashes.update(bytes);
        self.writer.file.write_all(bytes)
    }

    pub(super) fn end(self) -> io::Result<Digest> {
        let Self { writer, name, hashes } = self;
        let padding = vec![0; usize::try_from(padding(hashes.bytes)).unwrap_or(0)];
        writer.file.write_all(&padding)?;
        writer.file.seek(SeekFrom::Start(writer.next))?;
        writer.file.write_all(&header(name, hashes.bytes, writer.made)?)?;
        writer.next = writer.next + BLOCK + hashes.bytes + padding.len() as u64;
        Ok(hashes.finish(name))
    }
}

/// A bundle that is being read: where its members are.
pub(super) struct Archive {
    path: PathBuf,
    /// Where each begins, and its size.
    members: Vec<(u64, u64)>,
    /// Seconds since 1970, in every header.
    pub(super) made: u64,
}

/// One member from its beginning on.
pub(super) struct Member {
    name: &'static str,
    from: BufReader<Take<File>>,
    hashes: Hashes,
}

impl Archive {
    /// Looks at every header, and at all that lies between the members.
    pub(super) fn open(path: &Path) -> Result<Self, BundleError> {
        if !path.metadata()?.is_file() {
            return Err(BundleError::NotAFile);
        }
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut archive = Self { path: path.to_owned(), members: Vec::new(), made: 0 };
        let mut at = 0;
        for (place, name) in MEMBERS.into_iter().enumerate() {
            if place == SIGNATURE && length - at == END.len() as u64 {
                break;
            }
            let block: Block = read_array(&mut file)?;
            let found = tar::Header::from_byte_slice(&block);
            let (Ok(size), Ok(made)) = (found.entry_size(), found.mtime()) else {
                return Err(BundleError::OtherMember(name));
            };
            if place == 0 {
                archive.made = made;
            }
            if header(name, size, archive.made)? != block {
                return Err(BundleError::OtherMember(name));
            }
            let start = at + BLOCK;
            let end = start.checked_add(size).filter(|end| *end <= length).ok_or(BundleError::CutOff)?;
            file.seek(SeekFrom::Start(end))?;
            let mut between = vec![0; usize::try_from(padding(size)).unwrap_or(0)];
            read_exact(&mut file, &mut between)?;
            if between.iter().any(|byte| *byte != 0) {
                return Err(BundleError::malformed(name, "the bytes behind it are not zero"));
            }
            archive.members.push((start, size));
            at = end + between.len() as u64;
        }
        if read_array::<1024>(&mut file)? != END || length != at + END.len() as u64 {
            return Err(BundleError::GoesOn);
        }
        Ok(archive)
    }

    pub(super) fn has(&self, place: usize) -> bool {
        self.members.len() > place
    }

    pub(super) fn member(&self, place: usize) -> Result<Member, BundleError> {
        let (Some(name), Some((start, size))) = (MEMBERS.get(place), self.members.get(place)) else {
            return Err(BundleError::CutOff);
        };
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(*start))?;
        Ok(Member { name, from: BufReader::with_capacity(1 << 16, file.take(*size)), hashes: Hashes::default() })
    }

    /// A small member at once.
    pub(super) fn whole(&self, place: usize) -> Result<(Vec<u8>, Digest), BundleError> {
        let mut member = self.member(place)?;
        let mut bytes = Vec::new();
        if self.members.get(place).is_none_or(|(_, size)| *size > LARGEST_WHOLE) {
            return Err(BundleError::TooLarge(member.name));
        }
        member.from.read_to_end(&mut bytes)?;
        member.hashes.update(&bytes);
        Ok((bytes, member.hashes.finish(member.name)))
    }
}

impl Member {
    /// The next line without its line feed; none at the end.
    pub(super) fn line(&mut self) -> Result<Option<Vec<u8>>, BundleError> {
        let mut line = Vec::new();
        (&mut self.from).take(LONGEST_LINE + 1).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        self.hashes.update(&line);
        match line.pop() {
            Some(b'\n') => Ok(Some(line)),
            _ if line.len() as u64 >= LONGEST_LINE => Err(BundleError::TooLarge(self.name)),
            _ => Err(BundleError::malformed(self.name, "its last line does not end")),
        }
    }

    /// What all of it comes to, once every line was read.
    pub(super) fn digest(self) -> Digest {
        self.hashes.finish(self.name)
    }
}

fn header(name: &str, size: u64, made: u64) -> io::Result<Block> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_mtime(made);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// How many bytes fill the last block.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK
}

fn read_array<const N: usize>(file: &mut File) -> Result<[u8; N], BundleError> {
    let mut bytes = [0; N];
    read_exact(file, &mut bytes)?;
    Ok(bytes)
}

fn read_exact(file: &mut File, bytes: &mut [u8]) -> Result<(), BundleError> {
    file.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => BundleError::CutOff,
        _ => error.into(),
    })
}

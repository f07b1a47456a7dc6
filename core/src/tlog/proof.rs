//! Proofs of single entries that need nothing but keys (C2SP tlog-proof): an index, an inclusion proof and a signed
//! checkpoint in one small text.

use super::checkpoint::{Cosigned, SignedCheckpoint, Trust};
use super::encoding::{base64, from_base64, from_decimal, hash_from_base64};
use super::error::ProofError;
use super::merkle::{Hash, MAX_PROOF, leaf_hash, verify_inclusion};
use std::fmt;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// What is longer is refused unread.
const MAX_BYTES: usize = 2_000_000;

/// That one entry is in a log. It proves nothing before [`Self::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Whatever goes along, perhaps nothing. Nobody vouches for it.
    pub extra: Vec<u8>,
    /// Counted from 0: the seq of the entry, less one.
    pub index: u64,
    /// From the leaf's sibling up.
    pub path: Vec<Hash>,
    pub checkpoint: SignedCheckpoint,
}

impl Proof {
    /// Reads a proof. This verifies nothing.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > MAX_BYTES {
            return Err(ProofError::Malformed("it is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofError::Malformed("it is not UTF-8"))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(ProofError::Malformed("no empty line comes before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Malformed("it does not begin with c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra ")).map(read_extra).transpose()?.unwrap_or_default();
        let index = lines.next().and_then(|line| from_decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(ProofError::Malformed("the index is missing or not a plain decimal number"))?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == MAX_PROOF {
                return Err(ProofError::Malformed("it has too many hashes"));
            }
            let hash = hash_from_base64(line);
            path.push(hash.ok_or(ProofError::Malformed("a hash is not 32 bytes in canonical Base64"))?);
        }
        Ok(Self { extra, index, path, checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes())? })
    }

    /// Checks that the entry with these bytes is in the log, and says which witnesses saw the checkpoint.
    pub fn verify<'a>(&self, entry: &[u8], trust: Trust<'a>) -> Result<Vec<Cosigned<'a>>, ProofError> {
        let witnesses = self.checkpoint.verify(trust)?;
        let tree = self.checkpoint.checkpoint();
        verify_inclusion(self.index, tree.size(), &leaf_hash(entry), tree.root(), &self.path)?;
        Ok(witnesses)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", base64(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Where there is none, there is no line.
fn read_extra(line: &str) -> Result<Vec<u8>, ProofError> {
    let extra = line.strip_prefix("extra ").and_then(from_base64).filter(|extra| !extra.is_empty());
    extra.ok_or(ProofError::Malformed("the extra data are not canonical Base64"))
}

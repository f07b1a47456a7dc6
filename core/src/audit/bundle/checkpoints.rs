//! The checkpoints of a bundle against the tree of its entries.

use super::archive::{Digest, Member};
use super::base64::Bytes;
use super::manifest::Root;
use super::{BundleError, CHECKPOINTS, MEMBERS};
use crate::audit::checkpoint_check::signer;
use crate::audit::keys::PublicKey;
use crate::audit::report::{Code, Findings};
use crate::tlog::merkle::Frontier;
use crate::tlog::{CheckpointError, SignedCheckpoint, Trust, VerifierKey};
use licentia_license::strict_json;
use licentia_storage::LogId;
use licentia_storage::raw::RawNote;
use serde::{Deserialize, Serialize};

/// A line of `checkpoints.jsonl`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteLine {
    size: i64,
    note: String,
}

/// The largest checkpoint that a known witness signed. As `Witnessed`, but what a bundle or a proof shows is promised with
/// these members, and with the time as the witness wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeenBy {
    pub witness: String,
    pub size: u64,
    /// Seconds since 1970, as the witness says.
    pub time: u64,
}

/// The witnesses that were named to be believed, and signed nothing.
pub(crate) fn not_witnessed<'a>(named: &'a [VerifierKey], seen: &'a [SeenBy]) -> impl Iterator<Item = &'a str> {
    named.iter().map(VerifierKey::name).filter(|name| seen.iter().all(|seen| seen.witness != *name))
}

/// The checkpoints under way: the next one waits for its last entry.
pub(super) struct Checkpoints<'a> {
    log: LogId,
    witnesses: &'a [VerifierKey],
    lines: Member,
    next: Option<NoteLine>,
    pub(super) last: Option<Root>,
    pub(super) witnessed: Vec<SeenBy>,
}

impl NoteLine {
    pub(super) fn of(note: &RawNote) -> Self {
        Self { size: note.size, note: String::from_utf8_lossy(&note.note).into_owned() }
    }

    /// What the manifest says of it.
    pub(super) fn root(&self) -> Root {
        let root = SignedCheckpoint::parse(self.note.as_bytes()).map(|note| note.checkpoint().root().to_vec());
        Root { size: self.size, root: Bytes(root.unwrap_or_default()) }
    }
}

impl<'a> Checkpoints<'a> {
    pub(super) fn new(log: LogId, witnesses: &'a [VerifierKey], lines: Member) -> Result<Self, BundleError> {
        let mut checkpoints = Self { log, witnesses, lines, next: None, last: None, witnessed: Vec::new() };
        checkpoints.advance()?;
        Ok(checkpoints)
    }

    /// Checks what is due once entry `seq` was taken in. A checkpoint is signed by the key that signed its last
    /// entry, or by the one that came in with it.
    pub(super) fn reach(
        &mut self,
        seq: i64,
        keys: [Option<&PublicKey>; 2],
        tree: Option<&Frontier>,
        findings: &mut Findings,
    ) -> Result<(), BundleError> {
        while let Some(line) = self.next.take_if(|line| line.size <= seq) {
            self.check(&line, keys, tree, findings);
            self.last = Some(line.root());
            self.advance()?;
        }
        Ok(())
    }

    /// Whatever is left speaks of entries that are not there.
    pub(super) fn finish(mut self, findings: &mut Findings) -> Result<Finished, BundleError> {
        while let Some(line) = self.next.take() {
            let meaning = "A checkpoint counts entries that are not there.";
            findings.add(Code::CheckpointBeyond.at(line.size, meaning));
            self.last = Some(line.root());
            self.advance()?;
        }
        Ok(Finished { digest: self.lines.digest(), last: self.last, witnessed: self.witnessed })
    }

    fn advance(&mut self) -> Result<(), BundleError> {
        let Some(line) = self.lines.line()? else { return Ok(()) };
        let line = strict_json::parse(&line).and_then(serde_json::from_value);
        self.next = Some(line.map_err(|error| BundleError::malformed(MEMBERS[CHECKPOINTS], &error))?);
        Ok(())
    }

    fn check(
        &mut self,
        line: &NoteLine,
        keys: [Option<&PublicKey>; 2],
        tree: Option<&Frontier>,
        findings: &mut Findings,
    ) {
        let size = u64::try_from(line.size).unwrap_or(0);
        let (note, key) = match self.read(line, size, keys) {
            Ok(signed) => signed,
            Err(why) => {
                let meaning = format!("The checkpoint is not what the log signed: {why}.");
                findings.add(Code::CheckpointAltered.at(line.size, meaning));
                return;
            }
        };
        if tree.is_none_or(|tree| tree.size() != size || tree.root() != *note.checkpoint().root()) {
            let meaning = "The log signed another tree than the one that these entries make.";
            findings.add(Code::CheckpointDisagrees.at(line.size, meaning));
        }
        match note.verify(Trust::key(&key, self.witnesses)) {
            Ok(seen) => self.witnessed_by(size, seen.iter().map(|seen| (seen.witness.name(), seen.time))),
            Err(error) => {
                let meaning = format!("What a witness signed under the checkpoint does not hold: {error}.");
                findings.add(Code::CosignatureInvalid.at(line.size, meaning));
            }
        }
    }

    fn read(
        &self,
        line: &NoteLine,
        size: u64,
        keys: [Option<&PublicKey>; 2],
    ) -> Result<(SignedCheckpoint, VerifierKey), String> {
        let why = |error: CheckpointError| error.to_string();
        let note = SignedCheckpoint::parse(line.note.as_bytes()).map_err(why)?;
        let key = signer(self.log, &note, keys.into_iter().flatten()).map_err(why)?;
        if note.checkpoint().size() == size { Ok((note, key)) } else { Err("its size is another".to_owned()) }
    }

    /// Sizes rise, so the last word of each witness is its largest.
    fn witnessed_by<'w>(&mut self, size: u64, seen: impl Iterator<Item = (&'w str, u64)>) {
        for (witness, time) in seen {
            self.witnessed.retain(|known| known.witness != witness);
            self.witnessed.push(SeenBy { witness: witness.to_owned(), size, time });
        }
    }
}

/// What there is to know after the last checkpoint.
pub(super) struct Finished {
    pub(super) digest: Digest,
    pub(super) last: Option<Root>,
    pub(super) witnessed: Vec<SeenBy>,
}

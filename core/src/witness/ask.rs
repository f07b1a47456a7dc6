//! Asking a witness: the latest checkpoint goes out with a proof, and the cosignature that comes back is checked and kept.
//!
//! Nothing in the log changes, so nobody has to unlock it.

use super::known::{holds, key_of, time_of};
use super::{AddCheckpoint, MAX_PROOF_LINES, WitnessError, Witnesses};
use crate::tlog::encoding::from_decimal;
use crate::tlog::merkle::{Frontier, Hash, Prover, leaf_hash};
use crate::tlog::{NoteSignature, SignedCheckpoint};
use crate::{Error, Result, StoreError, Timestamp, Witness};
use licentia_storage::raw::RawReader;
use licentia_storage::{Checkpoint, Cosignature};
use std::sync::Arc;

/// Sends a body to a URL and waits for the answer; an error is a reason in words. It may block, and has to end in time.
pub type Post = Arc<dyn Fn(&str, &str) -> Result<Reply, String> + Send + Sync>;

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// A witness vouches for the latest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name here.
    pub witness: String,
    pub size: u64,
    /// When it says that it signed.
    pub signed_at: Timestamp,
    /// It had signed this checkpoint before, so it was not asked again.
    pub known: bool,
}

/// The type of a body that holds the size of a tree.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// How far a witness's clock may be ahead of ours.
const LEEWAY: i64 = 300;

/// How often a witness may tell of another size. Others may ask it for the same log meanwhile, but not without end.
const TRIES: usize = 4;

/// How much of a refusal is told.
const TOLD: usize = 200;

impl Witnesses<'_> {
    /// Asks one witness to sign the latest checkpoint.
    pub async fn ask(self, witness: &Witness, post: Post) -> Result<Asked> {
        self.may_keep().await?;
        for _ in 0..TRIES {
            match self.ask_once(witness, &post).await {
                // Another process may have had a larger one signed meanwhile.
                Err(Error::Witness(WitnessError::Ahead { theirs, .. })) if self.latest_size().await? >= theirs => {}
                done => return done,
            }
        }
        Err(undecided(&witness.name).into())
    }

    async fn latest_size(self) -> Result<u64> {
        let latest = self.0.reader().latest_checkpoint().await?;
        Ok(latest.and_then(|latest| u64::try_from(latest.size).ok()).unwrap_or(0))
    }

    async fn ask_once(self, witness: &Witness, post: &Post) -> Result<Asked> {
        let (name, key) = (&witness.name, key_of(witness)?);
        let checkpoint = self.0.reader().latest_checkpoint().await?.ok_or(WitnessError::NoCheckpoint)?;
        let ours = u64::try_from(checkpoint.size).unwrap_or(0);
        let signed = SignedCheckpoint::parse(checkpoint.note.as_bytes())
            .map_err(|error| StoreError::Damaged(format!("the note of a checkpoint: {error}")))?;
        let said = self.signed_by(&key, Some(checkpoint.epoch)).await?;
        if let Some((_, signed_at)) = said.filter(|(size, _)| *size == ours) {
            return Ok(Asked { witness: name.clone(), size: ours, signed_at, known: true });
        }
        // Of a witness that never answered we know nothing; it may all the same know us.
        let mut known = said.map_or(0, |(size, _)| size);
        let url = format!("{}/add-checkpoint", witness.url);
        for _ in 0..TRIES {
            let proof = self.prove(&checkpoint, known).await?;
            let request = AddCheckpoint { old: known, proof, checkpoint: signed.clone() }.to_string();
            let reply = send(post, &url, request, name).await?;
            match size_of_conflict(&reply) {
                // Until July 2026 the specification had this status for another root of the same size, too.
                None if reply.status == 409 && known == ours => return Err(other_history(name).into()),
                Some(theirs) if theirs == ours && known == ours => return Err(other_history(name).into()),
                Some(theirs) if theirs > ours => {
                    return Err(WitnessError::Ahead { witness: name.clone(), theirs, ours }.into());
                }
                Some(theirs) if theirs < known => {
                    return Err(WitnessError::Forgot { witness: name.clone(), theirs, known }.into());
                }
                Some(theirs) => known = theirs,
                None => {
                    let lines = accept(&reply, name, signed.checkpoint().origin())?;
                    let kept = self.keep(&checkpoint, &signed, &key, lines, name).await?;
                    return Ok(Asked { witness: name.clone(), size: ours, signed_at: kept, known: false });
                }
            }
        }
        Err(undecided(name).into())
    }

    /// Asks every witness; one that is down keeps no other from being asked.
    pub async fn ask_all(self, post: Post) -> Result<Vec<(Witness, Result<Asked>)>> {
        let mut outcomes = Vec::new();
        for witness in self.list().await? {
            let outcome = self.ask(&witness, Arc::clone(&post)).await;
            outcomes.push((witness, outcome));
        }
        Ok(outcomes)
    }

    /// A copy for review cannot keep what comes back, and a database that disagrees with its pin should not go on.
    async fn may_keep(self) -> Result<()> {
        if self.0.vault().is_founded().await? && !self.0.vault().exists().await? {
            return Err(Error::NoVault);
        }
        if !self.0.is_writable() {
            return Err(StoreError::ReadOnly.into());
        }
        self.0.pin_seen().await
    }

    /// That the checkpoint's tree begins with that of size `old`, from the entries as they are now.
    async fn prove(self, checkpoint: &Checkpoint, old: u64) -> Result<Vec<Hash>> {
        let size = u64::try_from(checkpoint.size).unwrap_or(0);
        let disagrees = || WitnessError::Disagrees { size };
        let log = self.0.reader().audit_log().await?.ok_or(Error::NotFounded)?;
        let mut prover = Prover::consistency(old, size).map_err(|_| disagrees())?;
        let mut tree = Frontier::new();
        let mut reader = RawReader::open(self.0.store().path()).await?;
        let mut next = 1;
        while next <= checkpoint.size {
            let entries = reader.entries_from(next, checkpoint.size, *log.id.0.as_bytes()).await?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                let Some(fields) = entry.fields.ok().filter(|_| entry.seq == next) else {
                    return Err(disagrees().into());
                };
                let leaf = leaf_hash(&fields.encode());
                tree.push(leaf);
                prover.take(leaf);
                next += 1;
            }
        }
        let proof = prover.finish().map_err(|_| disagrees())?;
        let fits = tree.root() == checkpoint.root && proof.len() <= MAX_PROOF_LINES;
        if fits { Ok(proof) } else { Err(disagrees().into()) }
    }

    /// Checks what the witness signed, and keeps its line.
    async fn keep(
        self,
        checkpoint: &Checkpoint,
        signed: &SignedCheckpoint,
        key: &crate::tlog::VerifierKey,
        lines: Vec<NoteSignature>,
        name: &str,
    ) -> Result<Timestamp> {
        let bad = |why: &str| WitnessError::BadAnswer { witness: name.to_owned(), why: why.to_owned() };
        // Lines of other keys say nothing to us.
        let ours: Vec<_> =
            lines.into_iter().filter(|line| line.name() == key.name() && line.key_id() == key.id()).collect();
        let [line] = ours.as_slice() else {
            let why = if ours.is_empty() { "its key did not sign" } else { "its key signed more than once" };
            return Err(bad(why).into());
        };
        let line = line.to_string();
        let signed_at = time_of(signed.note().text(), ours, key).ok_or_else(|| bad("its signature does not hold"))?;
        let now = self.0.ambient().now();
        if signed_at.seconds() > now.seconds().saturating_add(LEEWAY) {
            return Err(bad("it says that it signed in the future").into());
        }
        let witness = key.name().to_owned();
        let row = Cosignature { size: checkpoint.size, witness, line, signed_at, received_at: now };
        let (note, key) = (checkpoint.note.clone(), key.clone());
        self.0
            .store()
            .maintain::<_, Error, _, _>(move |tx| async move {
                // Another process may have asked at the same time. A line that does not hold is none.
                let said = tx.reader().cosignatures(row.size).await?;
                let known = said.iter().filter(|said| said.witness == row.witness);
                if let Some(at) = known.filter_map(|said| holds(&note, said, &key)).max() {
                    return Ok(tx.commit(at).await?);
                }
                tx.add_cosignature(&row).await?;
                Ok(tx.commit(signed_at).await?)
            })
            .await
    }
}

fn other_history(witness: &str) -> WitnessError {
    WitnessError::OtherHistory { witness: witness.to_owned() }
}

fn undecided(witness: &str) -> WitnessError {
    let why = "it kept telling of other sizes of this log".to_owned();
    WitnessError::BadAnswer { witness: witness.to_owned(), why }
}

async fn send(post: &Post, url: &str, body: String, witness: &str) -> Result<Reply> {
    let (post, url) = (Arc::clone(post), url.to_owned());
    let sent = tokio::task::spawn_blocking(move || post(&url, &body)).await;
    let outcome = sent.unwrap_or_else(|error| Err(error.to_string()));
    outcome.map_err(|why| WitnessError::Unreachable { witness: witness.to_owned(), why }.into())
}

/// The size that the witness knows instead.
fn size_of_conflict(reply: &Reply) -> Option<u64> {
    // Others than witnesses answer 409 too, for reasons of their own.
    if reply.status != 409 || !reply.content_type.starts_with(SIZE_TYPE) {
        return None;
    }
    let body = std::str::from_utf8(&reply.body).ok()?;
    from_decimal(body.strip_suffix('\n').unwrap_or(body))
}

/// The signature lines of a witness that agreed.
fn accept(reply: &Reply, witness: &str, origin: &str) -> Result<Vec<NoteSignature>, WitnessError> {
    let (witness, origin) = (witness.to_owned(), origin.to_owned());
    match reply.status {
        200 => NoteSignature::parse_lines(&reply.body)
            .map_err(|error| WitnessError::BadAnswer { witness, why: format!("{error}") }),
        403 => Err(WitnessError::UnknownKey { witness, origin }),
        404 => Err(WitnessError::UnknownLog { witness, origin }),
        422 => Err(other_history(&witness)),
        status => {
            let said: String = String::from_utf8_lossy(&reply.body).trim().chars().take(TOLD).collect();
            Err(WitnessError::Refused { witness, status, said })
        }
    }
}

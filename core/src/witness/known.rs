//! The witnesses that the log's checkpoints are sent to: audited rows, because who vouches for a log matters.

use super::WitnessError;
use super::words::Witnessed;
use crate::audit::Kind;
use crate::lookup::Noun;
use crate::tlog::{Note, NoteSignature, SignatureKind, SignedCheckpoint, VerifierKey};
use crate::{Error, Licentia, Operator, Result, Timestamp, Witness, checked};
use licentia_storage::{Cosignature, Event};

/// See [`Licentia::witnesses`].
#[derive(Clone, Copy, Debug)]
pub struct Witnesses<'a>(pub(crate) &'a Licentia);

/// A witness to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWitness {
    /// What to call it here.
    pub name: String,
    /// The submission prefix: `/add-checkpoint` comes after it.
    pub url: String,
    /// Its verifier key, as `licentia witness keygen` prints it.
    pub verifier_key: String,
}

impl Witnesses<'_> {
    /// Makes a witness known.
    pub async fn add(self, operator: &Operator, new: NewWitness) -> Result<Witness> {
        let name = checked::name("the witness's name", &new.name)?;
        let (url, key) = (address(&new.url)?, verifier_key(&new.verifier_key)?);
        self.0
            .write(operator, move |tx| async move {
                if tx.reader().witness_by_name(&name).await?.is_some() {
                    return Err(Error::NameTaken { noun: Noun::Witness, name });
                }
                // Cosignatures are kept under the name of the key, so that name belongs to one witness too.
                let known = tx.reader().witnesses().await?;
                if let Some(other) = known.into_iter().find(|other| key_of(other).is_ok_and(|k| k.name() == key.name()))
                {
                    return Err(WitnessError::KeyKnown { name: other.name }.into());
                }
                let verifier_key = key.to_string();
                let witness = Witness { id: tx.new_id(), name, url, verifier_key, created_at: tx.now() };
                let event = about(&witness, Kind::WitnessAdd).accounts_for([tx.insert(&witness).await?]);
                Ok(tx.commit(event, witness).await?)
            })
            .await
    }

    /// Asks a witness no more. What it signed stays, but nobody is told to believe it.
    pub async fn remove(self, operator: &Operator, name: &str) -> Result<Witness> {
        let name = name.to_owned();
        self.0
            .write(operator, move |tx| async move {
                let witness = tx.reader().witness_by_name(&name).await?.ok_or_else(|| unknown(&name))?;
                let event = about(&witness, Kind::WitnessRemove).accounts_for([tx.delete(&witness).await?]);
                Ok(tx.commit(event, witness).await?)
            })
            .await
    }

    /// Every witness, oldest first.
    pub async fn list(self) -> Result<Vec<Witness>> {
        Ok(self.0.reader().witnesses().await?)
    }

    /// One witness by its name.
    pub async fn get(self, name: &str) -> Result<Witness> {
        self.0.reader().witness_by_name(name).await?.ok_or_else(|| unknown(name))
    }

    /// How far a witness vouches for the log, where its line still fits the checkpoint that it stands under.
    pub async fn witnessed_by(self, witness: &Witness) -> Result<Option<Witnessed>> {
        let found = self.signed_by(&key_of(witness)?, None).await?;
        Ok(found.map(|(size, at)| Witnessed { size, at, by: witness.name.clone() }))
    }

    /// The largest checkpoint that a key signed, of an epoch or of any, and when. What stands there is no proof by itself: the
    /// file may be somebody else's work, and a witness may come back under its name with another key.
    pub(super) async fn signed_by(self, key: &VerifierKey, epoch: Option<i64>) -> Result<Option<(u64, Timestamp)>> {
        let (reader, mut before) = (self.0.reader(), i64::MAX);
        loop {
            let said = reader.cosignatures_by(key.name(), epoch, before).await?;
            let Some(size) = said.first().map(|said| said.size) else { return Ok(None) };
            let checkpoint = reader.checkpoints_from(size, 1).await?.pop().filter(|found| found.size == size);
            let at = checkpoint.and_then(|found| said.iter().filter_map(|said| holds(&found.note, said, key)).max());
            if let (Some(at), Ok(size)) = (at, u64::try_from(size)) {
                return Ok(Some((size, at)));
            }
            before = size;
        }
    }

    /// How far any known witness vouches for the log.
    pub async fn latest(self) -> Result<Option<Witnessed>> {
        let mut latest = None;
        for witness in self.list().await? {
            // A row that somebody broke is for verification to tell.
            let found = self.witnessed_by(&witness).await.ok().flatten();
            latest = latest.max(found);
        }
        Ok(latest)
    }
}

/// The key in a witness's row.
pub(crate) fn key_of(witness: &Witness) -> Result<VerifierKey> {
    verifier_key(&witness.verifier_key)
}

/// When a kept line was signed, if it is this key's signature under this checkpoint.
pub(crate) fn holds(note: &str, said: &Cosignature, key: &VerifierKey) -> Option<Timestamp> {
    let signed = SignedCheckpoint::parse(note.as_bytes()).ok()?;
    if i64::try_from(signed.checkpoint().size()) != Ok(said.size) {
        return None;
    }
    let line = NoteSignature::parse_lines(format!("{}\n", said.line).as_bytes()).ok()?;
    time_of(signed.note().text(), line, key)
}

/// The time of a key's cosignature of a text; none where none of the lines is one, or one does not hold.
pub(super) fn time_of(text: &str, lines: Vec<NoteSignature>, key: &VerifierKey) -> Option<Timestamp> {
    let mut note = Note::new(text).ok()?;
    for line in lines {
        note.add(line);
    }
    let checked = note.verify(std::slice::from_ref(key)).ok()?;
    let time = checked.first()?.time?;
    i64::try_from(time).ok().map(Timestamp::from_seconds)
}

fn verifier_key(text: &str) -> Result<VerifierKey> {
    const WHAT: &str = "the verifier key";
    let key: VerifierKey = text.trim().parse().map_err(|why| Error::invalid(WHAT, format!("{why}")))?;
    match key.kind() {
        SignatureKind::Cosignature => Ok(key),
        SignatureKind::Ed25519 => Err(Error::invalid(WHAT, "it is the key of a log, not of a witness")),
    }
}

/// A URL that more can be put behind.
fn address(url: &str) -> Result<String> {
    const WHAT: &str = "the witness's URL";
    let url = checked::line(WHAT, url.trim(), 1_000)?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return Err(Error::invalid(WHAT, "it begins with neither https:// nor http://")) };
    let host = rest.split('/').next().unwrap_or_default();
    let why = if host.is_empty() {
        "it names no host"
    } else if rest.contains(['?', '#']) {
        "something has to come behind it, so it cannot have ? or #"
    } else if host.contains('@') {
        "it holds a user's name, and it is kept where everybody can read it"
    } else if !url.chars().all(|c| c.is_ascii_graphic()) {
        "it has other characters than a URL can have"
    } else {
        return Ok(url.trim_end_matches('/').to_owned());
    };
    Err(Error::invalid(WHAT, why))
}

fn unknown(name: &str) -> Error {
    Error::Unknown { noun: Noun::Witness, text: name.to_owned() }
}

fn about(witness: &Witness, kind: Kind) -> Event {
    kind.event(witness.id)
        .with("name", witness.name.clone())
        .with("url", witness.url.clone())
        .with("verifier_key", witness.verifier_key.clone())
}

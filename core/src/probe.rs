//! Probes: one-time tokens for a machine to be licensed, and what came back.

mod inbox;
mod result;
#[cfg(test)]
mod tests;

pub use inbox::{Arrival, Arrived, Delivery, Inbox, TakenIn};
pub use result::{
    MOST_RESULT_BYTES, ProbeReport, ProbeResultError, ProbedHost, SignedResult, from_hex, to_hex, token_hash,
};

use crate::audit::Kind;
use crate::lookup::{self, Noun};
use crate::{Error, Licentia, Operator, Page, ProbeStatus, ProbeToken, ProbeTokenId, Result, Timestamp, checked};
use base64ct::{Base64UrlUnpadded, Encoding};
use licentia_storage::{Event, Tx};
use serde_json::Value;
use zeroize::Zeroizing;

/// The token stays out of what is printed by accident.
impl std::fmt::Debug for CreatedProbeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedProbeToken").field("probe", &self.probe).finish_non_exhaustive()
    }
}

/// See [`Licentia::probes`].
#[derive(Clone, Copy, Debug)]
pub struct Probes<'a>(pub(crate) &'a Licentia);

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProbe {
    pub label: String,
    /// From a minute to 90 days.
    pub ttl_seconds: i64,
}

/// A token that was just made: the only time its text is seen.
#[derive(Clone, PartialEq, Eq)]
pub struct CreatedProbeToken {
    pub probe: ProbeToken,
    pub token: String,
}

/// Where a token stands, the clock included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeState {
    Pending,
    Expired,
    Consumed,
    Cancelled,
}

/// So that a token is known for one wherever it turns up.
const PREFIX: &str = "lprobe_";
const SHORTEST_TTL: i64 = 60;
const LONGEST_TTL: i64 = 90 * 86_400;

/// A result may have 64 KiB, so not more of them are held at a time.
const A_PAGE: u64 = 200;

impl Probes<'_> {
    /// Makes a token. Its text is in the answer and nowhere else: only a hash of it is kept.
    pub async fn new_token(self, operator: &Operator, new: NewProbe) -> Result<CreatedProbeToken> {
        let label = checked::name("the label", &new.label)?;
        let ttl = checked_ttl(new.ttl_seconds)?;
        self.0
            .write(operator, move |tx| async move {
                let bytes = Zeroizing::new(tx.random::<32>());
                let token = format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&*bytes));
                let probe = ProbeToken {
                    id: tx.new_id(),
                    label,
                    token_hash: token_hash(&token).to_vec(),
                    status: ProbeStatus::Pending,
                    created_at: tx.now(),
                    expires_at: Timestamp(tx.now().0.saturating_add(ttl.saturating_mul(1_000_000))),
                    closed_at: None,
                    result: None,
                };
                let effect = tx.insert(&probe).await?;
                let event = about(&probe, Kind::ProbeTokenCreated)
                    .with("expires_at", probe.expires_at.to_string())
                    .accounts_for([effect]);
                Ok(tx.commit(event, CreatedProbeToken { probe, token }).await?)
            })
            .await
    }

    /// Takes in a result: a JSON object of at most 64 KiB, kept as it came. A token works once. One that means to be
    /// signed has to be, for this token; another object is taken as it is, and nothing vouches for it.
    pub async fn consume_token(self, operator: &Operator, token: &str, result: &str) -> Result<ProbeToken> {
        let token_hash = token_hash(token);
        let taking = match checked_result(result, &token_hash)? {
            Some(signed) => Taking::of(&signed, result.to_owned(), None),
            None => Taking { token_hash, text: result.to_owned(), signed: None, written: None },
        };
        self.take(operator, taking).await
    }

    /// Writes a result down that was checked, with its event.
    async fn take(self, operator: &Operator, taking: Taking) -> Result<ProbeToken> {
        let Taking { token_hash, text, signed, written } = taking;
        let vendor = self.0.vault().vendor().await?;
        self.0
            .write(operator, move |tx| async move {
                let probe = tx.reader().probe_token_by_hash(&token_hash).await?.ok_or(Error::ProbeTokenUnknown)?;
                let at = inbox::arrived_at(written, probe.created_at, tx.now());
                let mut probe = match ProbeState::of(&probe, at) {
                    ProbeState::Pending => closed(&tx, probe, ProbeStatus::Consumed),
                    ended => return Err(Error::ProbeClosed(ended)),
                };
                let key_fingerprint = match signed {
                    Some(signed) => {
                        check_vendor(&signed.vendor, &vendor)?;
                        Some(signed.key_fingerprint)
                    }
                    None => None,
                };
                let digest = format!("blake3:{}", blake3::hash(text.as_bytes()).to_hex());
                let bytes = text.len();
                probe.result = Some(text);
                let effect = tx.update(&probe).await?;
                let event = about(&probe, Kind::ProbeResult)
                    .with("bytes", bytes)
                    .with("result_digest", digest)
                    .with("key_fingerprint", key_fingerprint)
                    .with("arrived_at", at.to_string())
                    .accounts_for([effect]);
                Ok(tx.commit(event, probe).await?)
            })
            .await
    }

    /// Ends a token that was not used. Its time may be over: a result that came before that may wait in the inbox, and
    /// is turned away by this.
    pub async fn cancel(self, operator: &Operator, id: ProbeTokenId) -> Result<ProbeToken> {
        self.0
            .write(operator, move |tx| async move {
                let probe = tx.reader().probe_token(id).await?.ok_or_else(|| unknown(id))?;
                let probe = match ProbeState::of(&probe, tx.now()) {
                    ProbeState::Pending | ProbeState::Expired => closed(&tx, probe, ProbeStatus::Cancelled),
                    ended => return Err(Error::ProbeClosed(ended)),
                };
                let effect = tx.update(&probe).await?;
                let event = about(&probe, Kind::ProbeTokenRevoked).accounts_for([effect]);
                Ok(tx.commit(event, probe).await?)
            })
            .await
    }

    /// A result for another vendor could never be bound to.
    async fn refuse_other_vendor(self, result: &SignedResult) -> Result<()> {
        check_vendor(result.report().fingerprint.vendor(), &self.0.vault().vendor().await?)
    }

    /// What is made of each token, the newest first: read a page at a time, as many as there are.
    pub async fn collect<T>(self, mut made_of: impl FnMut(ProbeToken) -> Option<T>) -> Result<Vec<T>> {
        let (mut made, mut after) = (Vec::new(), None);
        loop {
            let page = self.page(after, A_PAGE).await?;
            made.extend(page.items.into_iter().filter_map(&mut made_of));
            after = page.next;
            if after.is_none() {
                return Ok(made);
            }
        }
    }

    /// A page of tokens, newest first.
    pub async fn page(self, after: Option<ProbeTokenId>, limit: u64) -> Result<Page<ProbeToken, ProbeTokenId>> {
        let rows = self.0.reader().probe_tokens_before(after, limit.saturating_add(1)).await?;
        Ok(Page::cut(rows, limit, |last| last.id))
    }

    /// One token.
    pub async fn get(self, id: ProbeTokenId) -> Result<ProbeToken> {
        self.0.reader().probe_token(id).await?.ok_or_else(|| unknown(id))
    }

    /// The token whose text has this hash. Nobody can guess a hash, so how long the search takes tells nothing.
    pub async fn by_token_hash(self, token_hash: &[u8; 32]) -> Result<Option<ProbeToken>> {
        Ok(self.0.reader().probe_token_by_hash(token_hash).await?)
    }

    /// By unique prefix or suffix of the id.
    pub async fn resolve(self, text: &str) -> Result<ProbeToken> {
        self.get(ProbeTokenId(lookup::find(&self.0.reader(), Noun::Probe, text).await?)).await
    }
}

impl ProbeState {
    /// What the clock makes of a token.
    #[must_use]
    pub fn of(token: &ProbeToken, now: Timestamp) -> Self {
        match token.status {
            ProbeStatus::Consumed => Self::Consumed,
            ProbeStatus::Cancelled => Self::Cancelled,
            ProbeStatus::Pending if now >= token.expires_at => Self::Expired,
            ProbeStatus::Pending => Self::Pending,
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Consumed => "consumed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A result to be written down.
struct Taking {
    token_hash: [u8; 32],
    text: String,
    /// None: nobody signed it.
    signed: Option<Signed>,
    /// When its file was written; none is now.
    written: Option<Timestamp>,
}

/// What is said by whoever signed.
struct Signed {
    key_fingerprint: String,
    vendor: String,
}

impl Taking {
    fn of(result: &SignedResult, text: String, written: Option<Timestamp>) -> Self {
        let vendor = result.report().fingerprint.vendor().to_owned();
        let signed = Some(Signed { key_fingerprint: result.key_fingerprint(), vendor });
        Self { token_hash: *result.token_hash(), text, signed, written }
    }
}

/// A token as it is once it ended now.
fn closed(tx: &Tx, token: ProbeToken, status: ProbeStatus) -> ProbeToken {
    ProbeToken { status, closed_at: Some(tx.now()), ..token }
}

fn check_vendor(found: &str, expected: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::ProbeOfOtherVendor { found: found.to_owned(), expected: expected.to_owned() })
}

fn checked_ttl(seconds: i64) -> Result<i64> {
    if (SHORTEST_TTL..=LONGEST_TTL).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(Error::invalid(
            "the time to live",
            format!("it is {seconds} seconds, and 60 (a minute) to {LONGEST_TTL} (90 days) are allowed"),
        ))
    }
}

/// None: nobody signed it, and nobody says so.
fn checked_result(text: &str, token_hash: &[u8; 32]) -> Result<Option<SignedResult>> {
    const WHAT: &str = "the probe's result";
    let length = text.len();
    if length > MOST_RESULT_BYTES {
        return Err(Error::invalid(WHAT, format!("it has {length} bytes, and {MOST_RESULT_BYTES} are allowed")));
    }
    let found = match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) if SignedResult::is_meant_by(&object) => {
            return Ok(Some(SignedResult::for_token(text, token_hash)?));
        }
        Ok(Value::Object(_)) => return Ok(None),
        Ok(Value::Array(_)) => "an array",
        Ok(Value::String(_)) => "a string",
        Ok(Value::Number(_)) => "a number",
        Ok(Value::Bool(_)) => "a truth value",
        Ok(Value::Null) => "null",
        Err(error) => return Err(Error::invalid(WHAT, format!("it is not JSON: {error}"))),
    };
    Err(Error::invalid(WHAT, format!("it is {found}, and a JSON object is needed")))
}

fn unknown(id: ProbeTokenId) -> Error {
    Error::Unknown { noun: Noun::Probe, text: id.to_string() }
}

fn about(probe: &ProbeToken, kind: Kind) -> Event {
    kind.event(probe.id).with("label", probe.label.clone())
}

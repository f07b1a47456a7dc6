//! Probes: one-time tokens for a machine to be licensed, and what came back.

use crate::{Licentia, Operator, ProbeToken, ProbeTokenId, Result, Timestamp};

/// See [`Licentia::probes`].
#[derive(Clone, Copy)]
pub struct Probes<'a>(pub(crate) &'a Licentia);

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProbe {
    pub label: String,
    pub ttl_seconds: i64,
}

/// A token that was just made: the only time its text is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl ProbeState {
    /// What the clock makes of a token.
    #[must_use]
    pub fn of(_token: &ProbeToken, _now: Timestamp) -> Self {
        todo!()
    }
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

impl Probes<'_> {
    pub async fn new_token(&self, _operator: &Operator, _new: NewProbe) -> Result<CreatedProbeToken> {
        todo!()
    }
    /// Takes in a result: a JSON object of at most 64 KiB, kept as it came. A token works once.
    pub async fn consume_token(&self, _operator: &Operator, _token: &str, _result: &str) -> Result<ProbeToken> {
        todo!()
    }
    pub async fn cancel(&self, _operator: &Operator, _id: ProbeTokenId) -> Result<ProbeToken> {
        todo!()
    }
    pub async fn list(&self) -> Result<Vec<ProbeToken>> {
        todo!()
    }
    pub async fn get(&self, _id: ProbeTokenId) -> Result<ProbeToken> {
        todo!()
    }
    pub async fn resolve(&self, _text: &str) -> Result<ProbeToken> {
        todo!()
    }
}

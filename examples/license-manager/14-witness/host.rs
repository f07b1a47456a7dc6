//! The second host: a witness with a key and a memory of its own. Only the network between it and the log is missing.

use license_manager_examples::Result;
use licentia_core::Ambient;
use licentia_core::tlog::VerifierKey;
use licentia_core::witness::{AddCheckpoint, Log, NewWitness, Post, Refusal, Reply, SIZE_TYPE, Seen, WitnessKey};
use std::sync::{Arc, Mutex, PoisonError};

/// What `licentia witness serve` does with a request, for one log.
#[derive(Clone)]
pub(crate) struct Host {
    key: Arc<WitnessKey>,
    log: Log,
    clock: Ambient,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    /// What it signed last. A real one has it on its disk before it answers.
    seen: Option<Seen>,
    /// The statuses of its answers, until somebody asks.
    answers: Vec<u16>,
}

impl Host {
    /// Its administrator was told the log's key by the vendor.
    pub(crate) fn new(log: VerifierKey, clock: Ambient) -> Result<Self> {
        let key = Arc::new(WitnessKey::new("witness.example.com/acme", &[14; 32])?);
        let log = Log::gather([log])?.pop().ok_or("no log")?;
        Ok(Self { key, log, clock, memory: Arc::default() })
    }

    /// What those write down who shall believe it.
    pub(crate) fn verifier_key(&self) -> VerifierKey {
        self.key.verifier_key()
    }

    pub(crate) fn introduction(&self) -> NewWitness {
        NewWitness {
            name: "acme-witness".to_owned(),
            url: "https://witness.example.com".to_owned(),
            verifier_key: self.verifier_key().to_string(),
        }
    }

    /// How a request gets there.
    pub(crate) fn post(&self) -> Post {
        let host = self.clone();
        Arc::new(move |_, body| Ok(host.answer(body)))
    }

    fn answer(&self, body: &str) -> Reply {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let judged = AddCheckpoint::parse(body.as_bytes())
            .and_then(|request| request.judge(&self.log, memory.seen.as_ref(), &self.key, self.clock.now()));
        let (status, content_type, body) = match judged {
            Ok(seen) => {
                let lines = seen.cosignatures(&self.key);
                memory.seen = Some(seen);
                (200, "text/plain", lines)
            }
            Err(Refusal::Conflict { size, .. }) => (409, SIZE_TYPE, format!("{size}\n")),
            Err(refusal) => (refusal.status(), "text/plain", refusal.to_string()),
        };
        memory.answers.push(status);
        Reply { status, content_type: content_type.to_owned(), body: body.into_bytes() }
    }

    /// The statuses of its answers since this was asked the last time.
    pub(crate) fn answers(&self) -> Vec<u16> {
        std::mem::take(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner).answers)
    }

    /// The size of the latest checkpoint that it signed: it shows that to everybody.
    pub(crate) fn shows(&self) -> Option<u64> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).seen.as_ref().map(Seen::size)
    }
}

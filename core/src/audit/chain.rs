//! The chain of entries, re-derived one by one: links, keys in force, time, and what was prepared of each.
//!
//! Pure: it is fed prepared entries in order and collects what does not hold.

use super::keys::{Introduced, KeyRing, PublicKey};
use super::prepare::Prepared;
use super::report::{Code, Findings};
use licentia_storage::Timestamp;
use licentia_storage::audit::{
    AuditLog, CLOCK_ADJUSTED, CLOCK_TOLERANCE, ENTRY_VERSION, RecordedEffect, SealedFields, hex, payload_hash,
    signature_holds, tagged,
};
use licentia_storage::raw::RawEntry;

/// Where the chain stands after the entries that it was fed.
#[derive(Debug)]
pub(crate) struct Chain {
    log_id: [u8; 16],
    ring: KeyRing,
    /// The key in force; where nobody could say which one it is, the first entry does.
    key: Option<PublicKey>,
    next: i64,
    link: Link,
    recorded_at: Option<i64>,
    /// How many entries were taken in.
    pub(crate) checked: u64,
}

/// What the previous hash of the next entry may be.
#[derive(Debug)]
struct Link {
    /// As the entry before says of itself; none where nobody knows it.
    stored: Option<Vec<u8>>,
    /// As its fields come out.
    derived: Option<[u8; 32]>,
}

impl Chain {
    /// The beginning of a log: entry 1 links to the fingerprint.
    pub(crate) fn from_start(log: &AuditLog, ring: KeyRing) -> Self {
        let fingerprint = log.fingerprint();
        Self {
            log_id: *log.id.0.as_bytes(),
            key: Some(ring.first()),
            ring,
            next: 1,
            link: Link { stored: Some(fingerprint.to_vec()), derived: Some(fingerprint) },
            recorded_at: Some(log.created_at.0),
            checked: 0,
        }
    }

    /// The middle of a log: the entry before is taken at its word. Without it the link to it is not checked, and
    /// without a key that is known to be in force the first entry's is.
    pub(crate) fn from_middle(
        log: &AuditLog,
        ring: KeyRing,
        next: i64,
        before: Option<&RawEntry>,
        key: Option<PublicKey>,
    ) -> Self {
        let mut chain = Self::from_start(log, ring);
        chain.key = key;
        chain.next = next;
        chain.link = Link { stored: before.map(|before| before.hash.clone()), derived: None };
        chain.recorded_at = before.and_then(|before| before.fields.as_ref().ok()).map(|fields| fields.recorded_at);
        chain
    }

    /// The key that the next entry has to be signed with, where it is known.
    pub(crate) fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// The keys that it goes by.
    pub(crate) fn ring(&mut self) -> &mut KeyRing {
        &mut self.ring
    }

    /// Whether the last entry has the hash that its fields give.
    pub(crate) fn last_is_as_hashed(&self) -> bool {
        self.link.derived.is_some_and(|derived| self.link.stored.as_deref() == Some(&derived[..]))
    }

    /// The seq that comes next.
    pub(crate) fn next(&self) -> i64 {
        self.next
    }

    /// The hash that the next entry links to, as stored.
    pub(crate) fn last_hash(&self) -> &[u8] {
        self.link.stored.as_deref().unwrap_or_default()
    }

    /// The recorded time of the last entry.
    pub(crate) fn last_recorded(&self) -> Option<i64> {
        self.recorded_at
    }

    /// Takes the next entry in, and gives back the effects that can be replayed.
    pub(crate) fn take(&mut self, prepared: Prepared, findings: &mut Findings) -> Vec<RecordedEffect> {
        let Prepared { entry, hash, leaf: _, payload_holds, effects, signed } = prepared;
        let seq = entry.seq;
        let follows = self.place(seq, findings);
        self.checked += 1;
        self.next = seq.max(self.next - 1).saturating_add(1);
        let fields = match &entry.fields {
            Ok(fields) if fields.version == ENTRY_VERSION => fields,
            Ok(fields) => {
                let meaning = format!("The entry has version {}, which this program does not know.", fields.version);
                let issue = Code::VersionUnknown.at(seq, meaning);
                findings.add(issue.expected(&ENTRY_VERSION).found(&fields.version));
                self.recorded_at = Some(fields.recorded_at);
                self.link = Link { stored: Some(entry.hash), derived: None };
                return Vec::new();
            }
            Err(column) => {
                findings.add(Code::EntryMalformed.at(seq, format!("The column {column} is not what it can be.")));
                self.recorded_at = None;
                self.link = Link { stored: Some(entry.hash), derived: None };
                return Vec::new();
            }
        };
        self.check_hash(&entry, fields, &hash, follows, findings);
        self.check_signature(&entry, fields, &hash, signed, findings);
        self.check_time(seq, fields, findings);
        if !payload_holds {
            check_payload(&entry, fields, findings);
        }
        self.recorded_at = Some(fields.recorded_at);
        self.link = Link { stored: Some(entry.hash), derived: Some(hash) };
        match effects {
            Ok(effects) => {
                self.change_key(seq, &effects, findings);
                effects
            }
            Err(error) => {
                findings.add(Code::EffectsMalformed.at(seq, format!("The effects cannot be read: {error}.")));
                Vec::new()
            }
        }
    }

    /// Whether it stands right behind the entry before.
    fn place(&self, seq: i64, findings: &mut Findings) -> bool {
        if seq < self.next {
            findings.add(Code::EntryInserted.at(seq, "The entry stands where no entry can be."));
        } else if seq > self.next {
            let mut missing = Code::EntryMissing.at(self.next, "Entries are missing.");
            missing.seq_to = u64::try_from(seq - 1).ok();
            findings.add(missing);
        }
        seq == self.next
    }

    /// Its own hash, and the link to the entry before where it `follows` one.
    fn check_hash(
        &self,
        entry: &RawEntry,
        fields: &SealedFields,
        hash: &[u8; 32],
        follows: bool,
        findings: &mut Findings,
    ) {
        if entry.hash != hash {
            let issue = Code::EntryAltered.at(entry.seq, "The entry is not what was hashed when it was written.");
            findings.add(issue.expected(&tagged("blake3", hash)).found(&tagged("blake3", &entry.hash)));
        }
        let derived = self.link.derived.is_some_and(|derived| fields.previous_hash == derived);
        let stored = self.link.stored.as_ref().is_none_or(|stored| fields.previous_hash == *stored);
        if follows && !derived && !stored {
            let issue = Code::ChainBroken.at(entry.seq, "The entry does not follow the one before it.");
            let before = self.link.stored.as_deref().unwrap_or_default();
            findings.add(issue.expected(&tagged("blake3", before)).found(&tagged("blake3", &fields.previous_hash)));
        }
    }

    /// What the entry introduces is in force from the next one on.
    fn change_key(&mut self, seq: i64, effects: &[RecordedEffect], findings: &mut Findings) {
        match self.ring.introduced(effects) {
            Introduced::Nothing => {}
            Introduced::Key(key) => self.key = Some(*key),
            Introduced::Missing => findings.add(Code::KeyTableAltered.at(seq, Code::KEY_IS_MISSING)),
        }
    }

    fn check_signature(
        &mut self,
        entry: &RawEntry,
        fields: &SealedFields,
        hash: &[u8; 32],
        signed: bool,
        findings: &mut Findings,
    ) {
        if self.key.is_none() {
            self.key = self.ring.named(&fields.key_id);
        }
        let in_force = self.key.as_ref();
        if in_force.is_none_or(|key| fields.key_id != key.id) {
            let issue = match self.ring.named(&fields.key_id) {
                Some(_) => Code::KeyMisplaced.at(entry.seq, "The entry names a key that is not in force at its place."),
                None => Code::KeyUnknown.at(entry.seq, "The entry names a key that this log never had."),
            };
            let expected = in_force.map_or_else(|| "a key of this log".to_owned(), |key| hex(&key.id));
            findings.add(issue.expected(&expected).found(&hex(&fields.key_id)));
        } else if signed {
            return;
        }
        // Without a key nothing can be said of the signature, and that was said.
        let Some(key) = in_force else { return };
        let holds = key.key.as_ref().is_some_and(|key| {
            // An entry that was altered is already named; its signature is looked at under the hash it claims.
            let claimed = entry.hash.as_slice().try_into().unwrap_or(*hash);
            signature_holds(key, &self.log_id, entry.seq, hash, &entry.signature)
                || (claimed != *hash && signature_holds(key, &self.log_id, entry.seq, &claimed, &entry.signature))
        });
        if !holds {
            let issue = Code::SignatureInvalid.at(entry.seq, "The signature is not the log key's on this entry.");
            findings.add(issue.expected(&format!("a signature of key {}", hex(&key.id))));
        }
    }

    fn check_time(&self, seq: i64, fields: &SealedFields, findings: &mut Findings) {
        let Some(before) = self.recorded_at else { return };
        let adjusted = fields.kind == CLOCK_ADJUSTED;
        let expected = if adjusted { fields.clock } else { fields.clock.max(before) };
        let set_back = before.saturating_sub(fields.clock) >= CLOCK_TOLERANCE;
        if fields.recorded_at != expected || adjusted != set_back {
            let issue =
                Code::TimeDisorder.at(seq, "The recorded time does not follow from the clock and the entry before.");
            let time = |micros| Timestamp(micros).to_micros_text();
            findings.add(issue.expected(&time(expected)).found(&time(fields.recorded_at)));
        }
    }
}

/// Says in which way the payload does not hold.
fn check_payload(entry: &RawEntry, fields: &SealedFields, findings: &mut Findings) {
    let expected = tagged("blake3", &fields.payload_hash);
    findings.add(match &entry.payload {
        None => Code::PayloadMissing.at(entry.seq, "The payload is gone, and no rule purged it.").expected(&expected),
        Some((salt, body)) => Code::PayloadAltered
            .at(entry.seq, "The payload is not the one that was hashed.")
            .expected(&expected)
            .found(&tagged("blake3", &payload_hash(salt, body))),
    });
}

//! Accepting that the log was restored: the pin of whoever saw what is abandoned moves on, by name and not by itself.

use super::{Audit, Kind, VerifyReport, VerifyRequest};
use crate::pin::{Pin, PinState};
use crate::{AuditRecord, Error, Licentia, Place, Progress, Result};
use licentia_storage::AuditQuery;
use serde_json::{Value, json};

/// A restore that was accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The event that was named.
    pub event: AuditRecord,
    /// How far the pin had come before.
    pub pinned_before: u64,
    /// How far it is now.
    pub pinned: u64,
    pub verified: VerifyReport,
}

impl Audit<'_> {
    /// Moves the pin past a restore. `event` is the number or the id of its `log.restored`, which has to be the one that
    /// abandons what the pin saw; and the log has to verify in full.
    pub async fn accept(self, event: &str, progress: Progress) -> Result<Accepted> {
        let pins = self.0.pins().ok_or(Error::NothingToAccept)?;
        let pin = self.0.pin()?.ok_or(Error::NothingToAccept)?;
        match self.0.look_at_pin().await? {
            PinState::RolledBack { .. } | PinState::Forked { .. } => {}
            state @ PinState::OtherLog { .. } => return Err(Error::PinDisagrees(state)),
            PinState::Absent | PinState::Matches | PinState::Behind => return Err(Error::NothingToAccept),
        }
        let found = self.named(event).await?;
        if !abandons(&found, &pin) {
            return Err(Error::NotThatRestore { seq: found.seq, pinned: pin.size });
        }
        // Without the pin, which disagrees: all else has to hold, from the fingerprint that was pinned.
        let unpinned = Place { pins: None, ..self.0.place().clone() };
        let unpinned = Licentia::of_store(self.0.store().clone(), unpinned);
        let request = VerifyRequest { fingerprint: Some(pin.fingerprint.clone()), ..VerifyRequest::default() };
        let report = unpinned.audit().verify(&request, progress).await?;
        if !report.verified {
            return Err(Error::RestoreNotVerified(Box::new(report)));
        }
        let last = self.get(report.to).await?;
        let hash = licentia_storage::audit::tagged("blake3", &last.hash);
        let pinned_before = pin.size;
        pins.accept(&Pin { size: last.seq, hash, ..pin })?;
        self.0.check_pin().await?;
        Ok(Accepted { event: found, pinned_before, pinned: last.seq, verified: report })
    }

    /// The newest restore that abandons what a pin saw.
    pub(super) async fn restore_past(self, pin: &Pin) -> Result<Option<u64>> {
        let restores = self.restores().await?;
        Ok(restores.iter().find(|entry| abandons(entry, pin)).map(|entry| entry.seq))
    }

    /// What the restores after an entry gave up, each once: whoever goes back before them has to say it in their stead.
    pub(crate) async fn abandoned_since(self, seq: u64) -> Result<Vec<AbandonedRange>> {
        let mut ranges: Vec<AbandonedRange> = Vec::new();
        for restored in self.restores().await?.iter().filter(|restored| restored.seq > seq) {
            for mut range in AbandonedRange::all_of(restored) {
                range.shared_size = range.shared_size.min(seq);
                if !ranges.contains(&range) {
                    ranges.push(range);
                }
            }
        }
        Ok(ranges)
    }

    async fn named(self, event: &str) -> Result<AuditRecord> {
        if let Ok(seq) = event.parse::<u64>() {
            let entry = self.get(seq).await?;
            return if entry.kind == Kind::LogRestored.as_str() { Ok(entry) } else { Err(Error::NoRestore { seq }) };
        }
        let found = self.restores().await?.into_iter().find(|entry| entry.id.to_string() == event);
        found.ok_or_else(|| Error::invalid("the event", "no restore in this log has that number or id"))
    }

    /// Newest first.
    async fn restores(self) -> Result<Vec<AuditRecord>> {
        const MOST: u64 = 10_000;
        let kinds = vec![Kind::LogRestored.as_str().to_owned()];
        Ok(self.0.reader().audit_entries(&AuditQuery { kinds, limit: MOST, ..AuditQuery::default() }).await?)
    }
}

/// Entries that a restore gave up, as its event says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbandonedRange {
    /// It begins after these.
    pub shared_size: u64,
    /// Where it ended; none when nobody knows.
    pub size: Option<u64>,
    /// The hash of its last entry.
    pub head: Option<String>,
}

impl AbandonedRange {
    pub(crate) fn to_json(&self) -> Value {
        json!({ "shared_size": self.shared_size, "abandoned_size": self.size, "abandoned_head": self.head })
    }

    fn read(said: &Value) -> Option<Self> {
        let size = match said.get("abandoned_size")? {
            Value::Null => None,
            size => Some(size.as_u64()?),
        };
        let head = said.get("abandoned_head").and_then(Value::as_str).map(str::to_owned);
        Some(Self { shared_size: said.get("shared_size")?.as_u64()?, size, head })
    }

    /// What a restore gave up, and what restores did that it gave up along with it.
    fn all_of(restored: &AuditRecord) -> Vec<Self> {
        let said = restored.payload_value();
        let also = said.get("also_abandoned").and_then(Value::as_array);
        std::iter::once(&said).chain(also.into_iter().flatten()).filter_map(Self::read).collect()
    }

    fn holds(&self, pin: &Pin) -> bool {
        let within = match self.size {
            None => true,
            Some(size) if size == pin.size => self.head.as_deref() == Some(pin.hash.as_str()),
            Some(size) => pin.size < size,
        };
        pin.size > self.shared_size && within
    }
}

/// Whether a restore gave up the state that a pin saw: it lies behind what both have, and within what was abandoned.
fn abandons(restored: &AuditRecord, pin: &Pin) -> bool {
    AbandonedRange::all_of(restored).iter().any(|range| range.holds(pin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ambient, Timestamp};
    use licentia_storage::{EventId, TransactionId};
    use serde_json::json;

    fn restored(payload: &Value) -> AuditRecord {
        let ambient = Ambient::new(|| Timestamp(0), |bytes| bytes.fill(7));
        AuditRecord {
            seq: 6,
            version: 1,
            id: EventId(ambient.uuid(Timestamp(0))),
            transaction_id: TransactionId(ambient.uuid(Timestamp(0))),
            kind: Kind::LogRestored.as_str().to_owned(),
            severity: "critical".to_owned(),
            outcome: "success".to_owned(),
            actor: "mathieu@build7".to_owned(),
            actor_kind: "user".to_owned(),
            target_kind: None,
            target_id: None,
            recorded_at: Timestamp(0),
            clock: Timestamp(0),
            key_id: vec![],
            previous_hash: vec![],
            hash: vec![],
            signature: vec![],
            effects: None,
            payload: Some(payload.to_string()),
        }
    }

    fn pin(size: u64, hash: &str) -> Pin {
        let text = String::new;
        Pin { log_id: text(), fingerprint: text(), path: "db".into(), size, hash: hash.to_owned() }
    }

    #[test]
    fn only_a_pin_in_the_abandoned_part_is_meant() {
        let said = json!({ "shared_size": 5, "abandoned_size": 9, "abandoned_head": "blake3:99" });
        let one = restored(&said);
        for (size, hash, meant) in
            [(5, "x", false), (6, "x", true), (8, "x", true), (9, "x", false), (9, "blake3:99", true), (10, "x", false)]
        {
            assert_eq!(abandons(&one, &pin(size, hash)), meant, "{size} {hash}");
        }
        let lost = restored(&json!({ "shared_size": 5, "abandoned_size": null, "abandoned_head": null }));
        assert!(abandons(&lost, &pin(1_000, "x")) && !abandons(&lost, &pin(5, "x")));
        let both = json!({ "shared_size": 5, "abandoned_size": 6, "abandoned_head": "blake3:66", "also_abandoned": [said, 7] });
        for (size, hash, meant) in [(6, "blake3:66", true), (8, "x", true), (9, "blake3:99", true), (9, "x", false)] {
            assert_eq!(abandons(&restored(&both), &pin(size, hash)), meant, "{size} {hash}");
        }
        for said in
            [json!({}), json!([]), json!({ "shared_size": "5" }), json!({ "shared_size": 5, "abandoned_size": "9" })]
        {
            assert!(!abandons(&restored(&said), &pin(7, "x")), "{said}");
        }
    }
}

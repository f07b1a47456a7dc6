//! Accepting that the log was restored: the pin of whoever saw what is abandoned moves on, by name and not by itself.

use super::{Audit, Kind, VerifyReport, VerifyRequest};
use crate::pin::{Pin, PinState};
use crate::{AuditRecord, Error, Licentia, Place, Progress, Result};
use licentia_storage::AuditQuery;
use serde_json::Value;

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

/// Whether a restore gave up the state that a pin saw: it lies behind what both have, and within what was abandoned.
fn abandons(restored: &AuditRecord, pin: &Pin) -> bool {
    let said = restored.payload_value();
    let Some(shared) = said.get("shared_size").and_then(Value::as_u64) else { return false };
    let within = match said.get("abandoned_size") {
        // It could not be read, so nobody knows where it ended.
        Some(Value::Null) => true,
        Some(size) => match size.as_u64() {
            Some(size) if size == pin.size => {
                said.get("abandoned_head").and_then(Value::as_str) == Some(pin.hash.as_str())
            }
            size => size.is_some_and(|size| pin.size < size),
        },
        None => false,
    };
    pin.size > shared && within
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
        for said in
            [json!({}), json!([]), json!({ "shared_size": "5" }), json!({ "shared_size": 5, "abandoned_size": "9" })]
        {
            assert!(!abandons(&restored(&said), &pin(7, "x")), "{said}");
        }
    }
}

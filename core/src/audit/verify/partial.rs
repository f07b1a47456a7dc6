//! The levels that look at a part of the log: its end, or what came since it was verified.

use super::super::checkpoint_check::CheckpointCheck;
use super::super::report::Code;
use super::entries::{Scope, Walk};
use super::keys::Succession;
use super::{Basis, Run};
use crate::Result;
use licentia_storage::audit::{AuditLog, tagged};
use licentia_storage::raw::RawReader;

/// As many entries as a start looks at most: what it takes stays the same however long the log is.
const TAIL: i64 = 1_000;

/// Old entries that an incremental verification looks at again: so many stretches of so many.
const STRETCHES: usize = 20;
const STRETCH: i64 = 50;

impl Run<'_> {
    /// What came since the pin, and the last entry at least; the head and the pin.
    pub(super) async fn check_the_end(&mut self, reader: &mut RawReader, basis: &Basis) -> Result<()> {
        self.to = basis.frame.largest_seq;
        let pinned = self.pin.as_ref().and_then(|pin| i64::try_from(pin.size).ok()).unwrap_or(0);
        self.from = pinned.saturating_add(1).min(self.to).max(self.to.saturating_sub(TAIL - 1)).max(1);
        let keys = self.succession(reader, basis).await?;
        self.walk_to_the_end(reader, basis, &keys, Scope::EntriesFrom(self.from)).await
    }

    /// What came since the log was verified, and of what was there before every checkpoint's signature and some
    /// entries.
    pub(super) async fn check_what_came(&mut self, reader: &mut RawReader, basis: &Basis) -> Result<()> {
        let Basis { log, frame, vouchers } = basis;
        self.to = frame.largest_seq;
        self.from = 1;
        if let Some(mark) = self.memory.verified() {
            let size = i64::try_from(mark.size).unwrap_or(i64::MAX);
            let found = self.hash_at(reader, log, size).await?;
            if found.as_ref() == Some(&mark.hash) {
                self.from = size.saturating_add(1);
            } else if size > self.to {
                let meaning = format!("{size} entries were verified here before, and now there are {}.", self.to);
                self.findings.add(Code::RolledBack.at(self.to, meaning).expected(&size).found(&self.to));
            } else {
                let meaning = format!("Entry {size} is not the one that was verified here before.");
                let mut issue = Code::Forked.at(size, meaning).expected(&mark.hash);
                issue.found = found;
                self.findings.add(issue);
            }
        }
        // Where nothing came, the last entry is looked at all the same.
        self.from = self.from.min(self.to).max(1);
        let old = self.from - 1;
        let keys = self.succession(reader, basis).await?;
        let all = keys.along(log, &(self.from..=self.to)).ring.all();
        CheckpointCheck::new(log.id, all, vouchers.clone()).look_at_older(self.from, &mut self.findings);
        self.walk_to_the_end(reader, basis, &keys, Scope::From(self.from)).await?;
        for _ in 0..STRETCHES {
            let Some(from) = self.somewhere(old) else { break };
            let to = from.saturating_add(STRETCH - 1).min(old);
            let keys = keys.along(log, &(from..=to));
            let mut walk = Walk::begin(reader, basis, keys, Scope::EntriesFrom(from), self.ambient).await?;
            self.follow(reader, &mut walk, to).await?;
            self.checked += walk.chain.checked;
        }
        Ok(())
    }

    async fn walk_to_the_end(
        &mut self,
        reader: &mut RawReader,
        basis: &Basis,
        keys: &Succession,
        scope: Scope,
    ) -> Result<()> {
        let part = self.from..=self.to;
        keys.name_the_rest(&part, &mut self.findings);
        let mut walk = Walk::begin(reader, basis, keys.along(&basis.log, &part), scope, self.ambient).await?;
        self.follow(reader, &mut walk, self.to).await?;
        if let Some(size) = self.pin.as_ref().and_then(|pin| i64::try_from(pin.size).ok()) {
            self.at_pin = self.hash_at(reader, &basis.log, size).await?;
        }
        self.check_ends(basis, &walk);
        self.finish_checkpoints(walk.checkpoints, true);
        Ok(())
    }

    /// One of the first so many entries, by chance.
    fn somewhere(&self, of: i64) -> Option<i64> {
        let of = u64::try_from(of).ok()?;
        let chance = u64::from_be_bytes(self.ambient.bytes()).checked_rem(of)?;
        i64::try_from(chance).ok()?.checked_add(1)
    }

    async fn hash_at(&self, reader: &mut RawReader, log: &AuditLog, seq: i64) -> Result<Option<String>> {
        if seq == 0 {
            return Ok(Some(log.fingerprint_text()));
        }
        let entries = reader.entries_from(seq, seq, *log.id.0.as_bytes()).await?;
        Ok(entries.first().map(|entry| tagged("blake3", &entry.hash)))
    }
}

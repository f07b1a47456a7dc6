//! What the newer state knows and the backup does not: who lost a right, and which indices are taken.
//!
//! Pure in its rule; the rest reads two states side by side.

use crate::{Issuer, IssuerId, IssuerStatus, LicenseId, Licentia, Result, Revocation};
use licentia_storage::{Secret, SecretPurpose, StatusList, StatusListEntry, StatusListId, StatusListRemnant};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// As many entries as are compared at once.
const CHUNK: u64 = 2_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Carried {
    pub(super) issuers: Vec<CarriedIssuer>,
    pub(super) entries: Vec<CarriedEntry>,
    /// Licenses that lost a right, each with the one that has the same index in the backup.
    pub(super) given_twice: Vec<(LicenseId, LicenseId)>,
}

/// An issuer that the backup does not know, or of which it does not know everything.
#[derive(Debug)]
pub(super) struct CarriedIssuer {
    pub(super) issuer: Issuer,
    pub(super) is_new: bool,
    /// It was retired since: it stays so.
    pub(super) retires: bool,
    pub(super) secret: Option<Secret>,
    pub(super) lists: Vec<StatusList>,
    pub(super) remnants: Vec<StatusListRemnant>,
}

/// An entry as it has to be, and why.
#[derive(Debug)]
pub(super) struct CarriedEntry {
    pub(super) entry: StatusListEntry,
    /// As the backup has it.
    pub(super) before: Option<StatusListEntry>,
    pub(super) revocation: Option<Revocation>,
    /// Another license to which another branch of the log gave the same index.
    pub(super) shares_with: Option<LicenseId>,
}

/// What an entry has to say after a restore, if that is not what the backup says: a right that was lost stays lost, and
/// one that was given back in the abandoned time is not.
pub(super) const fn carried_value(before: Option<i64>, newer: i64) -> Option<i64> {
    match (before, newer) {
        (Some(REVOKED), _) | (Some(_), 0) => None,
        (Some(before), newer) if before == newer => None,
        (None | Some(_), newer) => Some(newer),
    }
}

/// What a license that is revoked by a restore goes back to: one that was suspended before is suspended again.
pub(super) fn carried_prior(before: i64, newer: Option<i64>) -> i64 {
    newer.and_then(|newer| carried_value(Some(before), newer)).unwrap_or(before)
}

/// The value of a revoked license.
pub(super) const REVOKED: i64 = 1;

impl Carried {
    /// Compares every list entry of two states of one log.
    pub(super) async fn between(live: &Licentia, copy: &Licentia) -> Result<Self> {
        let mut carried = Self::default();
        let same_key = carried.compare_issuers(live, copy).await?;
        let mut after = None;
        loop {
            let page = live.reader().status_entries(after, CHUNK).await?;
            let Some(last) = page.last() else { return Ok(carried) };
            after = Some(last.license_id);
            carried.compare_entries(live, copy, page, &same_key).await?;
        }
    }

    /// Answers under which id the backup knows an issuer whose key it has under another.
    async fn compare_issuers(&mut self, live: &Licentia, copy: &Licentia) -> Result<HashMap<IssuerId, IssuerId>> {
        let known = copy.reader().issuers().await?;
        let mut names: BTreeSet<String> = known.iter().map(|issuer| issuer.name.clone()).collect();
        let mut same_key = HashMap::new();
        for mut issuer in live.reader().issuers().await? {
            let before = known.iter().find(|before| before.id == issuer.id || before.kid == issuer.kid);
            let mut lists = live.reader().status_lists(issuer.id).await?;
            let remnants = live.reader().status_remnants(issuer.id).await?;
            let live_id = issuer.id;
            let (mut known_lists, mut known_remnants) = (BTreeSet::new(), BTreeSet::new());
            if let Some(before) = before {
                same_key.insert(issuer.id, before.id);
                issuer = Issuer { id: before.id, name: before.name.clone(), ..issuer };
                known_lists = copy.reader().status_lists(before.id).await?.iter().map(|list| list.id).collect();
                known_remnants =
                    copy.reader().status_remnants(before.id).await?.iter().map(|one| (one.list_id, one.idx)).collect();
            }
            lists.retain(|list| !known_lists.contains(&list.id));
            for list in &mut lists {
                list.issuer_id = issuer.id;
            }
            let remnants: Vec<_> =
                remnants.into_iter().filter(|one| !known_remnants.contains(&(one.list_id, one.idx))).collect();
            let retires = issuer.status == IssuerStatus::Retired
                && before.is_some_and(|before| before.status != IssuerStatus::Retired);
            let has_entries = live.reader().issuer_has_entries(live_id).await?;
            if !retires && lists.is_empty() && remnants.is_empty() && (before.is_some() || !has_entries) {
                continue;
            }
            let mut secret = None;
            if before.is_none() {
                // Sealed under the data key that both states have.
                secret = live.reader().secret(SecretPurpose::IssuerKey, issuer.id.0).await?;
                // Which one is active is the backup's to say.
                if issuer.status == IssuerStatus::Active {
                    issuer.status = IssuerStatus::Inactive;
                }
                if !names.insert(issuer.name.clone()) {
                    issuer.name = format!("{} ({})", issuer.name, issuer.id.short());
                }
            }
            let is_new = before.is_none();
            self.issuers.push(CarriedIssuer { issuer, is_new, retires, secret, lists, remnants });
        }
        Ok(same_key)
    }

    async fn compare_entries(
        &mut self,
        live: &Licentia,
        copy: &Licentia,
        page: Vec<StatusListEntry>,
        same_key: &HashMap<IssuerId, IssuerId>,
    ) -> Result<()> {
        let ids = page.iter().map(|entry| entry.license_id);
        let known = copy.reader().status_entries_of(ids).await?;
        let known: BTreeMap<LicenseId, StatusListEntry> =
            known.into_iter().map(|entry| (entry.license_id, entry)).collect();
        for mut entry in page {
            entry.issuer_id = same_key.get(&entry.issuer_id).copied().unwrap_or(entry.issuer_id);
            let before = match known.get(&entry.license_id) {
                Some(before) => Some(before.clone()),
                // A foreign license may have come in under another id.
                None => copy.reader().status_entry_by_jti(entry.issuer_id, &entry.jti).await?,
            };
            let Some(value) = carried_value(before.as_ref().map(|before| before.value), entry.value) else { continue };
            let revocation = if value == REVOKED { live.reader().revocation(entry.license_id).await? } else { None };
            let entry = match &before {
                Some(before) => StatusListEntry {
                    value,
                    prior_value: (value == REVOKED).then(|| carried_prior(before.value, entry.prior_value)),
                    superseded_from: entry.superseded_from,
                    ..before.clone()
                },
                None => entry,
            };
            let mut carried = CarriedEntry { entry, before, revocation, shares_with: None };
            if carried.before.is_none()
                && let Some(holder) = holder_of(copy, &carried.entry).await?
            {
                self.share_index(&mut carried, holder);
            }
            self.entries.push(carried);
        }
        Ok(())
    }

    /// Two branches of the log gave out one index. The list has one value for both, so the license that comes along has
    /// no entry in it, and what it lost the other one loses.
    fn share_index(&mut self, carried: &mut CarriedEntry, holder: StatusListEntry) {
        let (license, other) = (carried.entry.license_id, holder.license_id);
        carried.shares_with = Some(other);
        (carried.entry.list_id, carried.entry.position, carried.entry.idx) = (None, None, None);
        if let Some(value) = carried_value(Some(holder.value), carried.entry.value) {
            self.given_twice.push((license, other));
            let prior_value = (value == REVOKED).then_some(holder.value);
            let entry = StatusListEntry { value, prior_value, ..holder.clone() };
            self.entries.push(CarriedEntry {
                entry,
                before: Some(holder),
                revocation: None,
                shares_with: Some(license),
            });
        }
    }

    /// The lists that are new to the backup.
    pub(super) fn newest_list(&self, issuer: IssuerId) -> Option<StatusListId> {
        let lists =
            self.issuers.iter().filter(|carried| carried.issuer.id == issuer).flat_map(|carried| &carried.lists);
        lists.map(|list| list.id).max()
    }
}

/// Who has that index in the backup.
async fn holder_of(copy: &Licentia, entry: &StatusListEntry) -> Result<Option<StatusListEntry>> {
    match entry.list_id.zip(entry.idx) {
        Some((list, idx)) => Ok(copy.reader().status_entry_at(list, idx).await?),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table: what the backup says, what the newer state says, what holds afterwards.
    #[test]
    fn a_right_that_was_lost_stays_lost() {
        for newer in 0..4 {
            assert_eq!(carried_value(None, newer), Some(newer), "what is unknown is taken as it is");
            assert_eq!(carried_value(Some(newer), newer), None);
            assert_eq!(carried_value(Some(REVOKED), newer), None, "revoked stays revoked");
            assert_eq!(carried_value(Some(newer), 0), None, "what was given back is not");
        }
        for (before, newer) in [(0, 1), (0, 2), (0, 3), (2, 1), (3, 1), (2, 3), (3, 2)] {
            assert_eq!(carried_value(Some(before), newer), Some(newer));
        }
    }

    #[test]
    fn a_suspension_is_under_the_revocation_afterwards() {
        for (before, newer, prior) in
            [(0, None, 0), (0, Some(0), 0), (0, Some(2), 2), (0, Some(3), 3), (2, Some(0), 2), (2, None, 2)]
        {
            assert_eq!(carried_prior(before, newer), prior, "{before} {newer:?}");
        }
    }
}

//! What is believed of a database that does not verify: that somebody lost a right, and nothing else.
//!
//! Whoever wrote into it can take a right from somebody so, which is seen and can be given back. No row of it comes
//! along: no issuer with its key, no list, no reason of a revocation.

use super::carry::{Carried, CarriedEntry, CarriedIssuer, REVOKED};
use crate::{Issuer, IssuerStatus, LicenseId, Licentia, Result};
use licentia_storage::{RemnantId, StatusList, StatusListEntry, StatusListId, StatusListRemnant};
use std::collections::BTreeMap;

/// As many entries as are compared at once.
const CHUNK: u64 = 2_000;

/// What an entry has to say, if the newer state takes more than the backup does.
const fn restricted_value(before: i64, newer: i64) -> Option<i64> {
    match (before, newer) {
        (REVOKED, _) => None,
        (_, REVOKED) => Some(REVOKED),
        (0, 2 | 3) => Some(newer),
        _ => None,
    }
}

impl Carried {
    /// See the module.
    pub(super) async fn restrictions(live: &Licentia, copy: &Licentia) -> Result<Self> {
        let mut carried = Self::default();
        let mut values = carried.restrict_entries(live, copy).await?;
        let issuers = live.reader().issuers().await?;
        for before in copy.reader().issuers().await? {
            let is_gone = |issuer: &Issuer| issuer.id == before.id && issuer.status == IssuerStatus::Retired;
            let retires = before.status != IssuerStatus::Retired && issuers.iter().any(is_gone);
            for remnant in live.reader().status_remnants(before.id).await? {
                values.entry((remnant.list_id, remnant.idx)).or_insert(remnant.value);
            }
            let mut remnants = Vec::new();
            for list in copy.reader().status_lists(before.id).await? {
                remnants.extend(unknown(copy, &list, &values).await?);
            }
            if retires || !remnants.is_empty() {
                let mut issuer = before;
                if retires {
                    issuer.status = IssuerStatus::Retired;
                    issuer.retired_at = Some(copy.ambient().now());
                }
                let (secret, lists) = (None, Vec::new());
                carried.issuers.push(CarriedIssuer { issuer, is_new: false, retires, secret, lists, remnants });
            }
        }
        Ok(carried)
    }

    /// Answers what is said of indices of licenses that the backup does not know.
    async fn restrict_entries(
        &mut self,
        live: &Licentia,
        copy: &Licentia,
    ) -> Result<BTreeMap<(StatusListId, i64), i64>> {
        let (mut values, mut after) = (BTreeMap::new(), None);
        loop {
            let page = live.reader().status_entries(after, CHUNK).await?;
            let Some(last) = page.last() else { return Ok(values) };
            after = Some(last.license_id);
            let known = copy.reader().status_entries_of(page.iter().map(|entry| entry.license_id)).await?;
            let known: BTreeMap<LicenseId, StatusListEntry> =
                known.into_iter().map(|entry| (entry.license_id, entry)).collect();
            for entry in page {
                match known.get(&entry.license_id) {
                    Some(before) => self.entries.extend(restricted(before, entry.value)),
                    None if (1..=3).contains(&entry.value) => {
                        values.extend(entry.list_id.zip(entry.idx).map(|at| (at, entry.value)));
                    }
                    None => {}
                }
            }
        }
    }
}

fn restricted(before: &StatusListEntry, newer: i64) -> Option<CarriedEntry> {
    let value = restricted_value(before.value, newer)?;
    let prior_value = (value == REVOKED).then_some(before.value);
    let entry = StatusListEntry { value, prior_value, ..before.clone() };
    Some(CarriedEntry { entry, before: Some(before.clone()), revocation: None, shares_with: None })
}

/// Indices of a list of the backup that it knows nothing of.
async fn unknown(
    copy: &Licentia,
    list: &StatusList,
    values: &BTreeMap<(StatusListId, i64), i64>,
) -> Result<Vec<StatusListRemnant>> {
    let now = copy.ambient().now();
    let mut remnants = Vec::new();
    for ((_, idx), value) in values.range((list.id, 0)..(list.id, list.capacity)) {
        if (1..=3).contains(value)
            && copy.reader().status_entry_at(list.id, *idx).await?.is_none()
            && copy.reader().status_remnant(list.id, *idx).await?.is_none()
        {
            remnants.push(StatusListRemnant {
                id: RemnantId(copy.ambient().uuid(now)),
                list_id: list.id,
                idx: *idx,
                value: *value,
                created_at: now,
            });
        }
    }
    Ok(remnants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_given_back() {
        for (before, newer) in [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (3, 0), (0, 0), (2, 2), (0, 4), (0, -1)] {
            assert_eq!(restricted_value(before, newer), None, "{before} {newer}");
        }
        for (before, newer) in [(0, 1), (0, 2), (0, 3), (2, 1), (3, 1)] {
            assert_eq!(restricted_value(before, newer), Some(newer), "{before} {newer}");
        }
    }
}

//! The one transaction of a restore: what is carried over, and at its end the event that says what is abandoned.

use super::carry::{Carried, CarriedEntry, CarriedIssuer, REVOKED};
use super::newer::{Live, Newer};
use super::{Restored, hash_at};
use crate::audit::{AbandonedRange, Kind, NewKey, VerifyReport, key_text};
use crate::license::new_list;
use crate::{Issuer, IssuerStatus, Licentia, Operator, ReasonCode, Result, Revocation, revocation};
use licentia_storage::{Effect, Event, Events, StatusListId, StatusValue, StoreError, Tx};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What is given up by a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Abandoned {
    /// How many entries it had; none when that is not known.
    pub size: Option<u64>,
    /// The hash of the last of them.
    pub head: Option<String>,
    /// Whether the file in use verified; none when it could not be read.
    pub verified: Option<bool>,
    /// How many entries stay: what is abandoned begins after them. 0 when that is not known.
    pub shared_size: u64,
    /// What restores abandoned that are abandoned themselves.
    pub also: Vec<AbandonedRange>,
}

pub(super) async fn write(
    copy: &Licentia,
    operator: &Operator,
    newer: &Arc<Newer>,
    forced: bool,
    verified: VerifyReport,
) -> Result<Restored> {
    let own = copy.audit().identity().await?;
    let restored_head = hash_at(copy, own.size).await?;
    let abandoned = abandoned(newer);
    let seed = Zeroizing::new(copy.ambient().bytes());
    let (source, is_complete, published_at) = (newer.source(), newer.is_complete(), newer.published_at());
    let (old, said, newer) = (operator.clone(), abandoned.clone(), Arc::clone(newer));
    let (restored_size, log_id, epoch_before) = (own.size, own.log_id, own.epoch);
    let (epoch, key_id, carried) = copy
        .write(operator, move |tx| async move {
            let epoch = next_epoch(&newer, epoch_before, tx.now().seconds());
            let mut events = Vec::new();
            let carried = &newer.carried;
            for issuer in &carried.issuers {
                events.push(carry_issuer(&tx, issuer).await?);
            }
            for entry in &carried.entries {
                events.push(carry_entry(&tx, entry, newer.source()).await?);
            }
            let lists = begin_new_lists(&tx, carried).await?;
            let new = NewKey::write(&tx, &old, &seed, epoch).await?;
            let key_id = new.operator.key_id();
            let event = Kind::LogRestored
                .event(log_id)
                .with("restored_size", restored_size)
                .with("restored_head", restored_head)
                .with("abandoned_size", said.size)
                .with("abandoned_head", said.head)
                .with("abandoned_verified", said.verified)
                .with("shared_size", said.shared_size)
                .with("also_abandoned", said.also.iter().map(AbandonedRange::to_json).collect::<Vec<_>>())
                .with("epoch", epoch)
                .with("old_key", old.key_id())
                .with("new_key", key_id.clone())
                .with("public_key", key_text(&new.public_key))
                .with("carried_from", newer.source())
                .with("carried", carried.entries.len())
                .with("new_lists", lists.len())
                .with("forced", forced)
                .accounts_for(lists)
                .accounts_for(new.effects);
            let count = u64::try_from(carried.entries.len()).unwrap_or(u64::MAX);
            let events = joined(events, event);
            Ok(tx.commit(events, (epoch, key_id, count)).await?)
        })
        .await?;
    let seq = copy.audit().identity().await?.size;
    Ok(Restored {
        kept: None,
        log_id,
        fingerprint: own.fingerprint,
        restored_size,
        abandoned,
        seq,
        head: hash_at(copy, seq).await?,
        epoch,
        key_id,
        carried,
        carried_from: source,
        is_complete,
        published_at,
        forced,
        verified,
        pin_failed: None,
    })
}

/// No two branches of a log have an epoch in common.
fn next_epoch(newer: &Newer, backup: i64, now: i64) -> i64 {
    let known = match &newer.live {
        Live::Read(live) if live.is_verified() => live.epoch.max(backup),
        _ => backup,
    };
    let next = known.saturating_add(1);
    // Nobody knows how many restores were lost with it; nobody had as many as there are seconds.
    if newer.doubt().is_some() { next.max(now) } else { next }
}

fn abandoned(newer: &Newer) -> Abandoned {
    match &newer.live {
        Live::Read(live) if newer.doubt().is_none() => Abandoned {
            size: Some(live.size),
            head: Some(live.head.clone()),
            verified: Some(true),
            shared_size: live.shared,
            also: live.abandoned_before.clone(),
        },
        // Where it ends is not known, and so not what the backup shares with it: all that is not in the backup.
        Live::Read(live) => Abandoned { verified: Some(live.is_verified()), ..Abandoned::default() },
        Live::Lost { .. } => Abandoned::default(),
    }
}

/// The event that names the new key is the last.
fn joined(mut before: Vec<Event>, last: Event) -> Events {
    if before.is_empty() {
        return last.into();
    }
    let first = before.remove(0);
    Events::of(first, before).and(last)
}

async fn carry_issuer(tx: &Tx, carried: &CarriedIssuer) -> Result<Event> {
    let mut effects: Vec<Effect> = Vec::new();
    let issuer = &carried.issuer;
    if carried.is_new {
        effects.push(tx.insert(issuer).await?);
    } else if carried.retires {
        effects.push(tx.update(issuer).await?);
    }
    if let Some(secret) = &carried.secret {
        effects.push(tx.insert(secret).await?);
    }
    for list in &carried.lists {
        effects.push(tx.insert(list).await?);
    }
    effects.extend(tx.insert_many(&carried.remnants).await?);
    Ok(Kind::IssuerCarryOver
        .event(issuer.id)
        .with("name", issuer.name.clone())
        .with("kid", issuer.kid.clone())
        .with("status", issuer.status.as_str())
        .with("is_new", carried.is_new)
        .with("status_lists", carried.lists.len())
        .with("unknown_indices", carried.remnants.len())
        .accounts_for(effects))
}

async fn carry_entry(tx: &Tx, carried: &CarriedEntry, source: Option<&'static str>) -> Result<Event> {
    let mut entry = carried.entry.clone();
    let Some(status) = StatusValue(entry.value).status() else {
        return Err(StoreError::Damaged(format!("license {} is in no known state", entry.license_id)).into());
    };
    let mut effects = Vec::new();
    if carried.before.is_some() {
        entry.updated_at = tx.now();
        effects.push(tx.update(&entry).await?);
    } else {
        effects.push(tx.insert(&entry).await?);
    }
    let mut kept = None;
    if carried.before.is_some()
        && let Some(mut license) = tx.reader().license(entry.license_id).await?
    {
        license.status = status;
        effects.push(tx.update(&license).await?);
        if entry.value == REVOKED && tx.reader().revocation(license.id).await?.is_none() {
            let row = carried.revocation.clone().unwrap_or_else(|| lost_reason(tx));
            let row = Revocation { license_id: license.id, ..row };
            effects.push(tx.insert(&row).await?);
            kept = Some(row);
        }
    }
    let before = carried.before.as_ref().and_then(|before| StatusValue(before.value).status());
    Ok(Kind::LicenseCarryOver
        .event(entry.license_id)
        .with("jti", entry.jti.clone())
        .with("status", status.as_str())
        .with("old_status", before.map(crate::LicenseStatus::as_str))
        .with("revocation", kept.or_else(|| carried.revocation.clone()).as_ref().map(revocation::to_json))
        .with("carried_from", source)
        .with("index_shared_with", carried.shares_with.map(|other| other.to_string()))
        .accounts_for(effects))
}

/// It was deleted after it was revoked, and the reason with it.
fn lost_reason(tx: &Tx) -> Revocation {
    Revocation {
        license_id: crate::LicenseId(Uuid::nil()),
        reason: ReasonCode::Other,
        note: Some("It was revoked in the time that a restore abandoned.".to_owned()),
        actor: "restore".to_owned(),
        revoked_at: tx.now(),
    }
}

/// No index of an old list is drawn again, whatever the abandoned time drew: each issuer that has a list begins another.
async fn begin_new_lists(tx: &Tx, carried: &Carried) -> Result<Vec<Effect>> {
    let mut effects = Vec::new();
    for issuer in tx.reader().issuers().await? {
        let lists = tx.reader().status_lists(issuer.id).await?;
        let newest = lists.iter().map(|list| list.id).chain(carried.newest_list(issuer.id)).max();
        if let Some(newest) = newest.filter(|_| draws(&issuer)) {
            let list = new_list(&issuer, later_than(newest, tx.new_id()), tx.random(), tx.now());
            effects.push(tx.insert(&list).await?);
        }
    }
    Ok(effects)
}

fn draws(issuer: &Issuer) -> bool {
    issuer.can_sign && issuer.status != IssuerStatus::Retired
}

/// The list with the largest id is drawn from. A clock that was set back must not bring an old one back.
fn later_than(newest: StatusListId, fresh: StatusListId) -> StatusListId {
    if fresh > newest { fresh } else { StatusListId(Uuid::from_u128(newest.0.as_u128().saturating_add(1))) }
}

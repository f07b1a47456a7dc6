//! Status lists as they were published: what they call revoked stays revoked, whatever the newer state says.
//!
//! They are read as products read them, but for the time: nothing in a file is believed before its signature holds under
//! the key of one of our issuers.

use super::carry::{Carried, CarriedEntry, CarriedIssuer, REVOKED, carried_value};
use crate::{Error, Issuer, LicenseId, Licentia, Result, Timestamp, issuer};
use licentia_license::{InvalidList, TrustedKeys, status_list};
use licentia_storage::{
    ReasonCode, RemnantId, Revocation, StatusList, StatusListEntry, StatusListId, StatusListRemnant,
};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Larger than any list of 2^20 indices can be.
const MOST_BYTES: u64 = 1 << 20;
const MOST_INDICES: u64 = 1 << 20;

/// Why a directory of published lists cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    #[error("cannot read {}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{} is no published status list: {why}", path.display())]
    Malformed { path: PathBuf, why: String },
    /// Signed by nobody whom the backup knows.
    #[error("{} is signed with a key that the backup does not know", path.display())]
    UnknownKey { path: PathBuf },
    #[error("the signature of {} does not hold", path.display())]
    BadSignature { path: PathBuf },
    /// It says nothing of the time since the backup.
    #[error("{} is too old: it was signed at {published_at}, and the backup goes up to {backup}", path.display())]
    Old { path: PathBuf, published_at: Timestamp, backup: Timestamp },
    /// A list of the backup is not among the files.
    #[error("the status list {uri} is not among the published ones")]
    Missing { uri: String },
}

/// One list, read and verified.
#[derive(Debug)]
struct PublishedList {
    path: PathBuf,
    uri: String,
    issuer: Issuer,
    published_at: Timestamp,
    /// Index and value of whatever is not valid.
    values: Vec<(i64, i64)>,
}

/// What is known through published lists.
#[derive(Debug)]
pub(super) struct Published {
    /// Every list of the backup is there, and none is older than it.
    pub(super) is_complete: bool,
    /// When the oldest one was signed; none where there are none.
    pub(super) published_at: Option<Timestamp>,
}

/// Adds what the lists in a directory say that the backup does not. Hidden files are passed over, and no other.
pub(super) async fn read(copy: &Licentia, directory: &Path, force: bool, carried: &mut Carried) -> Result<Published> {
    let mut issuers = copy.reader().issuers().await?;
    // Whoever only vouches for licenses from elsewhere has no say in our lists.
    issuers.extend(carried.issuers.iter().filter(|one| one.is_new).map(|one| one.issuer.clone()));
    issuers.retain(|issuer| issuer.can_sign);
    let keys = issuers.iter().map(issuer::trusted_key).collect::<Result<TrustedKeys>>()?;
    let mut lists: Vec<PublishedList> = Vec::new();
    for path in files(directory)? {
        match list(&path, &issuers, &keys) {
            // Whoever forces goes on without what nobody here can check.
            Err(PublishedError::UnknownKey { .. }) if force => {}
            list => lists.push(list?),
        }
    }
    let whole = match all_there(copy, &issuers, &lists).await {
        Ok(()) => none_is_old(copy, &lists).await,
        missing => missing,
    };
    let is_complete = match whole {
        Err(Error::Published(_)) if force => false,
        whole => whole.map(|()| true)?,
    };
    for list in &lists {
        compare(copy, list, carried).await?;
    }
    Ok(Published { is_complete, published_at: lists.iter().map(|list| list.published_at).min() })
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, PublishedError> {
    let failed = |source| PublishedError::Io { path: directory.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") && entry.path().is_file() {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn list(path: &Path, issuers: &[Issuer], keys: &TrustedKeys) -> Result<PublishedList, PublishedError> {
    let malformed = |why: &str| PublishedError::Malformed { path: path.to_owned(), why: why.to_owned() };
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text))
        .map_err(|source| PublishedError::Io { path: path.to_owned(), source })?;
    if u64::try_from(text.len()).is_ok_and(|length| length > MOST_BYTES) {
        return Err(malformed("it is too large"));
    }
    let list = status_list::StatusList::verify_signature(&text, keys).map_err(|why| match why {
        InvalidList::UnknownKey(_) => PublishedError::UnknownKey { path: path.to_owned() },
        InvalidList::BadSignature => PublishedError::BadSignature { path: path.to_owned() },
        other => malformed(&other.to_string()),
    })?;
    let issuer = issuers.iter().find(|issuer| issuer.kid == list.kid);
    let issuer = issuer.ok_or_else(|| PublishedError::UnknownKey { path: path.to_owned() })?;
    if list.statuses.bits() != 2 {
        return Err(malformed("it has not two bits for each index"));
    }
    if list.statuses.len() > MOST_INDICES {
        return Err(malformed("it has more indices than a list of ours can have"));
    }
    // Both fit: the indices are fewer than 2^20.
    let values = list.statuses.marked().filter_map(|(idx, value)| Some((i64::try_from(idx).ok()?, value.into())));
    Ok(PublishedList {
        path: path.to_owned(),
        issuer: issuer.clone(),
        published_at: Timestamp(list.claims.iat.saturating_mul(1_000_000)),
        values: values.collect(),
        uri: list.claims.sub,
    })
}

/// A list says what was revoked up to when it was signed.
async fn none_is_old(copy: &Licentia, lists: &[PublishedList]) -> Result<()> {
    let size = copy.reader().audit_size().await?;
    let backup = copy.audit().get(size).await?.recorded_at;
    let is_old = |list: &&PublishedList| list.published_at.seconds() < backup.seconds();
    match lists.iter().find(is_old) {
        Some(list) => {
            let (path, published_at) = (list.path.clone(), list.published_at);
            Err(PublishedError::Old { path, published_at, backup }.into())
        }
        None => Ok(()),
    }
}

/// A list that is missing may have said anything.
async fn all_there(copy: &Licentia, issuers: &[Issuer], lists: &[PublishedList]) -> Result<()> {
    for issuer in issuers {
        for list in copy.reader().status_lists(issuer.id).await? {
            if let Some(uri) = list.uri
                && !lists.iter().any(|published| published.uri == uri)
            {
                return Err(PublishedError::Missing { uri }.into());
            }
        }
    }
    Ok(())
}

async fn compare(copy: &Licentia, published: &PublishedList, carried: &mut Carried) -> Result<()> {
    let ambient = copy.ambient();
    let now = ambient.now();
    // Two files may speak of the same new list, and the file in use may know it.
    let before =
        carried.issuers.iter().flat_map(|one| &one.lists).find(|list| list.uri.as_ref() == Some(&published.uri));
    let known = copy.reader().status_list_at(&published.uri).await?.or_else(|| before.cloned());
    if known.as_ref().is_some_and(|list| list.issuer_id != published.issuer.id) {
        let why = "it was signed by another issuer than the list belongs to".to_owned();
        return Err(PublishedError::Malformed { path: published.path.clone(), why }.into());
    }
    let is_new_list = known.is_none();
    let list = known.unwrap_or_else(|| StatusList {
        id: StatusListId(ambient.uuid(now)),
        issuer_id: published.issuer.id,
        uri: Some(published.uri.clone()),
        capacity: crate::license::CAPACITY,
        created_at: now,
    });
    let place = |(place, one): (usize, &CarriedEntry)| Some(((one.entry.list_id?, one.entry.idx?), place));
    let places: BTreeMap<_, _> = carried.entries.iter().enumerate().filter_map(place).collect();
    let mut remnants = Vec::new();
    for (idx, value) in &published.values {
        let newer = places.get(&(list.id, *idx)).and_then(|place| carried.entries.get_mut(*place));
        if let Some(newer) = newer {
            revoke_as_well(newer, *value, now);
            continue;
        }
        match copy.reader().status_entry_at(list.id, *idx).await? {
            Some(entry) => carried.entries.extend(changed(entry, *value, now)),
            None if copy.reader().status_remnant(list.id, *idx).await?.is_some() || said(carried, list.id, *idx) => {}
            None => remnants.push(StatusListRemnant {
                id: RemnantId(ambient.uuid(now)),
                list_id: list.id,
                idx: *idx,
                value: *value,
                created_at: now,
            }),
        }
    }
    if is_new_list || !remnants.is_empty() {
        carried.issuers.push(CarriedIssuer {
            issuer: published.issuer.clone(),
            is_new: false,
            retires: false,
            secret: None,
            lists: if is_new_list { vec![list] } else { Vec::new() },
            remnants,
        });
    }
    Ok(())
}

fn said(carried: &Carried, list: StatusListId, idx: i64) -> bool {
    carried.issuers.iter().flat_map(|one| &one.remnants).any(|one| one.list_id == list && one.idx == idx)
}

/// What is carried over from the file in use goes before, unless the right was lost for good.
fn revoke_as_well(newer: &mut CarriedEntry, value: i64, now: Timestamp) {
    if value == REVOKED && newer.entry.value != REVOKED {
        newer.entry.prior_value = Some(newer.before.as_ref().map_or(newer.entry.value, |before| before.value));
        newer.entry.value = REVOKED;
        newer.revocation = Some(revocation(newer.entry.license_id, now));
    }
}

fn revocation(license_id: LicenseId, now: Timestamp) -> Revocation {
    Revocation {
        license_id,
        reason: ReasonCode::Other,
        note: Some("A published status list calls it revoked; the reason was lost with the newer state.".to_owned()),
        actor: "restore".to_owned(),
        revoked_at: now,
    }
}

fn changed(before: StatusListEntry, value: i64, now: Timestamp) -> Option<CarriedEntry> {
    let value = carried_value(Some(before.value), value)?;
    let is_revoked = value == REVOKED;
    let revocation = is_revoked.then(|| revocation(before.license_id, now));
    let prior_value = is_revoked.then_some(before.value);
    let entry = StatusListEntry { value, prior_value, ..before.clone() };
    Some(CarriedEntry { entry, before: Some(before), revocation, shares_with: None })
}

//! Publishing: the status lists as signed files, for any web server to hold.
//!
//! The files are written under names of their own, the event that names their hashes is committed, and then they get
//! their names: what can be fetched is in the log.

use super::Revocations;
use crate::audit::Kind;
use crate::license::{CAPACITY, value_at};
use crate::new_file::{NewFile, failed};
use crate::{Error, Issuer, Operator, Result, Timestamp, issuer};
use ed25519_dalek::SigningKey;
use licentia_license::status_list::{StatusListClaims, Statuses, sign};
use licentia_storage::{Ambient, Effect, Reader, SecretPurpose, Setting, StatusList, StatusValue, StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the lists go, and for how long they may be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishRequest {
    /// Made where it is missing. A file that an earlier publication left is replaced.
    pub directory: PathBuf,
    /// Seconds until products must not rely on the lists any more.
    pub valid_for: i64,
    /// Seconds until products should fetch them again.
    pub ttl: i64,
}

impl PublishRequest {
    /// For how long products may rely on the lists, unless told: thirty days.
    pub const VALID_FOR: i64 = 30 * 86_400;
    /// After how long they should fetch them again, unless told: twelve hours.
    pub const TTL: i64 = 12 * 3_600;
}

/// What was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Later than that of every publication before.
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub ttl: i64,
    pub lists: Vec<PublishedFile>,
}

/// One list, as its event names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFile {
    /// Its name in the directory: the end of its address.
    pub file: String,
    pub uri: String,
    pub issuer_id: String,
    pub revoked: u64,
    pub suspended: u64,
    pub superseded: u64,
    pub bytes: u64,
    pub blake3: String,
}

/// The setting that remembers when the lists were published last.
const LAST: &str = "revocation.published";

/// Two bits: valid, revoked, suspended, superseded.
const BITS: u8 = 2;

impl Revocations<'_> {
    /// Writes the list of every issuer that has an address for it. A retired issuer goes on signing its lists.
    pub async fn publish(self, operator: &Operator, request: PublishRequest) -> Result<Publication> {
        check(&request)?;
        let (keys, ambient) = (operator.clone(), self.0.ambient().clone());
        let (publication, files) = self
            .0
            .write(operator, move |tx| async move {
                let (issued_at, effect) = next_date(&tx).await?;
                let signed = sign_all(&tx, &keys, &request, issued_at).await?;
                // Before this nothing was written, a directory neither.
                let files = write_all(&request.directory, &signed, &ambient)?;
                let publication = Publication {
                    issued_at: Timestamp::from_seconds(issued_at),
                    expires_at: Timestamp::from_seconds(issued_at.saturating_add(request.valid_for)),
                    ttl: request.ttl,
                    lists: signed.into_iter().map(|(file, _)| file).collect(),
                };
                let event = Kind::RevocationPublish
                    .event(keys.log_id())
                    .with("issued_at", publication.issued_at.to_string())
                    .with("expires_at", publication.expires_at.to_string())
                    .with("ttl", publication.ttl)
                    .with("lists", json!(publication.lists))
                    .accounts_for([effect]);
                Ok(tx.commit(event, (publication, files)).await?)
            })
            .await?;
        for file in files {
            file.replace()?;
        }
        Ok(publication)
    }
}

fn check(request: &PublishRequest) -> Result<()> {
    const LONGEST: i64 = 10 * 366 * 86_400;
    if !(1..=LONGEST).contains(&request.valid_for) {
        return Err(Error::invalid("the time for which the lists are valid", "it is between a second and ten years"));
    }
    if !(1..=request.valid_for).contains(&request.ttl) {
        return Err(Error::invalid("the time to the next fetch", "it is at most that for which the lists are valid"));
    }
    Ok(())
}

/// Now, or a second after the last time: a product refuses a list that is older than one that it has seen.
async fn next_date(tx: &Tx) -> Result<(i64, Effect)> {
    let before = tx.reader().setting(LAST).await?;
    let last = before.as_ref().and_then(|row| row.value.get("iat")).and_then(serde_json::Value::as_i64);
    let now = tx.now().seconds();
    let date = last.map_or(now, |last| now.max(last.saturating_add(1)));
    let row = Setting { key: LAST.to_owned(), value: json!({ "iat": date }), updated_at: tx.now() };
    let effect = match before {
        Some(_) => tx.update(&row).await?,
        None => tx.insert(&row).await?,
    };
    Ok((date, effect))
}

/// Every list that has an address, signed, with what the event says of it.
async fn sign_all(
    tx: &Tx,
    operator: &Operator,
    request: &PublishRequest,
    issued_at: i64,
) -> Result<Vec<(PublishedFile, String)>> {
    let mut signed = Vec::new();
    for issuer in tx.reader().issuers().await? {
        let mut key = None;
        for list in tx.reader().status_lists(issuer.id).await? {
            let Some(uri) = list.uri.clone() else { continue };
            let key = match &key {
                Some(key) => key,
                None => key.insert(signing_key(tx, operator, &issuer).await?),
            };
            let claims = StatusListClaims {
                iss: issuer.vendor.clone(),
                sub: uri,
                iat: issued_at,
                nbf: None,
                exp: Some(issued_at.saturating_add(request.valid_for)),
                ttl: Some(request.ttl),
            };
            let values = values(&tx.reader(), &list, tx.now()).await?;
            signed.push(sign_one(&issuer, &list, claims, &values, key)?);
        }
    }
    if signed.is_empty() { Err(Error::NothingToPublish) } else { Ok(signed) }
}

async fn signing_key(tx: &Tx, operator: &Operator, issuer: &Issuer) -> Result<SigningKey> {
    let secret = tx.reader().secret(SecretPurpose::IssuerKey, issuer.id.0).await?;
    let secret = secret.ok_or_else(|| Error::IssuerCannotSign { name: issuer.name.clone() })?;
    issuer::open_signing_key(operator, issuer, &secret)
}

/// What the list says of each index that is not valid: of licenses with an entry, of those that were lost and came back
/// with their file, and of those of which a published list is all that is left.
pub(super) async fn values(reader: &Reader<'_>, list: &StatusList, now: Timestamp) -> Result<BTreeMap<u64, u8>> {
    let mut values = BTreeMap::new();
    let mut say = |idx: u64, value: i64| {
        let value = u8::try_from(value).map_err(|_| StoreError::Damaged(format!("a status list says {value}")))?;
        values.insert(idx, value);
        Ok::<_, Error>(())
    };
    for remnant in reader.status_remnants(list.issuer_id).await? {
        if remnant.list_id == list.id {
            say(index(remnant.idx)?, remnant.value)?;
        }
    }
    for license in reader.imported_and_not_active(list.issuer_id).await? {
        if let Some(at) = license.status_list.filter(|at| Some(&at.uri) == list.uri.as_ref()) {
            say(at.idx, StatusValue::from(license.status).0)?;
        }
    }
    for (idx, value, superseded_from) in reader.status_values(list.id).await? {
        say(index(idx)?, value_at(StatusValue(value), superseded_from, now).0)?;
    }
    Ok(values)
}

/// Of how many licenses a list says this.
pub(super) fn count(values: &BTreeMap<u64, u8>, status: u8) -> u64 {
    let found = values.values().filter(|value| **value == status).count();
    u64::try_from(found).unwrap_or(u64::MAX)
}

fn index(idx: i64) -> Result<u64> {
    Ok(u64::try_from(idx).map_err(|_| StoreError::Damaged(format!("a status list has the index {idx}")))?)
}

fn sign_one(
    issuer: &Issuer,
    list: &StatusList,
    claims: StatusListClaims,
    values: &BTreeMap<u64, u8>,
    key: &SigningKey,
) -> Result<(PublishedFile, String)> {
    let size = u64::try_from(list.capacity.max(CAPACITY)).unwrap_or_default();
    let statuses = Statuses::new(BITS, size, values.iter().map(|(idx, value)| (*idx, *value)))
        .map_err(|error| StoreError::Damaged(error.to_string()))?;
    let token = sign(&claims, &statuses, key)?;
    let count = |status| count(values, status);
    let said = PublishedFile {
        file: file_name(&claims.sub)?,
        uri: claims.sub,
        issuer_id: issuer.id.to_string(),
        revoked: count(1),
        suspended: count(2),
        superseded: count(3),
        bytes: u64::try_from(token.len()).unwrap_or(u64::MAX),
        blake3: blake3::hash(token.as_bytes()).to_hex().to_string(),
    };
    Ok((said, token))
}

/// The end of an address, as a web server looks for it. What we made is 32 hex digits; a restored row may say anything.
fn file_name(uri: &str) -> Result<String> {
    let name = uri.rsplit('/').next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(StoreError::Damaged(format!("the address {uri:?} is none that a list can have")).into());
    }
    Ok(name.to_owned())
}

fn write_all(directory: &Path, signed: &[(PublishedFile, String)], ambient: &Ambient) -> Result<Vec<NewFile>> {
    if !directory.is_dir() {
        std::fs::create_dir_all(directory).map_err(|source| failed("create", directory, source))?;
        for_everybody(directory, 0o755)?;
    }
    let mut files = Vec::with_capacity(signed.len());
    for (said, token) in signed {
        let to = directory.join(&said.file);
        let (new, mut file) = NewFile::instead_of(&to, ambient)?;
        file.write_all(token.as_bytes()).map_err(|source| failed("write", &to, source))?;
        for_everybody(new.temporary(), 0o644)?;
        file.sync_all().map_err(|source| failed("write", &to, source))?;
        files.push(new);
    }
    Ok(files)
}

/// A web server is another user, and what it hands out is no secret.
fn for_everybody(path: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
            .map_err(|source| failed("open to everybody", path, source))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

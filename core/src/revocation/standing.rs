//! What the status lists say: of one license, and what is about to be published.

use super::Revocations;
use super::publish::{self, PublishedFile};
use crate::audit::{AuditFilter, Kind};
use crate::license::value_at;
use crate::{License, LicenseId, LicenseStatus, Origin, Result, Timestamp};
use licentia_storage::{StatusListEntry, StatusValue};
use serde_json::Value;

/// What the status list says of a license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it says when it is published now. None: nothing that this version has a word for.
    pub now: Option<LicenseStatus>,
    /// Where it was reissued with an overlap: from when on the list calls it superseded.
    pub superseded_from: Option<Timestamp>,
    /// Whether the list is one that is published here.
    pub is_ours: bool,
    /// The last publication that its list was part of.
    pub published: Option<LastPublished>,
}

/// A list as it was published last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastPublished {
    pub at: Timestamp,
    /// Until when products may rely on it.
    pub until: Option<Timestamp>,
    /// What it says of the license. None: the license changed since, and what it said before is not kept.
    pub said: Option<LicenseStatus>,
    /// The counts of the whole list, for everybody to see.
    pub list: PublishedFile,
}

/// A list that would be published now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListToPublish {
    pub uri: String,
    /// The name of its issuer.
    pub issuer: String,
    pub revoked: u64,
    pub suspended: u64,
    pub superseded: u64,
}

impl Revocations<'_> {
    /// What the status list says of a license, now and where it was published last. None where it has no list.
    pub async fn standing(self, id: LicenseId) -> Result<Option<Standing>> {
        let license = self.0.licenses().get(id).await?;
        let Some(at) = license.status_list.clone() else { return Ok(None) };
        let reader = self.0.reader();
        let is_ours = reader.status_list_at(&at.uri).await?.is_some();
        let entry = reader.status_entry(id).await?;
        let own = entry.as_ref().filter(|entry| entry.list_id.is_some());
        // One that came back with its file says what the license is.
        let value = own.map_or_else(|| license.status.into(), |entry| StatusValue(entry.value));
        let superseded_from = own.and_then(|entry| entry.superseded_from);
        let say = |moment| value_at(value, superseded_from, moment).status();
        let published = self.last_published(&at.uri, &license, entry.as_ref(), say).await?;
        Ok(Some(Standing { now: say(self.0.ambient().now()), superseded_from, is_ours, published }))
    }

    async fn last_published(
        self,
        uri: &str,
        license: &License,
        entry: Option<&StatusListEntry>,
        say: impl Fn(Timestamp) -> Option<LicenseStatus>,
    ) -> Result<Option<LastPublished>> {
        let filter = AuditFilter { kinds: vec![Kind::RevocationPublish.as_str().to_owned()], ..AuditFilter::default() };
        let newest = self.0.audit().list(&filter, None, 1).await?.items.pop();
        // Where its payload was purged by a retention policy, nothing is known of it.
        let Some((at, payload)) = newest.map(|event| (event.clock, event.payload_value())) else { return Ok(None) };
        let lists = payload.get("lists").cloned().unwrap_or_default();
        let lists: Vec<PublishedFile> = serde_json::from_value(lists).unwrap_or_default();
        let Some(list) = lists.into_iter().find(|list| list.uri == uri) else { return Ok(None) };
        // Of an index that nobody had yet, a list says that it is valid.
        let said = if license.created_at > at && license.origin == Origin::Issued {
            Some(LicenseStatus::Active)
        } else if entry.is_some_and(|entry| entry.updated_at > at) {
            None
        } else {
            say(at)
        };
        let until = payload.get("expires_at").and_then(Value::as_str).and_then(|text| crate::typed::time(text).ok());
        Ok(Some(LastPublished { at, until, said, list }))
    }

    /// The lists that [`Self::publish`] would write now, and how many licenses each speaks of.
    pub async fn to_publish(self) -> Result<Vec<ListToPublish>> {
        let reader = self.0.reader();
        let mut found = Vec::new();
        for issuer in reader.issuers().await? {
            for list in reader.status_lists(issuer.id).await? {
                let Some(uri) = list.uri.clone() else { continue };
                let values = publish::values(&reader, &list, self.0.ambient().now()).await?;
                let count = |status| publish::count(&values, status);
                found.push(ListToPublish {
                    uri,
                    issuer: issuer.name.clone(),
                    revoked: count(1),
                    suspended: count(2),
                    superseded: count(3),
                });
            }
        }
        Ok(found)
    }
}

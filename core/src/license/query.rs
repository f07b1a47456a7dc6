//! Finding and reading licenses.

use super::{Decoded, Inspection, LicenseFilter, Licenses, Page, Validity};
use crate::lookup::{self, Noun};
use crate::{Error, License, LicenseCounts, LicenseId, Result, Timestamp};
use licentia_license::{Evidence, Invalid};
use licentia_storage::{LicenseOrder, LicensePlace, LicenseQuery, LicenseSpan, StatusValue};
use serde_json::{Map, Value, json};

impl Licenses<'_> {
    /// Newest first, or soonest expiry (or start) first when the filter speaks of validity or expiry.
    pub async fn list(
        self,
        filter: &LicenseFilter,
        after: Option<LicenseId>,
        limit: u64,
    ) -> Result<Page<License, LicenseId>> {
        let reader = self.0.reader();
        let mut query = query(filter, self.0.ambient().now(), limit.saturating_add(1));
        if let Some(id) = after {
            query.after = Some(match reader.license(id).await? {
                Some(license) => LicensePlace::from(&license),
                // Deleted since: its id is place enough in the order of ids, and in no other.
                None if query.order() == LicenseOrder::NewestFirst => {
                    LicensePlace { id, not_before: None, not_after: None }
                }
                None => return Err(unknown(id)),
            });
        }
        Ok(Page::cut(reader.licenses(&query).await?, limit, |last| last.id))
    }

    /// How many there are of each state; a million take a few hundredths of a second.
    pub async fn counts(self, now: Timestamp) -> Result<LicenseCounts> {
        Ok(self.0.reader().license_counts(now, now.plus_days(super::EXPIRING_DAYS)).await?)
    }

    /// One license.
    pub async fn get(self, id: LicenseId) -> Result<License> {
        self.0.reader().license(id).await?.ok_or_else(|| unknown(id))
    }

    /// By unique prefix or suffix of the id.
    pub async fn resolve(self, text: &str) -> Result<License> {
        self.get(LicenseId(lookup::find(&self.0.reader(), Noun::License, text).await?)).await
    }

    /// The chain of reissues that this license is part of, oldest first.
    pub async fn history(self, id: LicenseId) -> Result<Vec<License>> {
        let chain = self.0.reader().license_chain(id).await?;
        if chain.is_empty() { Err(unknown(id)) } else { Ok(in_order(chain)) }
    }

    /// From when on its status list says that it is superseded, where it was reissued with an overlap.
    pub async fn superseded_from(self, id: LicenseId) -> Result<Option<Timestamp>> {
        Ok(self.0.reader().status_entry(id).await?.and_then(|entry| entry.superseded_from))
    }

    /// The license that took the place of this one.
    pub async fn successor(self, id: LicenseId) -> Result<Option<License>> {
        Ok(self.0.reader().successor(id).await?)
    }

    /// The newest active licenses of exactly this subject, at most so many: whoever gets another one has two.
    pub async fn active_for(self, subject: &str, limit: u64) -> Result<Vec<License>> {
        Ok(self.0.reader().active_licenses_of(subject, limit).await?)
    }

    /// What a token says, for looking at.
    pub fn decoded(token: &str) -> Result<Decoded> {
        let inspected = licentia_license::inspect(token).map_err(Error::LicenseInvalid)?;
        let header = inspected.header;
        let header = json!({ "alg": header.alg, "typ": header.typ, "kid": header.kid });
        let members = |value: Value| value.as_object().cloned().unwrap_or_default();
        let claims = serde_json::to_value(inspected.claims).unwrap_or_default();
        Ok(Decoded { header: members(header), claims: members(claims) })
    }

    /// Reads a license file without taking it in, and says whether it holds by the keys of this database.
    pub async fn inspect(self, text: &str) -> Result<Inspection> {
        let inspected = licentia_license::inspect(text).map_err(Error::LicenseInvalid)?;
        let reader = self.0.reader();
        let issuer = reader.issuer_by_kid(&inspected.header.kid).await?;
        let (known, entry) = match &issuer {
            Some(issuer) => (
                reader.license_by_jti(issuer.id, &inspected.claims.jti).await?,
                reader.status_entry_by_jti(issuer.id, &inspected.claims.jti).await?,
            ),
            None => (None, None),
        };
        let before = entry.filter(|_| known.is_none()).and_then(|entry| StatusValue(entry.value).status());
        let now = self.0.ambient().now().seconds();
        let keys = self.keys_to_take_in().await?;
        let verdict = licentia_license::License::verify(text, &keys, &Evidence::new(), now);
        // Nobody who looks at a file is the machine that it is for.
        let elsewhere = |why: &&Invalid| !matches!(why, Invalid::MachineRequired | Invalid::TotpRequired);
        let invalid = verdict.why().filter(elsewhere).map(|why| (why.code().to_owned(), why.to_string()));
        Ok(Inspection { kid: inspected.header.kid, claims: inspected.claims, invalid, issuer, known, before })
    }

    /// The `.lic` text.
    #[must_use]
    pub fn armored(license: &License) -> String {
        licentia_license::armor::wrap(&license.token)
    }

    /// The JSON that scripts rely on; lists leave the token out.
    #[must_use]
    pub fn to_json(license: &License, now: Timestamp, with_token: bool) -> Map<String, Value> {
        let mut json = row_json(license, with_token);
        let validity = Validity::of(license.not_before, license.not_after, now);
        if let Some(members) = json.as_object_mut() {
            // Beside the status, where people look for it.
            let at = members.keys().position(|name| name == "status").map_or(members.len(), |place| place + 1);
            members.shift_insert(at, "validity".to_owned(), validity.as_str().into());
        }
        json.as_object().cloned().unwrap_or_default()
    }
}

/// What a row says, without what the clock makes of it.
pub(super) fn row_json(license: &License, with_token: bool) -> Value {
    let mut json = json!({
        "id": license.id,
        "subject": license.subject,
        "audience": license.audience,
        "issuer_id": license.issuer_id,
        "status": license.status,
        "not_before": license.not_before,
        "not_after": license.not_after,
        "features": license.features,
        "limits": license.limits,
        "payload": license.payload,
        "bindings": license.bindings,
        "identity_id": license.identity_id,
        "replaces": license.replaces,
        "status_list": license.status_list,
        "origin": license.origin,
        "created_at": license.created_at,
    });
    if with_token && let Some(members) = json.as_object_mut() {
        members.insert("token".to_owned(), license.token.clone().into());
    }
    json
}

/// Turns words about validity into spans of time that an index can walk.
fn query(filter: &LicenseFilter, now: Timestamp, limit: u64) -> LicenseQuery {
    let soon = now.plus_days(super::EXPIRING_DAYS);
    let span = |after: Option<Timestamp>, until: Option<Timestamp>| Some(LicenseSpan { after, until });
    let (by_validity, started) = match filter.validity {
        None => (None, None),
        Some(Validity::Expired) => (span(None, Some(now)), None),
        Some(Validity::Expiring) => (span(Some(now), Some(soon)), Some((true, now))),
        Some(Validity::Valid) => (span(Some(soon), None), Some((true, now))),
        Some(Validity::NotYetValid) => (span(Some(now), None), Some((false, now))),
    };
    let window = filter.expiring_within_days.and_then(|days| span(Some(now), Some(now.plus_days(days.into()))));
    let expiry = match (by_validity, window) {
        (Some(one), Some(other)) => Some(LicenseSpan {
            after: one.after.max(other.after),
            until: [one.until, other.until].into_iter().flatten().min(),
        }),
        (one, other) => one.or(other),
    };
    LicenseQuery {
        status: filter.status,
        issuer: filter.issuer,
        subject: filter.subject.clone().filter(|text| !text.is_empty()),
        expiry,
        started,
        after: None,
        limit,
    }
}

/// Follows `replaces`; ids of one millisecond do not tell what came first.
fn in_order(mut chain: Vec<License>) -> Vec<License> {
    let mut ordered: Vec<License> = Vec::with_capacity(chain.len());
    while !chain.is_empty() {
        let is_next = |license: &License| match license.replaces {
            Some(before) => !chain.iter().any(|other| other.id == before),
            None => true,
        };
        // A circle that somebody edited into the file is shown as it comes.
        let place = chain.iter().position(is_next).unwrap_or(0);
        ordered.push(chain.remove(place));
    }
    ordered
}

pub(super) fn unknown(id: LicenseId) -> Error {
    Error::Unknown { noun: Noun::License, text: id.to_string() }
}

//! What is looked at from inside: schema, integrity, keys, the ends of the log, the pin.

use super::Check;
use crate::audit::{IssueSeverity, Level, VerifyReport, VerifyRequest, unreadable};
use crate::pin::PinState;
use crate::text::printable;
use crate::{Error, Explanation, Licentia, Result};
use licentia_storage::audit::tagged;
use licentia_storage::raw::RawReader;
use licentia_storage::{SecretPurpose, health};
use std::path::Path;
use std::sync::Arc;

/// How many findings of one kind are named.
const NAMED: usize = 5;

const RESTORE: &str = "Keep the file as it is, and put a backup back.";
const REINDEX: &str = "Only the index of words is damaged. Run `licentia audit index --rebuild`.";
const VERIFY: &str = "Run `licentia audit verify` to learn what was altered.";

pub(super) async fn sqlite(database: &Path) -> Result<Check> {
    Ok(Check::ok("sqlite", health::versions_of(database).await?.sqlite))
}

/// A dropped trigger or index shows in nothing else.
pub(super) async fn schema(database: &Path) -> Result<Check> {
    const NAME: &str = "schema";
    let versions = health::versions_of(database).await?;
    let different = RawReader::open(database).await?.schema_differences().await?;
    Ok(if !different.is_empty() {
        let found = format!("not as Licentia made it: {}", some(&different));
        Check::failed(NAME, found, "Something else changed the database. Put a backup back.")
    } else if versions.schema == versions.newest_schema {
        Check::ok(NAME, format!("version {}", versions.schema))
    } else {
        let found = format!("version {}; this program knows {}", versions.schema, versions.newest_schema);
        Check::failed(NAME, found, "Open it once where it can be written; that brings it up to date.")
    })
}

pub(super) async fn integrity(database: &Path) -> Result<Check> {
    let problems = health::problems_of(database).await?;
    if !problems.is_empty() && problems.iter().all(|problem| problem.contains("audit_search")) {
        return Ok(Check::failed("integrity", some(&problems), REINDEX));
    }
    Ok(match problems.as_slice() {
        [] => Check::ok("integrity", "pages, indexes, constraints and references are whole"),
        problems => Check::failed("integrity", some(problems), RESTORE),
    })
}

/// The vault's record and the log's key; what they hold cannot be looked at without the passphrase.
pub(super) async fn vault(licentia: &Licentia) -> Result<Check> {
    const NAME: &str = "vault";
    let log = licentia.reader().audit_log().await?.ok_or(Error::NotFounded)?;
    let Some(intact) = licentia.vault().is_intact().await? else {
        return Ok(Check::ok(NAME, "none: this is a copy for review"));
    };
    let key = licentia.reader().secret(SecretPurpose::LogKey, log.id.0).await?;
    Ok(match (intact, key) {
        (true, Some(_)) => Check::ok(NAME, "its record is as it was written"),
        (true, None) => Check::failed(NAME, "the log's key is missing, so nothing can be changed", RESTORE),
        (false, _) => Check::failed(NAME, "its record was altered; the passphrase may not open it any more", RESTORE),
    })
}

/// One issuer is active, and every one that should sign has its key.
pub(super) async fn issuers(licentia: &Licentia, has_vault: bool) -> Result<Check> {
    const NAME: &str = "issuers";
    let issuers = licentia.issuers().list().await?;
    let mut without_key = Vec::new();
    for issuer in issuers.iter().filter(|issuer| has_vault && issuer.can_sign) {
        if licentia.reader().secret(SecretPurpose::IssuerKey, issuer.id.0).await?.is_none() {
            without_key.push(issuer.name.clone());
        }
    }
    if !without_key.is_empty() {
        let found = format!("the private key is missing of {}", some(&without_key));
        return Ok(Check::failed(NAME, found, RESTORE));
    }
    Ok(match licentia.issuers().active().await? {
        Some(active) => Check::ok(NAME, format!("{}, active is {}", issuers.len(), printable(&active.name))),
        None => Check::warning(
            NAME,
            format!("{}, none is active", issuers.len()),
            "Run `licentia issuer activate ID`, or name one with `--issuer ID` whenever a license is issued.",
        ),
    })
}

/// The ends of the log; what is between them is for verification.
pub(super) async fn audit_log(licentia: &Licentia) -> Result<Check> {
    const NAME: &str = "audit_log";
    let log = licentia.audit().identity().await?;
    let frame = RawReader::open(&licentia.place().database).await?.frame().await?;
    let head = frame.heads.first().map(|(size, hash, _)| (u64::try_from(*size).unwrap_or(0), tagged("blake3", hash)));
    let Some((size, hash)) = head else {
        return Ok(Check::failed(NAME, "the record of where the log ends is missing", VERIFY));
    };
    let last = match size {
        0 => Some(log.fingerprint.clone()),
        seq => licentia.reader().audit_entry(seq).await?.map(|entry| tagged("blake3", &entry.hash)),
    };
    Ok(if size >= log.size && last.as_deref() == Some(hash.as_str()) {
        Check::ok(NAME, format!("{size} entries, fingerprint {}", log.fingerprint))
    } else {
        let found = format!("it should end at entry {size} and ends at {}, or that entry is another one", log.size);
        Check::failed(NAME, found, VERIFY)
    })
}

/// The level of verification with which the screen opens.
pub(super) async fn verification(licentia: &Licentia) -> Result<Check> {
    const NAME: &str = "verification";
    let request = VerifyRequest { level: Level::Start, ..VerifyRequest::default() };
    let report = licentia.audit().verify(&request, Arc::new(|_, _| {})).await.or_else(unreadable)?;
    let known = licentia.pins().map(|pins| pins.recall(&licentia.place().database)).transpose()?.flatten();
    if report.verified
        && let Some(failed) = known.and_then(|known| known.failed)
    {
        // The pin has moved on since, so the end alone does not show it any more.
        let what = some(&failed.issues);
        let found = format!("one failed at {} ({what}), and no full one has held since", printable(&failed.at));
        return Ok(Check::failed(NAME, found, VERIFY));
    }
    if report.verified {
        let VerifyReport { entries_checked, from, to, .. } = report;
        let found = match entries_checked {
            0 => "level start: there is no entry to be looked at".to_owned(),
            _ => format!("level start: entries {from} to {to} hold; `licentia audit verify` looks at all of them"),
        };
        return Ok(Check::ok(NAME, found));
    }
    let issues = report.issues.iter().filter(|issue| issue.severity != IssueSeverity::Notice);
    let named: Vec<String> = issues
        .map(|issue| match issue.seq_from {
            Some(seq) => format!("{} at entry {seq}", issue.code),
            None => issue.code.to_owned(),
        })
        .collect();
    Ok(Check::failed(NAME, format!("level start: {}", some(&named)), VERIFY))
}

pub(super) async fn pin(licentia: &Licentia) -> Result<Check> {
    const NAME: &str = "pin";
    let Some(pins) = licentia.pins() else {
        let advice =
            "Compare the fingerprint with the one that was written down: `licentia audit verify --log FINGERPRINT`.";
        return Ok(Check::warning(NAME, "pins are switched off: an older copy would not be noticed", advice));
    };
    let file = pins.file_of(&licentia.place().database)?;
    let file = printable(&file.to_string_lossy()).into_owned();
    Ok(match licentia.look_at_pin().await? {
        PinState::Matches => Check::ok(NAME, format!("agrees with the log; it is {file}")),
        PinState::Behind => Check::ok(NAME, format!("agrees with the log, which has gone on; it is {file}")),
        PinState::Absent => Check::warning(
            NAME,
            "none yet: that an older copy was put in its place would not be noticed",
            format!("The next change makes one; it will be {file}."),
        ),
        state => {
            let Explanation { message, cause, .. } = (&Error::PinDisagrees(state)).into();
            let found = [Some(message), cause].into_iter().flatten().collect::<Vec<_>>().join(": ");
            let advice = format!(
                "Put the newer file back. If it was restored, `licentia audit verify` names the event and `licentia audit accept SEQ` goes on from it. If this one is meant to stay all the same, remove the pin file {file}."
            );
            Check::failed(NAME, found, advice)
        }
    })
}

/// The first few, made printable.
fn some(found: &[String]) -> String {
    let mut named: Vec<String> = found.iter().take(NAMED).map(|text| printable(text).into_owned()).collect();
    if found.len() > NAMED {
        named.push(format!("and {} more", found.len() - NAMED));
    }
    named.join(", ")
}

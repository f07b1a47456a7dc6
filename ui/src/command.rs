//! The command line that does the same as an effect, for a POSIX shell. A secret is never part of one.

mod keys;
mod search;
mod shell;

use crate::effect::{Effect, is_license};
use licentia_core::audit::AuditFilter;
use licentia_core::{
    BoundMachine, ClearField, Fingerprint, Founding, IssueRequest, LicenseFilter, LicenseId, Limit, ReissueRequest,
    RevokeRequest, Term, Timestamp, typed,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub(crate) use shell::Command;

/// What can be said of an effect on the command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Line(Command),
    /// There is a command for it, and this cannot be given to it.
    Unsayable(String),
    /// There is no command for it.
    Nothing,
}

/// See the module. `home`: where the home is, unless every command finds it by itself.
pub(crate) fn of(effect: &Effect, home: Option<&Path>) -> Said {
    let line = match effect {
        Effect::Found { passphrase: _, founding } => Ok(found(founding)),
        Effect::Issue(request) => issue(request),
        Effect::Reissue { id, request } => reissue(*id, request),
        Effect::Revoke(request) => Ok(revoke(request)),
        Effect::Unrevoke { id } => Ok(Command::new("license unrevoke").word(id)),
        Effect::Suspend { id, note } => Ok(Command::new("license suspend").word(id).maybe("--note", note.as_deref())),
        Effect::Reinstate { id } => Ok(Command::new("license reinstate").word(id)),
        Effect::DeleteLicense { id, revoke } => {
            let line = Command::new("license delete").word(id);
            Ok(if *revoke { line.flag("--revoke") } else { line })
        }
        Effect::Publish { directory } => Ok(Command::new("revocation publish").path("--out", directory)),
        Effect::SaveLicense { id, path } => Ok(Command::new("license export").word(id).path("--out", path)),
        Effect::Preview { request: _, source } if is_license(source) => Err(PASTED.to_owned()),
        Effect::Preview { request: _, source } => Ok(Command::new("license inspect").name_of_file(source)),
        Effect::ImportLicense { text: _, file: Some(file) } => Ok(Command::new("license import").name_of_file(file)),
        Effect::ImportLicense { text: _, file: None } => Err(PASTED.to_owned()),
        Effect::ReadBatch { request: _, path } => batch(path).map(|line| line.flag("--dry-run")),
        Effect::IssueBatch { request: _, batch: rows } => batch(&rows.path),
        Effect::ChangeIssuer(change) => keys::issuer(change),
        Effect::ChangeIdentity(change) => Ok(keys::identity(change)),
        Effect::ChangeProbe(change) => keys::probe(change),
        Effect::Save { saving, path } => keys::save(saving, path),
        Effect::LoadLicenses { filter, .. } => licenses(filter),
        Effect::LoadAudit { filter, .. } => Ok(audit("audit list", filter)),
        Effect::ExportAudit { request: _, filter, format, path } => {
            Ok(audit("audit export", filter).path("--out", path).option("--format", format.as_str()))
        }
        Effect::RotateKey => Ok(Command::new("audit rotate-key")),
        Effect::Search { search, .. } | Effect::SearchNewer { search, .. } => {
            Ok(search::searched("audit list", search))
        }
        Effect::CountEntries { request: _, search, by } => Ok(search::counted(search, *by)),
        Effect::LoadFilters { .. } => Ok(Command::new("audit filter list")),
        Effect::ChangeFilter(change) => Ok(search::filter(change)),
        Effect::Verify { request: _, verify } => Ok(Command::new("audit verify")
            .maybe("--log", verify.fingerprint.as_deref())
            .maybe("--from", verify.from)
            .maybe("--to", verify.to)),

        // It has a command for each license and none for many, once they are signed.
        Effect::WriteTokens { .. } => Err(ONE_BY_ONE.to_owned()),

        // Nothing that would be left when the command ends, or no more than a part of what a command shows.
        Effect::Quit
        | Effect::Stop { .. }
        | Effect::LookForChanges
        | Effect::FollowIndex
        | Effect::Copy { .. }
        | Effect::Check(_)
        | Effect::VerifyLicense { .. }
        | Effect::LoadTwins { .. }
        | Effect::ReadMachines { .. }
        | Effect::LoadResults { .. }
        | Effect::CountLists { .. }
        | Effect::ResolveIdentity { .. }
        | Effect::Unlock { .. }
        | Effect::Lock
        | Effect::LoadLicense { .. }
        | Effect::LoadEvents { .. }
        | Effect::LoadIssuers { .. }
        | Effect::LoadKinds { .. }
        | Effect::ResolveTarget { .. }
        | Effect::LoadOverview { .. }
        | Effect::LoadVouched
        | Effect::AskWitnesses { .. }
        | Effect::Checkpoint { .. }
        | Effect::CountLicenses { .. }
        | Effect::FindTarget { .. }
        | Effect::LoadIssuer { .. }
        | Effect::LoadIdentities { .. }
        | Effect::LoadIdentity { .. }
        | Effect::LoadProbes { .. }
        | Effect::LoadProbe { .. }
        | Effect::InspectKey { .. } => return Said::Nothing,
    };
    let line = match (line, home) {
        (Ok(line), Some(home)) => path_text(home).map(|home| line.option("--home", home)),
        (line, _) => line,
    };
    match line.and_then(Command::checked) {
        Ok(line) => Said::Line(line),
        Err(why) => Said::Unsayable(why),
    }
}

const ONE_BY_ONE: &str = "after the signing there is a command for one token at a time: license export ID --out FILE; \
license issue --from FILE --format jsonl prints all of them at once";

const PASTED: &str = "it was pasted, and the command line reads a file: license import FILE";

fn found(founding: &Founding) -> Command {
    Command::new("init")
        .maybe("--vendor", founding.vendor.as_deref())
        .option("--issuer", &founding.issuer)
        .maybe("--status-url", founding.status_url.as_deref())
}

fn issue(request: &IssueRequest) -> Result<Command, String> {
    let line = Command::new("license issue")
        .option("--subject", &request.subject)
        .each("--audience", &request.audience)
        .maybe("--issuer", request.issuer)
        .maybe("--not-before", request.not_before);
    let line = term(line, request.term).each("--feature", &request.features);
    let line = payload(limits(line, &request.limits)?, request.payload.as_ref())?.maybe("--identity", request.identity);
    let machines = request.machines.iter().map(|machine| machine.fingerprint.to_text());
    let line = line.each("--machine", &machines.collect::<Vec<_>>());
    let line = line.maybe("--require", one_require(&request.machines)?);
    Ok(if request.totp { line.flag("--totp") } else { line })
}

fn reissue(id: LicenseId, request: &ReissueRequest) -> Result<Command, String> {
    let mut clear = request.clear.clone();
    // An empty list on the command line is none at all, and would be inherited.
    let mut dropped = |is_empty: bool, field| {
        if is_empty && !clear.contains(&field) {
            clear.push(field);
        }
    };
    dropped(request.features.as_ref().is_some_and(Vec::is_empty), ClearField::Features);
    dropped(request.limits.as_ref().is_some_and(BTreeMap::is_empty), ClearField::Limits);
    // What never ends is said as what is dropped, or as a term: both come out the same.
    let line = Command::new("license reissue")
        .word(id)
        .maybe("--subject", request.subject.as_deref())
        .each("--audience", request.audience.as_deref().unwrap_or_default())
        .maybe("--issuer", request.issuer)
        .maybe("--not-before", request.not_before);
    let line = match request.term {
        Some(given) => term(line, given),
        None => line,
    };
    let line = line.each("--feature", request.features.as_deref().unwrap_or_default());
    let line = match &request.limits {
        Some(given) => limits(line, given)?,
        None => line,
    };
    let line = payload(line, request.payload.as_ref())?.maybe("--identity", request.identity);
    let machines = request.machines.iter().flatten().map(Fingerprint::to_text);
    let line = line.each("--machine", &machines.collect::<Vec<_>>()).maybe("--require", request.require);
    let line = if request.totp { line.flag("--totp") } else { line };
    let line = line.maybe("--overlap", request.overlap);
    Ok(clear.into_iter().fold(line, |line, field| line.option("--clear", clearable(field))))
}

/// The command line has one number for all machines.
fn one_require(machines: &[BoundMachine]) -> Result<Option<u32>, String> {
    let first = machines.first().and_then(|machine| machine.require);
    if machines.iter().all(|machine| machine.require == first) {
        Ok(first)
    } else {
        Err("each machine has a number of components of its own that have to agree".to_owned())
    }
}

fn revoke(request: &RevokeRequest) -> Command {
    Command::new("license revoke")
        .word(request.license)
        .option("--reason", request.reason)
        .maybe("--note", request.note.as_deref())
}

fn batch(path: &Path) -> Result<Command, String> {
    Ok(Command::new("license issue").path("--from", path_text(path)?))
}

fn licenses(filter: &LicenseFilter) -> Result<Command, String> {
    if filter.subject.as_deref() == Some("") {
        return Err("an empty part of a subject fits every one".to_owned());
    }
    Ok(Command::new("license list")
        .maybe("--status", filter.status)
        .maybe("--status", filter.validity.map(licentia_core::Validity::as_str))
        .maybe("--subject", filter.subject.as_deref())
        .maybe("--issuer", filter.issuer)
        .maybe("--expiring", filter.expiring_within_days))
}

fn audit(verb: &str, filter: &AuditFilter) -> Command {
    Command::new(verb)
        .each("--kind", &filter.kinds)
        .maybe("--actor", filter.actor.as_deref())
        .maybe("--target", filter.target.as_deref())
        .maybe("--since", filter.since)
        .maybe("--until", filter.until)
}

fn term(line: Command, term: Term) -> Command {
    match term {
        Term::Perpetual => line.flag("--perpetual"),
        Term::Days(days) => line.option("--days", days),
        Term::Until(end) => line.option("--expires", moment(end)),
    }
}

fn moment(at: Timestamp) -> String {
    at.to_string()
}

/// Each limit, if the command line understands it as what it is: a text that reads as a number it does not.
fn limits(line: Command, limits: &BTreeMap<String, Limit>) -> Result<Command, String> {
    limits.iter().try_fold(line, |line, (name, limit)| {
        let value = match limit {
            Limit::Number(number) => number.to_string(),
            Limit::Text(text) => text.clone(),
        };
        let said = format!("{name}={value}");
        match typed::limit(&said) {
            Ok((key, read)) if key == *name && read == *limit => Ok(line.option("--limit", said)),
            _ => Err(format!("the limit {name} would be understood as something else")),
        }
    })
}

fn payload(line: Command, payload: Option<&Value>) -> Result<Command, String> {
    let Some(payload) = payload else { return Ok(line) };
    let text = payload.to_string();
    match typed::payload(&text) {
        Ok(read) if read == *payload => Ok(line.option("--payload", text)),
        Ok(_) => Err("the payload would be understood as something else".to_owned()),
        Err(why) => Err(format!("the payload: {why}")),
    }
}

const fn clearable(field: ClearField) -> &'static str {
    match field {
        ClearField::NotBefore => "not-before",
        ClearField::Expires => "expires",
        ClearField::Features => "features",
        ClearField::Limits => "limits",
        ClearField::Payload => "payload",
        ClearField::Identity => "identity",
        ClearField::Machines => "machines",
        ClearField::Totp => "totp",
    }
}

fn path_text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| "the path holds bytes that are no text".to_owned())
}

//! The nouns as the JSON that scripts rely on, and the columns that tables show of them.

use crate::args::Format;
use crate::output::{Column, Object};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use licentia_core::audit::LogIdentity;
use licentia_core::tlog;
use licentia_core::witness::{Asked, Witnessed};
use licentia_core::{
    AuditRecord, Checkpoint, Cosignature, Error, Fingerprint, Identity, Issuer, License, Licenses, ProbeState,
    ProbeToken, Revocation, Timestamp, Witness,
};
use licentia_license::Claims;
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) const LICENSE: [&str; 18] = [
    "id",
    "subject",
    "audience",
    "issuer_id",
    "status",
    "validity",
    "not_before",
    "not_after",
    "features",
    "limits",
    "payload",
    "bindings",
    "identity_id",
    "replaces",
    "status_list",
    "origin",
    "created_at",
    "token",
];
/// Lists leave the token out.
pub(crate) const LICENSE_IN_LIST: &[&str] = LICENSE.split_at(17).0;

pub(crate) const LICENSE_COLUMNS: [Column; 6] = [
    Column::id("ID", "id"),
    Column::text("SUBJECT", "subject"),
    Column::text("AUDIENCE", "audience"),
    Column::text("STATUS", "status"),
    Column::text("VALIDITY", "validity"),
    Column::time("EXPIRES", "not_after").or("never"),
];

pub(crate) const ISSUER: [&str; 10] =
    ["id", "name", "status", "kid", "vendor", "can_sign", "status_url", "public_key", "created_at", "retired_at"];

pub(crate) const ISSUER_COLUMNS: [Column; 6] = [
    Column::id("ID", "id"),
    Column::text("NAME", "name"),
    Column::text("STATUS", "status"),
    Column::text("SIGNS", "can_sign"),
    Column::text("STATUS URL", "status_url").or("none"),
    Column::time("CREATED", "created_at"),
];

pub(crate) const IDENTITY: [&str; 6] = ["id", "name", "digest", "created_at", "regenerated_at", "licenses"];

pub(crate) const IDENTITY_COLUMNS: [Column; 5] = [
    Column::id("ID", "id"),
    Column::text("NAME", "name"),
    Column::text("LICENSES", "licenses"),
    Column::time("CREATED", "created_at"),
    Column::time("REGENERATED", "regenerated_at").or("never"),
];

pub(crate) const PROBE: [&str; 7] = ["id", "label", "state", "created_at", "expires_at", "closed_at", "result"];

pub(crate) const PROBE_COLUMNS: [Column; 5] = [
    Column::id("ID", "id"),
    Column::text("LABEL", "label"),
    Column::text("STATE", "state"),
    Column::time("CREATED", "created_at"),
    Column::time("EXPIRES", "expires_at"),
];

pub(crate) const ENTRY_COLUMNS: [Column; 7] = [
    Column::text("SEQ", "seq"),
    Column::time("TIME", "created_at"),
    Column::text("KIND", "kind"),
    Column::text("SEVERITY", "severity"),
    Column::text("ACTOR", "actor"),
    Column::text("TARGET", "target_kind"),
    Column::id("ID", "target_id"),
];

pub(crate) const WITNESS: [&str; 7] =
    ["id", "name", "url", "verifier_key", "created_at", "witnessed_to", "witnessed_at"];

pub(crate) const WITNESS_COLUMNS: [Column; 4] = [
    Column::text("NAME", "name"),
    Column::text("URL", "url"),
    Column::text("WITNESSED TO", "witnessed_to").or("nothing yet"),
    Column::time("AT", "witnessed_at").or("never"),
];

pub(crate) const ASKED: [&str; 5] = ["name", "outcome", "size", "signed_at", "error"];

pub(crate) const ASKED_COLUMNS: [Column; 4] = [
    Column::text("NAME", "name"),
    Column::text("OUTCOME", "outcome"),
    Column::text("SIZE", "size").or("-"),
    Column::time("SIGNED", "signed_at").or("-"),
];

pub(crate) const CHECKPOINT: [&str; 7] = ["size", "epoch", "root", "created_at", "reason", "witnesses", "note"];

pub(crate) const CHECKPOINT_COLUMNS: [Column; 5] = [
    Column::text("SIZE", "size"),
    Column::text("EPOCH", "epoch"),
    Column::time("TIME", "created_at"),
    Column::text("REASON", "reason"),
    Column::text("WITNESSES", "witnesses"),
];

pub(crate) fn license(license: &License, now: Timestamp) -> Object {
    Licenses::to_json(license, now, false)
}

pub(crate) fn license_with_token(license: &License, now: Timestamp) -> Object {
    Licenses::to_json(license, now, true)
}

pub(crate) fn issuer(issuer: &Issuer) -> Object {
    object(json!({
        "id": issuer.id,
        "name": issuer.name,
        "status": issuer.status,
        "kid": issuer.kid,
        "vendor": issuer.vendor,
        "can_sign": issuer.can_sign,
        "status_url": issuer.status_url,
        "public_key": base64url(&issuer.public_key),
        "created_at": issuer.created_at,
        "retired_at": issuer.retired_at,
    }))
}

/// An identity and how many licenses name it.
pub(crate) fn identity(identity: &Identity, licenses: u64) -> Object {
    object(json!({
        "id": identity.id,
        "name": identity.name,
        "digest": identity.digest,
        "created_at": identity.created_at,
        "regenerated_at": identity.regenerated_at,
        "licenses": licenses,
    }))
}

pub(crate) fn probe(probe: &ProbeToken, now: Timestamp) -> Object {
    let result = probe
        .result
        .as_deref()
        .map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())));
    object(json!({
        "id": probe.id,
        "label": probe.label,
        "state": ProbeState::of(probe, now).as_str(),
        "created_at": probe.created_at,
        "expires_at": probe.expires_at,
        "closed_at": probe.closed_at,
        "result": result,
    }))
}

/// What is known of a machine, without what it is recognised by.
pub(crate) fn machine(fingerprint: &Fingerprint) -> Value {
    json!({
        "label": fingerprint.label(),
        "components": fingerprint.trusted().map(|(kind, _)| kind).collect::<Vec<_>>(),
        "not_trusted": fingerprint.not_trusted(),
    })
}

/// Why a license was revoked; the license itself is named around it.
pub(crate) fn revocation(revocation: &Revocation) -> Object {
    object(json!({
        "reason": revocation.reason,
        "note": revocation.note,
        "actor": revocation.actor,
        "revoked_at": revocation.revoked_at,
    }))
}

pub(crate) fn entry(record: &AuditRecord) -> Object {
    serialized(record)
}

/// The rows of a list of entries.
pub(crate) fn entries(records: &[AuditRecord], format: Format) -> Vec<Object> {
    records.iter().map(if format == Format::Csv { flat_entry } else { entry }).collect()
}

/// The same for a table of text, where what is inside `metadata` has columns of its own.
fn flat_entry(record: &AuditRecord) -> Object {
    let mut members = entry(record);
    if let Some(Value::Object(metadata)) = members.remove("metadata") {
        members.extend(metadata);
    }
    members
}

/// A witness and how far it vouches for the log.
pub(crate) fn witness(witness: &Witness, witnessed: Option<&Witnessed>) -> Object {
    object(json!({
        "id": witness.id,
        "name": witness.name,
        "url": witness.url,
        "verifier_key": witness.verifier_key,
        "created_at": witness.created_at,
        "witnessed_to": witnessed.map(|witnessed| witnessed.size),
        "witnessed_at": witnessed.map(|witnessed| witnessed.at),
    }))
}

/// What came of asking a witness.
pub(crate) fn asked(witness: &Witness, outcome: &Result<Asked, Error>) -> Object {
    let (said, error) = match outcome {
        Ok(asked) if asked.known => ("signed before", None),
        Ok(_) => ("signed", None),
        Err(error) => ("failed", Some(error.to_string())),
    };
    let asked = outcome.as_ref().ok();
    object(json!({
        "name": witness.name,
        "outcome": said,
        "size": asked.map(|asked| asked.size),
        "signed_at": asked.map(|asked| asked.signed_at),
        "error": error,
    }))
}

pub(crate) fn log(identity: &LogIdentity) -> Object {
    object(json!({
        "log_id": identity.log_id,
        "fingerprint": identity.fingerprint,
        "public_key": base64url(&identity.public_key),
        "key_id": identity.key_id,
        "epoch": identity.epoch,
        "created_at": identity.created_at,
        "size": identity.size,
    }))
}

/// A checkpoint with its note, and who else signed it.
pub(crate) fn checkpoint(kept: &Checkpoint, witnesses: &[Cosignature]) -> Object {
    let names: Vec<&str> = witnesses.iter().map(|one| one.witness.as_str()).collect();
    object(json!({
        "size": kept.size,
        "epoch": kept.epoch,
        "root": Base64::encode_string(&kept.root),
        "created_at": kept.created_at,
        "reason": kept.reason,
        "witnesses": names,
        "note": kept.note,
    }))
}

/// The checkpoint that a license carries, shortly.
pub(crate) fn carried_checkpoint(carried: &tlog::Checkpoint) -> Object {
    object(json!({ "size": carried.size(), "root": carried.root_text() }))
}

/// What a license says; for people its times as times.
pub(crate) fn claims(claims: &Claims, format: Format) -> Object {
    let mut claims = serialized(claims);
    if format == Format::Table {
        for name in ["iat", "nbf", "exp"] {
            if let Some(time) = claims.get_mut(name)
                && let Some(seconds) = time.as_i64()
            {
                *time = json!(Timestamp::from_seconds(seconds));
            }
        }
    }
    claims
}

/// The members of what is an object.
pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(members) => members,
        _ => Object::new(),
    }
}

/// The members of what serializes as an object.
pub(crate) fn serialized(value: &impl Serialize) -> Object {
    object(serde_json::to_value(value).unwrap_or_default())
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

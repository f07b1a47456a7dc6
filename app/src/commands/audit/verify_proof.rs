//! `licentia audit verify --proof`

use super::verify::{Verify, fingerprint};
use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use licentia_core::Timestamp;
use licentia_core::audit::{KeySource, ProofRequest, ProofTrust, Refusal, Shown, verify_proof};
use licentia_core::text::printable;
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

pub(crate) fn run(context: &Context, proof: &Path, args: &Verify) -> Result {
    let trust = match args.log.as_deref() {
        None => ProofTrust::Nobody,
        Some(log) => match log.parse() {
            Ok(key) => ProofTrust::Key(key),
            Err(_) => ProofTrust::Fingerprint(fingerprint(context, log)?),
        },
    };
    let license = args.license.as_deref().map(|file| context.license_text(file)).transpose()?;
    let request = ProofRequest { trust, witnesses: args.witness.clone(), license };
    match verify_proof(context.text(proof)?.as_bytes(), &request) {
        Ok(shown) => {
            if context.output.format == Format::Table {
                context.output.text(&for_people(&shown))?;
            } else {
                let mut members = view::object(json!({ "verified": true, "code": null, "meaning": null }));
                members.extend(view::serialized(&shown));
                context.output.thing(&members)?;
            }
            if shown.trust.key_source == KeySource::File {
                context.output.note(
                    "WARNING: nobody but the proof itself vouches for this log's key. Whoever made it could have made all of it \
                     up. Verify with --log FINGERPRINT, from where the fingerprint was written down.",
                );
            }
            Ok(())
        }
        Err(Refusal::Malformed(why)) => Err(Failure::new(format!("{} cannot be read as a proof", proof.display()))
            .because(printable(&why))
            .hint("Ask for it again; `licentia audit prove` writes one.")),
        Err(why) => {
            let meaning = printable(&why.to_string()).into_owned();
            match context.output.format {
                Format::Table => context.output.text(&format!("NOT VERIFIED: {meaning}\ncode: {}\n", why.code()))?,
                _ => context
                    .output
                    .thing(&view::object(json!({ "verified": false, "code": why.code(), "meaning": meaning })))?,
            }
            Err(Failure::No)
        }
    }
}

/// What a proof shows, in sentences.
fn for_people(shown: &Shown) -> String {
    let mut out = String::new();
    let text = |member: &str| {
        printable(shown.entry.get(member).and_then(|value| value.as_str()).unwrap_or("nothing")).into_owned()
    };
    let _ = writeln!(
        out,
        "VERIFIED: entry {} of {} is {} of {} at {} by {}",
        shown.seq,
        printable(&shown.origin),
        text("kind"),
        text("target_id"),
        text("created_at"),
        text("actor")
    );
    let _ = writeln!(out, "in a tree of {} entries that the log has signed", shown.size);
    for seen in &shown.witnessed {
        let time = Timestamp::from_seconds(i64::try_from(seen.time).unwrap_or(i64::MAX));
        let _ = writeln!(out, "witnessed at {time} by {}", printable(&seen.witness));
    }
    for name in &shown.not_witnessed {
        let _ = writeln!(out, "not witnessed by {}", printable(name));
    }
    if let Some(payload) = shown.entry.get("payload").filter(|payload| !payload.is_null()) {
        let _ = writeln!(out, "payload: {}", printable(&payload.to_string()));
    }
    if let Some(license) = &shown.license {
        let how = if license.same_text { "this very text" } else { "its id; the rest of its text is not shown" };
        let _ = writeln!(out, "license {}: {how}", printable(&license.id));
        if let Some(size) = license.checkpoint {
            let _ = writeln!(out, "the checkpoint of {size} entries inside the license leads to this tree");
        }
    }
    let source = match shown.trust.key_source {
        KeySource::Given => "what was given with --log",
        KeySource::Pin | KeySource::File => "the proof itself, which shows little",
    };
    let _ = writeln!(out, "trust: {source}");
    if let Some(fingerprint) = &shown.trust.fingerprint {
        let _ = writeln!(out, "log:   {fingerprint}");
    }
    out
}

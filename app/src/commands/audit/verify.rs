//! `licentia audit verify`

use super::verify_proof;
use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result, in_one_line};
use crate::view;
use clap::Args;
use licentia_core::Timestamp;
use licentia_core::audit::{
    BundleReport, BundleRequest, IssueSeverity, KeySource, Level, VerifyReport, VerifyRequest, Witnessed, unreadable,
    verify_bundle,
};
use licentia_core::tlog::VerifierKey;
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Check every hash, signature, link and effect of the log.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 when everything holds, 3 when it does not.
A full verification, and one that fails, records itself where a passphrase came by file or environment.
Start from a fingerprint that you keep outside this machine: the file alone can vouch only for itself.

Examples:
  licentia audit verify --log blake3:1f0c…
  licentia audit verify --log acme-log.json --format json
  licentia audit verify --bundle acme-log.tar --log blake3:1f0c…
  licentia audit verify --proof acme.tlog-proof --license acme.lic --log blake3:1f0c…")]
pub(crate) struct Verify {
    /// The fingerprint to start from, or a file that `audit key --out` wrote; for a proof also a verifier key.
    #[arg(long, value_name = "FINGERPRINT|FILE")]
    pub(super) log: Option<String>,

    /// The first entry to check.
    #[arg(long, value_name = "SEQ")]
    from: Option<u64>,

    /// The last entry to check.
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,

    /// How much to look at: the end of the log, what came since the last verification, or everything.
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "full",
        value_parser = ["start", "incremental", "full"],
        conflicts_with_all = ["bundle", "proof"],
    )]
    level: String,

    /// Begin anew, where an earlier run was stopped.
    #[arg(long, conflicts_with_all = ["bundle", "proof"])]
    fresh: bool,

    /// Verify a bundle that `audit export --bundle` wrote, instead of the database; needs no home.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to"])]
    bundle: Option<PathBuf>,

    /// A witness to believe, by its verifier key (NAME+ID+KEY); may be repeated.
    #[arg(long, value_name = "VKEY")]
    pub(super) witness: Vec<VerifierKey>,

    /// Verify a proof that `audit prove` wrote, instead of the database; needs no home.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "bundle"])]
    proof: Option<PathBuf>,

    /// The license that the proof should be about.
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub(super) license: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, args: Verify) -> Result {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        return Err(Failure::usage(format!("entry {from} comes after entry {to}")));
    }
    if let Some(proof) = &args.proof {
        return verify_proof::run(context, proof, &args);
    }
    if args.bundle.is_none() && !args.witness.is_empty() {
        return Err(Failure::usage("--witness goes with --bundle or --proof"));
    }
    let fingerprint = args.log.as_deref().map(|log| fingerprint(context, log)).transpose()?;
    if let Some(bundle) = &args.bundle {
        let request = BundleRequest { fingerprint, witnesses: args.witness };
        let found = verify_bundle(bundle, &request, context.ambient.bytes(), &context.progress("verifying"))?;
        match context.output.format {
            Format::Table => context.output.text(&(for_people(&found.report) + &of_bundle(&found)))?,
            _ => context.output.thing(&view::serialized(&found))?,
        }
        return answer(context, &found.report);
    }
    let level = match args.level.as_str() {
        "start" => Level::Start,
        "incremental" => Level::Incremental,
        _ => Level::Full,
    };
    if level != Level::Full && (args.from.is_some() || args.to.is_some()) {
        return Err(Failure::usage("--from and --to are for the full level"));
    }
    let request = VerifyRequest { fingerprint, from: args.from, to: args.to, level, fresh: args.fresh };
    let began = context.now();
    let report = verify(context, &request).await?;
    let recorded =
        if report.is_to_be_recorded(true) { context.record_verification(&report, began).await } else { Ok(None) };
    match context.output.format {
        Format::Table => context.output.text(&for_people(&report))?,
        _ => context.output.thing(&view::serialized(&report))?,
    }
    if let Err(failure) = recorded {
        let why = failure.explanation().map(in_one_line).unwrap_or_default();
        context.output.note(&format!("The log does not record this verification: {why}"));
    }
    answer(context, &report)
}

fn answer(context: &Context, report: &VerifyReport) -> Result {
    if report.trust.key_source == KeySource::File && report.entries_checked > 0 {
        context.output.note(
            "WARNING: nobody but the file itself vouches for this log's key. Whoever can write the file could have made \
             all of it anew. Verify with --log FINGERPRINT, from where the fingerprint was written down.",
        );
    }
    if report.verified { Ok(()) } else { Err(Failure::No) }
}

async fn verify(context: &Context, request: &VerifyRequest) -> Result<VerifyReport> {
    let progress = context.progress("verifying");
    let licentia = match licentia_core::Licentia::open_for_reading(context.place()?, context.ambient.clone()).await {
        Ok(licentia) => licentia,
        Err(error) => return Ok(unreadable(error)?),
    };
    context.warn_of_pin(&licentia).await;
    let result = licentia.audit().verify(request, progress).await;
    licentia.close().await;
    Ok(result.or_else(unreadable)?)
}

/// A fingerprint as it is, or the one in a file of `audit key --out`.
pub(super) fn fingerprint(context: &Context, log: &str) -> Result<String> {
    if is_fingerprint(log) {
        return Ok(log.to_owned());
    }
    let wrong = || Failure::usage(format!("{log} is neither a fingerprint nor a file that `audit key --out` wrote"));
    if log.starts_with("blake3:") {
        return Err(wrong().because("A fingerprint is `blake3:` and 64 hexadecimal digits."));
    }
    let file: Value = serde_json::from_str(&context.text(Path::new(log))?).map_err(|error| wrong().because(error))?;
    match file.get("fingerprint").and_then(Value::as_str) {
        Some(fingerprint) if is_fingerprint(fingerprint) => Ok(fingerprint.to_owned()),
        _ => Err(wrong()),
    }
}

fn is_fingerprint(text: &str) -> bool {
    text.strip_prefix("blake3:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What a bundle says beyond its log.
fn of_bundle(found: &BundleReport) -> String {
    let mut out = String::new();
    let signed = if found.signed { "the log's key signed its manifest" } else { "nobody signed its manifest" };
    let _ = writeln!(out, "\nbundle:     {signed}");
    if let Some(size) = found.last_checkpoint {
        let _ = writeln!(out, "checkpoint: up to entry {size}");
    }
    for seen in &found.witnessed {
        let time = Timestamp::from_seconds(i64::try_from(seen.time).unwrap_or(i64::MAX));
        let witness = licentia_core::text::printable(&seen.witness);
        let _ = writeln!(out, "witnessed:  up to entry {} at {time} by {witness}", seen.size);
    }
    for name in &found.not_witnessed {
        let _ = writeln!(out, "not witnessed by {}", licentia_core::text::printable(name));
    }
    out
}

fn for_people(report: &VerifyReport) -> String {
    let mut out = String::new();
    let verdict = if report.verified { "VERIFIED" } else { "NOT VERIFIED" };
    let VerifyReport { entries_checked, from, to, .. } = report;
    let _ = writeln!(out, "{verdict}: {entries_checked} entries checked, {from} to {to}");
    match (report.level, report.resumed_from) {
        (Level::Full, None) => {}
        (Level::Full, Some(seq)) => {
            let _ = writeln!(out, "level: full; an earlier run had checked the signatures up to entry {seq}");
        }
        (level, _) => {
            let _ = writeln!(out, "level: {}, which does not look at everything", level.as_str());
        }
    }
    let source = match report.trust.key_source {
        KeySource::Given => "the fingerprint that was given",
        KeySource::Pin => "the pin that an earlier start left on this machine",
        KeySource::File => "the file itself, which proves little",
    };
    let _ = writeln!(out, "trust: {source}");
    if let Some(fingerprint) = &report.trust.fingerprint {
        let _ = writeln!(out, "log:   {fingerprint}");
    }
    let printable = licentia_core::text::printable;
    if let Some(Witnessed { size, at, by }) = &report.witnessed_to {
        let _ = writeln!(out, "witnessed up to {size}: {at}, by {}", printable(by));
    }
    for issue in &report.issues {
        let severity = match issue.severity {
            IssueSeverity::Notice => "notice",
            IssueSeverity::Warning => "WARNING",
            IssueSeverity::Critical => "CRITICAL",
        };
        let range = match (issue.seq_from, issue.seq_to) {
            (Some(from), Some(to)) if from != to => format!(" in entries {from} to {to}"),
            (Some(one), _) | (None, Some(one)) => format!(" in entry {one}"),
            (None, None) => String::new(),
        };
        let _ = writeln!(out, "\n{severity} {}{range}", issue.code);
        let _ = writeln!(out, "  {}", printable(&issue.meaning));
        for (name, value) in [("expected", &issue.expected), ("found", &issue.found)] {
            if let Some(value) = value {
                let _ = writeln!(out, "  {name}: {}", printable(value));
            }
        }
        let _ = writeln!(out, "  {}", printable(&issue.advice));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use licentia_core::Timestamp;
    use licentia_core::audit::{Issue, TrustRoot};

    #[test]
    fn a_fingerprint_is_blake3_and_64_digits() {
        assert!(is_fingerprint(&format!("blake3:{}", "0f".repeat(32))));
        for wrong in ["", "blake3:", "blake3:zz", &"0f".repeat(32), &format!("blake3:{}", "0g".repeat(32))] {
            assert!(!is_fingerprint(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_report_for_people() {
        let report = VerifyReport {
            verified: false,
            level: Level::Full,
            trust: TrustRoot { key_source: KeySource::Pin, fingerprint: Some("blake3:00".to_owned()) },
            entries_checked: 12,
            from: 1,
            to: 12,
            resumed_from: Some(8),
            issues: vec![Issue {
                code: "bad_hash",
                severity: IssueSeverity::Critical,
                seq_from: Some(3),
                seq_to: Some(5),
                expected: Some("blake3:01".to_owned()),
                found: None,
                meaning: "what is stored is not what was signed\u{1b}[2J".to_owned(),
                advice: "go on from a backup".to_owned(),
            }],
            witnessed_to: Some(Witnessed {
                size: 9,
                at: Timestamp::from_seconds(1_779_285_600),
                by: "acme".to_owned(),
            }),
        };
        insta::assert_snapshot!(for_people(&report));
    }
}

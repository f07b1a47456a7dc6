//! `licentia audit verify`

use crate::args::Format;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::Args;
use licentia_core::audit::{IssueSeverity, KeySource, VerifyReport, VerifyRequest, Witnessed, unreadable};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// Check every hash, signature, link and effect of the log.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 when everything holds, 3 when it does not.
Start from a fingerprint that you keep outside this machine: the file alone can vouch only for itself.

Examples:
  licentia audit verify --log blake3:1f0c…
  licentia audit verify --log acme-log.json --format json")]
pub(crate) struct Verify {
    /// The fingerprint to start from, or a file that `audit key --out` wrote.
    #[arg(long, value_name = "FINGERPRINT|FILE")]
    log: Option<String>,

    /// The first entry to check.
    #[arg(long, value_name = "SEQ")]
    from: Option<u64>,

    /// The last entry to check.
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,
}

pub(crate) async fn run(context: &Context, args: Verify) -> Result {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        return Err(Failure::usage(format!("entry {from} comes after entry {to}")));
    }
    let request = VerifyRequest {
        fingerprint: args.log.as_deref().map(|log| fingerprint(context, log)).transpose()?,
        from: args.from,
        to: args.to,
    };
    let report = verify(context, &request).await?;
    match context.output.format {
        Format::Table => context.output.text(&for_people(&report))?,
        _ => context.output.thing(&view::serialized(&report))?,
    }
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
fn fingerprint(context: &Context, log: &str) -> Result<String> {
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

fn for_people(report: &VerifyReport) -> String {
    let mut out = String::new();
    let verdict = if report.verified { "VERIFIED" } else { "NOT VERIFIED" };
    let VerifyReport { entries_checked, from, to, .. } = report;
    let _ = writeln!(out, "{verdict}: {entries_checked} entries checked, {from} to {to}");
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
            IssueSeverity::Critical => "CRITICAL",
        };
        let range = match (issue.seq_from, issue.seq_to) {
            (Some(from), Some(to)) if from != to => format!(" in entries {from} to {to}"),
            (Some(one), _) | (None, Some(one)) => format!(" in entry {one}"),
            (None, None) => String::new(),
        };
        let _ = writeln!(out, "\n{severity} {}{range}", issue.code);
        let _ = writeln!(out, "  {}", printable(&issue.meaning));
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
            trust: TrustRoot { key_source: KeySource::Pin, fingerprint: Some("blake3:00".to_owned()) },
            entries_checked: 12,
            from: 1,
            to: 12,
            issues: vec![Issue {
                code: "bad_hash",
                severity: IssueSeverity::Critical,
                seq_from: Some(3),
                seq_to: Some(5),
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

//! `licentia license list`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use licentia_core::{LicenseFilter, LicenseId, LicenseStatus, Licentia, Validity};
use uuid::Uuid;

/// List licenses, newest first; by validity or expiry the soonest to end first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  licentia license list --status active --subject example.com
  licentia license list --expiring 30 --format csv")]
pub(crate) struct List {
    /// A state, or what the clock says; one of each may be given.
    #[arg(long, value_name = "STATUS", value_parser = status_word())]
    status: Vec<StatusWord>,

    /// Part of the subject.
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,

    /// The issuer, by name or id.
    #[arg(long, value_name = "ID")]
    issuer: Option<String>,

    /// Ends within so many days.
    #[arg(long, value_name = "DAYS")]
    expiring: Option<u32>,

    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Go on after this license.
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

/// What an operator decided, or what the clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StatusWord {
    Status(LicenseStatus),
    Validity(Validity),
}

fn status_words() -> impl Iterator<Item = (&'static str, StatusWord)> {
    let states = LicenseStatus::ALL.iter().map(|status| (status.as_str(), StatusWord::Status(*status)));
    let validities = Validity::ALL.into_iter().map(|validity| (validity.as_str(), StatusWord::Validity(validity)));
    states.chain(validities)
}

fn status_word() -> impl TypedValueParser<Value = StatusWord> {
    let words = status_words().map(|(word, _)| word);
    PossibleValuesParser::new(words).try_map(|word| {
        status_words().find(|(known, _)| *known == word).map(|(_, found)| found).ok_or("no such status")
    })
}

pub(crate) async fn run(context: &Context, args: List) -> Result {
    let page = context
        .read(async |licentia| {
            let filter = filter(licentia, &args).await?;
            let after = match &args.after {
                Some(text) => Some(license_id(licentia, text).await?),
                None => None,
            };
            Ok(licentia.licenses().list(&filter, after, args.limit).await?)
        })
        .await?;
    let now = context.now();
    let rows: Vec<_> = page.items.iter().map(|license| view::license(license, now)).collect();
    context.output.list(&view::LICENSE_COLUMNS, view::LICENSE_IN_LIST, &rows)?;
    context.output.go_on("--after", page.next);
    Ok(())
}

async fn filter(licentia: &Licentia, args: &List) -> Result<LicenseFilter> {
    let mut filter = LicenseFilter {
        subject: args.subject.clone(),
        issuer: super::fields::issuer(licentia, args.issuer.as_deref()).await?,
        expiring_within_days: args.expiring,
        ..LicenseFilter::default()
    };
    for word in &args.status {
        let twice = match word {
            StatusWord::Status(status) => filter.status.replace(*status).is_some(),
            StatusWord::Validity(validity) => filter.validity.replace(*validity).is_some(),
        };
        if twice {
            return Err(Failure::usage("no license has two states at a time")
                .hint("Give --status once with a state and once with what the clock says, at most."));
        }
    }
    Ok(filter)
}

/// A whole id is taken as it is: the license where a page ended may be gone by now.
async fn license_id(licentia: &Licentia, text: &str) -> Result<LicenseId> {
    match Uuid::try_parse(text) {
        Ok(id) => Ok(LicenseId(id)),
        Err(_) => Ok(licentia.licenses().resolve(text).await?.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_either_kind_is_known() {
        let words: Vec<_> = status_words().map(|(word, _)| word).collect();
        assert_eq!(
            words,
            ["active", "suspended", "superseded", "revoked", "not_yet_valid", "valid", "expiring", "expired"]
        );
    }
}

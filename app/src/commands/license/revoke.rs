//! `licentia license revoke`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use licentia_core::{ReasonCode, RevokeRequest};

/// Revoke a license; it can be undone.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia license revoke 5d2f09ab --reason refund --note \"order 4711\"")]
pub(crate) struct Revoke {
    /// The id of the license.
    id: String,

    /// Why.
    #[arg(long, value_name = "CODE", value_parser = reason())]
    reason: ReasonCode,

    /// In words, for whoever reads the log.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,

    #[command(flatten)]
    acting: Acting,
}

fn reason() -> impl TypedValueParser<Value = ReasonCode> {
    PossibleValuesParser::new(ReasonCode::ALL.iter().map(|reason| reason.as_str()))
        .try_map(|word| word.parse::<ReasonCode>().map_err(|_| "no such reason"))
}

pub(crate) async fn run(context: &Context, args: Revoke) -> Result {
    let revoked = context
        .change(&args.acting, async |licentia, operator| {
            let request = RevokeRequest {
                license: licentia.licenses().resolve(&args.id).await?.id,
                reason: args.reason,
                note: args.note,
            };
            Ok(licentia.revocations().revoke(operator, request).await?)
        })
        .await?;
    super::fields::note_if_irrevocable(context, &revoked.license);
    let mut shown = view::license(&revoked.license, context.now());
    shown.insert("revocation".to_owned(), view::revocation(&revoked.revocation).into());
    context.output.thing(&shown)
}

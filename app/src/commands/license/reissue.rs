//! `licentia license reissue`

use super::fields::{self, Fields};
use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use licentia_core::{ClearField, ReissueRequest};

/// Sign a license anew with changes; the one before is superseded.
///
/// What is not named is inherited, the absolute expiry too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  licentia license reissue 5d2f09ab --days 365 --overlap 14
  licentia license reissue 5d2f09ab --limit seats=20 --clear payload")]
pub(crate) struct Reissue {
    /// The id of the license.
    id: String,

    #[command(flatten)]
    fields: Fields,

    /// Drop a field instead of inheriting it; may be repeated.
    #[arg(long, value_name = "FIELD", value_parser = clear_field())]
    clear: Vec<ClearField>,

    /// So many days the old license goes on holding: only then its status list says superseded.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    overlap: Option<u32>,

    #[command(flatten)]
    acting: Acting,
}

const CLEARABLE: [(&str, ClearField); 6] = [
    ("not-before", ClearField::NotBefore),
    ("expires", ClearField::Expires),
    ("features", ClearField::Features),
    ("limits", ClearField::Limits),
    ("payload", ClearField::Payload),
    ("identity", ClearField::Identity),
];

/// Also understands the names of the JSON members and of the options.
fn clear_field() -> impl TypedValueParser<Value = ClearField> {
    let aliases = |name| match name {
        "not-before" => "not_before",
        "expires" => "not_after",
        "features" => "feature",
        "limits" => "limit",
        "identity" => "identity_id",
        other => other,
    };
    PossibleValuesParser::new(CLEARABLE.map(|(name, _)| PossibleValue::new(name).alias(aliases(name)))).try_map(
        move |word| {
            CLEARABLE
                .into_iter()
                .find(|(name, _)| *name == word || aliases(name) == word)
                .map(|(_, field)| field)
                .ok_or("no such field")
        },
    )
}

pub(crate) async fn run(context: &Context, args: Reissue) -> Result {
    let fields = &args.fields;
    let limits = fields.limits()?;
    let payload = fields.payload(context)?;
    let reissued = context
        .change(&args.acting, async |licentia, operator| {
            fields::set_log_claim(context, licentia)?;
            let license = licentia.licenses().resolve(&args.id).await?;
            let request = ReissueRequest {
                subject: fields.subject.clone(),
                audience: given(&fields.audience),
                issuer: fields::issuer(licentia, fields.issuer.as_deref()).await?,
                not_before: fields.not_before,
                term: fields.term.term(),
                features: given(&fields.feature),
                limits: Some(limits).filter(|limits| !limits.is_empty()),
                payload,
                identity: fields::identity(licentia, fields.identity.as_deref()).await?,
                clear: args.clear,
                overlap: args.overlap,
            };
            let out = fields.reserve()?;
            let reissued = licentia.licenses().reissue(operator, license.id, request).await?;
            fields::write(&reissued.license, out)?;
            Ok(reissued)
        })
        .await?;
    let old = reissued.superseded.id;
    context.output.note(&match reissued.superseded_from {
        Some(from) => format!("{old} is superseded; its status list says so from {from} on."),
        None => format!("{old} is superseded."),
    });
    fields::note_if_irrevocable(context, &reissued.license);
    context.output.thing(&view::license_with_token(&reissued.license, context.now()))
}

fn given(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

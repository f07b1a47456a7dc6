//! `licentia license reissue`

use super::fields::{self, Fields};
use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use licentia_core::{ClearField, Component, Fingerprint, Rebound, ReissueRequest};

/// Sign a license anew with changes; the one before is superseded.
///
/// What is not named is inherited, the absolute expiry too. Machines that are named take the place of all those before,
/// and each is shown beside the one that it comes closest to. The TOTP secret stays unless --totp makes a new one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  licentia license reissue 5d2f09ab --days 365 --overlap 14
  licentia license reissue 5d2f09ab --limit seats=20 --clear payload
  licentia license reissue 5d2f09ab --machine repaired.json")]
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

const CLEARABLE: [(&str, ClearField); 8] = [
    ("not-before", ClearField::NotBefore),
    ("expires", ClearField::Expires),
    ("features", ClearField::Features),
    ("limits", ClearField::Limits),
    ("payload", ClearField::Payload),
    ("identity", ClearField::Identity),
    ("machines", ClearField::Machines),
    ("totp", ClearField::Totp),
];

/// Also understands the names of the JSON members and of the options.
fn clear_field() -> impl TypedValueParser<Value = ClearField> {
    let aliases = |name| match name {
        "not-before" => "not_before",
        "expires" => "not_after",
        "features" => "feature",
        "limits" => "limit",
        "identity" => "identity_id",
        "machines" => "machine",
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
    let (reissued, written) = context
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
                machines: Some(fields::machines(context, licentia, &fields.machine).await?)
                    .filter(|machines| !machines.is_empty()),
                require: fields.require,
                totp: fields.totp,
                clear: args.clear,
                overlap: args.overlap,
            };
            let out = fields.reserve()?;
            let reissued = licentia.licenses().reissue(operator, license.id, request).await?;
            let written = fields::write(&reissued.license, out);
            Ok((reissued, written))
        })
        .await?;
    let old = reissued.superseded.id;
    context.output.note(&match reissued.superseded_from {
        Some(from) => format!("{old} is superseded; its status list says so from {from} on."),
        None => format!("{old} is superseded."),
    });
    fields::note_if_irrevocable(context, &reissued.license);
    side_by_side(context, &reissued.rebound);
    let mut shown = view::license_with_token(&reissued.license, context.now());
    if !reissued.rebound.is_empty() {
        let rebound = reissued.rebound.iter().map(Rebound::to_json).collect::<Vec<_>>();
        shown.insert("rebound".to_owned(), rebound.into());
    }
    super::totp::show_with(context, shown, reissued.totp.as_ref())?;
    // The secret is shown this once: it comes first.
    written
}

/// Old and new, component by component, as far as people tell them apart: the beginnings of the stretched values.
fn side_by_side(context: &Context, rebound: &[Rebound]) {
    let start = |machine: Option<&Fingerprint>, kind: Component| {
        let value = machine.and_then(|machine| machine.trusted().find(|(found, _)| *found == kind));
        value.map_or_else(|| "-".to_owned(), |(_, value)| view::base64url(value).chars().take(8).collect())
    };
    for (number, machine) in (1..).zip(rebound) {
        let name =
            |machine: Option<&Fingerprint>| machine.and_then(Fingerprint::label).unwrap_or("no label").to_owned();
        let before = machine.before.as_ref();
        context.output.note(&match before {
            Some(_) => format!("machine {number}: {} before, {} now", name(before), name(Some(&machine.now))),
            None => format!("machine {number}: none before, {} now", name(Some(&machine.now))),
        });
        for (kind, change) in &machine.components {
            let (old, new) = (start(before, *kind), start(Some(&machine.now), *kind));
            context.output.note(&format!("  {:13} {old:8}  {new:8}  {}", kind.name(), change.code()));
        }
    }
}

fn given(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

//! `licentia license delete`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;

/// Delete a license here; what was handed out is not undone by it.
///
/// A revoked license stays revoked, and the audit log keeps what the license said.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// The id of the license.
    id: String,

    /// Revoke it too, with the reason `cessation`.
    #[arg(long)]
    revoke: bool,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Delete) -> Result {
    let deleted = context
        .change(&args.acting, async |licentia, operator| {
            let licenses = licentia.licenses();
            let id = licenses.resolve(&args.id).await?.id;
            Ok(if args.revoke {
                licenses.revoke_and_delete(operator, id).await?
            } else {
                licenses.delete(operator, id).await?
            })
        })
        .await?;
    if deleted.still_valid_in_the_field {
        context.output.note(
            "It was not revoked: what was handed out stays valid in the field. \
             `license delete ID --revoke` would have revoked it in the same step.",
        );
    }
    let mut shown = view::license(&deleted.license, context.now());
    shown.insert("still_valid_in_the_field".to_owned(), deleted.still_valid_in_the_field.into());
    context.output.thing(&shown)
}

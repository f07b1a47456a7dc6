//! `licentia audit accept`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use serde_json::json;

/// Accept that the log was restored, and pin it as it is now.
///
/// Here more of the log was seen than there is now. Name the `log.restored` event that says so: the log is verified in
/// full, and only the event that abandons what was seen here is accepted. Changes nothing in the database.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// The number of the event, or its id; `licentia audit verify` names it.
    #[arg(value_name = "SEQ")]
    event: String,
}

pub(crate) async fn run(context: &Context, args: Accept) -> Result {
    let progress = context.progress("verifying");
    let place = context.place()?;
    let licentia = licentia_core::Licentia::open_for_reading(place, context.ambient.clone()).await?;
    let accepted = licentia.audit().accept(&args.event, progress).await;
    licentia.close().await;
    let accepted = accepted?;
    let mut said = view::entry(&accepted.event);
    said.extend(view::object(json!({
        "pinned_before": accepted.pinned_before,
        "pinned": accepted.pinned,
        "verified": accepted.verified.verified,
    })));
    context.output.thing(&said)
}

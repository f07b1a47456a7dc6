//! `licentia issuer create`

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::NewIssuer;

/// Make a new key; it signs when it is named or activated.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia issuer create 2027 --status-url https://licenses.example.com")]
pub(crate) struct Create {
    /// What to call it.
    name: String,

    /// The address under which its status lists will be published; frozen with its first license.
    #[arg(long, value_name = "BASE")]
    status_url: Option<String>,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Create) -> Result {
    let new = NewIssuer { name: args.name, status_url: args.status_url };
    let issuer = context
        .change(&args.acting, async |licentia, operator| Ok(licentia.issuers().generate(operator, new).await?))
        .await?;
    if issuer.status_url.is_none() {
        context.output.note("Without --status-url its licenses cannot be revoked in the field.");
    }
    context.output.thing(&view::issuer(&issuer))
}

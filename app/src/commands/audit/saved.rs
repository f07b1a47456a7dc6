//! `licentia audit filter …`: queries under a name, for `--query @NAME`.

use crate::args::Acting;
use crate::context::Context;
use crate::failure::Result;
use crate::output::Column;
use crate::view;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Saved {
    Save(Save),
    /// List the saved queries.
    List,
    Delete(Delete),
}

/// Keep a query under a name, for `--query @NAME`; one that was there is replaced.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  licentia audit filter save refunds --query 'kind:license.revoke AND payload.reason:refund'
  licentia audit list --query @refunds")]
pub(crate) struct Save {
    /// What to call it.
    name: String,

    /// The query.
    #[arg(long, value_name = "QUERY")]
    query: String,

    #[command(flatten)]
    acting: Acting,
}

/// Forget a saved query.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its name.
    name: String,

    #[command(flatten)]
    acting: Acting,
}

const MEMBERS: [&str; 3] = ["name", "query", "saved_at"];

const COLUMNS: [Column; 3] =
    [Column::text("NAME", "name"), Column::text("QUERY", "query"), Column::time("SAVED", "saved_at")];

pub(crate) async fn dispatch(context: &Context, verb: Saved) -> Result {
    match verb {
        Saved::Save(args) => {
            let saved = context
                .change(&args.acting, async |licentia, operator| {
                    Ok(licentia.audit().save_filter(operator, &args.name, &args.query).await?)
                })
                .await?;
            context.output.thing(&view::serialized(&saved))
        }
        Saved::List => {
            let filters = context.read(async |licentia| Ok(licentia.audit().filters().await?)).await?;
            let rows: Vec<_> = filters.iter().map(view::serialized).collect();
            context.output.list(&COLUMNS, &MEMBERS, &rows)
        }
        Saved::Delete(args) => {
            let deleted = context
                .change(&args.acting, async |licentia, operator| {
                    Ok(licentia.audit().delete_filter(operator, &args.name).await?)
                })
                .await?;
            context.output.thing(&view::serialized(&deleted))
        }
    }
}

//! `licentia license history`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::{License, LicenseStatus};

/// List the chain of reissues that a license is part of, oldest first.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// The id of any license in the chain.
    id: String,
}

pub(crate) async fn run(context: &Context, args: History) -> Result {
    let chain = context
        .read(async |licentia| {
            let license = licentia.licenses().resolve(&args.id).await?;
            Ok(licentia.licenses().history(license.id).await?)
        })
        .await?;
    note_missing_links(context, &chain);
    let now = context.now();
    let rows: Vec<_> = chain.iter().map(|license| view::license(license, now)).collect();
    context.output.list(&view::LICENSE_COLUMNS, view::LICENSE_IN_LIST, &rows)
}

/// A link that was deleted cuts the chain; its id is in the log all the same.
fn note_missing_links(context: &Context, chain: &[License]) {
    if let Some(before) = chain.first().and_then(|first| first.replaces) {
        context.output.note(&format!("The chain goes further back: license {before} was deleted. `licentia audit list --target {before}` shows what became of it."));
    }
    if let Some(last) = chain.last()
        && last.status == LicenseStatus::Superseded
    {
        let id = last.id;
        context.output.note(&format!("The chain goes on: the successor of license {id} was deleted. `licentia audit list --target {id}` names it."));
    }
}

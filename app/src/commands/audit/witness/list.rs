//! `licentia audit witness list`

use crate::context::Context;
use crate::failure::Result;
use crate::view;
use clap::Args;
use licentia_core::Licentia;

/// List all witnesses, and how far each of them vouches for the log.
#[derive(Debug, Args)]
pub(crate) struct List {}

pub(crate) async fn run(context: &Context, List {}: List) -> Result {
    let rows = async |licentia: &Licentia| {
        let mut rows = Vec::new();
        for witness in licentia.witnesses().list().await? {
            let witnessed = licentia.witnesses().witnessed_by(&witness).await?;
            rows.push(view::witness(&witness, witnessed.as_ref()));
        }
        Ok(rows)
    };
    context.list(&view::WITNESS_COLUMNS, &view::WITNESS, rows).await
}

//! `licentia license issue --from`: a batch, all or nothing.

use super::fields;
use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::view;
use licentia_core::{Batch, BatchError, BatchFile, Error, Explanation, Licentia};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

pub(crate) async fn run(context: &Context, from: &Path, dry_run: bool, acting: &Acting) -> Result {
    let file = BatchFile::read(from, Arc::new(|_, _| {})).await.map_err(|error| match &error {
        Error::BatchFile(BatchError::Name(_)) => Failure::Usage(Explanation::from(&error)),
        _ => error.into(),
    })?;
    let audience = context.config()?.audience;
    if dry_run {
        let rows = context.read(async |licentia| Ok(checked(licentia, file, &audience).await?.rows.len())).await?;
        return context.output.thing(&view::object(json!({ "rows": rows, "issued": 0, "dry_run": true })));
    }
    let progress = context.progress("signing");
    let licenses = context
        .change(acting, async |licentia, operator| {
            fields::set_log_claim(context, licentia)?;
            let batch = licentia.licenses().check_file(file, &audience).await?;
            Ok(licentia.licenses().issue_file(operator, &batch, progress).await?)
        })
        .await?;
    if let Some(license) = licenses.iter().find(|license| license.status_list.is_none()) {
        fields::note_if_irrevocable(context, license);
    }
    if context.output.format == Format::Table {
        return context.output.text(&format!("{} licenses issued\n", licenses.len()));
    }
    let now = context.now();
    let rows: Vec<_> = licenses.iter().map(|license| view::license_with_token(license, now)).collect();
    context.output.list(&view::LICENSE_COLUMNS, &view::LICENSE, &rows)
}

/// The batch, when every single row can be issued.
async fn checked(licentia: &Licentia, file: BatchFile, audience: &[String]) -> Result<Batch> {
    let batch = licentia.licenses().check_file(file, audience).await?;
    batch.all_can_be_issued().map_err(Error::from)?;
    Ok(batch)
}

//! Effects around a file of licenses: reading it, signing it, writing the tokens out.

use super::read::{explained, open};
use super::write::unlocked;
use super::{Say, file};
use crate::message::{Answer, Msg};
use crate::services::Services;
use licentia_core::{Batch, BatchFile, License, Progress};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) async fn read(services: &Services, path: &Path, progress: Progress) -> Answer<Batch> {
    let audience = services.audience().clone()?;
    let (licentia, path) = (open(services)?, at_home(path));
    licentia.refuse_own_file(&path, "file").map_err(explained)?;
    let file = BatchFile::read(&path, progress).await.map_err(explained)?;
    licentia.licenses().check_file(file, &audience).await.map_err(explained)
}

pub(super) async fn issue(services: &Services, batch: &Batch, progress: Progress) -> Answer<Vec<License>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.licenses().issue_file(&operator, batch, progress).await.map_err(explained)
}

pub(super) async fn write_tokens(
    services: &Services,
    licenses: &[License],
    out: &Path,
    progress: Progress,
) -> Answer<PathBuf> {
    let out = at_home(out);
    open(services)?.licenses().write_tokens(licenses, &out, progress).await.map_err(explained)?;
    Ok(out)
}

/// Tells how far the effect of this request is.
pub(super) fn progress(say: &Say, request: u64) -> Progress {
    let say = Arc::clone(say);
    Arc::new(move |done, total| say(Msg::Progress { request, done, total }))
}

/// As every path that is typed; one that is no text was not typed.
fn at_home(path: &Path) -> PathBuf {
    path.to_str().map_or_else(|| path.to_owned(), file::path)
}

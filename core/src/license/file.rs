//! `.lic` files: reading one that somebody names, and writing one under a name that is free.

use super::Licenses;
use super::issue::blocking;
use crate::{LicenseId, Result};
use std::path::Path;

/// More than any license has, with room for whatever an editor puts around it.
const MOST_BYTES: u64 = 1024 * 1024;

impl Licenses<'_> {
    /// Writes the `.lic` text to a new file, readable by its owner alone.
    pub async fn save(self, id: LicenseId, to: &Path) -> Result<()> {
        let text = Self::armored(&self.get(id).await?);
        let (to, licentia) = (to.to_owned(), self.0.clone());
        blocking(move || licentia.save_new(&to, text.as_bytes())).await
    }

    /// The text of a file that may hold a license.
    pub async fn read_file(self, path: &Path) -> Result<String> {
        let (path, licentia) = (path.to_owned(), self.0.clone());
        blocking(move || Ok(licentia.read_given(&path, MOST_BYTES, "the file")?.to_string())).await
    }
}

//! `.lic` files: reading one that somebody names, and writing one under a name that is free.

use super::Licenses;
use super::issue::blocking;
use crate::new_file::{NewFile, failed};
use crate::{Error, LicenseId, Result};
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// More than any license has, with room for whatever an editor puts around it.
const MOST_BYTES: u64 = 1024 * 1024;

impl Licenses<'_> {
    /// Writes the `.lic` text to a new file, readable by its owner alone, and returns its whole path.
    pub async fn save(self, id: LicenseId, to: &Path) -> Result<PathBuf> {
        let text = Self::armored(&self.get(id).await?);
        let (to, ambient) = (to.to_owned(), self.0.ambient().clone());
        blocking(move || {
            let (new, mut file) = NewFile::beside(&to, &ambient)?;
            file.write_all(text.as_bytes()).map_err(|source| failed("write", &to, source))?;
            drop(file);
            new.place()?;
            Ok(to.canonicalize().unwrap_or(to))
        })
        .await
    }

    /// The text of a file that may hold a license.
    pub async fn read_file(self, path: &Path) -> Result<String> {
        let (path, database) = (path.to_owned(), self.0.place().database.clone());
        blocking(move || {
            let mut bytes = Vec::new();
            let found = path.metadata().map_err(|source| failed("read", &path, source))?;
            if !found.is_file() {
                return Err(Error::invalid("the file", "it is a directory or a device"));
            }
            // Closing any other handle of it would drop the locks of SQLite.
            if belongs_to(&path, &found, &database) {
                return Err(Error::invalid("the file", "it is the database that is open"));
            }
            let file = File::open(&path).map_err(|source| failed("read", &path, source))?;
            file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|source| failed("read", &path, source))?;
            if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MOST_BYTES {
                return Err(Error::invalid("the file", "it is larger than any license"));
            }
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        })
        .await
    }
}

/// Whether it is one of the files of the database, by whatever name.
fn belongs_to(path: &Path, found: &Metadata, database: &Path) -> bool {
    let names = ["", "-wal", "-shm", "-journal"];
    names.iter().any(|end| {
        let mut own = database.as_os_str().to_owned();
        own.push(end);
        let own = Path::new(&own);
        own.metadata().is_ok_and(|own| is_same(found, &own)) || is_same_path(path, own)
    })
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
const fn is_same(_one: &Metadata, _other: &Metadata) -> bool {
    false
}

fn is_same_path(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

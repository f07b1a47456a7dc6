//! Reading what is of a sensible size, and writing files that never replace one and are never half there.

use crate::failure::{Failure, Result};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// More than any file that a command reads whole.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Reads a file whole.
pub(crate) fn read_path(path: &Path) -> Result<Vec<u8>> {
    let mut file = std::fs::File::open(path).map_err(|error| Failure::io("read", path, &error))?;
    read(&mut file, path)
}

/// Reads all that comes; `path` names it in messages.
pub(crate) fn read(from: &mut dyn Read, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let failed = |error| Failure::io("read", path, &error);
    from.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MOST_BYTES) {
        return Err(Failure::new(format!("{} is too large", path.display())));
    }
    Ok(bytes)
}

/// Whether the mode of a file lets the group or others read it.
pub(crate) fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.mode() & 0o044 != 0)
}

/// A file to be: its place is known to be free and writable before anything irrevocable happens.
#[must_use = "only `finish` makes the file"]
pub(crate) struct NewFile {
    path: PathBuf,
    beside: NamedTempFile,
}

impl NewFile {
    /// Makes a file for this user alone under a random name beside `path`.
    pub(crate) fn reserve(path: &Path) -> Result<Self> {
        if path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        let directory = match path.parent() {
            Some(directory) if directory != Path::new("") => directory,
            _ => Path::new("."),
        };
        let beside = NamedTempFile::new_in(directory).map_err(|error| {
            // The error itself speaks of a random name that nobody gave.
            Failure::io("write", path, &error.kind().into())
        })?;
        Ok(Self { path: path.to_owned(), beside })
    }

    /// Writes the bytes, makes them durable, and gives the file its name; one that came meanwhile stays.
    pub(crate) fn finish(self, bytes: &[u8]) -> Result {
        self.finish_from(&mut &*bytes)
    }

    /// The same with all that comes.
    pub(crate) fn finish_from(mut self, from: &mut dyn Read) -> Result {
        let failed = |error: io::Error| Failure::io("write", &self.path, &error);
        io::copy(from, &mut self.beside).map_err(failed)?;
        self.beside.as_file().sync_all().map_err(failed)?;
        match self.beside.persist_noclobber(&self.path) {
            Ok(_) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(exists(&self.path));
            }
            Err(error) => return Err(Failure::io("write", &self.path, &error.error)),
        }
        // The name is durable when the directory is; where a directory cannot be synced, there is nothing to do.
        if let Some(directory) = self.path.parent().and_then(|path| std::fs::File::open(path).ok()) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

/// Writes a file of which nothing else depends.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result {
    NewFile::reserve(path)?.finish(bytes)
}

fn exists(path: &Path) -> Failure {
    Failure::new(format!("cannot write {}", path.display()))
        .because("There is a file of that name already, and none is ever replaced.")
        .hint("Choose another name, or move that file away.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_new_file_is_whole_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.lic");
        write_new(&path, b"text").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"text");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(dir.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_never_replaced_even_when_it_comes_late() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.lic");
        let new = NewFile::reserve(&path).unwrap();
        std::fs::write(&path, "mine").unwrap();
        assert!(new.finish(b"text").is_err());
        assert!(NewFile::reserve(&path).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert_eq!(dir.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_dangling_link_is_a_file_of_that_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.lic");
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), &path).unwrap();
        assert!(NewFile::reserve(&path).is_err());
    }
}

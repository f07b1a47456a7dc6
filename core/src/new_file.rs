//! Files that appear whole or not at all, and never in the place of another.

use crate::{Ambient, Error, Licentia, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that is being written under a name of its own; removed again unless it is placed.
#[derive(Debug)]
pub(crate) struct NewFile {
    to: PathBuf,
    /// Empty once the file is in its place.
    temporary: Option<PathBuf>,
}

impl NewFile {
    /// An empty file beside `to` that only its owner may read. Refuses when `to` is there.
    pub(crate) fn beside(to: &Path, ambient: &Ambient) -> Result<(Self, File)> {
        refuse_existing(to)?;
        Self::instead_of(to, ambient)
    }

    /// The same for a file that may be there, and is going to be replaced with [`Self::replace`].
    pub(crate) fn instead_of(to: &Path, ambient: &Ambient) -> Result<(Self, File)> {
        let name = to.file_name().ok_or_else(|| Error::invalid("the file's name", "it names a directory"))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", licentia_storage::audit::hex(&ambient.bytes::<8>())));
        let temporary = to.with_file_name(hidden);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&temporary).map_err(|source| failed("create", to, source))?;
        Ok((Self { to: to.to_owned(), temporary: Some(temporary) }, file))
    }

    /// Where the bytes are until the file is placed.
    pub(crate) fn temporary(&self) -> &Path {
        self.temporary.as_deref().unwrap_or(&self.to)
    }

    /// Gives the file its name. What was written is on disk by then, and so is the name.
    pub(crate) fn place(self) -> Result<()> {
        self.rename(rename_to_nothing)
    }

    /// The same, in the place of a file that is there: whoever reads it has the old one or the new one, and all of it.
    pub(crate) fn replace(self) -> Result<()> {
        self.rename(|from, to| std::fs::rename(from, to).map_err(|source| failed("write", to, source)))
    }

    fn rename(mut self, rename: impl FnOnce(&Path, &Path) -> Result<()>) -> Result<()> {
        let Some(temporary) = self.temporary.take() else { return Ok(()) };
        let placed = File::open(&temporary)
            .and_then(|file| file.sync_all())
            .map_err(|source| failed("write", &self.to, source))
            .and_then(|()| rename(&temporary, &self.to));
        if placed.is_err() {
            self.temporary = Some(temporary);
        }
        placed?;
        sync_directory(&self.to)
    }
}

impl Licentia {
    /// Writes what was got here to a file that was not there, for its owner alone: whole, or not at all.
    pub fn save_new(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let (new, mut file) = NewFile::beside(path, self.ambient())?;
        file.write_all(bytes).map_err(|source| failed("write", path, source))?;
        new.place()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // What went wrong before is what gets said.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// Refuses a name that is taken, be it by a link that leads nowhere.
pub(crate) fn refuse_existing(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Ok(_) => Err(Error::FileExists(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(failed("look at", path, source)),
    }
}

/// A rename replaces what is there; a second name for the same file does not.
fn rename_to_nothing(from: &Path, to: &Path) -> Result<()> {
    match std::fs::hard_link(from, to) {
        Ok(()) => std::fs::remove_file(from).map_err(|source| failed("remove", from, source)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Error::FileExists(to.to_owned())),
        // A USB stick may know no second names; then all that can be done is to look first.
        Err(_) => {
            refuse_existing(to)?;
            std::fs::rename(from, to).map_err(|source| failed("write", to, source))
        }
    }
}

/// A name is on disk when its directory is.
pub(crate) fn sync_directory(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|source| failed("write", directory, source))?;
    }
    Ok(())
}

pub(crate) fn failed(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn ambient() -> Ambient {
        Ambient::new(|| Timestamp(0), |bytes| bytes.fill(7))
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_appears_whole_and_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let to = directory.path().join("out.txt");
        let (new, mut file) = NewFile::beside(&to, &ambient()).unwrap();
        file.write_all(b"text").unwrap();
        assert!(!to.exists());
        new.place().unwrap();
        assert_eq!(names(directory.path()), ["out.txt"]);
        assert_eq!(std::fs::read(&to).unwrap(), b"text");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(to.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_there_stays() {
        let directory = tempfile::tempdir().unwrap();
        let to = directory.path().join("out.txt");
        let (new, _file) = NewFile::beside(&to, &ambient()).unwrap();
        std::fs::write(&to, "earlier").unwrap();
        assert!(matches!(new.place(), Err(Error::FileExists(path)) if path == to));
        assert!(matches!(NewFile::beside(&to, &ambient()), Err(Error::FileExists(path)) if path == to));
        assert_eq!(std::fs::read(&to).unwrap(), b"earlier");
        assert_eq!(names(directory.path()), ["out.txt"]);
    }

    #[test]
    fn what_is_published_takes_the_place_of_what_was() {
        let directory = tempfile::tempdir().unwrap();
        let to = directory.path().join("list");
        for text in ["first", "second"] {
            let (new, mut file) = NewFile::instead_of(&to, &ambient()).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            new.replace().unwrap();
            assert_eq!(std::fs::read_to_string(&to).unwrap(), text);
        }
        assert_eq!(names(directory.path()), ["list"]);
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        drop(NewFile::beside(&directory.path().join("out.txt"), &ambient()).unwrap());
        assert!(names(directory.path()).is_empty());
        assert!(NewFile::beside(Path::new(".."), &ambient()).is_err());
        assert!(NewFile::beside(&directory.path().join("none/out.txt"), &ambient()).is_err());
    }
}

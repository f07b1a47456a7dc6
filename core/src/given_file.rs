//! Files that somebody names, read whole: ordinary ones, of a sensible size, and never the database itself.

use crate::new_file::failed;
use crate::{Error, Licentia, Result};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

impl Licentia {
    /// The text of a file of at most `most` bytes; `what` names it in messages. It may be a secret, so it is wiped.
    pub fn read_given(&self, path: &Path, most: u64, what: &'static str) -> Result<Zeroizing<String>> {
        read(path, most, what, &self.place().database)
    }

    /// Refuses what is a file of the open database, under whatever name: closing any other handle of it would drop the
    /// locks of `SQLite`.
    pub fn refuse_own_file(&self, path: &Path, what: &'static str) -> Result<()> {
        // Where it cannot be looked at, whoever reads it will say why.
        let own = path.metadata().is_ok_and(|found| belongs_to(&found, &self.place().database));
        if own { Err(own_file(what)) } else { Ok(()) }
    }
}

/// Why a file is not read.
#[derive(Debug)]
pub(crate) enum Unfit {
    Unreadable(io::Error),
    /// A pipe or a device might never end, nor begin.
    NotOrdinary,
    TooLong,
    /// It is one of the open database.
    Own,
}

/// Reads an ordinary file of at most `most` bytes that is none of this database's.
pub(crate) fn read_bytes(path: &Path, most: u64, database: Option<&Path>, bytes: &mut Vec<u8>) -> Result<(), Unfit> {
    let found = path.metadata().map_err(Unfit::Unreadable)?;
    if !found.is_file() {
        return Err(Unfit::NotOrdinary);
    }
    if database.is_some_and(|database| belongs_to(&found, database)) {
        return Err(Unfit::Own);
    }
    if found.len() > most {
        return Err(Unfit::TooLong);
    }
    // It may grow while it is read.
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(bytes)).map_err(Unfit::Unreadable)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) { Ok(()) } else { Err(Unfit::TooLong) }
}

fn read(path: &Path, most: u64, what: &'static str, database: &Path) -> Result<Zeroizing<String>> {
    // Room for all of it from the start: a buffer that grows leaves copies behind.
    let room = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    read_bytes(path, most, Some(database), &mut bytes).map_err(|unfit| match unfit {
        Unfit::Unreadable(source) => failed("read", path, source),
        Unfit::NotOrdinary => Error::invalid(what, "it is no ordinary file"),
        Unfit::TooLong => Error::invalid(what, format!("the file has more than {most} bytes")),
        Unfit::Own => own_file(what),
    })?;
    match String::from_utf8(std::mem::take(&mut bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(Error::invalid(what, "the file is no text (UTF-8)"))
        }
    }
}

fn own_file(what: &'static str) -> Error {
    Error::invalid(what, "this is a file of the database that is open")
}

/// Whether it is one of the files of the database, by whatever name.
fn belongs_to(found: &Metadata, database: &Path) -> bool {
    ["", "-wal", "-shm", "-journal"].iter().any(|end| {
        let mut own = database.as_os_str().to_owned();
        own.push(end);
        Path::new(&own).metadata().is_ok_and(|own| is_same(found, &own))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ordinary_file_of_text_that_is_not_too_long_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let (file, database) = (directory.path().join("a.txt"), directory.path().join("licentia.db"));
        let why = |path: &Path, most| match read(path, most, "the file", &database) {
            Err(Error::Invalid { why, .. }) => why,
            other => panic!("{other:?}"),
        };
        std::fs::write(&file, "text").unwrap();
        assert_eq!(read(&file, 4, "the file", &database).unwrap().as_str(), "text");
        assert!(why(&file, 3).contains("more than 3 bytes"));
        assert!(why(directory.path(), 9).contains("no ordinary file"));
        assert!(matches!(read(&directory.path().join("none"), 9, "the file", &database), Err(Error::Io { .. })));
        std::fs::write(&file, [0xff, 0xfe]).unwrap();
        assert!(why(&file, 9).contains("no text"));
    }

    #[test]
    fn the_database_is_not_opened_by_any_of_its_names() {
        let directory = tempfile::tempdir().unwrap();
        let (database, link) = (directory.path().join("licentia.db"), directory.path().join("key.pem"));
        for end in ["", "-wal", "-shm"] {
            let own = directory.path().join(format!("licentia.db{end}"));
            std::fs::write(&own, "x").unwrap();
            std::fs::hard_link(&own, &link).unwrap();
            for path in [&own, &link] {
                let refused = read(path, 9, "the file", &database);
                assert!(matches!(&refused, Err(Error::Invalid { why, .. }) if why.contains("database")), "{path:?}");
            }
            std::fs::remove_file(&link).unwrap();
        }
    }
}

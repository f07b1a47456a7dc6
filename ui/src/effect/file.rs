//! Files that people name on the screen: what they typed as a path, and reading what is of a sensible size.

use super::read::explained;
use crate::message::Answer;
use licentia_core::Error;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What was typed, with `~/` as the home directory, from the root on: a message can say where a file went.
pub(super) fn path(typed: &str) -> PathBuf {
    let home = typed.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let path = home.unwrap_or_else(|| PathBuf::from(typed));
    std::path::absolute(&path).unwrap_or(path)
}

/// A file of text, whole.
pub(super) fn text(path: &Path, most: u64, what: &'static str) -> Answer<String> {
    let io = |source| explained(Error::Io { action: "read", path: path.to_owned(), source });
    // A pipe or a device might never end, nor begin.
    if !path.metadata().map_err(io)?.is_file() {
        return Err(invalid(what, format!("{} is not a file", path.display())));
    }
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(io)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > most) {
        return Err(invalid(what, format!("{} has more than {most} bytes", path.display())));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(invalid(what, format!("{} is not text", path.display()))),
    }
}

pub(super) fn invalid(what: &'static str, why: String) -> licentia_core::Explanation {
    explained(Error::Invalid { what, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_of_text_that_is_not_too_long_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.txt");
        std::fs::write(&file, "text").unwrap();
        assert_eq!(text(&file, 4, "the file").unwrap(), "text");
        assert!(text(&file, 3, "the file").unwrap_err().cause.unwrap().contains("more than 3 bytes"));
        assert!(text(directory.path(), 9, "the file").unwrap_err().cause.unwrap().contains("is not a file"));
        assert!(text(&directory.path().join("none"), 9, "the file").unwrap_err().message.contains("cannot read"));
        std::fs::write(&file, [0xff, 0xfe]).unwrap();
        assert!(text(&file, 9, "the file").unwrap_err().cause.unwrap().contains("is not text"));
        assert_eq!(path("/a/b"), Path::new("/a/b"));
        assert!(path("a").is_absolute());
    }
}

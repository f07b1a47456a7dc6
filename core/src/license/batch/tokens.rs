//! The tokens of many licenses, written out for whoever hands them on.

use crate::new_file::{NewFile, failed, refuse_existing};
use crate::{Ambient, License, Licenses, Progress, Result};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Licenses of one file between two looks at everything else.
const STRIDE: usize = 100;

/// How tokens are written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFiles {
    /// One file, a license as JSON with its token on each line, as the command line writes it.
    Jsonl,
    /// A new directory with a `.lic` file for each.
    Directory,
}

impl TokenFiles {
    /// As the name says: `….jsonl` is one file, anything else a directory.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let is_file = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jsonl"));
        if is_file { Self::Jsonl } else { Self::Directory }
    }
}

impl Licenses<'_> {
    /// Writes the tokens of these licenses to a name that is free. Nothing is there before all of it is.
    pub async fn write_tokens(self, licenses: &[License], out: &Path, progress: Progress) -> Result<()> {
        match TokenFiles::of(out) {
            TokenFiles::Jsonl => jsonl(licenses, out, self.0.ambient(), &progress).await,
            TokenFiles::Directory => directory(licenses, out, self.0.ambient(), &progress).await,
        }
    }
}

async fn jsonl(licenses: &[License], out: &Path, ambient: &Ambient, progress: &Progress) -> Result<()> {
    let (new, file) = NewFile::beside(out, ambient)?;
    let mut file = BufWriter::new(file);
    let now = ambient.now();
    let unwritten = |source| failed("write", out, source);
    for (at, license) in licenses.iter().enumerate() {
        let json = serde_json::Value::Object(Licenses::to_json(license, now, true));
        writeln!(file, "{json}").map_err(unwritten)?;
        pause(at + 1, licenses.len(), progress).await;
    }
    file.flush().map_err(unwritten)?;
    new.place()
}

async fn directory(licenses: &[License], out: &Path, ambient: &Ambient, progress: &Progress) -> Result<()> {
    let new = NewDirectory::beside(out, ambient)?;
    for (at, license) in licenses.iter().enumerate() {
        let path = new.temporary.join(file_name(license));
        write_one(&path, Licenses::armored(license).as_bytes())?;
        pause(at + 1, licenses.len(), progress).await;
    }
    new.place()
}

async fn pause(done: usize, total: usize, progress: &Progress) {
    if done.is_multiple_of(STRIDE) || done == total {
        let count = |number| u64::try_from(number).unwrap_or(u64::MAX);
        progress(count(done), count(total));
        tokio::task::yield_now().await;
    }
}

fn write_one(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(|mut file| file.write_all(bytes)).map_err(|source| failed("write", path, source))
}

/// Whom it is for, as far as every file system can write that, and the id, which keeps it apart from the others.
fn file_name(license: &License) -> String {
    const LONGEST: usize = 60;
    let plain = |c: char| if c.is_ascii_alphanumeric() || "@._-+".contains(c) { c } else { '_' };
    let subject: String = license.subject.chars().take(LONGEST).map(plain).collect();
    format!("{}-{}.lic", subject.trim_start_matches(['.', '-']), license.id)
}

/// A directory that is being filled under a name of its own; removed again unless it is placed.
struct NewDirectory {
    to: PathBuf,
    temporary: PathBuf,
    placed: bool,
}

impl NewDirectory {
    fn beside(to: &Path, ambient: &Ambient) -> Result<Self> {
        refuse_existing(to)?;
        let name = to.file_name().ok_or_else(|| crate::Error::invalid("the directory's name", "it names none"))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", licentia_storage::audit::hex(&ambient.bytes::<8>())));
        let temporary = to.with_file_name(hidden);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&temporary).map_err(|source| failed("make the directory", to, source))?;
        Ok(Self { to: to.to_owned(), temporary, placed: false })
    }

    fn place(mut self) -> Result<()> {
        // A rename replaces no file, and of directories only an empty one.
        refuse_existing(&self.to)?;
        std::fs::rename(&self.temporary, &self.to).map_err(|source| failed("write", &self.to, source))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for NewDirectory {
    fn drop(&mut self) {
        if !self.placed {
            // What went wrong before is what gets said.
            let _ = std::fs::remove_dir_all(&self.temporary);
        }
    }
}

//! Pins as files: one for each database path, replaced whole or not at all, never moved backwards.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Pin;

/// More than a pin with the longest path needs.
const MAX_LEN: u64 = 64 * 1024;
pub(super) const VERSION: u32 = 1;
const FILE_NAME: &str = "licentia 2026 pin file name v1";

/// Why a pin could not be read, kept or given up.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    #[error("cannot {action} {}: {error}", path.display())]
    Io { action: &'static str, path: PathBuf, error: io::Error },
    /// Never taken for "no pin": whoever can spoil the file would otherwise switch the check off.
    #[error("the pin file {} is broken: {what}", path.display())]
    Broken { path: PathBuf, what: String },
    #[error("{} is writable by others (mode {mode:03o}), so its pins prove nothing; `chmod 700` it", path.display())]
    Unsafe { path: PathBuf, mode: u32 },
    #[error("{} belongs to another user (id {owner}), so its pins prove nothing", path.display())]
    Foreign { path: PathBuf, owner: u32 },
    /// Somebody has to say that this is right, by forgetting the old pin.
    #[error("{} is pinned to {pinned}, and would be pinned to {new}", path.display())]
    Contradiction { path: PathBuf, pinned: String, new: String },
}

/// The folder of the pins: outside the home, since a home that is restored from a backup must not bring its pin along.
#[derive(Debug, Clone)]
pub struct PinStore {
    dir: PathBuf,
}

impl PinStore {
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The pin of the database at `path`, if there is one. `path` of the result is the resolved one.
    ///
    /// # Errors
    /// `Broken`, `Unsafe` and `Foreign` as well as `Io`: that a file is absent is the only way to have no pin.
    pub fn load(&self, path: &Path) -> Result<Option<Pin>, PinError> {
        let database = resolve(path)?;
        self.check_dir()?;
        self.read(&database)
    }

    /// Where the pin of the database at `path` is kept, be it there or not.
    ///
    /// # Errors
    /// `Io` when the path cannot be resolved.
    pub fn file_of(&self, path: &Path) -> Result<PathBuf, PinError> {
        Ok(self.file(&resolve(path)?))
    }

    /// Keeps the pin, on disk before this returns. If another process has pinned a later state of the same log in the
    /// meantime, that one stays.
    ///
    /// # Errors
    /// `Contradiction` when another log is pinned, or another entry of the same seq; a broken pin stays an error.
    pub fn save(&self, pin: &Pin) -> Result<(), PinError> {
        let pin = Pin { path: resolve(&pin.path)?, ..pin.clone() };
        if let Some(what) = pin.fault() {
            return Err(PinError::Broken { path: self.file(&pin.path), what: what.to_owned() });
        }
        self.create_dir()?;
        self.check_dir()?;
        let _lock = self.lock()?;
        match self.read(&pin.path)? {
            Some(old) if old.fingerprint != pin.fingerprint => {
                return Err(contradiction(pin.path, &old.fingerprint, &pin.fingerprint));
            }
            Some(old) if old.size == pin.size && old.hash != pin.hash => {
                return Err(contradiction(pin.path, &old.hash, &pin.hash));
            }
            Some(old) if old.size >= pin.size => return Ok(()),
            _ => {}
        }
        self.write(&pin)
    }

    fn write(&self, pin: &Pin) -> Result<(), PinError> {
        let to = self.file(&pin.path);
        if let Some(what) = pin.fault() {
            return Err(PinError::Broken { path: to, what: what.to_owned() });
        }
        let stored = Stored { version: VERSION, pin };
        let text = serde_json::to_string_pretty(&stored)
            .map_err(|error| PinError::Broken { path: to.clone(), what: error.to_string() })?;
        self.replace(&to, text.as_bytes(), pin.size)
    }

    /// Keeps the pin in place of another one, be it ahead or on another branch. For a person who has seen why.
    ///
    /// # Errors
    /// `Io`; `Broken` when the new pin is none that can be.
    pub fn accept(&self, pin: &Pin) -> Result<(), PinError> {
        let pin = Pin { path: resolve(&pin.path)?, ..pin.clone() };
        self.create_dir()?;
        self.check_dir()?;
        self.start_anew(&pin.path, &pin.fingerprint)?;
        let _lock = self.lock()?;
        self.write(&pin)
    }

    /// Gives the pin up, broken or not, and says whether there was one. For a person who knows why the log is another.
    ///
    /// # Errors
    /// `Io`.
    pub fn forget(&self, path: &Path) -> Result<bool, PinError> {
        let file = self.file(&resolve(path)?);
        match fs::remove_file(&file) {
            Ok(()) => self.sync_dir().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed("remove", &file, error)),
        }
    }

    fn read(&self, database: &Path) -> Result<Option<Pin>, PinError> {
        let file = self.file(database);
        let broken = |what: String| PinError::Broken { path: file.clone(), what };
        let Some(text) = text_of(&file)? else { return Ok(None) };
        let Stored::<Pin> { pin, .. } = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        if let Some(what) = pin.fault() {
            return Err(broken(what.into()));
        }
        if pin.path.to_string_lossy() != database.to_string_lossy() {
            return Err(broken("it belongs to another database path".into()));
        }
        Ok(Some(Pin { path: database.to_owned(), ..pin }))
    }

    /// New file, on disk, then renamed over the old one: a reader sees the one or the other.
    pub(super) fn replace(&self, to: &Path, text: &[u8], size: u64) -> Result<(), PinError> {
        let temporary = to.with_extension(format!("{}-{size}.tmp", std::process::id()));
        // We hold the lock, so a file of this name was left by a process that died with our id.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &temporary, error));
            }
            _ => {}
        }
        let written = private(OpenOptions::new().write(true).create_new(true))
            .open(&temporary)
            .and_then(|mut file| file.write_all(text).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&temporary, to));
        if let Err(error) = written {
            // What went wrong is said; that the rest could not be swept up as well adds nothing.
            let _ = fs::remove_file(&temporary);
            return Err(failed("write", to, error));
        }
        self.sync_dir()
    }

    /// Between two processes, and between two threads, that save at once. Ends with the file's handle.
    pub(super) fn lock(&self) -> Result<File, PinError> {
        let path = self.dir.join("lock");
        let file = private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&path)
            .map_err(|error| failed("open", &path, error))?;
        match file.lock() {
            // Where there are no locks, the rename still keeps files whole.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(failed("lock", &path, error)),
            _ => Ok(file),
        }
    }

    pub(super) fn file(&self, database: &Path) -> PathBuf {
        let mut hasher = blake3::Hasher::new_derive_key(FILE_NAME);
        hasher.update(database.as_os_str().as_encoded_bytes());
        self.dir.join(format!("{}.json", hasher.finalize().to_hex()))
    }

    pub(super) fn create_dir(&self) -> Result<(), PinError> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(&self.dir).map_err(|e| failed("create", &self.dir, e))
    }

    pub(super) fn check_dir(&self) -> Result<(), PinError> {
        #[cfg(unix)]
        match fs::metadata(&self.dir) {
            Ok(found) => {
                let owner = std::os::unix::fs::MetadataExt::uid(&found);
                if !is_trusted(owner, rustix::process::geteuid().as_raw()) {
                    return Err(PinError::Foreign { path: self.dir.clone(), owner });
                }
                let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777;
                if mode & 0o022 != 0 {
                    return Err(PinError::Unsafe { path: self.dir.clone(), mode });
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed("look at", &self.dir, error)),
        }
        Ok(())
    }

    /// A rename is on disk when its folder is.
    fn sync_dir(&self) -> Result<(), PinError> {
        #[cfg(unix)]
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(|error| failed("write", &self.dir, error))?;
        Ok(())
    }
}

/// An owner can do anything in a folder, whatever its mode; root can everywhere.
#[cfg(unix)]
pub(super) const fn is_trusted(owner: u32, user: u32) -> bool {
    owner == user || owner == 0
}

#[derive(Serialize, Deserialize)]
struct Stored<P> {
    version: u32,
    pin: P,
}

/// Read first, so that a later version is called that, whatever else it holds.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// What a file of ours holds, if it is there and of the version that is known.
pub(super) fn text_of(path: &Path) -> Result<Option<String>, PinError> {
    let broken = |what: String| PinError::Broken { path: path.to_owned(), what };
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => return Err(broken("it is not a regular file".into())),
        Ok(found) if found.len() > MAX_LEN => return Err(broken("it is too long".into())),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("look at", path, error)),
    }
    let mut text = String::new();
    File::open(path).and_then(|file| file.take(MAX_LEN).read_to_string(&mut text)).map_err(|error| {
        match error.kind() {
            io::ErrorKind::InvalidData => broken("it is not text".into()),
            _ => failed("read", path, error),
        }
    })?;
    let Versioned { version } = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
    if version != VERSION {
        return Err(broken(format!("its version is {version}, and known is {VERSION}")));
    }
    Ok(Some(text))
}

/// The folder resolved and the name kept: a database that is gone, or that was replaced by a link to another, keeps
/// its pin.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, PinError> {
    let resolved = std::path::absolute(path).and_then(|path| {
        let missing = || io::Error::from(io::ErrorKind::InvalidInput);
        let name = path.file_name().ok_or_else(missing)?;
        let folder = path.parent().ok_or_else(missing)?;
        match folder.canonicalize() {
            Ok(folder) => Ok(folder.join(name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path),
            Err(error) => Err(error),
        }
    });
    resolved.map_err(|error| failed("find", path, error))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn failed(action: &'static str, path: &Path, error: io::Error) -> PinError {
    PinError::Io { action, path: path.to_owned(), error }
}

fn contradiction(path: PathBuf, pinned: &str, new: &str) -> PinError {
    PinError::Contradiction { path, pinned: pinned.to_owned(), new: new.to_owned() }
}

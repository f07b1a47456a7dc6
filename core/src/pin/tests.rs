//! Stories of databases that were swapped, set back or forked, and of pin files that somebody touched.

use std::fs;

use tempfile::TempDir;

use super::*;

const LOG: &str = "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f";

fn hash(digit: char) -> String {
    format!("blake3:{}", digit.to_string().repeat(64))
}

struct Place {
    folder: TempDir,
    store: PinStore,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = PinStore::new(folder.path().join("state/pins"));
        Self { folder, store }
    }

    fn database(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("licentia.db")
    }

    fn pin(&self, size: u64, digit: char) -> Pin {
        Pin { log_id: LOG.to_owned(), fingerprint: hash('f'), path: self.database(), size, hash: hash(digit) }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("state/pins")
    }

    /// Pin files, without the lock.
    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| !path.ends_with("lock")).collect()
    }

    fn load(&self) -> Result<Option<Pin>, PinError> {
        self.store.load(&self.database())
    }
}

#[test]
fn a_log_is_compared_with_what_was_last_seen() {
    let pin = Place::new().pin(5, 'a');
    let (own, other, a, b) = (hash('f'), hash('0'), hash('a'), hash('b'));
    let state = |fingerprint, size, at: Option<&str>| compare(Some(&pin), fingerprint, size, at);

    assert_eq!(compare(None, &own, 5, Some(&a)), PinState::Absent);
    assert_eq!(state(&own, 5, Some(&a)), PinState::Matches);
    assert_eq!(state(&own, 9, Some(&a)), PinState::Behind);
    assert_eq!(state(&own, 4, None), PinState::RolledBack { pinned: 5, found: 4 });
    assert_eq!(state(&own, 0, None), PinState::RolledBack { pinned: 5, found: 0 });
    assert_eq!(state(&own, 5, Some(&b)), PinState::Forked { at: 5 });
    assert_eq!(state(&own, 9, Some(&b)), PinState::Forked { at: 5 });
    assert_eq!(state(&own, 9, None), PinState::Forked { at: 5 }, "a gap is no match");
    let swapped = PinState::OtherLog { pinned: own.clone(), found: other.clone() };
    assert_eq!(state(&other, 5, Some(&a)), swapped);
}

#[test]
fn an_empty_log_may_be_pinned_too() {
    let pin = Pin { hash: hash('f'), ..Place::new().pin(0, 'f') };
    assert_eq!(compare(Some(&pin), &hash('f'), 0, None), PinState::Matches);
    assert_eq!(compare(Some(&pin), &hash('f'), 3, None), PinState::Behind);
}

#[test]
fn a_pin_is_kept_moves_forward_and_is_forgotten() {
    let place = Place::new();
    assert_eq!(place.load().unwrap(), None);
    for pin in [place.pin(5, 'a'), place.pin(6, 'b')] {
        place.store.save(&pin).unwrap();
        assert_eq!(place.load().unwrap(), Some(pin));
    }
    assert_eq!(place.files().len(), 1, "nothing temporary is left");
    assert!(place.store.forget(&place.database()).unwrap());
    assert!(!place.store.forget(&place.database()).unwrap());
    assert_eq!(place.load().unwrap(), None);
}

#[test]
fn a_slower_process_does_not_set_the_pin_back() {
    let place = Place::new();
    place.store.save(&place.pin(6, 'b')).unwrap();
    place.store.save(&place.pin(5, 'a')).unwrap();
    assert_eq!(place.load().unwrap(), Some(place.pin(6, 'b')));
}

#[test]
fn another_log_or_another_history_needs_a_person() {
    let place = Place::new();
    place.store.save(&place.pin(5, 'a')).unwrap();
    let other = Pin { fingerprint: hash('0'), ..place.pin(9, 'a') };
    for pin in [other.clone(), place.pin(5, 'b')] {
        let error = place.store.save(&pin).unwrap_err();
        assert!(matches!(error, PinError::Contradiction { .. }), "{error}");
    }
    assert_eq!(place.load().unwrap(), Some(place.pin(5, 'a')));
    place.store.forget(&place.database()).unwrap();
    place.store.save(&other).unwrap();
    assert_eq!(place.load().unwrap(), Some(other));
}

#[test]
fn a_broken_pin_is_an_error_that_says_what_and_where() {
    let place = Place::new();
    place.store.save(&place.pin(5, 'a')).unwrap();
    let file = place.files().remove(0);
    let good = fs::read_to_string(&file).unwrap();
    let long = " ".repeat(70_000);
    for (text, expected) in [
        ("", "EOF"),
        (&good[..40], "EOF"),
        (&good.replace("\"version\": 1", "\"version\": 2"), "its version is 2"),
        (&good.replace(&hash('a'), "blake3:aa"), "its hash is not"),
        (&good.replace(&hash('f'), "sha256:aa"), "its fingerprint is not"),
        (&good.replace(LOG, "me"), "its log id is not a UUID"),
        (&good.replace("\"size\": 5", "\"size\": 0"), "it pins no entry"),
        (&good.replace("\"size\": 5", "\"size\": -1"), "-1"),
        (&good.replace("\"size\"", "\"sise\""), "sise"),
        (&good.replace("licentia.db", "other.db"), "another database path"),
        (&long, "too long"),
    ] {
        fs::write(&file, text).unwrap();
        let message = place.load().unwrap_err().to_string();
        assert!(message.contains(expected) && message.contains("pins/"), "{message}");
        assert!(matches!(place.store.save(&place.pin(9, 'c')), Err(PinError::Broken { .. })));
    }
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert!(place.load().unwrap_err().to_string().contains("not text"));
    assert!(place.store.forget(&place.database()).unwrap(), "a person may give it up");
    assert_eq!(place.load().unwrap(), None);
}

#[test]
fn a_pin_that_could_not_be_read_back_is_not_kept() {
    let place = Place::new();
    let pin = Pin { hash: "x".to_owned(), ..place.pin(5, 'a') };
    assert!(matches!(place.store.save(&pin), Err(PinError::Broken { .. })));
    assert!(!place.dir().exists());
}

#[test]
fn each_path_has_its_own_pin_however_it_is_spelled() {
    let place = Place::new();
    let elsewhere = place.folder.path().join("copy");
    fs::create_dir(&elsewhere).unwrap();
    place.store.save(&place.pin(5, 'a')).unwrap();
    assert_eq!(place.store.load(&elsewhere.join("licentia.db")).unwrap(), None);
    let spelled = elsewhere.join("../licentia.db");
    assert_eq!(place.store.load(&spelled).unwrap(), Some(place.pin(5, 'a')));
}

#[test]
fn many_that_save_at_once_leave_the_newest_whole() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for size in 1..=40 {
            let place = &place;
            scope.spawn(move || place.store.save(&place.pin(size, 'a')).unwrap());
            scope.spawn(move || place.load().unwrap());
        }
    });
    assert_eq!(place.load().unwrap(), Some(place.pin(40, 'a')));
    assert_eq!(place.files().len(), 1);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn pins_are_for_their_owner_alone() {
        let place = Place::new();
        place.store.save(&place.pin(5, 'a')).unwrap();
        assert_eq!(mode(&place.dir()), 0o700);
        assert_eq!(mode(&place.files()[0]), 0o600);
        assert_eq!(mode(&place.dir().join("lock")), 0o600);

        fs::set_permissions(place.dir(), fs::Permissions::from_mode(0o770)).unwrap();
        let error = place.load().unwrap_err();
        assert!(error.to_string().contains("writable by others (mode 770)"), "{error}");
        assert!(matches!(place.store.save(&place.pin(6, 'a')), Err(PinError::Unsafe { .. })));
    }

    #[test]
    fn a_folder_of_somebody_else_proves_nothing() {
        for (owner, user, trusted) in
            [(1000, 1000, true), (0, 1000, true), (0, 0, true), (1001, 1000, false), (1000, 0, false)]
        {
            assert_eq!(store::is_trusted(owner, user), trusted, "{owner} {user}");
        }
        let place = Place::new();
        place.store.save(&place.pin(5, 'a')).unwrap();
        // Only root can give a folder away; everybody else has looked at the rule.
        if std::os::unix::fs::chown(place.dir(), Some(12_345), None).is_ok() {
            assert!(matches!(place.load(), Err(PinError::Foreign { owner: 12_345, .. })));
            assert!(matches!(place.store.save(&place.pin(6, 'a')), Err(PinError::Foreign { .. })));
        }
    }

    #[test]
    fn a_database_replaced_by_a_link_keeps_its_pin() {
        let place = Place::new();
        place.store.save(&place.pin(5, 'a')).unwrap();
        let other = place.folder.path().join("other.db");
        fs::write(&other, "").unwrap();
        symlink(&other, place.database()).unwrap();
        assert_eq!(place.load().unwrap(), Some(place.pin(5, 'a')));
    }

    #[test]
    fn a_link_in_place_of_a_pin_is_not_followed() {
        let place = Place::new();
        place.store.save(&place.pin(5, 'a')).unwrap();
        let file = place.files().remove(0);
        fs::rename(&file, place.folder.path().join("moved")).unwrap();
        symlink(place.folder.path().join("moved"), &file).unwrap();
        assert!(place.load().unwrap_err().to_string().contains("not a regular file"));
    }

    #[test]
    fn what_a_dead_process_left_is_in_nobodys_way() {
        let place = Place::new();
        place.store.save(&place.pin(4, 'a')).unwrap();
        let left = place.files()[0].with_extension(format!("{}-5.tmp", std::process::id()));
        fs::write(left, "half").unwrap();
        place.store.save(&place.pin(5, 'a')).unwrap();
        assert_eq!(place.files().len(), 1);
    }

    #[test]
    fn a_path_need_not_be_text() {
        let place = Place::new();
        let path = place.database().with_file_name(OsStr::from_bytes(b"caf\xe9.db"));
        let pin = Pin { path: path.clone(), ..place.pin(5, 'a') };
        place.store.save(&pin).unwrap();
        assert_eq!(place.store.load(&path).unwrap(), Some(pin));
    }
}

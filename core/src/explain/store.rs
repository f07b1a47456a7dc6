//! Words for what the database could not do.

use super::{Explanation, REPORT, sentence};
use crate::PublishedError;
use licentia_storage::StoreError;

pub(super) fn explain(error: &StoreError) -> Explanation {
    let says = Explanation::saying(error.to_string());
    match error {
        StoreError::Missing(_) => says
            .because("No database was made in this home yet, or it is somewhere else.")
            .then("Run `licentia init`, name the home with `--home DIR`, or put a backup there with `licentia restore FILE`."),
        StoreError::Exists(_) => says
            .because("Nothing is ever overwritten.")
            .then("Use it as it is, or choose another home with `--home DIR`."),
        StoreError::Foreign { found, .. } => says
            .because(format!("It is {found}."))
            .then("Name the home that holds your database with `--home DIR`; if it is this one, put a backup back."),
        StoreError::Newer { .. } => says
            .because("A later version of Licentia wrote it.")
            .then("Install that version; this one changes nothing in it."),
        StoreError::OlderReadOnly { .. } => says
            .because("An earlier version of Licentia wrote it, and reading it needs the newer schema.")
            .then("Copy it to a place where it can be written and open the copy."),
        StoreError::LiveReadOnly { .. } => says
            .because("You may read the file, but not the files beside it, in which the newest changes are.")
            .then("Ask its owner for a copy: `licentia backup --out FILE --for-review`."),
        StoreError::ReadOnly => says
            .because("This user may not write the file or its folder, or it was opened for review.")
            .then("`licentia doctor` shows the modes of the files."),
        StoreError::UnsafeSqlite(_) => says
            .because("Licentia brings its own SQLite; this build uses another one.")
            .then("Build Licentia with the SQLite that comes with it."),
        StoreError::Locked(_) => says
            .because("It is restoring a backup or bringing the database up to date, or is being waited for by one that is.")
            .then("Close the other Licentia, or wait until it is done, and try again."),
        StoreError::InUse(_) => says
            .because("Nobody may have the database open while it is exchanged: no screen, no server, no command that still runs.")
            .then("Leave every other Licentia that works on this home, and try again."),
        StoreError::Io { source, .. } => {
            says.because(sentence(&source.to_string())).then("`licentia doctor` shows modes and free space.")
        }
        StoreError::Unaccounted { .. } | StoreError::Unaudited => {
            says.because("Nothing changes without an audit event that names it.").then(REPORT)
        }
        StoreError::Poisoned => says.because("Nothing was written.").then(REPORT),
        StoreError::HeadDisagrees { .. } => says
            .because("Entries were added or removed by something that is not Licentia.")
            .then("Run `licentia audit verify`, and put a backup in its place if it finds the log altered: `licentia restore FILE`."),
        StoreError::WrongLogKey => says
            .because("The database was exchanged, or its log altered, since the vault was unlocked.")
            .then("Start again; if it stays so, run `licentia audit verify`."),
        StoreError::KeyRotated => says
            .because(
                "Its key was rotated by another process, or the log was restored from a backup: the key that was unlocked here signs no entry any more.",
            )
            .then("Unlock again: on the screen press L, on the command line run the command again."),
        StoreError::NotFounded => says.because("It was made, but never founded.").then("Run `licentia init`."),
        StoreError::NotUnique(_) => {
            says.because("Something else was written at the same moment.").then("Look again, and try again.")
        }
        StoreError::Referenced => {
            says.because("It is still in use.").then("Look at what uses it first; nothing was changed.")
        }
        StoreError::Gone { .. } => {
            says.because("Somebody else deleted it meanwhile.").then("`licentia audit list` shows who did what.")
        }
        StoreError::Full => says
            .because("The disk, or the space that this user is allowed, has no room left.")
            .then("Free some space and try again; what was there before is unharmed."),
        StoreError::Busy => says
            .because("Another Licentia, or a tool that has the file open, was writing for more than a minute.")
            .then("Try again when it is done."),
        StoreError::OutcomeUnknown { events } => {
            says.because("The database could not be opened again to look.").then(match events.first() {
                Some(id) => format!(
                    "Check the disk, then see whether `licentia audit list --format json` shows the event {id}."
                ),
                None => "Check the disk, then see in `licentia audit list` whether it was written.".to_owned(),
            })
        }
        StoreError::CommitFailed => {
            says.because("The database was opened again and does not hold it.").then("Check the disk, then try again.")
        }
        StoreError::Closed => says.because("The program was about to end.").then("Start it again."),
        StoreError::Damaged(_) => says
            .because("Bytes of it are not what SQLite or Licentia wrote.")
            .then("Run `licentia doctor`, keep the file as it is, and put a backup in its place: `licentia restore FILE`."),
        StoreError::Migration { to, why } => Explanation::saying(format!("the migration to schema {to} failed"))
            .because(sentence(why))
            .then("The database is as it was before. `licentia doctor` shows what is wrong with it."),
        StoreError::Encoding(_) => says.because("What was to be written cannot be written down.").then(REPORT),
        StoreError::Database(_) => says
            .because("SQLite gave it up, and what was begun was taken back.")
            .then("Run `licentia doctor` to see whether the database is whole."),
        // The type allows for more to come; its own words have to do until they are written here.
        _ => says.because("Nothing more is known of it.").then("Run `licentia doctor`."),
    }
}

pub(super) fn explain_published(error: &PublishedError) -> Explanation {
    let says = Explanation::saying(error.to_string());
    match error {
        PublishedError::Io { source, .. } => says
            .because(sentence(&source.to_string()))
            .then("Name the directory of the published lists, and nothing but these in it."),
        PublishedError::Malformed { .. } => says
            .because("Each file there has to be a status list as it was published: one signed token.")
            .then("Take what is no status list out of the directory."),
        PublishedError::UnknownKey { .. } => says
            .because("It may belong to an issuer that was made after the backup, or to somebody else.")
            .then("Take the file away, or go on without it: `--force`."),
        PublishedError::BadSignature { .. } => says
            .because("It was altered, or was not signed by whom it names.")
            .then("Fetch the list again from where it is published."),
        PublishedError::Old { .. } => says
            .because("What was revoked after it was signed is not in it.")
            .then("Fetch the list again from where it is published, or go on with this one: `--force`."),
        PublishedError::Missing { .. } => says
            .because("The backup has licenses on it, and what was revoked of them since is not known without.")
            .then("Add the list to the directory, or go on without it: `--force`."),
    }
}

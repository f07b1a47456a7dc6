//! Words for the pin: what was seen of a log before, and what is found now.

use super::{Explanation, REPORT, sentence};
use crate::pin::{PinError, PinState};

/// How to go on when the database is the right one all the same.
const IF_MEANT: &str = "remove the pin file that `licentia doctor` names. Until then the database can only be read.";

/// How to go on when somebody restored it.
const IF_RESTORED: &str = "If the log was restored, `licentia audit verify` names the event that says so, and `licentia audit accept SEQ` goes on from there.";

pub(super) fn explain_disagreement(state: &PinState) -> Explanation {
    match state {
        PinState::RolledBack { pinned, found } => {
            Explanation::saying("the database is older than it was when it was last seen here")
                .because(format!(
                    "Its audit log had {pinned} entries and now has {found}: an older copy was put in its place, or entries were removed."
                ))
                .then(format!("Put the newer file back, or a backup with `licentia restore FILE`. {IF_RESTORED} If the older copy is meant to stay all the same, {IF_MEANT}"))
        }
        PinState::Forked { at } => {
            Explanation::saying("the audit log is not the one that was seen here before")
                .because(format!(
                    "Entry {at} is missing or is another one: somebody went on from an older copy, or rewrote the log."
                ))
                .then(format!("Put the file back that was in use before. {IF_RESTORED} If this one is meant to stay all the same, {IF_MEANT}"))
        }
        PinState::OtherLog { pinned, found } => Explanation::saying("the database is another one than was seen here before")
            .because(format!("Seen before was the log with the fingerprint {pinned}; found is {found}."))
            .then(format!("Put the file back that was in use before. If this one is meant to stay, {IF_MEANT}")),
        PinState::Absent | PinState::Matches | PinState::Behind => {
            Explanation::saying("the pin of the database was refused, although it does not disagree")
                .because("What was seen before and what is found agree.")
                .then(REPORT)
        }
    }
}

pub(super) fn explain(error: &PinError) -> Explanation {
    match error {
        PinError::Io { action, path, error } => Explanation::saying(format!("cannot {action} {}", path.display()))
            .because(sentence(&error.to_string()))
            .then("Make sure that this user may use that place; `LICENTIA_PIN_DIR` names another."),
        PinError::Broken { path, what } => Explanation::saying(format!("the pin file {} is broken", path.display()))
            .because(sentence(what))
            .then("If you know that the database is the right one, remove that file; the next start makes a new pin."),
        PinError::Unsafe { path, mode } => {
            Explanation::saying(format!("{} is writable by others (mode {mode:03o})", path.display()))
                .because("Whoever can write there can change what was seen before, so these pins prove nothing.")
                .then(format!("Run `chmod 700 {}`.", path.display()))
        }
        PinError::Foreign { path, owner } => {
            Explanation::saying(format!("{} belongs to another user (id {owner})", path.display()))
                .because("Its owner can change what was seen before, so these pins prove nothing.")
                .then("Have `LICENTIA_PIN_DIR` name a folder of your own.")
        }
        PinError::Contradiction { path, pinned, new } => {
            Explanation::saying(format!("{} was seen differently before", path.display()))
                .because(format!("Pinned is {pinned}, and found is {new}."))
                .then(format!("Put the file back that was in use before. If this one is meant to stay, {IF_MEANT}"))
        }
    }
}

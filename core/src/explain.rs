//! The one place where an error becomes words for people: message, cause, hint.

mod batch;
mod pin;
mod secret;
mod store;
#[cfg(test)]
mod tests;
mod witness;

use crate::audit::VerifyReport;
use crate::license::Action;
use crate::probe::ProbeResultError;
use crate::text::printable;
use crate::{Error, LicenseId, LicenseStatus, Noun, ProbeState};
use licentia_license::SignError;
use licentia_license::bindings::BindingError;

/// An error as people read it, on the screen and on the command line alike.
///
/// Nothing in it can drive a terminal: text from outside is shown escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What failed.
    pub message: String,
    /// Why.
    pub cause: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

/// How many errors of a batch are told; each row has its own line where the batch came from a file.
const TOLD: usize = 3;

/// For what can only happen when the program is wrong.
const REPORT: &str = "This is a mistake in Licentia; please report it with this message.";

impl From<&Error> for Explanation {
    #[expect(clippy::too_many_lines, reason = "one arm for each error, so that none is forgotten")]
    fn from(error: &Error) -> Self {
        let says = Self::saying(error.to_string());
        match error {
            Error::Store(error) => store::explain(error),
            Error::Secret(error) => secret::explain(error),
            Error::KeyFile(error) => secret::explain_key_file(error),
            Error::BatchFile(error) => batch::explain(error),
            Error::Pin(error) => pin::explain(error),
            Error::PinDisagrees(state) => pin::explain_disagreement(state),
            Error::Witness(error) => witness::explain(error),
            Error::NotVerified(failed) => says
                .because(format!(
                    "The {} verification of {} found: {}.",
                    failed.level.as_str(),
                    failed.at,
                    failed.issues.join(", ")
                ))
                .then(
                    "Run `licentia audit verify` and do what it says; once a full verification succeeds, changes go on. \
                     `on_failure` in config.toml says that they stop.",
                ),
            Error::Io { action: _, path: _, source } => {
                says.because(sentence(&source.to_string())).then("Check the path, and whether this user may use it.")
            }
            Error::FileExists(_) => {
                says.because("Nothing is ever overwritten.").then("Choose another name, or move that file away.")
            }
            Error::NotFounded => says
                .because("The file is there, but it has neither a vault nor an audit log.")
                .then("Run `licentia init`."),
            Error::AlreadyFounded => says
                .because("It has a vault and an audit log already.")
                .then("Use it as it is, or choose another home with `--home DIR`."),
            Error::NoVault => says
                .because("It was made with `licentia backup --for-review`, which leaves out every secret.")
                .then("Make changes in the database that it was copied from."),

            Error::Unknown { noun, text: _ } => match noun {
                Noun::Issuer | Noun::Identity => says.because("It is no name, and no id begins or ends so."),
                Noun::License | Noun::Probe => says.because("No id begins or ends so."),
                Noun::Witness => says.because("No witness has this name."),
            }
            .then(format!("`{}` shows what there is.", list_command(*noun))),
            Error::Ambiguous { noun: _, text: _, candidates } | Error::AmbiguousTarget { text: _, candidates } => says
                .because(format!("It could be {}.", candidates.join(", ")))
                .then("Give more of the id, from its beginning or up to its end."),
            Error::Invalid { what: _, why } => says.because(sentence(why)).then("Correct it, and try again."),
            Error::NameTaken { noun, name: _ } => says
                .because("A name stands for one of them, so that it can be typed in place of an id.")
                .then(format!("Choose another name; `{}` shows those that are taken.", list_command(*noun))),

            Error::NoActiveIssuer => says
                .because("The active issuer signs whatever names no other.")
                .then("`licentia issuer list` shows the issuers; run `licentia issuer activate ID`, or name one with `--issuer ID`."),
            Error::IssuerRetired { .. } => says
                .because("A retired issuer signs no new license and stays retired.")
                .then("Use another one (`licentia issuer list` shows them), or make one with `licentia issuer create NAME`."),
            Error::IssuerCannotSign { .. } => says
                .because("Only its public key was taken in: it vouches for licenses from elsewhere.")
                .then("Name another with `--issuer ID`; `licentia issuer list` shows which can sign."),
            Error::IssuerAlreadyActive { .. } => {
                says.because("Nothing had to be changed.").then("`licentia issuer list` shows which issuer is active.")
            }
            Error::IssuerInUse { .. } => says
                .because("What it signed could not be checked any more, nor revoked.")
                .then("Run `licentia issuer retire ID` to end its signing instead."),
            Error::KeyKnown { .. } => {
                says.because("A key is taken in once.").then("`licentia issuer list` shows the keys that are known.")
            }

            Error::StatusForbids { license, status, action } => {
                let hint = way_out(*license, *status);
                says.because(needed_for(*action)).then(hint)
            }
            Error::SupersededBy { license, successor } => match successor {
                Some(successor) => says
                    .because(format!("License {successor} has taken its place."))
                    .then(format!("Work with that one: `licentia license show {successor}`.")),
                None => says
                    .because("The license that took its place is not here any more.")
                    .then(format!("`licentia audit list --target {license}` shows what became of it.")),
            },
            Error::AlreadyRevoked { license, reason, at } => {
                let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
                let reason = reason.map(|reason| format!(" for the reason `{reason}`")).unwrap_or_default();
                says.because(format!("It was revoked{at}{reason}.")).then(format!("`licentia license show {license}` shows it."))
            }
            Error::NotRevoked { license, status } => says
                .because(format!("It is {status}, so there is nothing to take back."))
                .then(format!("`licentia license show {license}` shows it.")),
            Error::NothingToPublish => says
                .because("A list begins with the first license of an issuer that has an address for it; without an address a license cannot be revoked in the field.")
                .then("Make an issuer that has one: `licentia issuer create NAME --status-url BASE`."),
            Error::SignList(error) => says.because(sentence(&error.to_string())).then(REPORT),
            Error::Binding(why) => binding(says, why),
            Error::FingerprintOfOtherVendor { found: _, expected } => says
                .because(format!("This issuer signs for {expected}: what was stretched for another vendor never matches."))
                .then(format!("On the machine run `licentia machine fingerprint --vendor {expected}`.")),
            Error::MachinesUnknown { license: _ } => says
                .because("Only their digests are in the license, and those hold for that license alone.")
                .then("Name the machines with `--machine`, or drop them with `--clear machines`."),
            Error::NoTotpSecret { license } => says
                .because("None was made with it, or it came from elsewhere.")
                .then(format!("`licentia license reissue {license} --totp` makes one.")),
            Error::WouldBeExpired { at } => says
                .because(format!("It would end at {at}, and that is over."))
                .then("Give a later end with `--expires T` or `--days N`, or none with `--perpetual`."),
            Error::LicenseKnown { license } => {
                says.because("A license is taken in once.").then(format!("`licentia license show {license}` shows it."))
            }
            Error::LicenseInvalid(invalid) => {
                Self::saying("the license does not hold").because(sentence(&invalid.to_string())).then(invalid.hint())
            }
            Error::UnknownKey { kid } => says
                .because(format!("The thumbprint of its key is {kid}."))
                .then("If you trust that key, take it in first: `licentia issuer import FILE`."),
            Error::IndicesTaken => says
                .because("Other processes kept issuing licenses of the same issuer while this batch was signed.")
                .then("Nothing was issued; run the command again."),
            Error::Sign(error) => sign(says, error),
            Error::Batch(errors) => batch(says, errors),

            Error::IdentityInUse { .. } => says
                .because("A license without the identity that it names could not be checked any more.")
                .then("Delete these licenses first, or run `licentia identity regenerate ID` for new bytes."),
            Error::ProbeClosed(state) => says
                .because(match state {
                    ProbeState::Pending => "It still waits for its result.",
                    ProbeState::Expired => "Its time is over.",
                    ProbeState::Consumed => "A token works once, and a result came for this one.",
                    ProbeState::Cancelled => "It was cancelled before a result came.",
                })
                .then("`licentia probe create --label L` makes a new one."),
            Error::ProbeTokenUnknown => says
                .because("Either it was never made here, or it was not copied whole.")
                .then("Copy it again from `lprobe_` to its end; `licentia probe list` shows the tokens by label."),
            Error::ProbeResult(error) => {
                says.because(sentence(&error.to_string())).then(match error {
                    ProbeResultError::OtherToken => {
                        "Take it in with the token that it was made for, or have the probe run again with this one."
                    }
                    _ => "Have it sent again, as `licentia probe run` wrote it; if that does not help, have the probe run again.",
                })
            }
            Error::ProbeOfOtherVendor { found: _, expected } => says
                .because(format!("No license of {expected} could be bound to it. Its token is not used up."))
                .then(format!("On the machine run `licentia probe run` again with the same token and `--vendor {expected}`. If this file lies in the inbox, take it out first: it has the token's place there.")),
            Error::ProbeContested => says
                .because("Another result waits for the same token, so somebody had it twice, and one of them may be somebody else's.")
                .then("Compare the fingerprints of both keys with the machine's, and move the other file out of the inbox."),
            Error::ProbeUsedByOther => says
                .because("What was taken in for this token says something else, so somebody had the token twice: this file may be somebody else's.")
                .then("Compare the fingerprints of both keys with the machine's. On the Probes tab `t` moves the file aside."),
            // Its lines are safe to show already, and have to stay below each other.
            Error::Query(mistake) => Self { cause: Some(mistake.pointed_at()), ..says }
                .then(format!("Expected at character {}: {}.", mistake.column(), mistake.expected)),
            Error::NoSuchFilter { .. } => says
                .because("A query that begins with `@` is the name of a saved one.")
                .then("`licentia audit filter list` shows those that there are."),
            Error::NoSuchEntry { seq, size } if (1..=*size).contains(seq) => says
                .because("It should be there: the log has a gap.")
                .then("Run `licentia audit verify` to learn what is wrong with the log."),
            Error::NoSuchEntry { seq: _, size } => says
                .because(format!("Entries are numbered from 1 to {size}."))
                .then("`licentia audit list` shows the newest."),
            Error::NoCheckpoint { .. } => says
                .because("A proof leads from the entry to a tree that the log has signed.")
                .then("Have a checkpoint written with the passphrase (`licentia audit checkpoint`), and try again."),
            Error::CheckpointDisagrees { .. } => says
                .because("Entries were changed or removed since it was signed, or the checkpoint was.")
                .then("Run `licentia audit verify` to learn what is wrong with the log."),
            Error::Bundle { path: _, why } => says
                .because(sentence(&why.to_string()))
                .then("Ask for it again; `licentia audit export --bundle FILE` writes one."),
            Error::LogDoesNotHold(issue) => {
                let at = issue.seq_from.map(|seq| format!(" at entry {seq}")).unwrap_or_default();
                says.because(format!("{} ({}{at})", issue.meaning, issue.code))
                    .then("Run `licentia audit verify` for all of it, and keep the file as it is.")
            }
            Error::Published(error) => store::explain_published(error),
            Error::BackupWithoutSecrets => says
                .because("It was made with `licentia backup --for-review`, which leaves out every secret.")
                .then("Name a whole backup, one that `licentia backup --out FILE` made."),
            Error::BackupOfOtherLog { expected, found } => says
                .because(format!("Here is the log with the fingerprint {expected}, and the backup is of {found}."))
                .then("Name a backup of this log, or restore into another home with `--home DIR`."),
            Error::BackupPassphrase { since } => says
                .because(format!("It needs the passphrase that held when the backup was made: the one of {since}, which may be older than today's."))
                .then("Try the passphrase of that time. Nothing was changed."),
            Error::NewerStateLost { why } => says
                .because(sentence(&format!("the database in use is lost or cannot be relied on ({why}), so nobody knows what was revoked since")))
                .then("Give the status lists as they were published with `--published DIR`. With `--force` the restore goes on without, and licenses that were revoked since are valid again."),
            Error::NothingToAccept => says
                .because("What was seen here is in the log as it is.")
                .then("`licentia doctor` shows the pin; nothing was changed."),
            Error::NoRestore { .. } => says
                .because("Only an event of the kind `log.restored` says what was abandoned.")
                .then("`licentia audit list --kind log.restored` shows the restores of this log."),
            Error::NotThatRestore { seq: _, pinned } => says
                .because(format!("Here {pinned} entries were seen, and these are not what it gave up."))
                .then("`licentia audit verify` names the restore that did, if there is one. Else put the newer file back."),
            Error::RestoreNotVerified(report) => says
                .because(first_issue(report))
                .then("The pin stays where it is. Ask whoever restored the log, and run `licentia audit verify`."),
            Error::IndexGivenTwice { license, holder } => says
                .because(format!("Two copies of this log were gone on from. {license} lost its right in the one that would be abandoned, and what the list says there holds for {holder} too."))
                .then(format!("With `--force` both lose it; then issue another license in the place of {holder}, which gets an index of its own.")),
            Error::NothingToAbandon { size, backup } if size == backup => says
                .because(format!("The database and the backup are the same: {size} entries."))
                .then("Use it as it is; `--force` restores all the same."),
            Error::NothingToAbandon { size, backup } => says
                .because(format!("The database has {size} entries, and the backup begins with the same and has {backup}: the database is an older copy."))
                .then("`--force` puts the backup in its place."),
            Error::BackupNotVerified(report) => says
                .because(first_issue(report))
                .then("The copy was thrown away. Run `licentia audit verify` to see whether the database itself is whole."),
        }
    }
}

impl Explanation {
    fn saying(message: impl AsRef<str>) -> Self {
        Self { message: printable(message.as_ref()).into_owned(), cause: None, hint: None }
    }

    fn because(self, cause: impl AsRef<str>) -> Self {
        Self { cause: Some(printable(cause.as_ref()).into_owned()), ..self }
    }

    fn then(self, hint: impl AsRef<str>) -> Self {
        Self { hint: Some(printable(hint.as_ref()).into_owned()), ..self }
    }
}

/// `it is empty` as `It is empty.`
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

fn list_command(noun: Noun) -> String {
    match noun {
        Noun::Witness => "licentia audit witness list".to_owned(),
        noun => format!("licentia {} list", noun.as_str()),
    }
}

/// From which states an action leads on: the table of states in words.
fn needed_for(action: Action) -> &'static str {
    match action {
        Action::Suspend => "Only an active license can be suspended.",
        Action::Reinstate => "Only a suspended license can be reinstated.",
        Action::Reissue => "Only an active license can be reissued.",
        Action::Revoke => "Only a license that is not revoked can be revoked.",
        Action::Unrevoke => "Only a revoked license can be unrevoked.",
        Action::Delete => "This license cannot be deleted as it stands.",
    }
}

fn way_out(license: LicenseId, status: LicenseStatus) -> String {
    match status {
        LicenseStatus::Active => format!("`licentia license show {license}` shows it."),
        LicenseStatus::Suspended => format!("To end the suspension, run `licentia license reinstate {license}`."),
        LicenseStatus::Superseded => format!("`licentia license history {license}` shows what took its place."),
        LicenseStatus::Revoked => format!("To take the revocation back, run `licentia license unrevoke {license}`."),
    }
}

fn sign(says: Explanation, error: &SignError) -> Explanation {
    let says = says.because(sentence(&error.to_string()));
    match error {
        SignError::NeverValid(_) => says.then("Give a later end, or an earlier beginning."),
        SignError::TooLarge { .. } => says.then("Put less into it: fewer features, fewer limits, a smaller payload."),
        SignError::Refused(_) => says.then("Change the request so that a verifier would take the license."),
        // The other reasons are mistakes of this program; the type allows for more to come.
        _ => says.then(REPORT),
    }
}

fn binding(says: Explanation, why: &BindingError) -> Explanation {
    let says = says.because(sentence(&why.to_string()));
    match why {
        BindingError::OnlyGuessable => {
            says.then("Make the fingerprint outside of containers, and as a user who may read the machine's ids.")
        }
        BindingError::Require { .. } => says.then("Give another number with `--require`."),
        BindingError::TooManyMachines => says.then("Issue another license for the others."),
        // The other reasons are mistakes of this program; the type allows for more to come.
        _ => says.then(REPORT),
    }
}

fn batch(says: Explanation, errors: &[(usize, Error)]) -> Explanation {
    let told = errors.iter().take(TOLD).map(|(index, error)| {
        let Explanation { message, cause, .. } = error.into();
        let cause = cause.map(|cause| format!(" ({})", cause.trim_end_matches('.'))).unwrap_or_default();
        format!("license {}: {message}{cause}", index + 1)
    });
    let untold = match errors.len().saturating_sub(TOLD) {
        0 => None,
        more => Some(format!("and {more} more")),
    };
    let cause: Vec<String> = told.chain(untold).collect();
    says.because(sentence(&cause.join("; ")))
        .then("Correct these and run it again; `--dry-run` checks without issuing.")
}

fn first_issue(report: &VerifyReport) -> String {
    match report.issues.first() {
        Some(issue) => issue.meaning.clone(),
        None => "Its audit log did not verify.".to_owned(),
    }
}

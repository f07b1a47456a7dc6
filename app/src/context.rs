//! What every command has at hand: where the home is, how to open it, who acts, where output goes.

use crate::args::{Acting, Global};
use crate::config::{Config, OnFailure};
use crate::failure::{Failure, Result};
use crate::output::{Column, Object, Output};
use crate::passphrase::{self, Question};
use crate::progress;
use crate::surroundings::{Ask, Machine, Surroundings, Variable};
use crate::{file, place};
use licentia_core::audit::VerifyReport;
use licentia_core::secret::Passphrase;
use licentia_core::{Actor, Ambient, Explanation, Licentia, Operator, Place, Progress, Timestamp};
use licentia_license::machine::collect::Found;
use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// What every command has at hand.
pub(crate) struct Context {
    pub global: Global,
    pub output: Output,
    pub ambient: Ambient,
    pub has_screen: bool,
    shows_progress: bool,
    variable: Variable,
    ask: Option<Ask>,
    machine: Machine,
    stdin: RefCell<Box<dyn Read>>,
}

impl Context {
    pub(crate) fn new(global: Global, from: Surroundings) -> Self {
        Self {
            output: Output::new(global.format.unwrap_or_default(), from.stdout, from.stderr),
            global,
            ambient: from.ambient,
            has_screen: from.has_screen,
            shows_progress: from.shows_progress,
            variable: from.variable,
            ask: from.ask,
            machine: from.machine,
            stdin: RefCell::new(from.stdin),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ambient.now()
    }

    /// A variable of the environment; an empty one counts as absent.
    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// Asks for a secret on the terminal; none where nobody sits there.
    pub(crate) fn ask(&self, question: &str) -> Option<io::Result<String>> {
        self.ask.as_ref().map(|ask| ask(question))
    }

    /// Whether somebody sits there who can agree to something.
    pub(crate) fn can_confirm(&self) -> bool {
        self.ask.is_some()
    }

    /// Shows something and waits for a yes on the terminal.
    pub(crate) fn confirms(&self, question: &str) -> Result<bool> {
        self.output.question(&format!("{question} [y/N] "));
        let mut answer = String::new();
        // A line is all that a terminal gives at a time, and nothing else is read from it.
        BufReader::new(&mut **self.stdin.borrow_mut())
            .take(100)
            .read_line(&mut answer)
            .map_err(|error| Failure::new("the answer could not be read").because(error))?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
    }

    /// What identifies this machine, as it is read here.
    pub(crate) fn machine(&self) -> Found {
        (self.machine)()
    }

    /// Where results of probes wait.
    pub(crate) fn inbox(&self) -> Result<PathBuf> {
        let home = place::home(self)?;
        let home = if home.is_file() { home.parent().map(Path::to_owned).unwrap_or_default() } else { home };
        Ok(home.join(self.config()?.probe.inbox))
    }

    pub(crate) fn place(&self) -> Result<Place> {
        place::find(self)
    }

    pub(crate) fn config(&self) -> Result<Config> {
        match place::home(self)? {
            home if home.is_dir() => Config::read(&home.join("config.toml")),
            _ => Ok(Config::default()),
        }
    }

    /// Where `config.toml` has status lists published to: a path within the home unless it begins at the root.
    pub(crate) fn publish_to(&self) -> Result<Option<PathBuf>> {
        let Some(out) = self.config()?.revocation.out else { return Ok(None) };
        let directory = place::home(self)?.join(out);
        Ok(Some(std::path::absolute(&directory).unwrap_or(directory)))
    }

    /// The text of a file, or of standard input for `-`.
    pub(crate) fn text(&self, path: &Path) -> Result<String> {
        String::from_utf8(self.bytes(path)?)
            .map_err(|_| Failure::new(format!("{} cannot be used", path.display())).because("It is not UTF-8."))
    }

    /// The same for a license: what is no UTF-8 is replaced, and will be refused as what it is not.
    pub(crate) fn license_text(&self, path: &Path) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes(path)?).into_owned())
    }

    /// The bytes of a file; `-` is standard input.
    pub(crate) fn bytes(&self, path: &Path) -> Result<Vec<u8>> {
        if path == Path::new("-") { file::read(&mut *self.stdin.borrow_mut(), path) } else { file::read_path(path) }
    }

    /// Draws a progress bar on the terminal, if there is one.
    pub(crate) fn progress(&self, doing: &'static str) -> Progress {
        progress::bar(doing, self.shows_progress)
    }

    /// Opens the database for reading, does the work, and closes it.
    pub(crate) async fn read<T>(&self, work: impl AsyncFnOnce(&Licentia) -> Result<T>) -> Result<T> {
        let licentia = Licentia::open_for_reading(self.place()?, self.ambient.clone()).await?;
        self.warn_of_pin(&licentia).await;
        let result = work(&licentia).await;
        licentia.close().await;
        result
    }

    /// Reads rows and prints them as a list.
    pub(crate) async fn list(
        &self,
        columns: &[Column],
        members: &[&str],
        rows: impl AsyncFnOnce(&Licentia) -> Result<Vec<Object>>,
    ) -> Result {
        let rows = self.read(rows).await?;
        self.output.list(columns, members, &rows)
    }

    /// As [`Self::read`], but open for what is derived from the log, where the file can be written.
    pub(crate) async fn read_and_index<T>(&self, work: impl AsyncFnOnce(&Licentia) -> Result<T>) -> Result<T> {
        let licentia = self.open().await?;
        self.warn_of_pin(&licentia).await;
        let result = work(&licentia).await;
        licentia.close().await;
        result
    }

    /// Whether by `config.toml` a verification that failed stands in the way of changes. A file that cannot be read
    /// may say so.
    pub(crate) fn stops_after_failure(&self) -> bool {
        self.config().map_or(true, |config| config.audit.on_failure == OnFailure::Stop)
    }

    async fn open(&self) -> Result<Licentia> {
        let licentia = Licentia::open(self.place()?, self.ambient.clone()).await?;
        if self.stops_after_failure() {
            licentia.stop_after_failure();
        }
        Ok(licentia)
    }

    /// Opens the database and the vault for a change, does it, and moves the pin on.
    pub(crate) async fn change<T>(
        &self,
        acting: &Acting,
        work: impl AsyncFnOnce(&Licentia, &Operator) -> Result<T>,
    ) -> Result<T> {
        let licentia = self.open().await?;
        let result = match self.unlock(&licentia, acting).await {
            Ok(operator) => {
                let result = work(&licentia, &operator).await;
                self.pass_alarm_on(&licentia);
                self.move_pin(&licentia).await;
                follow_with_index(&licentia).await;
                result
            }
            Err(failure) => Err(failure),
        };
        licentia.close().await;
        result
    }

    /// Does what needs no passphrase, and records it where one came by file or environment. Never asks.
    pub(crate) async fn record_if_unlocked<T>(
        &self,
        acting: &Acting,
        work: impl AsyncFnOnce(&Licentia, Option<&Operator>) -> Result<T>,
    ) -> Result<T> {
        let Some(passphrase) = passphrase::given(self)? else {
            return self.read(async |licentia| work(licentia, None).await).await;
        };
        let licentia = self.open().await?;
        let result = match self.unlock_if_possible(&licentia, &passphrase, acting).await {
            Ok(operator) => {
                self.warn_of_pin(&licentia).await;
                let result = work(&licentia, operator.as_ref()).await;
                self.pass_alarm_on(&licentia);
                if operator.is_some() {
                    self.move_pin(&licentia).await;
                }
                result
            }
            Err(failure) => Err(failure),
        };
        licentia.close().await;
        result
    }

    /// Writes a verification into the log, where a passphrase came by file or environment and the file takes it in.
    /// What was found is the answer in any case.
    pub(crate) async fn record_verification(&self, report: &VerifyReport, began: Timestamp) -> Result<Option<u64>> {
        self.record_if_unlocked(&Acting::default(), async |licentia, operator| match operator {
            Some(operator) => Ok(Some(licentia.audit().record_verification(operator, report, began).await?)),
            None => Ok(None),
        })
        .await
    }

    /// Nobody, where nothing can be recorded: in a copy for review, or a file that cannot be written.
    async fn unlock_if_possible(
        &self,
        licentia: &Licentia,
        passphrase: &Passphrase,
        acting: &Acting,
    ) -> Result<Option<Operator>> {
        if !licentia.is_writable() || !licentia.vault().exists().await? {
            return Ok(None);
        }
        Ok(Some(licentia.vault().unlock(passphrase, self.actor(acting)?).await?))
    }

    /// Says what went wrong beside what was done.
    fn pass_alarm_on(&self, licentia: &Licentia) {
        if let Some(error) = licentia.take_alarm() {
            self.warn("what was done is done, but the log could not be signed after it", &Explanation::from(&error));
        }
    }

    /// Moves the pin on. The change is on disk by then, so that this fails is no reason to call the change failed.
    pub(crate) async fn move_pin(&self, licentia: &Licentia) {
        if let Err(error) = licentia.move_pin().await {
            self.warn("the pin could not be moved", &Explanation::from(&error));
        }
    }

    /// Who acts, from `--actor`, the environment, or the user and the machine.
    pub(crate) fn actor(&self, acting: &Acting) -> Result<Actor> {
        let named = match &acting.actor {
            Some(name) => Some(name.clone()),
            None => self.variable("LICENTIA_ACTOR").map(|name| name.to_string_lossy().into_owned()),
        };
        Ok(match named {
            Some(name) => Actor::new(name)?,
            None => Actor::new(self.user_at_host()).or_else(|_| Actor::new("unknown"))?,
        })
    }

    pub(crate) fn passphrase(&self) -> Result<Passphrase> {
        passphrase::find(self, &Question::existing("Passphrase: "))
    }

    /// The path that a variable or the option before it names.
    pub(crate) fn path(&self, option: Option<&PathBuf>, variable: &str) -> Option<PathBuf> {
        option.cloned().or_else(|| self.variable(variable).map(PathBuf::from))
    }

    async fn unlock(&self, licentia: &Licentia, acting: &Acting) -> Result<Operator> {
        let actor = self.actor(acting)?;
        if licentia.vault().is_founded().await? && !licentia.vault().exists().await? {
            return Err(Failure::new("this database cannot be changed")
                .because("It is a copy for review: it has no vault, so nothing in it can be signed.")
                .hint("Make the change in the database that it was copied from."));
        }
        let passphrase = self.passphrase()?;
        Ok(licentia.vault().unlock(&passphrase, actor).await?)
    }

    /// Reading goes on where the pin does not fit, with a warning.
    pub(crate) async fn warn_of_pin(&self, licentia: &Licentia) {
        if let Err(error) = licentia.pin_seen().await {
            self.warn("do not rely on this database as it is", &Explanation::from(&error));
        }
    }

    pub(crate) fn warn(&self, what: &str, why: &Explanation) {
        self.output.note(&format!("warning: {what}: {}", why.message));
        for more in [&why.cause, &why.hint].into_iter().flatten() {
            self.output.note(&format!("  {more}"));
        }
    }

    fn user_at_host(&self) -> String {
        let user = ["USER", "LOGNAME", "USERNAME"]
            .into_iter()
            .find_map(|name| self.variable(name))
            .map_or_else(|| login_name(rustix::process::getuid().as_raw()), |name| name.to_string_lossy().into_owned());
        format!("{user}@{}", gethostname::gethostname().to_string_lossy())
    }
}

/// Takes into the index of words what was written just now; a long batch is left for the next command. The change is on
/// disk by then, and what the index does not have is found all the same: so that this fails is nothing to speak of.
async fn follow_with_index(licentia: &Licentia) {
    const AT_MOST: u64 = 2_000;
    let _ = licentia.audit().follow_with_index(AT_MOST).await;
}

/// What the system calls a user, where the environment does not say it.
fn login_name(uid: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("uid-{uid}"))
}

//! A shell of its own for each story: a home, a place for pins, an environment that holds nothing else.

use crate::{Run, founding};
use licentia_core::Place;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// When every story happens unless it says otherwise.
pub const NOW: &str = "2026-05-20T12:00:00Z";

/// What opens the vaults of the stories.
pub const PASSPHRASE: &str = "correct horse battery staple";

/// A directory, and the environment in which the program runs there.
#[derive(Debug)]
pub struct Shell {
    root: TempDir,
    program: PathBuf,
    variables: BTreeMap<String, OsString>,
}

impl Shell {
    /// A user whose home is empty.
    #[must_use]
    pub fn empty(program: impl Into<PathBuf>) -> Self {
        let root = tempfile::Builder::new().prefix("licentia-test-").tempdir().expect("a temporary directory");
        let at = |name: &str| root.path().join(name).into_os_string();
        let variables = [
            ("HOME", at("user")),
            ("PATH", "/usr/bin:/bin".into()),
            ("USER", "tester".into()),
            ("LANG", "C.UTF-8".into()),
            ("TZ", "UTC".into()),
            ("COLUMNS", "100".into()),
            ("LICENTIA_HOME", at("home")),
            ("LICENTIA_PIN_DIR", at("pins")),
            ("LICENTIA_PASSPHRASE", PASSPHRASE.into()),
            ("LICENTIA_ACTOR", "tester@bench".into()),
            ("LICENTIA_TEST_NOW", NOW.into()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
        std::fs::create_dir(root.path().join("user")).expect("a home directory");
        Self { root, program: program.into(), variables }
    }

    /// A user whose Licentia is founded, with vendor `acme` and the issuer `main`.
    ///
    /// The vault opens quickly, so that a story can have many lines.
    #[must_use]
    pub fn founded(program: impl Into<PathBuf>) -> Self {
        let shell = Self::empty(program);
        founding::block_on(founding::found(shell.place(), founding::Founder::at(NOW)));
        shell
    }

    /// The directory in which the program runs.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    #[must_use]
    pub fn home(&self) -> PathBuf {
        PathBuf::from(&self.variables["LICENTIA_HOME"])
    }

    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.home().join("licentia.db")
    }

    #[must_use]
    pub fn place(&self) -> Place {
        Place { database: self.database(), pins: Some(PathBuf::from(&self.variables["LICENTIA_PIN_DIR"])) }
    }

    /// The same shell with one variable changed; none takes it away.
    pub fn set<'a>(&mut self, name: &str, value: impl Into<Option<&'a str>>) -> &mut Self {
        match value.into() {
            Some(value) => drop(self.variables.insert(name.to_owned(), value.into())),
            None => drop(self.variables.remove(name)),
        }
        self
    }

    /// Lets it be that moment.
    pub fn travel(&mut self, now: &str) -> &mut Self {
        self.set("LICENTIA_TEST_NOW", now)
    }

    /// Writes a file where the program runs, for this user alone, and answers with its name.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file");
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
        name.to_owned()
    }

    /// The text of a file where the program runs.
    #[must_use]
    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a command line of the program, written as in a shell but without the program's name.
    pub fn run(&self, line: &str) -> Run {
        self.run_args(words(line))
    }

    /// Runs it as a reviewer would, who has no passphrase: so nothing that is done is recorded.
    pub fn review(&self, line: &str) -> Run {
        let mut command = self.command(words(line));
        command.env_remove("LICENTIA_PASSPHRASE").env_remove("LICENTIA_PASSPHRASE_FILE");
        finish(command, &self.program, line, b"")
    }

    /// Runs it and gives it this to read.
    pub fn run_with_input(&self, line: &str, input: &[u8]) -> Run {
        finish(self.command(words(line)), &self.program, line, input)
    }

    /// Runs the program with these arguments.
    pub fn run_args<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let line = args.iter().map(|arg| format!("'{}'", arg.display())).collect::<Vec<_>>().join(" ");
        finish(self.command(args), &self.program, &line, b"")
    }

    /// The program in this environment, to be started in some other way.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        self.other_command(&self.program, args)
    }

    /// Another program in this environment.
    pub fn other_command<A: AsRef<OsStr>>(&self, program: &Path, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(program);
        command.args(args).env_clear().envs(&self.variables).current_dir(self.root.path());
        command
    }
}

fn finish(mut command: Command, program: &Path, line: &str, input: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
    // Whoever does not read its input may be gone before it is written.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("the program ends");
    Run {
        line: format!("licentia {}", line.trim_end()),
        status: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: output.stderr,
    }
}

/// The words of a command line: split at spaces, but for what stands between quotes.
#[must_use]
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "an open quote: {line}");
    words.extend(word);
    words
}

//! What the program takes from its process: streams, environment, terminal, clock and randomness.

use crate::ambient;
use licentia_core::Ambient;
use licentia_license::machine::collect::Found;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};

/// Looks up a variable of the environment.
pub type Variable = Box<dyn Fn(&str) -> Option<OsString>>;

/// Asks for a secret on the terminal.
pub type Ask = Box<dyn Fn(&str) -> io::Result<String>>;

/// Looks at the machine that this runs on.
pub type Machine = Box<dyn Fn() -> Found>;

/// What the program takes from its process; a test brings its own.
pub struct Surroundings {
    /// The clock and the randomness.
    pub ambient: Ambient,
    /// Looks up a variable of the environment.
    pub variable: Variable,
    /// Asks for a secret on the terminal; none where nobody sits there to answer.
    pub ask: Option<Ask>,
    /// Looks at the machine that this runs on.
    pub machine: Machine,
    /// What a `-` instead of a file name reads.
    pub stdin: Box<dyn Read>,
    /// Where results go.
    pub stdout: Box<dyn Write>,
    /// Where everything else goes.
    pub stderr: Box<dyn Write>,
    /// Whether the screen can open: somebody types, and somebody sees.
    pub has_screen: bool,
    /// Whether a progress bar may be drawn.
    pub shows_progress: bool,
}

impl Surroundings {
    /// Those of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let typed = io::stdin().is_terminal();
        Self {
            ambient: ambient::system(),
            variable: Box::new(|name| std::env::var_os(name)),
            ask: typed.then(|| {
                let ask = |question: &str| rpassword::prompt_password(question);
                Box::new(ask) as Ask
            }),
            machine: Box::new(Found::here),
            stdin: Box::new(io::stdin()),
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
            has_screen: typed && io::stdout().is_terminal(),
            shows_progress: io::stderr().is_terminal(),
        }
    }
}

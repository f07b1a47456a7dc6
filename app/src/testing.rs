//! Surroundings for tests: no environment, no terminal, a clock that stands, and streams to look at afterwards.

use crate::Surroundings;
use licentia_core::{Ambient, Timestamp};
use licentia_license::machine::collect::Found;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

/// A stream that can be looked at afterwards.
#[derive(Clone, Default)]
pub(crate) struct Tape(Rc<RefCell<Vec<u8>>>);

impl Tape {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a test sets up and looks at.
#[derive(Default)]
pub(crate) struct Scene {
    pub variables: BTreeMap<&'static str, String>,
    /// What is typed on the terminal; none: there is no terminal.
    pub typed: Option<VecDeque<&'static str>>,
    pub stdout: Tape,
    pub stderr: Tape,
}

impl Scene {
    pub(crate) fn surroundings(&self) -> Surroundings {
        let variables = self.variables.clone();
        let typed = self.typed.clone().map(RefCell::new);
        Surroundings {
            ambient: Ambient::new(|| Timestamp::from_seconds(1_779_278_400), |bytes| bytes.fill(7)),
            variable: Box::new(move |name| variables.get(name).map(Into::into)),
            ask: typed.map(|typed| -> crate::Ask {
                Box::new(move |_| {
                    typed.borrow_mut().pop_front().map(str::to_owned).ok_or(io::ErrorKind::UnexpectedEof.into())
                })
            }),
            machine: Box::new(|| Found::on_linux(Path::new("/nowhere"))),
            stdin: Box::new(io::empty()),
            stdout: Box::new(self.stdout.clone()),
            stderr: Box::new(self.stderr.clone()),
            has_screen: false,
            shows_progress: false,
        }
    }

    /// Runs a command line, split at spaces, and answers with its exit status.
    pub(crate) fn run(&self, line: &str) -> u8 {
        crate::run(line.split(' ').map(Into::into), self.surroundings())
    }
}

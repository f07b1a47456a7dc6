//! `licentia completions`

use crate::args::Cli;
use crate::context::Context;
use crate::failure::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Write the completions of a shell to standard output.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  licentia completions bash > ~/.local/share/bash-completion/completions/licentia")]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(context: &Context, Completions { shell }: Completions) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "licentia", &mut script);
    context.output.text(&String::from_utf8_lossy(&script))
}

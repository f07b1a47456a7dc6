//! The command line as a whole, and the options that many commands share.

use crate::commands::Command;
use clap::{Args, Parser, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Issues signed licenses, revokes and reissues them, and writes down who did what.
///
/// Without a command the screen opens.
#[derive(Debug, Parser)]
#[command(
    name = "licentia",
    version,
    after_help = "\
Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 a verification said no.
Results go to standard output, everything else to standard error.
Ids may be shortened to a unique beginning or end; issuers and identities also go by name.
Times are RFC 3339 in UTC; a date alone is its first second.

Examples:
  licentia init --vendor acme --status-url https://licenses.example.com
  licentia license issue --subject alice@example.com --audience editor --days 365
  licentia license list --status expiring
  licentia audit verify"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The directory of `licentia.db` and `config.toml`, or a database file itself; else `LICENTIA_HOME`, else the
    /// platform's data directory.
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,

    /// A file whose first line is the passphrase; else `LICENTIA_PASSPHRASE_FILE`, `LICENTIA_PASSPHRASE` or a question on
    /// the terminal.
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,

    /// How results are written; `table` unless told.
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Table,
    Json,
    Jsonl,
    Csv,
}

impl Format {
    /// Whether errors are written as JSON too.
    pub(crate) const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }

    /// What a command line that could not be parsed seems to ask for.
    pub(crate) fn asked_for(args: &[OsString]) -> Self {
        let value = args.iter().enumerate().find_map(|(at, arg)| {
            let arg = arg.to_str()?;
            match arg.strip_prefix("--format") {
                Some("") => args.get(at + 1)?.to_str(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            }
        });
        value.and_then(|value| Self::from_str(value, false).ok()).unwrap_or_default()
    }
}

/// What every command takes that changes something.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Acting {
    /// The name the change is recorded under; else `LICENTIA_ACTOR`, else `user@host`.
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_format_is_found_even_where_nothing_else_is() {
        let asked = |line: &str| Format::asked_for(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked("licentia nonsense --format json"), Format::Json);
        assert_eq!(asked("licentia --format=jsonl nonsense"), Format::Jsonl);
        assert_eq!(asked("licentia --format"), Format::Table);
        assert_eq!(asked("licentia --formatted json"), Format::Table);
    }
}

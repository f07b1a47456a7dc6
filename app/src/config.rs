//! `config.toml` in the home: what an operator would otherwise type every time.
//!
//! ```toml
//! # The products that a license is for when `--audience` is not given.
//! audience = ["editor"]
//!
//! # After a verification that failed nothing changes until a full one succeeds; "warn" only says so.
//! [audit]
//! on_failure = "stop"
//!
//! [license]
//! # Whether licenses carry the latest checkpoint of the audit log.
//! log = true
//!
//! [probe]
//! # Where results of probes wait to be taken in; a path within the home unless it begins with /.
//! inbox = "inbox"
//!
//! [revocation]
//! # Where status lists are published to when `--out` is not given; a path within the home unless it begins with /.
//! out = "/var/www/status"
//! ```

use crate::failure::{Failure, Result};
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};

/// What `config.toml` may say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The products that a license is for when `--audience` is not given.
    #[serde(default)]
    pub audience: Vec<String>,
    #[serde(default)]
    pub audit: AuditPolicy,
    #[serde(default)]
    pub license: License,
    #[serde(default)]
    pub probe: Probe,
    #[serde(default)]
    pub revocation: Revocation,
}

/// What it says of probes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Probe {
    /// Where results wait to be taken in.
    #[serde(default = "inbox")]
    pub inbox: PathBuf,
}

impl Default for Probe {
    fn default() -> Self {
        Self { inbox: inbox() }
    }
}

fn inbox() -> PathBuf {
    "inbox".into()
}

/// What it says of status lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revocation {
    /// Where they are published to when `--out` is not given.
    #[serde(default)]
    pub out: Option<PathBuf>,
}

/// What it says of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditPolicy {
    /// What a verification that failed means for changes.
    #[serde(default)]
    pub on_failure: OnFailure,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnFailure {
    /// It is said, and changes go on.
    #[default]
    Warn,
    /// They are refused until a full verification succeeds.
    Stop,
}

/// What every license is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct License {
    /// Whether it carries the latest checkpoint of the audit log. Its size tells how much the vendor does.
    #[serde(default = "yes")]
    pub log: bool,
}

impl Default for License {
    fn default() -> Self {
        Self { log: yes() }
    }
}

const fn yes() -> bool {
    true
}

impl Config {
    /// Reads the file; one that is not there says nothing.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::io("read", path, &error)),
        };
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or_else(String::new, |at| {
                let before = text.get(..at.start).unwrap_or_default();
                format!("line {}: ", before.matches('\n').count() + 1)
            });
            Failure::new(format!("{} cannot be used", path.display()))
                .because(format!("{line}{}", error.message()))
                .hint(
                    "Correct that line. The keys are `audience`, a list of texts, `on_failure` under `[audit]`, \"warn\" or \"stop\", `log` under `[license]`, true or false, and `inbox` under `[probe]` and `out` under `[revocation]`, directories.",
                )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn no_file_says_nothing() {
        assert_eq!(Config::read(Path::new("/nowhere/config.toml")).unwrap(), Config::default());
    }

    #[test]
    fn audiences_are_read() {
        assert_eq!(read("audience = ['a', 'b']").unwrap().audience, ["a", "b"]);
    }

    #[test]
    fn what_a_failure_means_is_read() {
        assert_eq!(read("").unwrap().audit.on_failure, OnFailure::Warn);
        assert_eq!(read("[audit]\non_failure = 'stop'").unwrap().audit.on_failure, OnFailure::Stop);
        let failure = read("[audit]\non_failure = 'panic'").unwrap_err();
        assert!(failure.explanation().unwrap().cause.clone().unwrap().starts_with("line 2: unknown variant"));
    }

    #[test]
    fn licenses_carry_a_checkpoint_unless_that_is_switched_off() {
        for (text, carried) in [("", true), ("[license]", true), ("[license]\nlog = false", false)] {
            assert_eq!(read(text).unwrap().license.log, carried, "{text}");
        }
        assert!(read("[license]\nlgo = false").is_err());
    }

    #[test]
    fn the_inbox_can_be_elsewhere() {
        assert_eq!(read("").unwrap().probe.inbox, Path::new("inbox"));
        assert_eq!(read("[probe]\ninbox = '/srv/inbox'").unwrap().probe.inbox, Path::new("/srv/inbox"));
        assert!(read("[probe]\ninboks = '/srv/inbox'").is_err());
    }

    #[test]
    fn status_lists_may_have_a_place() {
        assert_eq!(read("").unwrap().revocation.out, None);
        assert_eq!(read("[revocation]\nout = '/srv/www'").unwrap().revocation.out, Some("/srv/www".into()));
        assert!(read("[revocation]\nuot = '/srv/www'").is_err());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let failure = read("# mine\naudience = []\naudiense = ['a']\n").unwrap_err();
        let cause = failure.explanation().unwrap().cause.clone().unwrap();
        assert!(cause.starts_with("line 3: unknown field `audiense`"), "{cause}");
    }
}

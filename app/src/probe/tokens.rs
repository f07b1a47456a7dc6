//! Which tokens wait for a result, as a server knows it: by looking into the home, or from a file. Of either it learns
//! hashes, never a token.

use crate::failure::{Failure, Result};
use licentia_core::probe::{from_hex, to_hex};
use licentia_core::{Ambient, Licentia, Place, ProbeState, ProbeToken, Timestamp};
use std::path::{Path, PathBuf};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// Where it is looked up, anew for each result: a token that was cancelled takes nothing from then on.
#[derive(Clone, Debug)]
pub(crate) enum Tokens {
    /// Opened for reading and closed again, so that the server holds nobody up.
    Home { place: Place, ambient: Ambient },
    /// For a server that cannot see the home: what `probe tokens` wrote.
    File(PathBuf),
}

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It waits, for a result that was made for this vendor; a file does not say for whom.
    Open {
        vendor: Option<String>,
    },
    Over(ProbeState),
    Unknown,
}

impl Tokens {
    pub(crate) async fn find(&self, hash: &[u8; 32], now: Timestamp) -> Result<Standing> {
        match self {
            Self::Home { place, ambient } => {
                let licentia = Licentia::open_for_reading(place.clone(), ambient.clone()).await?;
                let standing = stands(&licentia, hash, now).await;
                licentia.close().await;
                standing
            }
            Self::File(path) => Ok(find_among(&read(path)?, hash, now)),
        }
    }
}

async fn stands(licentia: &Licentia, hash: &[u8; 32], now: Timestamp) -> Result<Standing> {
    let probe = licentia.probes().by_token_hash(hash).await?;
    let Some(probe) = probe.filter(|probe| bool::from(probe.token_hash.ct_eq(hash))) else {
        return Ok(Standing::Unknown);
    };
    Ok(match ProbeState::of(&probe, now) {
        // Only now: whoever guesses costs no more than the search.
        ProbeState::Pending => Standing::Open { vendor: Some(licentia.vault().vendor().await?) },
        ended => Standing::Over(ended),
    })
}

/// The line of the file for a token that waits: its hash, and until when.
pub(crate) fn line(probe: &ProbeToken, now: Timestamp) -> Option<String> {
    let waits = ProbeState::of(probe, now) == ProbeState::Pending;
    waits.then(|| format!("{} {}\n", to_hex(&probe.token_hash), probe.expires_at))
}

/// Each line is compared in the same time, and all of them are.
fn find_among(open: &[([u8; 32], Timestamp)], hash: &[u8; 32], now: Timestamp) -> Standing {
    let (mut found, mut until) = (Choice::from(0), 0_i64);
    for (known, expires_at) in open {
        let same = known.ct_eq(hash);
        until.conditional_assign(&expires_at.0, same);
        found |= same;
    }
    match bool::from(found) {
        false => Standing::Unknown,
        true if now.0 >= until => Standing::Over(ProbeState::Expired),
        true => Standing::Open { vendor: None },
    }
}

fn read(path: &Path) -> Result<Vec<([u8; 32], Timestamp)>> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| {
        let (hash, until) = line.split_once(' ')?;
        Some((from_hex(hash)?, until.trim().parse().ok()?))
    };
    lines.map(read).collect::<Option<Vec<_>>>().ok_or_else(|| {
        Failure::new(format!("{} cannot be used", path.display()))
            .because("A line in it is not the hash of a token and the time when it ends.")
            .hint("`licentia probe tokens` writes such a file.")
    })
}

//! Whether somebody else vouches for the log, and how far.

use super::Check;
use crate::{Licentia, Result};

/// So many microseconds may a checkpoint wait for a witness: whoever writes one an hour asks as often.
const PATIENCE: i64 = 86_400_000_000;

pub(super) async fn check(licentia: &Licentia) -> Result<Check> {
    const NAME: &str = "witness";
    let known = licentia.witnesses().list().await?.len();
    if known == 0 {
        return Ok(Check::ok(NAME, "none is known; docs/WITNESS.md says what one is good for"));
    }
    let now = licentia.ambient().now();
    let latest = licentia.witnesses().latest().await?;
    let covered = latest.as_ref().map_or(0, |latest| latest.size);
    let said = match &latest {
        Some(latest) => latest.words(now),
        None => format!("{known} known, and none has signed yet"),
    };
    let next = i64::try_from(covered).unwrap_or(i64::MAX).saturating_add(1);
    let waiting = licentia.reader().checkpoints_from(next, 1).await?;
    let waits_long = waiting.iter().any(|waits| now.0.saturating_sub(waits.created_at.0) > PATIENCE);
    Ok(if waits_long {
        let advice = "Run `licentia audit witness ask`; it says what stands in the way.";
        Check::warning(NAME, format!("{said}; a later checkpoint waits for more than a day"), advice)
    } else {
        Check::ok(NAME, said)
    })
}

//! Effects around witnesses: how far they vouch for the log, and asking them to.

use super::read::explained;
use crate::message::Answer;
use crate::services::Services;
use crate::witnessing::{Missed, Vouched};
use licentia_core::witness::{Asked, WitnessError};
use licentia_core::{Error, Explanation, Licentia, Result};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Who leaves the screen waits for witnesses no longer than this.
pub(crate) const AT_THE_END: Duration = Duration::from_secs(3);

pub(super) async fn vouched(services: &Services) -> Answer<Vouched> {
    let licentia = services.licentia().map_err(explained)?;
    vouched_of(&licentia).await.map_err(explained)
}

/// What the file says of a witness counts as far as the key of that witness signed it.
pub(super) async fn vouched_of(licentia: &Licentia) -> Result<Vouched> {
    let witnesses = licentia.witnesses();
    let known = witnesses.list().await?.into_iter().map(|witness| witness.name).collect();
    Ok(Vouched { known, latest: witnesses.latest().await? })
}

/// Asks all of them at once: one that is silent keeps no other from being heard, and at the end there is little time.
pub(super) async fn ask(services: &Services, at_end: bool) -> Answer<Vec<Missed>> {
    let licentia = services.licentia().map_err(explained)?;
    let mut asked = JoinSet::new();
    for witness in licentia.witnesses().list().await.map_err(explained)? {
        let (licentia, post) = (licentia.clone(), services.post());
        asked.spawn(async move {
            let asking = licentia.witnesses().ask(&witness, post);
            let missed = if at_end {
                timeout(AT_THE_END, asking).await.map_or_else(|_| Some(too_slow(&witness.name)), outcome)
            } else {
                outcome(asking.await)
            };
            missed.map(|(why, contradicts)| Missed { witness: witness.name, why, contradicts })
        });
    }
    let mut missed: Vec<Missed> = asked.join_all().await.into_iter().flatten().collect();
    missed.sort_by(|one, other| one.witness.cmp(&other.witness));
    Ok(missed)
}

/// Why it did not sign, and whether that means that it knows another log.
fn outcome(asked: Result<Asked>) -> Option<(Explanation, bool)> {
    match asked {
        // There is nothing to be signed.
        Ok(_) | Err(Error::Witness(WitnessError::NoCheckpoint)) => None,
        Err(error) => {
            let contradicts = matches!(&error, Error::Witness(error) if error.contradicts());
            Some((explained(error), contradicts))
        }
    }
}

fn too_slow(witness: &str) -> (Explanation, bool) {
    let why = Explanation {
        message: format!("witness {witness} has not signed within {} seconds", AT_THE_END.as_secs()),
        cause: Some("The end of the screen waits no longer.".to_owned()),
        hint: Some(
            "Nothing is lost: it is asked again with the next checkpoint, or by `licentia audit witness ask`."
                .to_owned(),
        ),
    };
    (why, false)
}

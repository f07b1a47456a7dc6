//! Words for what came of asking a witness.

use super::{Explanation, sentence};
use crate::witness::WitnessError;

/// What a witness knows that the database does not want to know is the reason to have one.
const ROLLED_BACK: &str = "Keep this database and the witness's answer as they are, and run `licentia audit verify`. \
    If the log was put back from an older copy without `licentia restore`, put the newer file back.";

pub(super) fn explain(error: &WitnessError) -> Explanation {
    let says = Explanation::saying(error.to_string());
    match error {
        WitnessError::NoCheckpoint => says
            .because("A witness signs checkpoints of the log, and none was written yet.")
            .then("Write one first: `licentia audit checkpoint`."),
        WitnessError::KeyKnown { .. } => {
            says.because("A witness is taken in once.").then("`licentia audit witness list` shows those that are known.")
        }
        WitnessError::Unreachable { witness: _, why } => says
            .because(sentence(why))
            .then("Nothing is lost: ask again with `licentia audit witness ask` when it is back."),
        WitnessError::UnknownLog { witness: _, origin } => says
            .because(format!("It was not told of the log {origin}."))
            .then("Give whoever runs it the verifier key that `licentia audit key` shows."),
        WitnessError::UnknownKey { witness: _, origin } => says
            .because(format!("It knows other keys for {origin}, as after a rotation of the log's key."))
            .then("Give whoever runs it the verifier key that `licentia audit key` shows now."),
        WitnessError::Ahead { .. } => says
            .because("Entries that it has seen are not here: this is an older copy, or entries were cut off, or the last checkpoint was removed.")
            .then(ROLLED_BACK),
        WitnessError::Forgot { .. } => says
            .because("It lost what it had seen, as when an older copy of its state was put back, and could now sign another history.")
            .then("Tell whoever runs it. It should go on with a new key: remove it here, and add it again with that."),
        WitnessError::OtherHistory { .. } => {
            says.because("Entries that it has vouched for were changed since, or the log was forked.").then(ROLLED_BACK)
        }
        WitnessError::Refused { witness: _, status: _, said } => says
            .because(if said.is_empty() { "It did not say why.".to_owned() } else { format!("It said: {said}") })
            .then("Check its address in `licentia audit witness list`, or ask whoever runs it."),
        WitnessError::BadAnswer { witness: _, why } => says
            .because(sentence(why))
            .then("Compare its verifier key with what whoever runs it says; nothing was kept."),
        WitnessError::Disagrees { .. } => says
            .because("An entry that it covers was changed or removed since, so nothing was sent.")
            .then("Run `licentia audit verify` to learn which."),
    }
}

//! `licentia machine …`

mod fingerprint;

use crate::context::Context;
use crate::failure::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Machine {
    Fingerprint(fingerprint::MachineFingerprint),
}

pub(crate) fn dispatch(context: &Context, verb: Machine) -> Result {
    match verb {
        Machine::Fingerprint(args) => fingerprint::run(context, args),
    }
}

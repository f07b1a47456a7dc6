//! Effects around witnesses: how far they vouch for the log.

use super::read::explained;
use crate::message::Answer;
use crate::services::Services;
use crate::witnessing::Vouched;
use licentia_core::{Licentia, Result};

pub(super) async fn vouched(services: &Services) -> Answer<Vouched> {
    let licentia = services.licentia().map_err(explained)?;
    vouched_of(&licentia).await.map_err(explained)
}

/// What the file says of a witness counts as far as the key of that witness signed it.
pub(super) async fn vouched_of(licentia: &Licentia) -> Result<Vouched> {
    let witnesses = licentia.witnesses();
    Ok(Vouched { known: witnesses.list().await?.len(), latest: witnesses.latest().await? })
}

//! Probes read, made, given their result, and cancelled.

use super::read::{explained, found, open};
use super::write::unlocked;
use super::{ProbeChange, ProbeDone, file};
use crate::message::{Answer, Found};
use crate::services::Services;
use crate::widget::secret::Typed;
use licentia_core::{Page, ProbeToken, ProbeTokenId};

/// More than core takes, which says in its own words how much that is.
const MOST_BYTES: u64 = 1024 * 1024;

pub(super) async fn page(
    services: &Services,
    after: Option<ProbeTokenId>,
    limit: u64,
) -> Answer<Page<ProbeToken, ProbeTokenId>> {
    open(services)?.probes().page(after, limit).await.map_err(explained)
}

/// None when it is not there any more.
pub(super) async fn probe(services: &Services, id: ProbeTokenId) -> Found<ProbeToken> {
    found(open(services)?.probes().get(id).await.map(|probe| (probe, ())))
}

pub(super) async fn change(services: &Services, change: ProbeChange) -> Answer<Box<ProbeDone>> {
    let (licentia, operator) = unlocked(services)?;
    let probes = licentia.probes();
    let done = match change {
        ProbeChange::Create(new) => {
            let created = probes.new_token(&operator, new).await;
            created.map(|created| ProbeDone::Created(created.probe, Typed(created.token.into())))
        }
        ProbeChange::Consume { token, path } => {
            let result = licentia.read_given(&file::path(&path), MOST_BYTES, "the probe's result");
            let result = result.map_err(explained)?;
            probes.consume_token(&operator, token.0.trim(), &result).await.map(ProbeDone::Consumed)
        }
        ProbeChange::Cancel { id } => probes.cancel(&operator, id).await.map(ProbeDone::Cancelled),
    };
    done.map(Box::new).map_err(explained)
}

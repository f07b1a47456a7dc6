//! Probes read, made, given their result, and cancelled; and what waits in the inbox for them.

use super::read::{explained, found, open};
use super::write::unlocked;
use super::{Inboxed, Probe, ProbeChange, ProbeDone, file};
use crate::message::{Answer, Found};
use crate::services::Services;
use crate::widget::secret::Typed;
use licentia_core::probe::{Arrival, Arrived, TakenIn};
use licentia_core::{Explanation, Page, ProbeToken, ProbeTokenId};

/// More than core takes, which says in its own words how much that is.
const MOST_BYTES: u64 = 1024 * 1024;

pub(super) async fn page(
    services: &Services,
    after: Option<ProbeTokenId>,
    limit: u64,
) -> Answer<Page<Probe, ProbeTokenId>> {
    let page = open(services)?.probes().page(after, limit).await.map_err(explained)?;
    let mut arrived = waiting(services).await;
    let items = page.items.into_iter().map(|token| with(token, &mut arrived)).collect();
    Ok(Page { items, next: page.next })
}

/// None when it is not there any more.
pub(super) async fn probe(services: &Services, id: ProbeTokenId) -> Found<Probe> {
    let mut arrived = waiting(services).await;
    found(open(services)?.probes().get(id).await.map(|token| (with(token, &mut arrived), ())))
}

/// What is in the inbox. None where there is no database to compare it with.
pub(super) async fn look(services: &Services) -> Option<Answer<Inboxed>> {
    let licentia = open(services).ok()?;
    Some(licentia.probes().inbox(services.inbox()).await.map_err(explained).map(|arrivals| {
        let mut inboxed = Inboxed::default();
        for Arrival { name, found } in arrivals {
            match found {
                Ok(arrived) => inboxed.arrived.push((arrived.probe.label, arrived.result.key_fingerprint())),
                Err(error) => {
                    let why = Explanation::from(&error);
                    inboxed.refused.push((name.to_string_lossy().into_owned(), why.cause.unwrap_or(why.message)));
                }
            }
        }
        inboxed
    }))
}

/// What can be taken in. An inbox that cannot be read is complained about where it is looked into.
async fn waiting(services: &Services) -> Vec<Arrived> {
    let Ok(licentia) = open(services) else { return vec![] };
    let arrivals = licentia.probes().inbox(services.inbox()).await.unwrap_or_default();
    arrivals.into_iter().filter_map(|arrival| arrival.found.ok()).collect()
}

fn with(token: ProbeToken, arrived: &mut Vec<Arrived>) -> Probe {
    let at = arrived.iter().position(|arrived| arrived.probe.id == token.id);
    Probe { arrived: at.map(|at| Box::new(arrived.swap_remove(at))), ..token.into() }
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
        ProbeChange::TakeIn { id: _, name, key_fingerprint } => {
            let taken_in = probes.take_in(&operator, services.inbox(), &name, Some(&key_fingerprint)).await;
            taken_in.map(|taken_in| match taken_in {
                // Should the file be there still, the next look says so.
                TakenIn::Now { probe, left: _ } => ProbeDone::Consumed(probe),
                TakenIn::Before { probe, aside: _ } => ProbeDone::ConsumedBefore(probe),
            })
        }
        ProbeChange::Cancel { id } => probes.cancel(&operator, id).await.map(ProbeDone::Cancelled),
    };
    done.map(Box::new).map_err(explained)
}

//! Probes read, made, given their result, and cancelled; and what waits in the inbox for them.

use super::read::{explained, found, open};
use super::write::unlocked;
use super::{Inboxed, Leftover, Probe, ProbeChange, ProbeDone, file};
use crate::message::{Answer, Found};
use crate::services::Services;
use crate::widget::secret::Typed;
use licentia_core::probe::{Arrival, Delivery, TakenIn};
use licentia_core::{Error, Explanation, Page, ProbeToken, ProbeTokenId};

/// More than core takes, which says in its own words how much that is.
const MOST_BYTES: u64 = 1024 * 1024;

pub(super) async fn page(
    services: &Services,
    after: Option<ProbeTokenId>,
    limit: u64,
) -> Answer<Page<Probe, ProbeTokenId>> {
    let page = open(services)?.probes().page(after, limit).await.map_err(explained)?;
    let mut arrivals = arrivals(services).await;
    let items = page.items.into_iter().map(|token| with(token, &mut arrivals)).collect();
    Ok(Page { items, next: page.next })
}

/// None when it is not there any more.
pub(super) async fn probe(services: &Services, id: ProbeTokenId) -> Found<Probe> {
    let mut arrivals = arrivals(services).await;
    found(open(services)?.probes().get(id).await.map(|token| (with(token, &mut arrivals), ())))
}

/// What is in the inbox. None where there is no database to compare it with.
pub(super) async fn look(services: &Services) -> Option<Answer<Inboxed>> {
    let licentia = open(services).ok()?;
    Some(licentia.probes().inbox(services.inbox()).await.map_err(explained).map(|arrivals| {
        let mut inboxed = Inboxed::default();
        for Arrival { name, found } in arrivals {
            let why = match found {
                Delivery::Waits(arrived) => {
                    inboxed.arrived.push((arrived.probe.label, arrived.result.key_fingerprint()));
                    continue;
                }
                Delivery::Used { arrived, same: true } => {
                    format!("It was taken in before, for {}: t moves it aside there.", arrived.probe.label)
                }
                Delivery::Contested(arrived) => {
                    format!("Several results wait for {}: compare their keys there.", arrived.probe.label)
                }
                Delivery::Used { arrived, same: false } => {
                    let why = Explanation::from(&Error::ProbeUsedByOther).message;
                    format!("For {}: {why}, and possibly somebody else's.", arrived.probe.label)
                }
                Delivery::Refused(error) => {
                    let why = Explanation::from(&error);
                    why.cause.unwrap_or(why.message)
                }
            };
            inboxed.refused.push((name.to_string_lossy().into_owned(), why));
        }
        inboxed
    }))
}

/// What lies there. An inbox that cannot be read is complained about where it is looked into.
async fn arrivals(services: &Services) -> Vec<Arrival> {
    let Ok(licentia) = open(services) else { return vec![] };
    licentia.probes().inbox(services.inbox()).await.unwrap_or_default()
}

/// With the first file that came for it.
fn with(token: ProbeToken, arrivals: &mut Vec<Arrival>) -> Probe {
    let came = |arrival: &Arrival| arrival.arrived().is_some_and(|arrived| arrived.probe.id == token.id);
    let contested = arrivals.iter().filter_map(|arrival| match &arrival.found {
        Delivery::Contested(arrived) if arrived.probe.id == token.id => {
            Some((arrival.name.to_string_lossy().into_owned(), arrived.result.key_fingerprint()))
        }
        _ => None,
    });
    let contested = contested.collect();
    let found = arrivals.iter().position(came).map(|at| arrivals.remove(at).found);
    let probe = Probe { contested, ..Probe::from(token) };
    match found {
        Some(Delivery::Waits(arrived)) => Probe { arrived: Some(Box::new(arrived)), ..probe },
        Some(Delivery::Used { arrived, same }) => {
            Probe { leftover: Some(Box::new(Leftover { arrived, same })), ..probe }
        }
        Some(Delivery::Contested(_) | Delivery::Refused(_)) | None => probe,
    }
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
        ProbeChange::SetAside { name, key_fingerprint } => {
            let moved = probes.set_aside(services.inbox(), &name, &key_fingerprint).await;
            moved.map(|(probe, aside)| ProbeDone::SetAside(probe, aside))
        }
        ProbeChange::Cancel { id } => probes.cancel(&operator, id).await.map(ProbeDone::Cancelled),
    };
    done.map(Box::new).map_err(explained)
}

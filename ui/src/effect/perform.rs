//! The one function that does what was asked for: the only place that calls a service.

use super::{
    Effect, batch, identities, issuers, license, log, machines, probes, publish, read, search, witnesses, write,
};
use crate::message::Msg;
use crate::services::Services;
use std::sync::Arc;

/// Hears how far something is, before its end.
pub(crate) type Say = Arc<dyn Fn(Msg) + Send + Sync>;

/// Does it, and locks the screen where another process took the key out of its hands.
pub(crate) async fn perform(services: &Services, effect: Effect, say: &Say) -> Msg {
    let writes = effect.is_write();
    let msg = Box::pin(run(services, effect, say)).await;
    if writes && services.take_signed() {
        say(Msg::LogSigned);
    }
    if writes && services.lost_its_key().await {
        services.set_operator(None);
        say(Msg::LockedOut);
    }
    msg
}

/// The only place that calls a service.
#[expect(clippy::too_many_lines, reason = "one line for each effect")]
async fn run(services: &Services, effect: Effect, say: &Say) -> Msg {
    match effect {
        // The loop does these by itself.
        Effect::Quit | Effect::Stop { .. } | Effect::Copy { .. } => Msg::Tick,

        Effect::LookForChanges => {
            if let Some(why) = services.take_alarm() {
                say(Msg::NotSigned(why));
            }
            let (wrote, came) = (services.has_changed().await, services.inbox_changed());
            // Another token may have been made, or ended, for what waits there already.
            if (wrote || came)
                && let Some(inboxed) = probes::look(services).await
            {
                say(Msg::InboxLooked(inboxed));
            }
            Msg::LookedForChanges(wrote || came)
        }

        Effect::Found { passphrase, founding } => Msg::Founded(write::found(services, passphrase, founding).await),
        Effect::Unlock { passphrase } => Msg::Unlocked(write::unlock(services, passphrase).await),
        Effect::Lock => Msg::Locked(log::lock(services).await),

        Effect::LoadLicenses { request, filter, after, limit } => {
            match read::licenses(services, &filter, after, limit).await.transpose() {
                Some(answer) => Msg::LicensesLoaded { request, answer },
                None => Msg::LicensesMoved { request },
            }
        }
        Effect::LoadLicense { request, id } => match read::license(services, id).await.transpose() {
            Some(answer) => Msg::LicenseLoaded { request, answer },
            None => Msg::LicenseGone { request },
        },
        Effect::LoadEvents { request, target, before, limit } => {
            Msg::EventsLoaded { request, answer: read::events(services, &target, before, limit).await }
        }
        Effect::LoadIssuers { request } => Msg::IssuersLoaded { request, answer: read::issuers(services).await },
        Effect::LoadAudit { request, filter, before, limit } => {
            Msg::AuditLoaded { request, answer: read::audit(services, &filter, before, limit).await }
        }
        Effect::Search { request, search, before, limit, whole } => {
            Msg::Searched { request, answer: search::entries(services, &search, before, limit, whole).await }
        }
        Effect::SearchNewer { request, search, after } => {
            Msg::SearchedNewer { request, answer: search::newer(services, &search, after).await }
        }
        Effect::CountEntries { request, search, by } => {
            Msg::EntriesCounted { request, answer: search::counts(services, &search, by).await }
        }
        Effect::LoadFilters { request } => Msg::FiltersLoaded { request, answer: search::filters(services).await },
        Effect::ChangeFilter(change) => Msg::FilterChanged(search::change(services, change).await),
        Effect::FollowIndex => Msg::IndexFollowed(services.follow_with_index().await),
        Effect::LoadKinds { request } => Msg::KindsLoaded { request, answer: read::kinds(services).await },
        Effect::ResolveTarget { request, text } => {
            Msg::TargetResolved { request, answer: read::target(services, &text).await }
        }

        Effect::LoadOverview { request } => Msg::OverviewLoaded { request, answer: log::overview(services).await },
        Effect::CountLicenses { request } => Msg::LicensesCounted { request, answer: log::counts(services).await },
        Effect::LoadVouched => Msg::VouchedLoaded(witnesses::vouched(services).await),
        Effect::AskWitnesses { request, at_end } => {
            Msg::WitnessesAsked { request, answer: witnesses::ask(services, at_end).await }
        }
        Effect::Check(level) => Msg::Checked(log::check(services, level).await),
        Effect::Verify { request, verify } => {
            Msg::Verified { request, answer: log::verify(services, request, &verify, say).await }
        }
        Effect::ExportAudit { request, filter, format, path } => {
            Msg::AuditExported(log::export(services, request, &filter, format, &path, say).await)
        }
        Effect::Checkpoint { reason } => Msg::Checkpointed(log::checkpoint(services, reason).await),
        Effect::RotateKey => Msg::KeyRotated(log::rotate_key(services).await),
        Effect::FindTarget { request, kind, id } => {
            Msg::TargetFound { request, answer: log::target(services, &kind, &id).await }
        }
        Effect::VerifyLicense { request, id } => {
            Msg::LicenseVerified { request, answer: license::verify(services, id).await }
        }
        Effect::Preview { request, source } => {
            Msg::Previewed { request, answer: license::preview(services, &source).await }
        }
        Effect::LoadTwins { request, subject } => {
            Msg::TwinsLoaded { request, answer: license::twins(services, &subject).await }
        }
        Effect::ResolveIdentity { request, text } => {
            Msg::IdentityResolved { request, answer: license::identity(services, &text).await }
        }
        Effect::ReadMachines { request, machines, base } => {
            Msg::MachinesRead { request, answer: machines::read(services, &machines, base).await }
        }
        Effect::LoadResults { request } => Msg::ResultsLoaded { request, answer: machines::results(services).await },
        Effect::CountLists { request } => Msg::ListsCounted { request, answer: publish::count(services).await },
        Effect::Publish { directory } => Msg::Published(publish::publish(services, &directory).await),
        Effect::SaveLicense { id, path } => Msg::LicenseSaved(license::save(services, id, &path).await),
        Effect::DeleteLicense { id, revoke } => Msg::LicenseDeleted(license::delete(services, id, revoke).await),
        Effect::ImportLicense { text, file: _ } => Msg::LicenseImported(license::import(services, &text).await),

        Effect::Issue(request) => Msg::Issued(write::issue(services, request).await),
        Effect::Reissue { id, request } => Msg::Reissued(write::reissue(services, id, request).await),
        Effect::Revoke(request) => Msg::Revoked(write::revoke(services, request).await),
        Effect::Unrevoke { id } => Msg::Unrevoked(write::unrevoke(services, id).await),
        Effect::Suspend { id, note } => Msg::Suspended(write::suspend(services, id, note).await),
        Effect::Reinstate { id } => Msg::Reinstated(write::reinstate(services, id).await),

        Effect::ReadBatch { request, path } => {
            Msg::BatchRead { request, answer: batch::read(services, &path, batch::progress(say, request)).await }
        }
        Effect::IssueBatch { request, batch } => {
            Msg::BatchIssued(batch::issue(services, &batch, batch::progress(say, request)).await)
        }
        Effect::WriteTokens { request, licenses, out } => {
            let progress = batch::progress(say, request);
            Msg::TokensWritten { request, answer: batch::write_tokens(services, &licenses, &out, progress).await }
        }
        Effect::LoadIssuer { request, id } => {
            Msg::IssuerLoaded { request, answer: issuers::issuer(services, id).await }
        }
        Effect::LoadIdentities { request, after, limit } => {
            Msg::IdentitiesLoaded { request, answer: identities::page(services, after, limit).await }
        }
        Effect::LoadIdentity { request, id } => {
            Msg::IdentityLoaded { request, answer: identities::identity(services, id).await }
        }
        Effect::LoadProbes { request, after, limit } => {
            Msg::ProbesLoaded { request, answer: probes::page(services, after, limit).await }
        }
        Effect::LoadProbe { request, id } => Msg::ProbeLoaded { request, answer: probes::probe(services, id).await },
        Effect::InspectKey { request, source, passphrase } => {
            Msg::KeyInspected { request, answer: issuers::inspect(services, source, passphrase).await }
        }
        Effect::Save { saving, path } => Msg::Saved(issuers::save(services, saving, &path).await),
        Effect::ChangeIssuer(change) => Msg::IssuerChanged(issuers::change(services, change).await),
        Effect::ChangeIdentity(change) => Msg::IdentityChanged(identities::change(services, change).await),
        Effect::ChangeProbe(change) => Msg::ProbeChanged(probes::change(services, change).await),
    }
}

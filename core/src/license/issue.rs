//! Issuing: one license, or a batch that is written as a whole or not at all.

use super::binding::{self, TotpFactor};
use super::request::{self, IssueRequest, Terms};
use super::signer::{Contexts, Digests, Extra, Signed, Signer};
use super::{Issued, Licenses, issued_payload};
use crate::audit::Kind;
use crate::{Error, License, Machine, Operator, Progress, Result};
use licentia_storage::{Ambient, Checkpoint, Effect, Event, Events, Timestamp, Tx};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Licenses<'_> {
    /// Signs a license; a TOTP secret that was made for it comes along, this once.
    pub async fn issue(self, operator: &Operator, request: IssueRequest) -> Result<Issued> {
        let (keys, ambient, log_claim) = (operator.clone(), self.0.ambient().clone(), self.0.has_log_claim());
        self.0
            .write(operator, move |tx| async move {
                let terms = vec![request::check(&request, tx.now())?];
                let batch = Batch::read(&tx.reader(), terms, tx.now(), log_claim).await?;
                let mut signed = batch.sign(&keys, &ambient, &quiet())?;
                let Some(signed) = signed.pop() else { return Err(Error::NoActiveIssuer) };
                let effects = write_one(&tx, &signed).await?;
                let event = issued(&signed.license).accounts_for(effects);
                let (totp, create) = write_totp(&tx, &keys, &signed).await?;
                Ok(tx.commit(Events::of(event, create), Issued { license: signed.license, totp }).await?)
            })
            .await
    }

    /// Signs many, in one transaction: all or nothing.
    ///
    /// The tokens are signed before the lock is taken. Should another process issue in between, the indices that
    /// were drawn are taken, and the batch is signed anew; the last time under the lock, so that it comes to an end.
    pub async fn issue_batch(
        self,
        operator: &Operator,
        requests: Vec<IssueRequest>,
        progress: Progress,
    ) -> Result<Vec<License>> {
        let now = self.0.ambient().now();
        let terms = self.checked_batch(&requests, now).await?;
        if terms.is_empty() {
            return Err(Error::invalid("the batch", "it holds no license"));
        }
        for may_sign_inside in [false, false, true] {
            let batch = Batch::read(&self.0.reader(), terms.clone(), now, self.0.has_log_claim()).await?;
            let (keys, ambient, progress) = (operator.clone(), self.0.ambient().clone(), Arc::clone(&progress));
            let signing = blocking(move || {
                let signed = batch.sign(&keys, &ambient, &progress)?;
                Ok((batch, signed))
            });
            let (batch, signed) = signing.await?;
            match self.write_batch(operator, batch, signed, may_sign_inside).await {
                Err(Error::IndicesTaken) => {}
                done => return done,
            }
        }
        Err(Error::IndicesTaken)
    }

    async fn write_batch(
        self,
        operator: &Operator,
        drawn: Batch,
        signed: Vec<Signed>,
        may_sign_inside: bool,
    ) -> Result<Vec<License>> {
        let (keys, ambient, log_claim) = (operator.clone(), self.0.ambient().clone(), self.0.has_log_claim());
        self.0
            .write(operator, move |tx| async move {
                let found = Batch::read(&tx.reader(), drawn.terms.clone(), drawn.now, log_claim).await?;
                let signed = match (found.draws_the_same_as(&drawn), may_sign_inside) {
                    (true, _) => signed,
                    (false, true) => found.sign(&keys, &ambient, &quiet())?,
                    (false, false) => return Err(Error::IndicesTaken),
                };
                let Parts { licenses, entries, lists, machines } = split(signed);
                let mut first = tx.insert_many(&lists).await?;
                let rows = tx.insert_many(&licenses).await?;
                let entries = tx.insert_many(&entries).await?;
                let mut bound = tx.insert_many(&machines).await?.into_iter().zip(&machines).peekable();
                let mut events = licenses.iter().zip(rows).zip(entries).map(|((license, row), entry)| {
                    let event = issued(license).accounts_for(first.drain(..)).accounts_for([row, entry]);
                    let own = std::iter::from_fn(|| bound.next_if(|(_, machine)| machine.license_id == license.id));
                    event.accounts_for(own.map(|(effect, _)| effect))
                });
                let Some(event) = events.next() else { return Err(Error::NoActiveIssuer) };
                let events = Events::of(event, events);
                Ok(tx.commit(events, licenses).await?)
            })
            .await
    }

    /// What is wrong with each request of a batch, by its index; signs and writes nothing.
    pub async fn check_batch(self, requests: &[IssueRequest]) -> Result<Vec<(usize, Error)>> {
        match self.checked_batch(requests, self.0.ambient().now()).await {
            Ok(_) => Ok(Vec::new()),
            Err(Error::Batch(errors)) => Ok(errors),
            Err(error) => Err(error),
        }
    }

    async fn checked_batch(self, requests: &[IssueRequest], now: Timestamp) -> Result<Vec<Terms>> {
        let reader = self.0.reader();
        let mut wrong = Vec::new();
        let mut all = Vec::with_capacity(requests.len());
        let mut issuers = BTreeMap::new();
        let mut identities = BTreeMap::new();
        for (index, request) in requests.iter().enumerate() {
            if index % 256 == 0 {
                tokio::task::yield_now().await;
            }
            if let std::collections::btree_map::Entry::Vacant(free) = issuers.entry(request.issuer) {
                free.insert(reader.signing_context(request.issuer).await?);
            }
            if let std::collections::btree_map::Entry::Vacant(free) = identities.entry(request.identity) {
                free.insert(match request.identity {
                    Some(id) => reader.identity(id).await?.is_some(),
                    None => true,
                });
            }
            let context = issuers.get(&request.issuer).and_then(Option::as_ref);
            let known = identities.get(&request.identity).copied().unwrap_or(true);
            let fits = || fits(context, known, request).and_then(|()| in_a_batch(request));
            match request::check(request, now).and_then(|terms| fits().map(|()| terms)) {
                Ok(terms) => all.push(terms),
                Err(error) => wrong.push((index, error)),
            }
        }
        if wrong.is_empty() { Ok(all) } else { Err(Error::Batch(wrong)) }
    }
}

/// Whether the issuer and the identity that a request names can be used.
fn fits(context: Option<&licentia_storage::SigningContext>, identity: bool, request: &IssueRequest) -> Result<()> {
    let Some(context) = context else {
        return Err(match request.issuer {
            Some(id) => Error::Unknown { noun: crate::Noun::Issuer, text: id.to_string() },
            None => Error::NoActiveIssuer,
        });
    };
    let name = context.issuer.name.clone();
    match (context.issuer.status, &context.secret, request.identity) {
        (crate::IssuerStatus::Retired, _, _) => Err(Error::IssuerRetired { name }),
        (_, None, _) => Err(Error::IssuerCannotSign { name }),
        (_, _, Some(id)) if !identity => Err(Error::Unknown { noun: crate::Noun::Identity, text: id.to_string() }),
        _ => binding::check_vendor(&request.machines, context.issuer.vendor.as_deref().unwrap_or_default()),
    }
}

/// Each secret has to be shown to somebody.
fn in_a_batch(request: &IssueRequest) -> Result<()> {
    if request.totp {
        return Err(Error::invalid("the batch", "TOTP secrets are made with one license at a time"));
    }
    Ok(())
}

/// Licenses to be signed, and everything in the database that their tokens depend on.
#[derive(Clone, Debug)]
struct Batch {
    terms: Vec<Terms>,
    now: Timestamp,
    contexts: Contexts,
    digests: Digests,
    /// For the claim `log`.
    checkpoint: Option<Checkpoint>,
}

impl Batch {
    async fn read(
        reader: &licentia_storage::Reader<'_>,
        terms: Vec<Terms>,
        now: Timestamp,
        log_claim: bool,
    ) -> Result<Self> {
        let contexts = Contexts::read(reader, &terms).await?;
        let digests = Digests::read(reader, &terms).await?;
        let checkpoint = if log_claim { reader.latest_checkpoint().await? } else { None };
        Ok(Self { terms, now, contexts, digests, checkpoint })
    }

    /// Whether signing would draw the same indices and name the same digests. A checkpoint that came meanwhile is no
    /// reason to sign again: the one before is as true.
    fn draws_the_same_as(&self, other: &Self) -> bool {
        self.contexts == other.contexts && self.digests == other.digests
    }

    fn sign(&self, operator: &Operator, ambient: &Ambient, progress: &Progress) -> Result<Vec<Signed>> {
        let mut signers = BTreeMap::new();
        for (id, context) in self.contexts.by_issuer() {
            signers.insert(id, Signer::new(operator, ambient, self.now, context, self.checkpoint.as_ref())?);
        }
        let total = u64::try_from(self.terms.len()).unwrap_or(u64::MAX);
        let mut signed = Vec::with_capacity(self.terms.len());
        for (done, terms) in (1u64..).zip(&self.terms) {
            let issuer = self.contexts.issuer_of(terms.request.issuer).ok_or(Error::NoActiveIssuer)?;
            let with = signers.get_mut(&issuer).ok_or(Error::NoActiveIssuer)?;
            signed.push(with.sign(terms, self.digests.of(terms.request.identity), &Extra::default())?);
            if done % 64 == 0 || done == total {
                progress(done, total);
            }
        }
        Ok(signed)
    }
}

/// Signs one license inside a transaction: what reissuing shares with issuing.
pub(super) async fn sign_inside(
    tx: &Tx,
    operator: &Operator,
    ambient: &Ambient,
    terms: Terms,
    extra: Extra,
    log_claim: bool,
) -> Result<Signed> {
    let batch = Batch::read(&tx.reader(), vec![terms], tx.now(), log_claim).await?;
    let [terms] = batch.terms.as_slice() else { return Err(Error::NoActiveIssuer) };
    let (_, context) = batch.contexts.by_issuer().pop_first().ok_or(Error::NoActiveIssuer)?;
    let mut signer = Signer::new(operator, ambient, tx.now(), context, batch.checkpoint.as_ref())?;
    signer.sign(terms, batch.digests.of(terms.request.identity), &extra)
}

/// Writes a signed license with its entry, and the list that begins with it.
pub(super) async fn write_one(tx: &Tx, signed: &Signed) -> Result<Vec<Effect>> {
    let mut effects = Vec::with_capacity(3);
    if let Some(list) = &signed.new_list {
        effects.push(tx.insert(list).await?);
    }
    effects.push(tx.insert(&signed.license).await?);
    effects.push(tx.insert(&signed.entry).await?);
    effects.extend(tx.insert_many(&signed.bound.machines).await?);
    Ok(effects)
}

/// Seals the secret that was made with a license, and says so in an event of its own.
pub(super) async fn write_totp(
    tx: &Tx,
    operator: &Operator,
    signed: &Signed,
) -> Result<(Option<TotpFactor>, Option<Event>)> {
    let Some((row, secret)) = &signed.bound.totp else { return Ok((None, None)) };
    let effects = binding::write_totp(tx, operator, row, secret).await?;
    let event = binding::about_totp(&signed.license, row, Kind::TotpCreate).accounts_for(effects);
    Ok((Some(TotpFactor::of(&signed.license, row, secret.clone())), Some(event)))
}

fn issued(license: &License) -> Event {
    issued_payload(Kind::LicenseIssue.event(license.id), license)
}

/// The rows of a batch, table by table.
#[derive(Default)]
struct Parts {
    licenses: Vec<License>,
    entries: Vec<licentia_storage::StatusListEntry>,
    lists: Vec<licentia_storage::StatusList>,
    /// In the order of the licenses.
    machines: Vec<Machine>,
}

fn split(signed: Vec<Signed>) -> Parts {
    let mut parts = Parts::default();
    for one in signed {
        parts.licenses.push(one.license);
        parts.entries.push(one.entry);
        parts.lists.extend(one.new_list);
        parts.machines.extend(one.bound.machines);
    }
    parts
}

/// Signing thousands takes a core for a while; the screen goes on meanwhile.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(licentia_storage::StoreError::Database("the program is ending".to_owned()).into()),
        },
    }
}

fn quiet() -> Progress {
    Arc::new(|_, _| {})
}

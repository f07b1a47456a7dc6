//! A home full of a believable product's licenses, made through the same services as everything else.

mod dice;
mod plan;
mod product;
mod scratch;

use crate::failure::Result;
use crate::{ambient, place};
use dice::Dice;
use licentia_core::secret::Passphrase;
use licentia_core::{
    Actor, Ambient, Founding, IdentityId, LicenseId, Licentia, NewIssuer, NewProbe, Operator, Place, ProbeTokenId,
    Progress, RevokeRequest, Timestamp,
};
use plan::Act;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What opens every demo.
pub(crate) const PASSPHRASE: &str = "demo";

/// The product that licenses are mostly for.
pub(crate) use product::STUDIO as PRODUCT;

/// When a demo ends unless told: a moment that does not move, so that the same seed gives the same times.
pub(crate) const END: Timestamp = Timestamp::from_seconds(1_793_491_200);

/// What a demo is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    pub licenses: u64,
    pub seed: u64,
    pub end: Timestamp,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Filled {
    pub fingerprint: String,
    pub entries: u64,
}

/// Fills a new home: many licenses where writing costs nothing, and then put in place.
pub(crate) async fn fill(place: Place, recipe: Recipe, progress: Progress) -> Result<Filled> {
    let scratch = if recipe.licenses < plan::BATCHED_FROM { None } else { scratch::directory(recipe.licenses) };
    let filled = if let Some(scratch) = scratch {
        let there = scratch.path().join("licentia.db");
        let filled = fill_here(there.clone(), recipe, progress).await?;
        scratch::put_in_place(&there, &place.database)?;
        filled
    } else {
        fill_here(place.database.clone(), recipe, progress).await?
    };
    place::forget_pin(&place)?;
    let licentia = Licentia::open(place, ambient::system()).await?;
    let pinned = licentia.move_pin().await;
    licentia.close().await;
    pinned?;
    Ok(filled)
}

/// Fills a new home. The clock is simulated, and chance comes from the seed: its keys protect nothing.
async fn fill_here(database: PathBuf, recipe: Recipe, progress: Progress) -> Result<Filled> {
    let clock = Clock::default();
    clock.set(plan::beginning(recipe.end));
    let bytes = Mutex::new(Dice::new(recipe.seed, "licentia demo 2026 bytes"));
    let ambient = {
        let clock = clock.clone();
        let fill = move |out: &mut [u8]| {
            bytes.lock().unwrap_or_else(PoisonError::into_inner).fill(out);
        };
        Ambient::new(move || clock.now(), fill)
    };
    let licentia = Licentia::create(Place { database, pins: None }, ambient).await?;
    let result = run(&licentia, &clock, recipe, progress).await;
    licentia.close().await;
    result
}

async fn run(licentia: &Licentia, clock: &Clock, recipe: Recipe, progress: Progress) -> Result<Filled> {
    let mut dice = Dice::new(recipe.seed, "licentia demo 2026 choices");
    let passphrase = Passphrase::new(PASSPHRASE.to_owned()).map_err(licentia_core::Error::from)?;
    let [first, ..] = product::ACTORS;
    let founding = Founding {
        vendor: Some(product::VENDOR.to_owned()),
        issuer: "fjordlight-1".to_owned(),
        status_url: Some(product::STATUS_URL.to_owned()),
        throwaway: true,
    };
    let founded = licentia.vault().create(&passphrase, Actor::new(first)?, founding).await?;
    let mut operators = Vec::new();
    for actor in product::ACTORS {
        operators.push(founded.operator.acting_as(Actor::new(actor)?));
    }
    let mut house = House {
        licentia,
        first: founded.operator,
        operators,
        active: Vec::new(),
        superseded: Vec::new(),
        revoked: Vec::new(),
        identities: Vec::new(),
        probes: BTreeMap::new(),
    };
    let acts = plan::plan(recipe.licenses, recipe.end, &mut dice);
    let of = u64::try_from(acts.len()).unwrap_or(u64::MAX);
    let mut owed = VecDeque::new();
    for (done, (at, act)) in (1..).zip(acts) {
        clock.set(at);
        if !house.perform(act, &mut dice).await? {
            owed.push_back(act);
        } else if let Some(act) = owed.pop_front()
            && !house.perform(act, &mut dice).await?
        {
            owed.push_front(act);
        }
        progress(done, of);
    }
    clock.set(recipe.end);
    for act in owed {
        // What could not be done even now is left out, except that licenses have to come out right.
        if !house.perform(act, &mut dice).await? && act == Act::Reissue {
            house.perform(Act::Issue(1), &mut dice).await?;
        }
    }
    let log = licentia.audit().identity().await?;
    Ok(Filled { fingerprint: log.fingerprint, entries: log.size })
}

/// The simulated clock stands still until it is set.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, at: Timestamp) {
        self.0.fetch_max(at.0, Ordering::Relaxed);
    }
}

/// The vendor's house: who works there, and what they have to do with.
struct House<'a> {
    licentia: &'a Licentia,
    first: Operator,
    operators: Vec<Operator>,
    active: Vec<LicenseId>,
    superseded: Vec<LicenseId>,
    revoked: Vec<LicenseId>,
    identities: Vec<IdentityId>,
    probes: BTreeMap<u64, (ProbeTokenId, String)>,
}

impl House<'_> {
    /// Does it; false when there is nothing yet to do it with.
    async fn perform(&mut self, act: Act, dice: &mut Dice) -> Result<bool> {
        let operator = self.operators.get(dice.index(self.operators.len())).unwrap_or(&self.first).clone();
        match act {
            Act::Issue(many) => self.issue(&operator, many, dice).await,
            Act::Reissue => self.reissue(&operator, dice).await,
            Act::Revoke => self.revoke(&operator, dice).await,
            Act::Unrevoke => self.unrevoke(&operator, dice).await,
            Act::Delete => self.delete(&operator, dice).await,
            Act::NewIdentity => self.new_identity(&operator).await,
            Act::RegenerateIdentity => self.regenerate_identity(&operator, dice).await,
            Act::NewProbe(number) => self.new_probe(&operator, number, dice).await,
            Act::CloseProbe(number) => self.close_probe(&operator, number, dice).await,
            Act::ChangeIssuer => self.change_issuer(&operator).await,
        }
    }

    async fn issue(&mut self, operator: &Operator, many: u64, dice: &mut Dice) -> Result<bool> {
        let licenses = self.licentia.licenses();
        if many == 1 {
            let license = licenses.issue(operator, product::request(dice, &self.identities)).await?.license;
            self.active.push(license.id);
            return Ok(true);
        }
        let requests = (0..many).map(|_| product::request(dice, &self.identities)).collect();
        let issued = licenses.issue_batch(operator, requests, Arc::new(|_, _| {})).await?;
        self.active.extend(issued.iter().map(|license| license.id));
        Ok(true)
    }

    async fn reissue(&mut self, operator: &Operator, dice: &mut Dice) -> Result<bool> {
        let Some(id) = dice.take(&mut self.active) else {
            return Ok(false);
        };
        let reissued = self.licentia.licenses().reissue(operator, id, product::renewal(dice)).await?;
        self.active.push(reissued.license.id);
        self.superseded.push(id);
        Ok(true)
    }

    async fn revoke(&mut self, operator: &Operator, dice: &mut Dice) -> Result<bool> {
        let Some(license) = dice.take(&mut self.active) else {
            return Ok(false);
        };
        let (reason, note) = product::reason(dice);
        let request = RevokeRequest { license, reason, note };
        self.licentia.revocations().revoke(operator, request).await?;
        self.revoked.push(license);
        Ok(true)
    }

    async fn unrevoke(&mut self, operator: &Operator, dice: &mut Dice) -> Result<bool> {
        let Some(id) = dice.take(&mut self.revoked) else {
            return Ok(false);
        };
        let note = Some(product::clarification(dice).to_owned());
        self.licentia.revocations().unrevoke(operator, id, note).await?;
        self.active.push(id);
        Ok(true)
    }

    async fn delete(&mut self, operator: &Operator, dice: &mut Dice) -> Result<bool> {
        if let Some(id) = dice.take(&mut self.superseded) {
            self.licentia.licenses().delete(operator, id).await?;
        } else if let Some(id) = dice.take(&mut self.active) {
            self.licentia.licenses().revoke_and_delete(operator, id).await?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    async fn new_identity(&mut self, operator: &Operator) -> Result<bool> {
        let name = product::identity(self.identities.len());
        let identity = self.licentia.identities().create(operator, &name).await?;
        self.identities.push(identity.id);
        Ok(true)
    }

    async fn regenerate_identity(&mut self, operator: &Operator, dice: &mut Dice) -> Result<bool> {
        let Some(id) = self.identities.get(dice.index(self.identities.len())) else {
            return Ok(false);
        };
        self.licentia.identities().regenerate(operator, *id).await?;
        Ok(true)
    }

    async fn new_probe(&mut self, operator: &Operator, number: u64, dice: &mut Dice) -> Result<bool> {
        let new = NewProbe { label: product::machine(dice), ttl_seconds: 7 * 86_400 };
        let created = self.licentia.probes().new_token(operator, new).await?;
        self.probes.insert(number, (created.probe.id, created.token));
        Ok(true)
    }

    async fn close_probe(&mut self, operator: &Operator, number: u64, dice: &mut Dice) -> Result<bool> {
        let Some((id, token)) = self.probes.remove(&number) else {
            return Ok(true);
        };
        let probes = self.licentia.probes();
        match dice.below(10) {
            // Nobody comes back with it, and it expires.
            0 => {}
            1 => drop(probes.cancel(operator, id).await?),
            _ => drop(probes.consume_token(operator, &token, &product::report(dice)).await?),
        }
        Ok(true)
    }

    async fn change_issuer(&mut self, operator: &Operator) -> Result<bool> {
        let new = NewIssuer { name: "fjordlight-2".to_owned(), status_url: Some(product::STATUS_URL.to_owned()) };
        let issuer = self.licentia.issuers().generate(operator, new).await?;
        self.licentia.issuers().set_active(operator, issuer.id).await?;
        Ok(true)
    }
}

//! Signing: from requests that keep the rules to rows that can be written.
//!
//! Pure but for the clock reading and the randomness that are handed in, so that a batch is signed before
//! the database is locked, and signed again under the lock only if another process drew indices meanwhile.

use super::binding::{self, BoundRows, Totp};
use super::permutation::{self, CAPACITY};
use super::request::Terms;
use crate::{Error, IdentityId, Issuer, IssuerId, IssuerStatus, License, LicenseId, Operator, Result, issuer};
use ed25519_dalek::SigningKey;
use licentia_license::{Claims, Status, StatusListRef};
use licentia_storage::{
    Ambient, Checkpoint, LicenseStatus, Limits, Origin, Reader, SigningContext, StatusList, StatusListEntry,
    StatusListId, StatusRef, Strings, SubjectSignature, Timestamp,
};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// A signed license and everything that is written with it.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) license: License,
    pub(crate) entry: StatusListEntry,
    /// The list that began with this license.
    pub(crate) new_list: Option<StatusList>,
    /// What is kept of its bindings.
    pub(crate) bound: BoundRows,
}

/// What may differ from one license to the next besides the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    pub(crate) replaces: Option<LicenseId>,
    /// The second factor of the license before.
    pub(crate) totp: Option<Totp>,
    /// The digest of an identity that is not known here, as the license before named it.
    pub(crate) identity: Option<String>,
}

/// Signs for one issuer: its key is opened when this is made, and wiped when this is dropped.
pub(crate) struct Signer<'a> {
    operator: &'a Operator,
    ambient: &'a Ambient,
    now: Timestamp,
    context: SigningContext,
    key: SigningKey,
    /// The claim `log`.
    checkpoint: Option<serde_json::Value>,
    permutation: Option<(StatusListId, Zeroizing<[u8; 32]>)>,
}

const PERMUTATION_CONTEXT: &str = "licentia 2026 status list permutation v1";

impl<'a> Signer<'a> {
    /// Refuses an issuer that may not sign.
    pub(crate) fn new(
        operator: &'a Operator,
        ambient: &'a Ambient,
        now: Timestamp,
        context: SigningContext,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<Self> {
        let name = || context.issuer.name.clone();
        if context.issuer.status == IssuerStatus::Retired {
            return Err(Error::IssuerRetired { name: name() });
        }
        let Some(secret) = &context.secret else { return Err(Error::IssuerCannotSign { name: name() }) };
        let key = issuer::open_signing_key(operator, &context.issuer, secret)?;
        let checkpoint = checkpoint.map(|latest| serde_json::json!({ "checkpoint": latest.note }));
        Ok(Self { operator, ambient, now, context, key, checkpoint, permutation: None })
    }

    /// Signs one license and draws its index.
    pub(crate) fn sign(&mut self, terms: &Terms, identity: Option<&str>, extra: &Extra) -> Result<Signed> {
        let request = &terms.request;
        let id = LicenseId(self.ambient.uuid(self.now));
        let (list, new_list, position) = self.draw();
        let idx = self.index_of(list.id, position);
        let status_list = list.uri.clone().map(|uri| StatusRef { idx: u64::try_from(idx).unwrap_or_default(), uri });
        let issuer = &self.context.issuer;
        let vendor = issuer.vendor.clone().ok_or_else(|| Error::IssuerCannotSign { name: issuer.name.clone() })?;
        binding::check_vendor(&request.machines, &vendor)?;
        let totp = if request.totp { Some(binding::new_secret(self.ambient)) } else { extra.totp.clone() };
        let jti = id.to_string();
        let bindings = binding::bindings(&request.machines, totp.as_ref(), &jti)?;
        let bound = binding::rows(&request.machines, totp.as_ref(), bindings.as_ref(), id, self.ambient, self.now);
        let claims = Claims {
            iss: vendor,
            sub: request.subject.clone(),
            aud: request.audience.clone(),
            iat: self.now.seconds(),
            nbf: terms.not_before.map(Timestamp::seconds),
            exp: terms.not_after.map(Timestamp::seconds),
            jti,
            features: request.features.clone(),
            limits: request.limits.clone(),
            payload: request.payload.clone(),
            bindings,
            identity: identity.map(str::to_owned).or_else(|| extra.identity.clone()),
            replaces: extra.replaces.map(|id| id.to_string()),
            status: status_list.clone().map(|at| Status { status_list: StatusListRef { idx: at.idx, uri: at.uri } }),
            log: self.checkpoint.clone(),
        };
        let token = licentia_license::sign(&claims, &self.key)?;
        let license = License {
            id,
            issuer_id: issuer.id,
            jti: claims.jti,
            subject_signature: SubjectSignature::of(&claims.sub),
            subject: claims.sub,
            audience: Strings(claims.aud),
            status: LicenseStatus::Active,
            origin: Origin::Issued,
            not_before: terms.not_before,
            not_after: terms.not_after,
            features: Strings(claims.features),
            limits: Limits(claims.limits),
            payload: claims.payload,
            bindings: claims.bindings.map(|bindings| serde_json::json!(bindings)),
            identity_id: request.identity,
            replaces: extra.replaces,
            status_list,
            token,
            created_at: self.now,
        };
        let entry = StatusListEntry {
            license_id: id,
            issuer_id: issuer.id,
            jti: license.jti.clone(),
            list_id: Some(list.id),
            position: Some(position),
            idx: Some(idx),
            value: 0,
            prior_value: None,
            updated_at: self.now,
            superseded_from: None,
        };
        Ok(Signed { license, entry, new_list, bound })
    }

    /// The list and the position of the next license; begins a list where there is none, or the last one is full.
    fn draw(&mut self) -> (StatusList, Option<StatusList>, i64) {
        let position = self.context.next_position;
        match &self.context.list {
            Some(list) if position < list.capacity => {
                self.context.next_position += 1;
                (list.clone(), None, position)
            }
            _ => {
                let list = self.new_list();
                self.context.list = Some(list.clone());
                self.context.next_position = 1;
                (list.clone(), Some(list), 0)
            }
        }
    }

    fn new_list(&self) -> StatusList {
        let name = self.ambient.bytes();
        new_list(&self.context.issuer, StatusListId(self.ambient.uuid(self.now)), name, self.now)
    }

    fn index_of(&mut self, list: StatusListId, position: i64) -> i64 {
        match &self.permutation {
            Some((known, key)) if *known == list => permutation::permute(key, position),
            _ => {
                let key = self.operator.data_key().derive(PERMUTATION_CONTEXT, list.0.as_bytes());
                let index = permutation::permute(&key, position);
                self.permutation = Some((list, key));
                index
            }
        }
    }
}

/// An empty list of an issuer; its name in the address tells nothing.
pub(crate) fn new_list(issuer: &Issuer, id: StatusListId, name: [u8; 16], now: Timestamp) -> StatusList {
    let uri = issuer.status_url.as_deref().map(|base| format!("{base}/{}", licentia_storage::audit::hex(&name)));
    StatusList { id, issuer_id: issuer.id, uri, capacity: CAPACITY, created_at: now }
}

/// Where indices stand: compared under the lock with what was read before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contexts(BTreeMap<Option<IssuerId>, SigningContext>);

impl Contexts {
    /// What every issuer that the requests name needs.
    pub(crate) async fn read(reader: &Reader<'_>, all: &[Terms]) -> Result<Self> {
        let mut contexts = BTreeMap::new();
        for terms in all {
            let issuer = terms.request.issuer;
            if let std::collections::btree_map::Entry::Vacant(free) = contexts.entry(issuer) {
                let context = reader.signing_context(issuer).await?;
                free.insert(context.ok_or_else(|| match issuer {
                    Some(id) => Error::Unknown { noun: crate::Noun::Issuer, text: id.to_string() },
                    None => Error::NoActiveIssuer,
                })?);
            }
        }
        Ok(Self(contexts))
    }

    /// The context of each request's issuer, whether named or active, so that both draw from the same list.
    pub(crate) fn by_issuer(&self) -> BTreeMap<IssuerId, SigningContext> {
        self.0.values().map(|context| (context.issuer.id, context.clone())).collect()
    }

    /// Which issuer a request means.
    pub(crate) fn issuer_of(&self, named: Option<IssuerId>) -> Option<IssuerId> {
        self.0.get(&named).map(|context| context.issuer.id)
    }
}

/// The digests of the identities that the requests name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digests(BTreeMap<IdentityId, String>);

impl Digests {
    pub(crate) async fn read(reader: &Reader<'_>, all: &[Terms]) -> Result<Self> {
        let mut digests = BTreeMap::new();
        for id in all.iter().filter_map(|terms| terms.request.identity) {
            if let std::collections::btree_map::Entry::Vacant(free) = digests.entry(id) {
                let identity = reader.identity(id).await?;
                let identity =
                    identity.ok_or_else(|| Error::Unknown { noun: crate::Noun::Identity, text: id.to_string() })?;
                free.insert(identity.digest);
            }
        }
        Ok(Self(digests))
    }

    pub(crate) fn of(&self, identity: Option<IdentityId>) -> Option<&str> {
        self.0.get(&identity?).map(String::as_str)
    }
}

//! Identities: 32 random bytes that a licensed program carries.

use crate::audit::Kind;
use crate::lookup::{self, Noun};
use crate::new_file::{self, NewFile};
use crate::secret::SecretError;
use crate::{Error, Identity, IdentityId, Licentia, Operator, Page, Result, checked};
use licentia_storage::{Event, MOST_COUNTED, Secret, SecretPurpose, Tx};
use std::io::Write;
use std::path::Path;
use zeroize::Zeroizing;

/// See [`Licentia::identities`].
#[derive(Clone, Copy, Debug)]
pub struct Identities<'a>(pub(crate) &'a Licentia);

/// An identity with new bytes, and what that means for licenses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegeneratedIdentity {
    pub identity: Identity,
    /// Licenses that name the digest from before, and so no longer fit the program.
    pub licenses: u64,
}

/// An identity in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedIdentity {
    pub identity: Identity,
    /// How many licenses name it, counted up to [`Self::MOST_COUNTED`].
    pub licenses: u64,
    /// There are more of them.
    pub more: bool,
}

impl UsedIdentity {
    /// Further than this, a list does not count.
    pub const MOST_COUNTED: u64 = MOST_COUNTED;
}

/// How many random bytes an identity has.
const LENGTH: usize = 32;

impl Identities<'_> {
    /// Makes 32 random bytes under a name.
    pub async fn create(self, operator: &Operator, name: &str) -> Result<Identity> {
        let (name, owner) = (checked::name("the identity's name", name)?, operator.clone());
        self.0
            .write(operator, move |tx| async move {
                if tx.reader().identity_by_name(&name).await?.is_some() {
                    return Err(Error::NameTaken { noun: Noun::Identity, name });
                }
                let bytes = Zeroizing::new(tx.random::<LENGTH>());
                let identity = Identity {
                    id: tx.new_id(),
                    name,
                    digest: digest(&*bytes),
                    created_at: tx.now(),
                    regenerated_at: None,
                };
                let secret = owner.seal_secret(&tx, SecretPurpose::Identity, identity.id.0, &*bytes)?;
                let effects = [tx.insert(&identity).await?, tx.insert(&secret).await?];
                let event = about(&identity, Kind::IdentityCreate).accounts_for(effects);
                Ok(tx.commit(event, identity).await?)
            })
            .await
    }

    /// New bytes under the same name; licenses that name the old digest no longer match.
    pub async fn regenerate(self, operator: &Operator, id: IdentityId) -> Result<RegeneratedIdentity> {
        let owner = operator.clone();
        self.0
            .write(operator, move |tx| async move {
                let before = load(&tx, id).await?;
                let licenses = tx.reader().identity_usage(id).await?;
                let bytes = Zeroizing::new(tx.random::<LENGTH>());
                let identity = Identity { digest: digest(&*bytes), regenerated_at: Some(tx.now()), ..before.clone() };
                let sealed = owner.seal_secret(&tx, SecretPurpose::Identity, id.0, &*bytes)?;
                // The row of the secret stays, and with it nothing of the bytes from before.
                let secret = match tx.reader().secret(SecretPurpose::Identity, id.0).await? {
                    Some(old) => tx.update(&Secret { id: old.id, ..sealed }).await?,
                    None => tx.insert(&sealed).await?,
                };
                let effects = [tx.update(&identity).await?, secret];
                let event = about(&identity, Kind::IdentityRegenerate)
                    .with("old_digest", before.digest)
                    .with("licenses", licenses)
                    .accounts_for(effects);
                Ok(tx.commit(event, RegeneratedIdentity { identity, licenses }).await?)
            })
            .await
    }

    /// Refused while a license names it.
    pub async fn delete(self, operator: &Operator, id: IdentityId) -> Result<Identity> {
        self.0
            .write(operator, move |tx| async move {
                let identity = load(&tx, id).await?;
                let licenses = tx.reader().identity_usage(id).await?;
                if licenses > 0 {
                    return Err(Error::IdentityInUse { name: identity.name, licenses });
                }
                let mut effects = Vec::new();
                if let Some(secret) = tx.reader().secret(SecretPurpose::Identity, id.0).await? {
                    effects.push(tx.delete(&secret).await?);
                }
                effects.push(tx.delete(&identity).await?);
                let event = about(&identity, Kind::IdentityDelete)
                    .with("created_at", identity.created_at.to_string())
                    .with("regenerated_at", identity.regenerated_at.map(|at| at.to_string()))
                    .accounts_for(effects);
                Ok(tx.commit(event, identity).await?)
            })
            .await
    }

    /// The 32 bytes. They leave the vault, so it is recorded, before anybody gets them.
    pub async fn export(self, operator: &Operator, id: IdentityId) -> Result<Zeroizing<Vec<u8>>> {
        let owner = operator.clone();
        self.0
            .write(operator, move |tx| async move {
                let identity = load(&tx, id).await?;
                let secret = tx.reader().secret(SecretPurpose::Identity, id.0).await?;
                let secret = secret.ok_or(SecretError::Damaged("an identity's bytes are missing"))?;
                let bytes = owner.open_secret(&secret)?;
                if digest(&bytes) != identity.digest {
                    return Err(SecretError::Damaged("an identity's sealed bytes are not those of its row").into());
                }
                let event = about(&identity, Kind::IdentityExport);
                Ok(tx.commit(event, bytes).await?)
            })
            .await
    }

    /// The same into a file that was not there, for its owner alone. Its name is known to be free before anything
    /// leaves the vault.
    pub async fn export_to(self, operator: &Operator, id: IdentityId, path: &Path) -> Result<Identity> {
        let identity = self.get(id).await?;
        let (new, mut file) = NewFile::beside(path, self.0.ambient())?;
        let bytes = self.export(operator, id).await?;
        file.write_all(&bytes).map_err(|source| new_file::failed("write", path, source))?;
        new.place()?;
        Ok(identity)
    }

    /// A page of identities, newest first.
    pub async fn page(self, after: Option<IdentityId>, limit: u64) -> Result<Page<UsedIdentity, IdentityId>> {
        let rows = self.0.reader().identities_before(after, limit.saturating_add(1)).await?;
        let used = |(identity, licenses): (Identity, u64)| UsedIdentity {
            identity,
            licenses: licenses.min(MOST_COUNTED),
            more: licenses > MOST_COUNTED,
        };
        Ok(Page::cut(rows.into_iter().map(used).collect(), limit, |last| last.identity.id))
    }

    /// Every identity, oldest first.
    pub async fn list(self) -> Result<Vec<Identity>> {
        Ok(self.0.reader().identities().await?)
    }

    /// One identity.
    pub async fn get(self, id: IdentityId) -> Result<Identity> {
        self.0.reader().identity(id).await?.ok_or_else(|| unknown(id))
    }

    /// How many licenses name it.
    pub async fn usage(self, id: IdentityId) -> Result<u64> {
        self.get(id).await?;
        Ok(self.0.reader().identity_usage(id).await?)
    }

    /// By name, unique prefix or unique suffix of the id.
    pub async fn resolve(self, text: &str) -> Result<Identity> {
        let reader = self.0.reader();
        let named = reader.identity_by_name(text).await?.map(|identity| identity.id.0);
        self.get(IdentityId(lookup::find_named(&reader, Noun::Identity, text, named).await?)).await
    }
}

/// What licenses name: plain BLAKE3, so that any program can compute it from the bytes that it carries.
fn digest(bytes: &[u8]) -> String {
    format!("blake3:{}", blake3::hash(bytes).to_hex())
}

async fn load(tx: &Tx, id: IdentityId) -> Result<Identity> {
    tx.reader().identity(id).await?.ok_or_else(|| unknown(id))
}

fn unknown(id: IdentityId) -> Error {
    Error::Unknown { noun: Noun::Identity, text: id.to_string() }
}

fn about(identity: &Identity, kind: Kind) -> Event {
    kind.event(identity.id).with("name", identity.name.clone()).with("digest", identity.digest.clone())
}

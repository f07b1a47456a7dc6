//! Issuers: the keys that sign licenses.

mod facts;

use crate::audit::Kind;
use crate::lookup::{self, Noun};
use crate::secret::Passphrase;
use crate::secret::keyfile::{self, ImportedKey};
use crate::{Error, Issuer, IssuerId, IssuerStatus, Licentia, Operator, Result, checked};
use ed25519_dalek::SigningKey;
use licentia_license::{PublicKey, TrustedKey, TrustedKeys};
use licentia_storage::{Event, SecretPurpose, Tx};
use serde_json::Value;
use zeroize::Zeroizing;

pub use facts::{IssuerUse, KeyFacts};

/// What a new issuer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIssuer {
    pub name: String,
    pub status_url: Option<String>,
}

/// A key from elsewhere. It does not print: the text may be a private key.
pub struct ImportKey<'a> {
    /// PKCS#8 PEM (plain or encrypted), or a public key as PEM or JWK.
    pub text: &'a str,
    /// By default the end of the key's thumbprint.
    pub name: Option<String>,
    /// For an encrypted file.
    pub passphrase: Option<&'a Passphrase>,
}

/// See [`Licentia::issuers`].
#[derive(Clone, Copy, Debug)]
pub struct Issuers<'a>(pub(crate) &'a Licentia);

impl Issuers<'_> {
    /// Makes a new key; it signs once it is activated or named.
    pub async fn generate(self, operator: &Operator, new: NewIssuer) -> Result<Issuer> {
        let (new, owner) = (new.checked()?, operator.clone());
        let vendor = self.0.vault().vendor().await?;
        let key = SigningKey::from_bytes(&Zeroizing::new(self.0.ambient().bytes()));
        self.0
            .write(operator, move |tx| async move {
                refuse_taken_name(&tx, &new.name).await?;
                let (issuer, event) = insert(&tx, &owner, &new, &key, vendor).await?;
                Ok(tx.commit(event, issuer).await?)
            })
            .await
    }

    /// Takes in a key from a file: a private one can sign, a public one only vouches for imported licenses.
    pub async fn import(self, operator: &Operator, key: ImportKey<'_>) -> Result<Issuer> {
        let (private, public) = read_key(key.text, key.passphrase)?;
        let kid = public.thumbprint();
        let name = match key.name {
            Some(name) => checked::name("the issuer's name", &name)?,
            None => format!("imported-{}", kid.get(kid.len().saturating_sub(8)..).unwrap_or(&kid)),
        };
        let (vendor, owner) = (self.0.vault().vendor().await?, operator.clone());
        self.0
            .write(operator, move |tx| async move {
                refuse_taken_name(&tx, &name).await?;
                if let Some(known) = tx.reader().issuer_by_kid(&kid).await? {
                    return Err(Error::KeyKnown { name: known.name });
                }
                let issuer = Issuer {
                    id: tx.new_id(),
                    name,
                    status: IssuerStatus::Inactive,
                    kid,
                    public_key: public.to_bytes().to_vec(),
                    vendor: private.is_some().then_some(vendor),
                    can_sign: private.is_some(),
                    status_url: None,
                    created_at: tx.now(),
                    retired_at: None,
                };
                let mut effects = vec![tx.insert(&issuer).await?];
                if let Some(key) = private {
                    let plain = Zeroizing::new(key.to_bytes());
                    let secret = owner.seal_secret(&tx, SecretPurpose::IssuerKey, issuer.id.0, &*plain)?;
                    effects.push(tx.insert(&secret).await?);
                }
                let event = about(&issuer, Kind::IssuerImport).with("can_sign", issuer.can_sign).accounts_for(effects);
                Ok(tx.commit(event, issuer).await?)
            })
            .await
    }

    /// Makes this the one issuer that signs what names no other.
    pub async fn set_active(self, operator: &Operator, id: IssuerId) -> Result<Issuer> {
        self.0
            .write(operator, move |tx| async move {
                let mut issuer = load(&tx, id).await?;
                let event = activate(&tx, &mut issuer).await?;
                Ok(tx.commit(event, issuer).await?)
            })
            .await
    }

    /// Ends its signing of licenses. It goes on vouching for what it signed.
    pub async fn retire(self, operator: &Operator, id: IssuerId) -> Result<Issuer> {
        self.0
            .write(operator, move |tx| async move {
                let mut issuer = load(&tx, id).await?;
                if issuer.status == IssuerStatus::Retired {
                    return Err(Error::IssuerRetired { name: issuer.name });
                }
                let before = issuer.status;
                issuer.status = IssuerStatus::Retired;
                issuer.retired_at = Some(tx.now());
                let effect = tx.update(&issuer).await?;
                let event =
                    about(&issuer, Kind::IssuerRetire).with("old_status", before.as_str()).accounts_for([effect]);
                Ok(tx.commit(event, issuer).await?)
            })
            .await
    }

    /// Deletes a key that nothing was signed with and nothing was taken in under.
    pub async fn delete(self, operator: &Operator, id: IssuerId) -> Result<Issuer> {
        self.0
            .write(operator, move |tx| async move {
                let issuer = load(&tx, id).await?;
                if tx.reader().issuer_has_entries(id).await? {
                    return Err(Error::IssuerInUse { name: issuer.name });
                }
                let mut effects = Vec::new();
                let lists = tx.reader().status_lists(id).await?;
                for list in &lists {
                    effects.push(tx.delete(list).await?);
                }
                if let Some(secret) = tx.reader().secret(SecretPurpose::IssuerKey, id.0).await? {
                    effects.push(tx.delete(&secret).await?);
                }
                effects.push(tx.delete(&issuer).await?);
                let event = about(&issuer, Kind::IssuerDelete)
                    .with("old_status", issuer.status.as_str())
                    .with("public_key", public_key(&issuer)?.to_pem())
                    .with("vendor", issuer.vendor.clone())
                    .with("status_url", issuer.status_url.clone())
                    .with("status_lists", lists.into_iter().filter_map(|list| list.uri).collect::<Vec<_>>())
                    .with("can_sign", issuer.can_sign)
                    .with("created_at", issuer.created_at.to_string())
                    .with("retired_at", issuer.retired_at.map(|at| at.to_string()))
                    .accounts_for(effects);
                Ok(tx.commit(event, issuer).await?)
            })
            .await
    }

    /// Every issuer, oldest first.
    pub async fn list(self) -> Result<Vec<Issuer>> {
        Ok(self.0.reader().issuers().await?)
    }

    /// One issuer.
    pub async fn get(self, id: IssuerId) -> Result<Issuer> {
        self.0.reader().issuer(id).await?.ok_or_else(|| unknown(id))
    }

    /// The issuer that signs what names no other.
    pub async fn active(self) -> Result<Option<Issuer>> {
        Ok(self.0.reader().active_issuer().await?)
    }

    /// By name, unique prefix or unique suffix of the id.
    pub async fn resolve(self, text: &str) -> Result<Issuer> {
        let reader = self.0.reader();
        let named = reader.issuer_by_name(text).await?.map(|issuer| issuer.id.0);
        self.get(IssuerId(lookup::find_named(&reader, Noun::Issuer, text, named).await?)).await
    }

    /// The public key as SPKI PEM.
    pub async fn export_public_pem(self, id: IssuerId) -> Result<String> {
        Ok(public_key(&self.get(id).await?)?.to_pem())
    }

    /// The public key as a JWK.
    pub async fn export_public_jwk(self, id: IssuerId) -> Result<Value> {
        let issuer = self.get(id).await?;
        Ok(trusted_key(&issuer)?.to_jwk(Some(&issuer.name)))
    }

    /// The public keys of all issuers as a JWK set: what an integrator trusts.
    pub async fn export_jwks(self) -> Result<Value> {
        let issuers = self.list().await?;
        let keys = issuers
            .iter()
            .map(|issuer| Ok((trusted_key(issuer)?, Some(issuer.name.as_str()))))
            .collect::<Result<Vec<_>>>()?;
        Ok(TrustedKeys::to_jwks(&keys))
    }

    /// The private key as encrypted PKCS#8 PEM. It leaves the vault, so it is recorded, before anybody gets it.
    pub async fn export_private(
        self,
        operator: &Operator,
        id: IssuerId,
        passphrase: &Passphrase,
    ) -> Result<Zeroizing<String>> {
        passphrase.check_new()?;
        let issuer = self.get(id).await?;
        let key = signing_key(self.0, operator, &issuer).await?;
        let ambient = self.0.ambient().clone();
        let text = keyfile::export_encrypted(&key, passphrase, &mut |bytes| ambient.fill(bytes))?;
        self.0
            .write(operator, move |tx| async move {
                let issuer = load(&tx, id).await?;
                let event = about(&issuer, Kind::IssuerExportPrivate);
                Ok(tx.commit(event, text).await?)
            })
            .await
    }
}

/// The key of a file, and its public half.
fn read_key(text: &str, passphrase: Option<&Passphrase>) -> Result<(Option<SigningKey>, PublicKey)> {
    let (private, public) = match keyfile::import(text, passphrase)? {
        ImportedKey::Private(key) => {
            let public = key.verifying_key();
            (Some(key), public)
        }
        ImportedKey::Public(key) => (None, key),
    };
    let public = PublicKey::from_bytes(public.as_bytes());
    Ok((private, public.map_err(|error| Error::invalid("the key", error.to_string()))?))
}

/// Inserts a key that was just made: the row, the sealed key, the event that accounts for both.
pub(crate) async fn insert(
    tx: &Tx,
    operator: &Operator,
    new: &NewIssuer,
    key: &SigningKey,
    vendor: String,
) -> Result<(Issuer, Event)> {
    let public = PublicKey::from_bytes(key.verifying_key().as_bytes())
        .map_err(|error| Error::invalid("the key", error.to_string()))?;
    let issuer = Issuer {
        id: tx.new_id(),
        name: new.name.clone(),
        status: IssuerStatus::Inactive,
        kid: public.thumbprint(),
        public_key: public.to_bytes().to_vec(),
        vendor: Some(vendor),
        can_sign: true,
        status_url: new.status_url.clone(),
        created_at: tx.now(),
        retired_at: None,
    };
    let plain = Zeroizing::new(key.to_bytes());
    let secret = operator.seal_secret(tx, SecretPurpose::IssuerKey, issuer.id.0, &*plain)?;
    let effects = [tx.insert(&issuer).await?, tx.insert(&secret).await?];
    let event = about(&issuer, Kind::IssuerCreate).with("status_url", new.status_url.clone()).accounts_for(effects);
    Ok((issuer, event))
}

/// Activates an issuer; the event also accounts for the one that it takes over from.
pub(crate) async fn activate(tx: &Tx, issuer: &mut Issuer) -> Result<Event> {
    if !issuer.can_sign {
        return Err(Error::IssuerCannotSign { name: issuer.name.clone() });
    }
    match issuer.status {
        IssuerStatus::Active => return Err(Error::IssuerAlreadyActive { name: issuer.name.clone() }),
        IssuerStatus::Retired => return Err(Error::IssuerRetired { name: issuer.name.clone() }),
        IssuerStatus::Inactive => {}
    }
    let mut effects = Vec::new();
    let before = tx.reader().active_issuer().await?;
    if let Some(before) = &before {
        effects.push(tx.update(&Issuer { status: IssuerStatus::Inactive, ..before.clone() }).await?);
    }
    issuer.status = IssuerStatus::Active;
    effects.push(tx.update(issuer).await?);
    Ok(about(issuer, Kind::IssuerSetActive)
        .with("previous", before.as_ref().map(|before| before.id.to_string()))
        .with("previous_name", before.map(|before| before.name))
        .accounts_for(effects))
}

/// The private key of an issuer, for one use: whoever gets it drops it, and dropping wipes it.
async fn signing_key(licentia: &Licentia, operator: &Operator, issuer: &Issuer) -> Result<SigningKey> {
    let secret = licentia.reader().secret(SecretPurpose::IssuerKey, issuer.id.0).await?;
    let secret = secret.ok_or_else(|| Error::IssuerCannotSign { name: issuer.name.clone() })?;
    open_signing_key(operator, issuer, &secret)
}

/// Opens the sealed key of an issuer, and makes sure that it is this issuer's.
pub(crate) fn open_signing_key(
    operator: &Operator,
    issuer: &Issuer,
    secret: &licentia_storage::Secret,
) -> Result<SigningKey> {
    let damaged = crate::secret::SecretError::Damaged("an issuer's sealed key is not the key of its row");
    let plain = operator.open_secret(secret)?;
    let Ok(bytes) = <&[u8; 32]>::try_from(plain.as_slice()) else { return Err(damaged.into()) };
    let key = SigningKey::from_bytes(bytes);
    if key.verifying_key().as_bytes().as_slice() == issuer.public_key { Ok(key) } else { Err(damaged.into()) }
}

/// The public key of an issuer.
pub(crate) fn public_key(issuer: &Issuer) -> Result<PublicKey> {
    let bytes = <[u8; 32]>::try_from(issuer.public_key.as_slice())
        .map_err(|_| Error::invalid("the issuer's public key", "it is not 32 bytes"))?;
    PublicKey::from_bytes(&bytes).map_err(|error| Error::invalid("the issuer's public key", error.to_string()))
}

/// The public key as verification takes it: bound to the one vendor that it signs for.
///
/// A foreign key belongs to nobody before its first license is imported; until then it is bound to a name that no
/// license has, so that it can never sign in another vendor's name, ours least of all.
pub(crate) fn trusted_key(issuer: &Issuer) -> Result<TrustedKey> {
    let vendor = issuer.vendor.clone().unwrap_or_else(|| format!("urn:licentia:unbound:{}", issuer.kid));
    Ok(TrustedKey { key: public_key(issuer)?, issuer: Some(vendor) })
}

/// The `iss` of every license: a name or an address, one line.
pub(crate) fn checked_vendor(vendor: &str) -> Result<String> {
    checked::line("the vendor", vendor, 200)
}

impl NewIssuer {
    pub(crate) fn checked(self) -> Result<Self> {
        let name = checked::name("the issuer's name", &self.name)?;
        let status_url = self.status_url.map(|url| checked_url(&url)).transpose()?;
        Ok(Self { name, status_url })
    }
}

/// The base address of status lists: it goes into licenses as it is, without a slash at its end.
fn checked_url(url: &str) -> Result<String> {
    const WHAT: &str = "the status address";
    let url = checked::line(WHAT, url.trim_end_matches('/'), 500)?;
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) || url.contains(char::is_whitespace) {
        return Err(Error::invalid(WHAT, "it has to begin with https:// (or http://) and a host, without spaces"));
    }
    if url.contains(['?', '#']) {
        return Err(Error::invalid(WHAT, "the name of each list is put behind it, so it cannot have a ? or a #"));
    }
    Ok(url)
}

async fn refuse_taken_name(tx: &Tx, name: &str) -> Result<()> {
    match tx.reader().issuer_by_name(name).await? {
        Some(_) => Err(Error::NameTaken { noun: Noun::Issuer, name: name.to_owned() }),
        None => Ok(()),
    }
}

async fn load(tx: &Tx, id: IssuerId) -> Result<Issuer> {
    tx.reader().issuer(id).await?.ok_or_else(|| unknown(id))
}

fn unknown(id: IssuerId) -> Error {
    Error::Unknown { noun: Noun::Issuer, text: id.to_string() }
}

fn about(issuer: &Issuer, kind: Kind) -> Event {
    kind.event(issuer.id).with("name", issuer.name.clone()).with("kid", issuer.kid.clone())
}

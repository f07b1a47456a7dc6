//! The vault: founding a database, unlocking it, changing its passphrase.

use crate::audit::Kind;
use crate::operator::{open_secret, seal_secret};
use crate::secret::{Envelope, KdfParams, Passphrase, SecretError};
use crate::{Actor, Error, Issuer, Licentia, LogId, Operator, Result, issuer};
use ed25519_dalek::SigningKey;
use licentia_storage::audit::{AuditLog, ENTRY_VERSION, LogKey, hex};
use licentia_storage::{Events, SecretPurpose, Setting, Timestamp, Vault, VaultId};
use zeroize::Zeroizing;

/// What a new database starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founding {
    /// The `iss` of every license; by default `urn:uuid:` and the log's id.
    pub vendor: Option<String>,
    /// Name of the first issuer, which becomes the active one.
    pub issuer: String,
    /// Base address of the first issuer's status lists.
    pub status_url: Option<String>,
    /// For a demo or a test: any passphrase, and a cheap derivation of the key.
    pub throwaway: bool,
}

impl Founding {
    /// Whether the names and the address can be used; nothing is made.
    pub fn check(&self) -> Result<()> {
        self.vendor.as_deref().map(issuer::checked_vendor).transpose()?;
        crate::NewIssuer { name: self.issuer.clone(), status_url: self.status_url.clone() }.checked().map(|_| ())
    }
}

/// A database that was just founded.
pub struct Founded {
    pub log_id: LogId,
    /// `blake3:…`: to be written down outside this machine.
    pub fingerprint: String,
    pub vendor: String,
    pub issuer: Issuer,
    pub operator: Operator,
}

/// See [`Licentia::vault`].
#[derive(Clone, Copy, Debug)]
pub struct VaultService<'a>(pub(crate) &'a Licentia);

const VENDOR: &str = "vendor";

impl VaultService<'_> {
    /// Founds the database: vault, log, first issuer (active), in one transaction.
    pub async fn create(self, passphrase: &Passphrase, actor: Actor, founding: Founding) -> Result<Founded> {
        if self.is_founded().await? {
            return Err(Error::AlreadyFounded);
        }
        let ambient = self.0.ambient().clone();
        let log_id = LogId(ambient.uuid(ambient.now()));
        let log_key = SigningKey::from_bytes(&Zeroizing::new(ambient.bytes()));
        let public_key = log_key.verifying_key().to_bytes();
        let vendor = match founding.vendor {
            Some(vendor) => issuer::checked_vendor(&vendor)?,
            None => format!("urn:uuid:{log_id}"),
        };
        let new = crate::NewIssuer { name: founding.issuer, status_url: founding.status_url }.checked()?;
        let (envelope, data) = {
            let (passphrase, ambient) = (passphrase.clone(), ambient.clone());
            let log = *log_id.0.as_bytes();
            derive(move || {
                let mut random = |bytes: &mut [u8]| ambient.fill(bytes);
                if founding.throwaway {
                    Envelope::create_with(KdfParams::cheapest(ambient.bytes()), &passphrase, &log, &mut random)
                } else {
                    Envelope::create(&passphrase, &log, &mut random)
                }
            })
            .await?
        };
        let log_secret = Zeroizing::new(log_key.to_bytes());
        let operator = Operator::new(actor, data, LogKey::new(log_id, log_key));
        let founder = operator.clone();
        let issuer_key = SigningKey::from_bytes(&Zeroizing::new(ambient.bytes()));
        let vendor_name = vendor.clone();
        let (issuer, fingerprint) = self
            .0
            .write(&operator, move |tx| async move {
                // Dated inside the transaction, as its entries are: a clock that was set in between changes nothing.
                let log = AuditLog { id: log_id, created_at: tx.now(), encoding: ENTRY_VERSION, public_key };
                let fingerprint = log.fingerprint_text();
                tx.found_log(&log).await?;
                let vault = row_of(&envelope, tx.new_id(), tx.now(), tx.now());
                let secret =
                    seal_secret(founder.data_key(), log.id, &tx, SecretPurpose::LogKey, log.id.0, &*log_secret)?;
                let setting =
                    Setting { key: VENDOR.to_owned(), value: vendor_name.clone().into(), updated_at: tx.now() };
                let effects = [tx.insert(&vault).await?, tx.insert(&secret).await?, tx.insert(&setting).await?];
                let created = Kind::VaultCreate
                    .event(vault.id)
                    .with("log_id", log.id.to_string())
                    .with("fingerprint", fingerprint.clone())
                    .with("log_key", hex(&licentia_storage::audit::key_id(&log.public_key)))
                    .with("vendor", vendor_name.clone())
                    .accounts_for(effects);
                let (mut issuer, made) = issuer::insert(&tx, &founder, &new, &issuer_key, vendor_name).await?;
                let activated = issuer::activate(&tx, &mut issuer).await?;
                Ok(tx.commit(Events::of(created, [made, activated]), (issuer, fingerprint)).await?)
            })
            .await?;
        Ok(Founded { log_id, fingerprint, vendor, issuer, operator })
    }

    /// Opens the vault. Takes about a tenth of a second of one core, on purpose.
    pub async fn unlock(self, passphrase: &Passphrase, actor: Actor) -> Result<Operator> {
        let log = self.0.reader().audit_log().await?.ok_or(Error::NotFounded)?;
        let envelope = envelope_of(&self.0.reader().vault().await?.ok_or(Error::NoVault)?)?;
        let passphrase = passphrase.clone();
        let data = derive(move || envelope.open(&passphrase, log.id.0.as_bytes())).await?;
        let secret = self.0.reader().secret(SecretPurpose::LogKey, log.id.0).await?;
        let secret = secret.ok_or(SecretError::Damaged("the log's key is missing"))?;
        let key = open_secret(&data, log.id, &secret)?;
        let key: &[u8; 32] =
            key.as_slice().try_into().map_err(|_| SecretError::Damaged("the log's key is not 32 bytes"))?;
        Ok(Operator::new(actor, data, LogKey::new(log.id, SigningKey::from_bytes(key))))
    }

    /// Wraps the data key anew; one row changes.
    pub async fn change_passphrase(self, operator: &Operator, new: &Passphrase) -> Result<()> {
        new.check_new()?;
        let vault = self.0.reader().vault().await?.ok_or(Error::NoVault)?;
        let envelope = envelope_of(&vault)?;
        let (keys, new, ambient) = (operator.clone(), new.clone(), self.0.ambient().clone());
        let envelope = derive(move || {
            let mut random = |bytes: &mut [u8]| ambient.fill(bytes);
            envelope.wrap_anew(keys.data_key(), &new, keys.log_id().0.as_bytes(), &mut random)
        })
        .await?;
        self.0
            .write(operator, move |tx| async move {
                let found = tx.reader().vault().await?.ok_or(Error::NoVault)?;
                let row = row_of(&envelope, found.id, found.created_at, tx.now());
                let effect = tx.update(&row).await?;
                let event = Kind::VaultRekey
                    .event(row.id)
                    .with("memory_kib", row.memory_kib)
                    .with("iterations", row.iterations)
                    .with("parallelism", row.parallelism)
                    .accounts_for([effect]);
                Ok(tx.commit(event, ()).await?)
            })
            .await
    }

    /// Whether the database was founded: has a log.
    pub async fn is_founded(self) -> Result<bool> {
        Ok(self.0.reader().audit_log().await?.is_some())
    }

    /// Whether there is a vault to unlock: a copy for review has none.
    pub async fn exists(self) -> Result<bool> {
        Ok(self.0.reader().vault().await?.is_some())
    }

    /// Whether the vault's record is as it was written; none in a copy for review.
    pub(crate) async fn is_intact(self) -> Result<Option<bool>> {
        let Some(log) = self.0.reader().audit_log().await? else { return Ok(None) };
        let Some(vault) = self.0.reader().vault().await? else { return Ok(None) };
        Ok(Some(envelope_of(&vault).is_ok_and(|envelope| envelope.is_intact(log.id.0.as_bytes()))))
    }

    /// The `iss` of every license.
    pub async fn vendor(self) -> Result<String> {
        let setting = self.0.reader().setting(VENDOR).await?.ok_or(Error::NotFounded)?;
        Ok(setting.value.as_str().unwrap_or_default().to_owned())
    }
}

/// Key derivation takes a core for a while; the screen goes on meanwhile.
async fn derive<T: Send + 'static>(work: impl FnOnce() -> Result<T, SecretError> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(SecretError::Damaged("the program is ending").into()),
        },
    }
}

fn row_of(envelope: &Envelope, id: VaultId, created_at: Timestamp, changed_at: Timestamp) -> Vault {
    Vault {
        id,
        memory_kib: envelope.params.memory_kib.into(),
        iterations: envelope.params.iterations.into(),
        parallelism: envelope.params.parallelism.into(),
        salt: envelope.params.salt.to_vec(),
        wrap_nonce: envelope.wrap_nonce.to_vec(),
        wrapped_key: envelope.wrapped_key.clone(),
        canary_nonce: envelope.canary_nonce.to_vec(),
        canary: envelope.canary.clone(),
        created_at,
        changed_at,
    }
}

fn envelope_of(row: &Vault) -> Result<Envelope, SecretError> {
    let cost = |value: i64| u32::try_from(value).map_err(|_| SecretError::BadParameters(value.to_string()));
    let damaged = |_| SecretError::Damaged("the vault's record has a field of the wrong length");
    Ok(Envelope {
        params: KdfParams {
            memory_kib: cost(row.memory_kib)?,
            iterations: cost(row.iterations)?,
            parallelism: cost(row.parallelism)?,
            salt: row.salt.as_slice().try_into().map_err(damaged)?,
        },
        wrap_nonce: row.wrap_nonce.as_slice().try_into().map_err(damaged)?,
        wrapped_key: row.wrapped_key.clone(),
        canary_nonce: row.canary_nonce.as_slice().try_into().map_err(damaged)?,
        canary: row.canary.clone(),
    })
}

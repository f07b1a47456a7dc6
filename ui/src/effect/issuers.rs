//! Issuers read, made, taken in, activated, retired, deleted; and their public keys in files.

use super::read::{explained, found, open};
use super::write::{passphrase, unlocked};
use super::{IssuerChange, IssuerDone, KeyForm, KeySource, Saving, file};
use crate::message::{Answer, Found};
use crate::screen::issuers::IssuerMore;
use crate::services::Services;
use crate::widget::secret::Typed;
use licentia_core::secret::Passphrase;
use licentia_core::secret::keyfile::MAX_LEN;
use licentia_core::{Error, ImportKey, Issuer, IssuerId, Issuers, KeyFacts, Licentia, Result};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// None when it is not there any more.
pub(super) async fn issuer(services: &Services, id: IssuerId) -> Found<Issuer, IssuerMore> {
    let licentia = open(services)?;
    found(details(licentia.issuers(), id).await)
}

async fn details(issuers: Issuers<'_>, id: IssuerId) -> Result<(Issuer, IssuerMore)> {
    let issuer = issuers.get(id).await?;
    let more = IssuerMore { usage: issuers.usage(id).await?, pem: issuers.export_public_pem(id).await? };
    Ok((issuer, more))
}

pub(super) async fn inspect(services: &Services, source: KeySource, typed: Option<Typed>) -> Answer<Box<KeyFacts>> {
    let licentia = open(services)?;
    let (text, passphrase) = key(&licentia, source, typed).map_err(explained)?;
    licentia.issuers().inspect_key(&text, passphrase.as_ref()).await.map(Box::new).map_err(explained)
}

pub(super) async fn change(services: &Services, change: IssuerChange) -> Answer<Box<IssuerDone>> {
    let (licentia, operator) = unlocked(services)?;
    let issuers = licentia.issuers();
    let done = match change {
        IssuerChange::Create(new) => issuers.generate(&operator, new).await.map(IssuerDone::Created),
        IssuerChange::Activate { id } => issuers.set_active(&operator, id).await.map(IssuerDone::Activated),
        IssuerChange::Retire { id } => issuers.retire(&operator, id).await.map(IssuerDone::Retired),
        IssuerChange::Delete { id } => issuers.delete(&operator, id).await.map(IssuerDone::Deleted),
        IssuerChange::Import { source, name, passphrase, kid } => {
            let (text, passphrase) = key(&licentia, source, passphrase).map_err(explained)?;
            let passphrase = passphrase.as_ref();
            match issuers.inspect_key(&text, passphrase).await {
                Ok(facts) if facts.kid != kid => {
                    let why = "the file was changed since it was shown".to_owned();
                    Err(Error::Invalid { what: "the key", why })
                }
                Ok(_) => {
                    let key = ImportKey { text: &text, name, passphrase };
                    issuers.import(&operator, key).await.map(IssuerDone::Imported)
                }
                Err(error) => Err(error),
            }
        }
    };
    done.map(Box::new).map_err(explained)
}

pub(super) async fn save(services: &Services, saving: Saving, path: &str) -> Answer<PathBuf> {
    let licentia = open(services)?;
    let issuers = licentia.issuers();
    let json = |value: serde_json::Value| format!("{value:#}\n");
    let text = match saving {
        Saving::Token(token) => Ok(Zeroizing::new(format!("{}\n", *token.0))),
        Saving::PublicKey { id, form: KeyForm::Pem } => issuers.export_public_pem(id).await.map(Zeroizing::new),
        Saving::PublicKey { id, form: KeyForm::Jwk } => {
            issuers.export_public_jwk(id).await.map(json).map(Zeroizing::new)
        }
        Saving::PublicKey { form: KeyForm::AllJwks, .. } => issuers.export_jwks().await.map(json).map(Zeroizing::new),
    };
    let path = file::path(path);
    let saved = text.and_then(|text| licentia.save_new(&path, text.as_bytes()));
    saved.map(|()| path).map_err(explained)
}

fn key(
    licentia: &Licentia,
    source: KeySource,
    typed: Option<Typed>,
) -> Result<(Zeroizing<String>, Option<Passphrase>)> {
    let most = u64::try_from(MAX_LEN).unwrap_or(u64::MAX);
    let text = match source {
        KeySource::Text(text) => Zeroizing::new(text),
        KeySource::Path(path) => licentia.read_given(&file::path(&path), most, "the key file")?,
    };
    Ok((text, typed.map(passphrase).transpose()?))
}

//! Issuers: the keys that sign licenses.

use crate::{Issuer, IssuerId, Licentia, Operator, Result};
use crate::secret::Passphrase;
use serde_json::Value;

/// What a new issuer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIssuer {
    pub name: String,
    pub status_url: Option<String>,
}

/// A key from elsewhere.
pub struct ImportKey<'a> {
    /// PKCS#8 PEM (plain or encrypted), or a public key.
    pub text: &'a str,
    /// By default the key's thumbprint.
    pub name: Option<String>,
    /// For an encrypted file.
    pub passphrase: Option<&'a Passphrase>,
}

/// See [`Licentia::issuers`].
#[derive(Clone, Copy)]
pub struct Issuers<'a>(pub(crate) &'a Licentia);

impl Issuers<'_> {
    pub async fn generate(&self, _operator: &Operator, _new: NewIssuer) -> Result<Issuer> {
        todo!()
    }
    pub async fn import(&self, _operator: &Operator, _key: ImportKey<'_>) -> Result<Issuer> {
        todo!()
    }
    pub async fn set_active(&self, _operator: &Operator, _id: IssuerId) -> Result<Issuer> {
        todo!()
    }
    pub async fn retire(&self, _operator: &Operator, _id: IssuerId) -> Result<Issuer> {
        todo!()
    }
    /// Refused while a status entry of this issuer exists.
    pub async fn delete(&self, _operator: &Operator, _id: IssuerId) -> Result<Issuer> {
        todo!()
    }
    pub async fn list(&self) -> Result<Vec<Issuer>> {
        todo!()
    }
    pub async fn get(&self, _id: IssuerId) -> Result<Issuer> {
        todo!()
    }
    pub async fn active(&self) -> Result<Option<Issuer>> {
        todo!()
    }
    /// By name, unique prefix or unique suffix of the id.
    pub async fn resolve(&self, _text: &str) -> Result<Issuer> {
        todo!()
    }
    /// The public key as SPKI PEM.
    pub async fn export_public_pem(&self, _id: IssuerId) -> Result<String> {
        todo!()
    }
    /// The public key as a JWK.
    pub async fn export_public_jwk(&self, _id: IssuerId) -> Result<Value> {
        todo!()
    }
    /// The public keys of all issuers as a JWK set: what an integrator trusts.
    pub async fn export_jwks(&self) -> Result<Value> {
        todo!()
    }
    /// The private key as encrypted PKCS#8 PEM; recorded as an event.
    pub async fn export_private(
        &self,
        _operator: &Operator,
        _id: IssuerId,
        _passphrase: &Passphrase,
    ) -> Result<zeroize::Zeroizing<String>> {
        todo!()
    }
}

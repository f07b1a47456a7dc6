//! What is known about a key: one that is in a file, and one that is an issuer's.

use super::{Issuers, read_key};
use crate::secret::Passphrase;
use crate::{Issuer, IssuerId, Result};

/// What a key file holds, before it is taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// RFC 7638 thumbprint of the public key.
    pub kid: String,
    /// Whether the private key is in it.
    pub can_sign: bool,
    /// The issuer that has this key already.
    pub known: Option<Issuer>,
}

/// What an issuer was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerUse {
    pub status_lists: u64,
    /// Licenses that it signed here, with those that were deleted since.
    pub signed: u64,
    /// Whether anything is known for good about a license of this issuer: then it cannot be deleted.
    pub in_use: bool,
}

impl Issuers<'_> {
    /// Reads a key file without taking it in.
    pub async fn inspect_key(self, text: &str, passphrase: Option<&Passphrase>) -> Result<KeyFacts> {
        let (private, public) = read_key(text, passphrase)?;
        let kid = public.thumbprint();
        let known = self.0.reader().issuer_by_kid(&kid).await?;
        Ok(KeyFacts { kid, can_sign: private.is_some(), known })
    }

    /// What an issuer was used for. Costs the same however much that was.
    pub async fn usage(self, id: IssuerId) -> Result<IssuerUse> {
        self.get(id).await?;
        let reader = self.0.reader();
        let (status_lists, signed) = reader.issuer_signed(id).await?;
        Ok(IssuerUse { status_lists, signed, in_use: reader.issuer_has_entries(id).await? })
    }
}

//! Identities: 32 random bytes that a licensed program carries.

use crate::{Identity, IdentityId, Licentia, Operator, Result};
use zeroize::Zeroizing;

/// See [`Licentia::identities`].
#[derive(Clone, Copy)]
pub struct Identities<'a>(pub(crate) &'a Licentia);

/// An identity and how many licenses name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedIdentity {
    pub identity: Identity,
    /// Licenses that name the digest from before a regeneration.
    pub licenses: u64,
}

impl Identities<'_> {
    pub async fn create(&self, _operator: &Operator, _name: &str) -> Result<Identity> {
        todo!()
    }
    /// New bytes under the same name; licenses that name the old digest no longer match.
    pub async fn regenerate(&self, _operator: &Operator, _id: IdentityId) -> Result<CreatedIdentity> {
        todo!()
    }
    /// Refused while a license names it.
    pub async fn delete(&self, _operator: &Operator, _id: IdentityId) -> Result<Identity> {
        todo!()
    }
    pub async fn list(&self) -> Result<Vec<Identity>> {
        todo!()
    }
    pub async fn get(&self, _id: IdentityId) -> Result<Identity> {
        todo!()
    }
    /// How many licenses name it.
    pub async fn usage(&self, _id: IdentityId) -> Result<u64> {
        todo!()
    }
    pub async fn resolve(&self, _text: &str) -> Result<Identity> {
        todo!()
    }
    /// The 32 bytes; lets a secret out, so it is recorded.
    pub async fn export(&self, _operator: &Operator, _id: IdentityId) -> Result<Zeroizing<Vec<u8>>> {
        todo!()
    }
}

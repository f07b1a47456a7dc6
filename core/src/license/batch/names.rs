//! Issuers and identities by the names that rows use, each looked up once.

use super::in_one_line;
use super::row::Draft;
use crate::{IdentityId, IssueRequest, IssuerId, Licentia};
use std::collections::HashMap;

/// See the module.
#[derive(Default)]
pub(super) struct Names {
    issuers: HashMap<String, Result<IssuerId, String>>,
    identities: HashMap<String, Result<IdentityId, String>>,
}

impl Names {
    pub(super) async fn request(
        &mut self,
        licentia: &Licentia,
        draft: Draft,
        audience: &[String],
    ) -> Result<IssueRequest, String> {
        let Draft { mut request, issuer, identity } = draft;
        if request.audience.is_empty() {
            request.audience = audience.to_vec();
        }
        if request.audience.is_empty() {
            return Err("an audience is missing, and config.toml names none".to_owned());
        }
        if let Some(name) = issuer {
            request.issuer = Some(self.issuer(licentia, name).await?);
        }
        if let Some(name) = identity {
            request.identity = Some(self.identity(licentia, name).await?);
        }
        Ok(request)
    }

    async fn issuer(&mut self, licentia: &Licentia, name: String) -> Result<IssuerId, String> {
        if let Some(known) = self.issuers.get(&name) {
            return known.clone();
        }
        let found = licentia.issuers().resolve(&name).await;
        let found = found.map(|issuer| issuer.id).map_err(|error| in_one_line(&error));
        self.issuers.insert(name, found.clone());
        found
    }

    async fn identity(&mut self, licentia: &Licentia, name: String) -> Result<IdentityId, String> {
        if let Some(known) = self.identities.get(&name) {
            return known.clone();
        }
        let found = licentia.identities().resolve(&name).await;
        let found = found.map(|identity| identity.id).map_err(|error| in_one_line(&error));
        self.identities.insert(name, found.clone());
        found
    }
}

//! Single rows and short lists.

use super::Reader;
use crate::entity::{
    identity, issuer, license, machine, probe_token, revocation, secret, setting, status_list, status_list_entry,
    totp_secret, vault,
};
use crate::{
    Identity, IdentityId, Issuer, IssuerId, IssuerStatus, License, LicenseId, LicenseStatus, Machine, Origin,
    ProbeToken, ProbeTokenId, Revocation, Secret, SecretPurpose, Setting, StatusList, StatusListEntry, StatusListId,
    StoreError, Timestamp, TotpSecret, Vault,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

impl Reader<'_> {
    /// The vault; none in a copy for review.
    pub async fn vault(&self) -> Result<Option<Vault>, StoreError> {
        Ok(vault::Entity::find().one(self).await?)
    }

    /// A sealed secret.
    pub async fn secret(&self, purpose: SecretPurpose, owner: impl Into<Uuid>) -> Result<Option<Secret>, StoreError> {
        let find = secret::Entity::find()
            .filter(secret::Column::Purpose.eq(purpose))
            .filter(secret::Column::Owner.eq(owner.into()));
        Ok(find.one(self).await?)
    }

    /// A named value.
    pub async fn setting(&self, key: &str) -> Result<Option<Setting>, StoreError> {
        Ok(setting::Entity::find_by_id(key.to_owned()).one(self).await?)
    }

    /// Named values whose names begin so, by name.
    pub async fn settings_beginning(&self, prefix: &str) -> Result<Vec<Setting>, StoreError> {
        let settings = setting::Entity::find()
            .filter(setting::Column::Key.gte(prefix))
            .filter(setting::Column::Key.lt(format!("{prefix}{}", char::MAX)))
            .order_by_asc(setting::Column::Key);
        Ok(settings.all(self).await?)
    }

    /// An issuer by its id.
    pub async fn issuer(&self, id: IssuerId) -> Result<Option<Issuer>, StoreError> {
        Ok(issuer::Entity::find_by_id(id).one(self).await?)
    }

    /// An issuer by the thumbprint of its key.
    pub async fn issuer_by_kid(&self, kid: &str) -> Result<Option<Issuer>, StoreError> {
        Ok(issuer::Entity::find().filter(issuer::Column::Kid.eq(kid)).one(self).await?)
    }

    /// An issuer by its name.
    pub async fn issuer_by_name(&self, name: &str) -> Result<Option<Issuer>, StoreError> {
        Ok(issuer::Entity::find().filter(issuer::Column::Name.eq(name)).one(self).await?)
    }

    /// The issuer that signs what names no other.
    pub async fn active_issuer(&self) -> Result<Option<Issuer>, StoreError> {
        let find = issuer::Entity::find().filter(issuer::Column::Status.eq(IssuerStatus::Active));
        Ok(find.one(self).await?)
    }

    /// Every issuer, oldest first.
    pub async fn issuers(&self) -> Result<Vec<Issuer>, StoreError> {
        Ok(issuer::Entity::find().order_by_asc(issuer::Column::Id).all(self).await?)
    }

    /// Whether anything is known for good about a license of this issuer.
    pub async fn issuer_has_entries(&self, id: IssuerId) -> Result<bool, StoreError> {
        let find = status_list_entry::Entity::find().filter(status_list_entry::Column::IssuerId.eq(id));
        Ok(find.one(self).await?.is_some())
    }

    /// The status lists of an issuer, oldest first.
    pub async fn status_lists(&self, issuer: IssuerId) -> Result<Vec<StatusList>, StoreError> {
        let find = status_list::Entity::find()
            .filter(status_list::Column::IssuerId.eq(issuer))
            .order_by_asc(status_list::Column::Id);
        Ok(find.all(self).await?)
    }

    /// Indices and values of a list that are not valid, and from when on where that is later.
    pub async fn status_values(&self, list: StatusListId) -> Result<Vec<(i64, i64, Option<Timestamp>)>, StoreError> {
        let find = status_list_entry::Entity::find()
            .select_only()
            .column(status_list_entry::Column::Idx)
            .column(status_list_entry::Column::Value)
            .column(status_list_entry::Column::SupersededFrom)
            .filter(status_list_entry::Column::ListId.eq(list))
            .filter(status_list_entry::Column::Value.ne(0));
        Ok(find.into_tuple().all(self).await?)
    }

    /// Licenses of this issuer that were taken in, and are not active: their index is in no entry of ours.
    pub async fn imported_and_not_active(&self, issuer: IssuerId) -> Result<Vec<License>, StoreError> {
        let lost = [LicenseStatus::Suspended, LicenseStatus::Superseded, LicenseStatus::Revoked];
        let find = license::Entity::find()
            .filter(license::Column::IssuerId.eq(issuer))
            .filter(license::Column::Status.is_in(lost))
            .filter(license::Column::Origin.eq(Origin::Imported));
        Ok(find.all(self).await?)
    }

    /// What is known for good about a license.
    pub async fn status_entry(&self, license: LicenseId) -> Result<Option<StatusListEntry>, StoreError> {
        Ok(status_list_entry::Entity::find_by_id(license).one(self).await?)
    }

    /// The same, by what the license calls itself.
    pub async fn status_entry_by_jti(
        &self,
        issuer: IssuerId,
        jti: &str,
    ) -> Result<Option<StatusListEntry>, StoreError> {
        let find = status_list_entry::Entity::find()
            .filter(status_list_entry::Column::IssuerId.eq(issuer))
            .filter(status_list_entry::Column::Jti.eq(jti));
        Ok(find.one(self).await?)
    }

    /// A license by its id.
    pub async fn license(&self, id: LicenseId) -> Result<Option<License>, StoreError> {
        Ok(license::Entity::find_by_id(id).one(self).await?)
    }

    /// A license by what it calls itself.
    pub async fn license_by_jti(&self, issuer: IssuerId, jti: &str) -> Result<Option<License>, StoreError> {
        let find =
            license::Entity::find().filter(license::Column::IssuerId.eq(issuer)).filter(license::Column::Jti.eq(jti));
        Ok(find.one(self).await?)
    }

    /// The license that supersedes this one.
    pub async fn successor(&self, id: LicenseId) -> Result<Option<License>, StoreError> {
        let find = license::Entity::find().filter(license::Column::Replaces.eq(id)).order_by_desc(license::Column::Id);
        Ok(find.one(self).await?)
    }

    /// How many licenses name an identity.
    pub async fn identity_usage(&self, id: IdentityId) -> Result<u64, StoreError> {
        let count = self.number("SELECT count(*) FROM license WHERE identity_id = ?", vec![id.0.into()]).await?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// Why a license is revoked.
    pub async fn revocation(&self, id: LicenseId) -> Result<Option<Revocation>, StoreError> {
        Ok(revocation::Entity::find_by_id(id).one(self).await?)
    }

    /// Revocations and their licenses, newest first, after the place of `after`.
    pub async fn revocations(
        &self,
        after: Option<&Revocation>,
        limit: u64,
    ) -> Result<Vec<(Revocation, License)>, StoreError> {
        let mut cursor =
            revocation::Entity::find().cursor_by((revocation::Column::RevokedAt, revocation::Column::LicenseId));
        cursor.desc();
        if let Some(after) = after {
            // In descending order the rows that follow are the ones `before` in the order of the columns.
            cursor.after((after.revoked_at, after.license_id));
        }
        let revocations = cursor.first(limit).all(self).await?;
        let ids = revocations.iter().map(|revocation| revocation.license_id);
        let licenses = license::Entity::find().filter(license::Column::Id.is_in(ids)).all(self).await?;
        let mut by_id: std::collections::HashMap<_, _> =
            licenses.into_iter().map(|license| (license.id, license)).collect();
        Ok(revocations
            .into_iter()
            .filter_map(|revocation| by_id.remove(&revocation.license_id).map(|license| (revocation, license)))
            .collect())
    }

    /// An identity by its id.
    pub async fn identity(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        Ok(identity::Entity::find_by_id(id).one(self).await?)
    }

    /// An identity by its name.
    pub async fn identity_by_name(&self, name: &str) -> Result<Option<Identity>, StoreError> {
        Ok(identity::Entity::find().filter(identity::Column::Name.eq(name)).one(self).await?)
    }

    /// Every identity, oldest first.
    pub async fn identities(&self) -> Result<Vec<Identity>, StoreError> {
        Ok(identity::Entity::find().order_by_asc(identity::Column::Id).all(self).await?)
    }

    /// A probe token by its id.
    pub async fn probe_token(&self, id: ProbeTokenId) -> Result<Option<ProbeToken>, StoreError> {
        Ok(probe_token::Entity::find_by_id(id).one(self).await?)
    }

    /// A probe token by the hash of its text.
    pub async fn probe_token_by_hash(&self, hash: &[u8]) -> Result<Option<ProbeToken>, StoreError> {
        let find = probe_token::Entity::find().filter(probe_token::Column::TokenHash.eq(hash.to_vec()));
        Ok(find.one(self).await?)
    }

    /// The machines of a license, in their order.
    pub async fn machines(&self, license: LicenseId) -> Result<Vec<Machine>, StoreError> {
        let find = machine::Entity::find().filter(machine::Column::LicenseId.eq(license));
        Ok(find.order_by_asc(machine::Column::Position).all(self).await?)
    }

    /// The TOTP factor of a license.
    pub async fn totp_secret(&self, license: LicenseId) -> Result<Option<TotpSecret>, StoreError> {
        let find = totp_secret::Entity::find().filter(totp_secret::Column::LicenseId.eq(license));
        Ok(find.one(self).await?)
    }
}

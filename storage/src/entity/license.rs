//! Licenses: what was signed, for whom, and what became of it.

use crate::{
    IdentityId, IssuerId, LicenseId, LicenseStatus, Limits, Origin, StatusRef, Strings, SubjectSignature, Timestamp,
};
use sea_orm::entity::prelude::*;

/// A license. Its token is the signed document; the other columns repeat it for lists and rules.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "license")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LicenseId,
    pub issuer_id: IssuerId,
    /// The `jti` of the token: the id itself for what was issued here.
    pub jti: String,
    pub subject: String,
    pub audience: Strings,
    pub status: LicenseStatus,
    pub origin: Origin,
    /// None: valid from the moment of issue.
    pub not_before: Option<Timestamp>,
    /// None: perpetual.
    pub not_after: Option<Timestamp>,
    pub features: Strings,
    pub limits: Limits,
    pub payload: Option<Json>,
    pub bindings: Option<Json>,
    pub identity_id: Option<IdentityId>,
    /// The license that this one supersedes; it may be gone, so this is no foreign key.
    pub replaces: Option<LicenseId>,
    pub status_list: Option<StatusRef>,
    pub token: String,
    pub created_at: Timestamp,
    /// Of `subject`: searches look at it first.
    pub subject_signature: SubjectSignature,
}

/// No relation is declared: joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

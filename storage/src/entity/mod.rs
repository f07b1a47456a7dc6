//! The rows, one module per table. `Entity`, `Column` and `ActiveModel` never leave this crate;
//! the plain rows are the product's nouns.

pub(crate) mod audit_key;
pub(crate) mod identity;
pub(crate) mod issuer;
pub(crate) mod license;
pub(crate) mod machine;
pub(crate) mod probe_token;
pub(crate) mod revocation;
pub(crate) mod secret;
pub(crate) mod setting;
pub(crate) mod status_list;
pub(crate) mod status_list_entry;
pub(crate) mod status_list_remnant;
pub(crate) mod totp_secret;
pub(crate) mod vault;
pub(crate) mod witness;

pub use audit_key::Model as AuditKey;
pub use identity::Model as Identity;
pub use issuer::Model as Issuer;
pub use license::Model as License;
pub use machine::Model as Machine;
pub use probe_token::Model as ProbeToken;
pub use revocation::Model as Revocation;
pub use secret::Model as Secret;
pub use setting::Model as Setting;
pub use status_list::Model as StatusList;
pub use status_list_entry::Model as StatusListEntry;
pub use status_list_remnant::Model as StatusListRemnant;
pub use totp_secret::Model as TotpSecret;
pub use vault::Model as Vault;
pub use witness::Model as Witness;

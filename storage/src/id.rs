//! Typed ids: a `LicenseId` cannot be handed to a function that wants an `IssuerId`.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl $name {
            /// The last eight characters: what tables show, since ids of one hour share their beginning.
            #[must_use]
            pub fn short(&self) -> String {
                short(self.0)
            }
        }
    )*};
}

ids! {
    /// The one vault of a database.
    VaultId,
    /// A sealed secret.
    SecretId,
    /// A key that signs licenses.
    IssuerId,
    /// A license; the `jti` of the licenses that were issued here.
    LicenseId,
    /// A published (or not yet published) status list.
    StatusListId,
    /// What a published list said of an index.
    RemnantId,
    /// An identity pin.
    IdentityId,
    /// A one-time probe token.
    ProbeTokenId,
    /// A TOTP secret bound to a license.
    TotpSecretId,
    /// A machine that a license is bound to.
    MachineId,
    /// Somebody who signs checkpoints too.
    WitnessId,
    /// The audit log of a database.
    LogId,
    /// One audit event.
    EventId,
    /// What ties the events of one transaction together.
    TransactionId,
}

fn short(id: Uuid) -> String {
    let text = id.simple().to_string();
    text.get(24..).unwrap_or(&text).to_owned()
}

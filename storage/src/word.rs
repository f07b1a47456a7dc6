//! The words that columns hold: lower-case text in the database, an enum everywhere else.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[sea_orm(value_type = "String")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every word, in the order in which people expect them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as the database, JSON and the command line spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = sea_orm::sea_query::ValueTypeErr;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word { $($word => Ok(Self::$variant),)* _ => Err(sea_orm::sea_query::ValueTypeErr) }
            }
        }
    )*};
}

words! {
    /// What an operator decided about a license; what the clock says is its validity.
    LicenseStatus {
        Active = "active",
        Suspended = "suspended",
        Superseded = "superseded",
        Revoked = "revoked",
    }

    /// Where a license comes from.
    Origin {
        Issued = "issued",
        Imported = "imported",
    }

    /// What a signing key may do.
    IssuerStatus {
        /// Signs what names no other issuer; at most one.
        Active = "active",
        /// May sign, when it is named or activated.
        Inactive = "inactive",
        /// Signs no new license, and goes on signing its status lists.
        Retired = "retired",
    }

    /// Why a license was revoked.
    ReasonCode {
        KeyCompromise = "key_compromise",
        Refund = "refund",
        Breach = "breach",
        Superseded = "superseded",
        Cessation = "cessation",
        Other = "other",
    }

    /// How far a probe token has come; that it expired is read from the clock.
    ProbeStatus {
        Pending = "pending",
        Consumed = "consumed",
        Cancelled = "cancelled",
    }

    /// How much an audit event matters.
    Severity {
        Debug = "debug",
        Info = "info",
        Warning = "warning",
        Error = "error",
        Critical = "critical",
    }

    /// How what an audit event speaks of ended.
    Outcome {
        Success = "success",
        Failure = "failure",
        Denied = "denied",
    }

    /// What kind of actor stands behind an audit event.
    ActorKind {
        User = "user",
        System = "system",
    }

    /// What a sealed secret is for.
    SecretPurpose {
        LogKey = "log_key",
        IssuerKey = "issuer_key",
        Identity = "identity",
        Totp = "totp",
    }
}

/// What a status list says about one license (Token Status List, two bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusValue(pub i64);

impl From<LicenseStatus> for StatusValue {
    fn from(status: LicenseStatus) -> Self {
        Self(match status {
            LicenseStatus::Active => 0,
            LicenseStatus::Revoked => 1,
            LicenseStatus::Suspended => 2,
            LicenseStatus::Superseded => 3,
        })
    }
}

impl StatusValue {
    /// The state that this value stands for, if it is one of ours.
    #[must_use]
    pub const fn status(self) -> Option<LicenseStatus> {
        match self.0 {
            0 => Some(LicenseStatus::Active),
            1 => Some(LicenseStatus::Revoked),
            2 => Some(LicenseStatus::Suspended),
            3 => Some(LicenseStatus::Superseded),
            _ => None,
        }
    }
}

//! The kinds of events: one closed list, with what each is about and how much it matters.

use licentia_storage::{Event, Severity};

/// What happened. The words are a promise to whoever filters by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    VaultCreate,
    VaultRekey,
    IssuerCreate,
    IssuerImport,
    IssuerSetActive,
    IssuerRetire,
    IssuerDelete,
    IssuerExportPrivate,
    LicenseIssue,
    LicenseImport,
    LicenseReissue,
    LicenseSupersede,
    LicenseRevoke,
    LicenseUnrevoke,
    LicenseSuspend,
    LicenseReinstate,
    LicenseDelete,
    TotpCreate,
    TotpReveal,
    IdentityCreate,
    IdentityRegenerate,
    IdentityDelete,
    IdentityExport,
    ProbeTokenCreated,
    ProbeResult,
    ProbeTokenRevoked,
    RevocationPublish,
    AuditExport,
    /// A verification that was asked for, or one that failed.
    AuditVerify,
    WitnessAdd,
    WitnessRemove,
    FilterSave,
    FilterDelete,
    AuditKeyRotate,
    IssuerCarryOver,
    LicenseCarryOver,
    LogRestored,
    /// Written by the log itself, before the events of a transaction, when the clock was set back.
    ClockAdjusted,
}

impl Kind {
    /// Every kind that this version writes.
    pub const ALL: [Self; 38] = [
        Self::VaultCreate,
        Self::VaultRekey,
        Self::IssuerCreate,
        Self::IssuerImport,
        Self::IssuerSetActive,
        Self::IssuerRetire,
        Self::IssuerDelete,
        Self::IssuerExportPrivate,
        Self::LicenseIssue,
        Self::LicenseImport,
        Self::LicenseReissue,
        Self::LicenseSupersede,
        Self::LicenseRevoke,
        Self::LicenseUnrevoke,
        Self::LicenseSuspend,
        Self::LicenseReinstate,
        Self::LicenseDelete,
        Self::TotpCreate,
        Self::TotpReveal,
        Self::IdentityCreate,
        Self::IdentityRegenerate,
        Self::IdentityDelete,
        Self::IdentityExport,
        Self::ProbeTokenCreated,
        Self::ProbeResult,
        Self::ProbeTokenRevoked,
        Self::RevocationPublish,
        Self::AuditExport,
        Self::AuditVerify,
        Self::WitnessAdd,
        Self::WitnessRemove,
        Self::FilterSave,
        Self::FilterDelete,
        Self::AuditKeyRotate,
        Self::IssuerCarryOver,
        Self::LicenseCarryOver,
        Self::LogRestored,
        Self::ClockAdjusted,
    ];

    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VaultCreate => "vault.create",
            Self::VaultRekey => "vault.rekey",
            Self::IssuerCreate => "issuer.create",
            Self::IssuerImport => "issuer.import",
            Self::IssuerSetActive => "issuer.set_active",
            Self::IssuerRetire => "issuer.retire",
            Self::IssuerDelete => "issuer.delete",
            Self::IssuerExportPrivate => "issuer.export_private",
            Self::LicenseIssue => "license.issue",
            Self::LicenseImport => "license.import",
            Self::LicenseReissue => "license.reissue",
            Self::LicenseSupersede => "license.supersede",
            Self::LicenseRevoke => "license.revoke",
            Self::LicenseUnrevoke => "license.unrevoke",
            Self::LicenseSuspend => "license.suspend",
            Self::LicenseReinstate => "license.reinstate",
            Self::LicenseDelete => "license.delete",
            Self::TotpCreate => "totp.create",
            Self::TotpReveal => "totp.reveal",
            Self::IdentityCreate => "identity.create",
            Self::IdentityRegenerate => "identity.regenerate",
            Self::IdentityDelete => "identity.delete",
            Self::IdentityExport => "identity.export",
            Self::ProbeTokenCreated => "probe.token_created",
            Self::ProbeResult => "probe.result",
            Self::ProbeTokenRevoked => "probe.token_revoked",
            Self::RevocationPublish => "revocation.publish",
            Self::AuditExport => "audit.export",
            Self::AuditVerify => "audit.verify",
            Self::WitnessAdd => "witness.add",
            Self::WitnessRemove => "witness.remove",
            Self::FilterSave => "filter.save",
            Self::FilterDelete => "filter.delete",
            Self::AuditKeyRotate => "audit.key_rotate",
            Self::IssuerCarryOver => "issuer.carry_over",
            Self::LicenseCarryOver => "license.carry_over",
            Self::LogRestored => "log.restored",
            Self::ClockAdjusted => licentia_storage::audit::CLOCK_ADJUSTED,
        }
    }

    /// What it happens to.
    #[must_use]
    pub const fn target(self) -> Option<&'static str> {
        Some(match self {
            Self::VaultCreate | Self::VaultRekey => "Vault",
            Self::IssuerCreate
            | Self::IssuerImport
            | Self::IssuerSetActive
            | Self::IssuerRetire
            | Self::IssuerDelete
            | Self::IssuerExportPrivate
            | Self::IssuerCarryOver => "Issuer",
            Self::LicenseIssue
            | Self::LicenseImport
            | Self::LicenseReissue
            | Self::LicenseSupersede
            | Self::LicenseRevoke
            | Self::LicenseUnrevoke
            | Self::LicenseSuspend
            | Self::LicenseReinstate
            | Self::LicenseDelete
            | Self::TotpCreate
            | Self::TotpReveal
            | Self::LicenseCarryOver => "License",
            Self::IdentityCreate | Self::IdentityRegenerate | Self::IdentityDelete | Self::IdentityExport => "Identity",
            Self::ProbeTokenCreated | Self::ProbeResult | Self::ProbeTokenRevoked => "ProbeToken",
            Self::RevocationPublish
            | Self::AuditExport
            | Self::AuditVerify
            | Self::AuditKeyRotate
            | Self::LogRestored => "AuditLog",
            Self::WitnessAdd | Self::WitnessRemove => "Witness",
            Self::FilterSave | Self::FilterDelete => "Filter",
            Self::ClockAdjusted => return None,
        })
    }

    /// How much it matters: what takes a right away or lets a secret out is a warning or worse.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::IssuerExportPrivate | Self::LogRestored => Severity::Critical,
            Self::VaultRekey
            | Self::IssuerRetire
            | Self::IssuerDelete
            | Self::LicenseRevoke
            | Self::LicenseUnrevoke
            | Self::LicenseSuspend
            | Self::LicenseReinstate
            | Self::LicenseDelete
            | Self::TotpReveal
            | Self::IdentityRegenerate
            | Self::IdentityDelete
            | Self::IdentityExport
            | Self::WitnessRemove
            | Self::AuditKeyRotate
            | Self::IssuerCarryOver
            | Self::LicenseCarryOver
            | Self::ClockAdjusted => Severity::Warning,
            _ => Severity::Info,
        }
    }

    /// An event of this kind about a target.
    pub(crate) fn event(self, target: impl std::fmt::Display) -> Event {
        let event = Event::new(self.as_str()).severity(self.severity());
        match self.target() {
            Some(kind) => event.target(kind, target),
            None => event,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        let words: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(words.len(), Kind::ALL.len());
        let kinds: BTreeSet<_> = Kind::ALL.into_iter().collect();
        assert_eq!(kinds.len(), Kind::ALL.len());
    }
}

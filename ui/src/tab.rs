//! The tabs, as data: a new one is a new row here, a new arm where screens are drawn, and a key.

/// A tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TabId {
    Dashboard,
    Licenses,
    Issuers,
    Identities,
    Probes,
    Audit,
}

/// A tab and what is said of it.
pub(crate) struct Tab {
    pub(crate) id: TabId,
    pub(crate) title: &'static str,
    /// The name of the action that opens it.
    pub(crate) action: &'static str,
}

/// All tabs, from left to right. Their keys are in the keymap.
pub(crate) const TABS: &[Tab] = &[
    Tab { id: TabId::Dashboard, title: "Dashboard", action: "open dashboard" },
    Tab { id: TabId::Licenses, title: "Licenses", action: "open licenses" },
    Tab { id: TabId::Issuers, title: "Issuers", action: "open issuers" },
    Tab { id: TabId::Identities, title: "Identities", action: "open identities" },
    Tab { id: TabId::Probes, title: "Probes", action: "open probes" },
    Tab { id: TabId::Audit, title: "Audit", action: "open audit" },
];

//! Which key does what, as data. Help and the line at the bottom are made from the same table.

mod action;
mod bindings;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub(crate) use action::Action;
pub(crate) use bindings::{Binding, bindings};

/// What a key does where the user is.
pub(crate) fn resolve(context: Context, key: KeyEvent) -> Option<Action> {
    all(context).find(|binding| binding.keys.iter().any(|bound| bound.matches(key))).map(|binding| binding.action)
}

/// Every binding that holds in a place, the most particular first.
pub(crate) fn all(context: Context) -> impl Iterator<Item = &'static Binding> {
    context.layers().iter().flat_map(|layer| bindings(*layer))
}

/// The first key of an action in a place, as people write it.
pub(crate) fn key_of(context: Context, action: Action) -> Option<String> {
    all(context).find(|binding| binding.action == action)?.keys.first().map(ToString::to_string)
}

/// Where the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    Licenses,
    License,
    LicenseChain,
    LicenseEvents,
    NounEvents,
    Search,
    Audit,
    Dashboard,
    AuditFilter,
    AuditSearching,
    Query,
    SavedFilters,
    Counts,
    Entry,
    Verifying,
    Form,
    Wizard,
    Unlock,
    Setup,
    Confirm,
    TypedConfirm,
    Message,
    Help,
    Batch,
    BatchSigned,
    Issuers,
    Issuer,
    Identities,
    Identity,
    Probes,
    Probe,
    Token,
    PickProbe,
    Factor,
}

impl Context {
    #[cfg(test)]
    pub(crate) const ALL: &[Self] = &[
        Self::Licenses,
        Self::License,
        Self::LicenseChain,
        Self::LicenseEvents,
        Self::NounEvents,
        Self::Search,
        Self::Audit,
        Self::Dashboard,
        Self::AuditFilter,
        Self::AuditSearching,
        Self::Query,
        Self::SavedFilters,
        Self::Counts,
        Self::Entry,
        Self::Verifying,
        Self::Form,
        Self::Wizard,
        Self::Unlock,
        Self::Setup,
        Self::Confirm,
        Self::TypedConfirm,
        Self::Message,
        Self::Help,
        Self::Batch,
        Self::BatchSigned,
        Self::Issuers,
        Self::Issuer,
        Self::Identities,
        Self::Identity,
        Self::Probes,
        Self::Probe,
        Self::Token,
        Self::PickProbe,
        Self::Factor,
    ];

    const fn layers(self) -> &'static [Layer] {
        match self {
            Self::Licenses => &[
                Layer::Licenses,
                Layer::ChangeLicense,
                Layer::LicenseFilters,
                Layer::UseLicense,
                Layer::LicenseFiles,
                Layer::List,
                Layer::Shell,
                Layer::Everywhere,
            ],
            Self::License => &[
                Layer::LicensePages,
                Layer::ChangeLicense,
                Layer::UseLicense,
                Layer::Scroll,
                Layer::Shell,
                Layer::Everywhere,
            ],
            // The actions are for the license whose pages these are: not to be mistaken for the row that is selected.
            Self::LicenseChain | Self::LicenseEvents => {
                &[Layer::LicenseRows, Layer::LicensePages, Layer::List, Layer::Shell, Layer::Everywhere]
            }
            Self::NounEvents => &[Layer::LicenseRows, Layer::Noun, Layer::List, Layer::Shell, Layer::Everywhere],
            Self::Search => &[Layer::Search, Layer::Everywhere],
            Self::Wizard => &[Layer::Wizard, Layer::Fields, Layer::Everywhere],
            Self::Audit => &[Layer::Audit, Layer::List, Layer::Shell, Layer::Everywhere],
            Self::Dashboard => &[Layer::Dashboard, Layer::List, Layer::Shell, Layer::Everywhere],
            Self::AuditFilter => &[Layer::AuditFilter, Layer::Everywhere],
            Self::AuditSearching => {
                &[Layer::AuditSearching, Layer::Audit, Layer::List, Layer::Shell, Layer::Everywhere]
            }
            Self::Query => &[Layer::Query, Layer::Everywhere],
            Self::SavedFilters => &[Layer::SavedFilters, Layer::List, Layer::Everywhere],
            Self::Counts => &[Layer::Counts, Layer::List, Layer::Everywhere],
            Self::Entry => &[Layer::Entry, Layer::Scroll, Layer::Everywhere],
            Self::Verifying => &[Layer::Verifying, Layer::Shell, Layer::Everywhere],
            Self::Form => &[Layer::Form, Layer::Fields, Layer::Everywhere],
            Self::Unlock => &[Layer::Unlock, Layer::Everywhere],
            Self::Setup => &[Layer::Setup, Layer::Fields, Layer::Everywhere],
            Self::Confirm => &[Layer::Confirm, Layer::Scroll, Layer::Everywhere],
            Self::Batch => &[Layer::Batch, Layer::List, Layer::Everywhere],
            Self::BatchSigned => &[Layer::BatchSigned, Layer::Message, Layer::Scroll, Layer::Everywhere],
            Self::Issuers => &[Layer::Nouns, Layer::Issuers, Layer::List, Layer::Shell, Layer::Everywhere],
            Self::Issuer => &[Layer::Noun, Layer::Issuer, Layer::Scroll, Layer::Shell, Layer::Everywhere],
            Self::Identities => &[Layer::Nouns, Layer::Identities, Layer::List, Layer::Shell, Layer::Everywhere],
            Self::Identity => &[Layer::Noun, Layer::Identity, Layer::Scroll, Layer::Shell, Layer::Everywhere],
            Self::Probes => &[Layer::Nouns, Layer::Probes, Layer::List, Layer::Shell, Layer::Everywhere],
            Self::Probe => &[Layer::Noun, Layer::Probe, Layer::Scroll, Layer::Shell, Layer::Everywhere],
            Self::PickProbe => &[Layer::PickProbe, Layer::List, Layer::Everywhere],
            // Whatever is pressed takes it away.
            Self::Factor => &[Layer::Factor],
            Self::Token => &[Layer::Token, Layer::Scroll, Layer::Everywhere],
            Self::TypedConfirm => &[Layer::TypedConfirm, Layer::Everywhere],
            Self::Message | Self::Help => &[Layer::Message, Layer::Scroll, Layer::Everywhere],
        }
    }
}

/// A set of bindings that several places share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Everywhere,
    /// Wherever no text is typed and no question is open.
    Shell,
    List,
    Scroll,
    Fields,
    Licenses,
    ChangeLicense,
    LicenseFilters,
    UseLicense,
    LicenseFiles,
    LicensePages,
    LicenseRows,
    Search,
    Audit,
    Dashboard,
    AuditFilter,
    AuditSearching,
    Query,
    SavedFilters,
    Counts,
    Entry,
    Verifying,
    Form,
    Wizard,
    Unlock,
    Setup,
    Confirm,
    TypedConfirm,
    Message,
    Batch,
    BatchSigned,
    /// A list of a noun, and one of a noun in detail.
    Nouns,
    Noun,
    Issuers,
    Issuer,
    Identities,
    Identity,
    Probes,
    Probe,
    Token,
    PickProbe,
    Factor,
}

/// A key with or without Ctrl. Shift is part of the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    code: KeyCode,
    ctrl: bool,
}

impl Key {
    const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false }
    }

    const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    const fn ctrl(c: char) -> Self {
        Self { code: KeyCode::Char(c), ctrl: true }
    }

    fn matches(self, key: KeyEvent) -> bool {
        self.code == key.code
            && self.ctrl == key.modifiers.contains(KeyModifiers::CONTROL)
            && !key.modifiers.contains(KeyModifiers::ALT)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        match self.code {
            KeyCode::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            code => write!(f, "{code}"),
        }
    }
}

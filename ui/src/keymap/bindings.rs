//! The default bindings, layer by layer.

use super::{Action, Key, Layer};
use crate::tab::TabId;
use crossterm::event::KeyCode;

/// Keys and what they do.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) keys: &'static [Key],
    pub(crate) action: Action,
    /// Whether the line at the bottom of the screen names it.
    pub(crate) in_footer: bool,
}

/// The bindings of one layer.
pub(crate) const fn bindings(layer: Layer) -> &'static [Binding] {
    match layer {
        Layer::Everywhere => EVERYWHERE,
        Layer::Shell => SHELL,
        Layer::List => LIST,
        Layer::Scroll => SCROLL,
        Layer::Fields => FIELDS,
        Layer::Licenses => LICENSES,
        Layer::LicenseFilters => LICENSE_FILTERS,
        Layer::ChangeLicense => CHANGE_LICENSE,
        Layer::UseLicense => USE_LICENSE,
        Layer::LicenseFiles => LICENSE_FILES,
        Layer::LicensePages => LICENSE_PAGES,
        Layer::LicenseRows => LICENSE_ROWS,
        Layer::Search => SEARCH,
        Layer::Wizard => WIZARD,
        Layer::Audit => AUDIT,
        Layer::Dashboard => DASHBOARD,
        Layer::AuditFilter => AUDIT_FILTER,
        Layer::AuditSearching => AUDIT_SEARCHING,
        Layer::Query => QUERY,
        Layer::SavedFilters => SAVED_FILTERS,
        Layer::Counts => COUNTS,
        Layer::Entry => ENTRY,
        Layer::Verifying => VERIFYING,
        Layer::Form => FORM,
        Layer::Unlock => UNLOCK,
        Layer::Setup => SETUP,
        Layer::Confirm => CONFIRM,
        Layer::TypedConfirm => TYPED_CONFIRM,
        Layer::Message => MESSAGE,
        Layer::Batch => BATCH,
        Layer::BatchSigned => BATCH_SIGNED,
        Layer::Nouns => NOUNS,
        Layer::Noun => NOUN,
        Layer::Issuers => ISSUERS,
        Layer::Issuer => ISSUER,
        Layer::Identities => IDENTITIES,
        Layer::Identity => IDENTITY,
        Layer::Probes => PROBES,
        Layer::Probe => PROBE,
        Layer::Token => TOKEN,
        Layer::PickProbe => PICK_PROBE,
        Layer::Factor => FACTOR,
    }
}

const ENTER: Key = Key::plain(KeyCode::Enter);
const ESC: Key = Key::plain(KeyCode::Esc);
const UP: Key = Key::plain(KeyCode::Up);
const DOWN: Key = Key::plain(KeyCode::Down);
const PAGE_UP: Key = Key::plain(KeyCode::PageUp);
const PAGE_DOWN: Key = Key::plain(KeyCode::PageDown);
const HOME: Key = Key::plain(KeyCode::Home);
const END: Key = Key::plain(KeyCode::End);
const LEFT: Key = Key::plain(KeyCode::Left);
const RIGHT: Key = Key::plain(KeyCode::Right);
const TAB: Key = Key::plain(KeyCode::Tab);
const F2: Key = Key::plain(KeyCode::F(2));
const BACK_TAB: Key = Key::plain(KeyCode::BackTab);

const fn shown(keys: &'static [Key], action: Action) -> Binding {
    Binding { keys, action, in_footer: true }
}

const fn known(keys: &'static [Key], action: Action) -> Binding {
    Binding { keys, action, in_footer: false }
}

const EVERYWHERE: &[Binding] =
    &[shown(&[Key::plain(KeyCode::F(1))], Action::Help), known(&[Key::ctrl('c')], Action::Quit)];

const SHELL: &[Binding] = &[
    known(&[Key::char('1')], Action::OpenTab(TabId::Dashboard)),
    known(&[Key::char('2')], Action::OpenTab(TabId::Licenses)),
    known(&[Key::char('3')], Action::OpenTab(TabId::Issuers)),
    known(&[Key::char('4')], Action::OpenTab(TabId::Identities)),
    known(&[Key::char('5')], Action::OpenTab(TabId::Probes)),
    known(&[Key::char('9')], Action::OpenTab(TabId::Audit)),
    known(&[Key::char('r'), Key::plain(KeyCode::F(5))], Action::Refresh),
    known(&[Key::char('Z')], Action::ToggleZone),
    shown(&[Key::char('L')], Action::ToggleLock),
    shown(&[Key::char('?')], Action::Help),
    shown(&[Key::char('q')], Action::Quit),
];

const LIST: &[Binding] = &[
    known(&[UP, Key::char('k')], Action::Up),
    known(&[DOWN, Key::char('j')], Action::Down),
    known(&[PAGE_UP], Action::PageUp),
    known(&[PAGE_DOWN], Action::PageDown),
    known(&[HOME, Key::char('g')], Action::First),
    known(&[END, Key::char('G')], Action::Last),
];

const SCROLL: &[Binding] = &[
    known(&[UP, Key::char('k')], Action::Up),
    known(&[DOWN, Key::char('j')], Action::Down),
    known(&[PAGE_UP], Action::PageUp),
    known(&[PAGE_DOWN], Action::PageDown),
    known(&[HOME], Action::First),
    known(&[END], Action::Last),
];

const LICENSES: &[Binding] = &[
    shown(&[ENTER], Action::Open),
    shown(&[Key::char('n')], Action::Issue),
    shown(&[Key::char('/')], Action::FilterSubject),
];

const LICENSE_FILES: &[Binding] = &[shown(&[Key::char('i')], Action::Import), shown(&[Key::char('b')], Action::Batch)];

/// What changes a license, in the list and on its own pages alike. The most frequent come first: the line at the
/// bottom of a small screen ends with them.
const CHANGE_LICENSE: &[Binding] = &[
    shown(&[Key::char('e')], Action::Reissue),
    shown(&[Key::char('x')], Action::Revoke),
    shown(&[Key::char('+')], Action::Extend),
    known(&[Key::char('u')], Action::Unrevoke),
    known(&[Key::char('p')], Action::Suspend),
    known(&[Key::char('P')], Action::Reinstate),
    known(&[Key::char('S')], Action::Publish),
];

const LICENSE_FILTERS: &[Binding] = &[
    shown(&[Key::char('s')], Action::CycleStatus),
    shown(&[Key::char('w')], Action::CycleValidity),
    known(&[Key::char('F')], Action::ClearFilter),
];

/// What else can be done with a license.
const USE_LICENSE: &[Binding] = &[
    shown(&[Key::char('o')], Action::SaveLicense),
    shown(&[Key::char('c')], Action::CopyToken),
    shown(&[Key::char('V')], Action::VerifyLicense),
    shown(&[Key::char('D')], Action::Delete),
];

const LICENSE_PAGES: &[Binding] = &[
    shown(&[ESC], Action::Back),
    shown(&[TAB, Key::plain(KeyCode::Right)], Action::NextPage),
    known(&[BACK_TAB, Key::plain(KeyCode::Left)], Action::PreviousPage),
    shown(&[Key::char('A')], Action::ShowEvents),
];

const LICENSE_ROWS: &[Binding] = &[shown(&[ENTER], Action::Open)];

const SEARCH: &[Binding] = &[
    shown(&[ENTER], Action::KeepFilter),
    shown(&[ESC], Action::Cancel),
    known(&[UP], Action::Up),
    known(&[DOWN], Action::Down),
    known(&[PAGE_UP], Action::PageUp),
    known(&[PAGE_DOWN], Action::PageDown),
];

const AUDIT: &[Binding] = &[
    shown(&[ENTER], Action::Open),
    shown(&[Key::char('/')], Action::Query),
    shown(&[Key::char('f')], Action::Filter),
    shown(&[Key::char('c')], Action::Count),
    shown(&[Key::char('v')], Action::Verify),
    shown(&[Key::char('E')], Action::Export),
    shown(&[Key::char('s')], Action::SavedFilters),
    shown(&[Key::char('F')], Action::ClearFilter),
    known(&[Key::char('T')], Action::FilterTarget),
    known(&[Key::char('S')], Action::SaveFilter),
    known(&[F2], Action::ShowCommand),
    known(&[Key::char('V')], Action::VerifyFrom),
    known(&[Key::char('K')], Action::RotateKey),
];

const AUDIT_SEARCHING: &[Binding] = &[shown(&[ESC], Action::StopSearch)];

const QUERY: &[Binding] = &[
    shown(&[ENTER], Action::Submit),
    shown(&[ESC], Action::Cancel),
    shown(&[DOWN], Action::SavedFilters),
    shown(&[Key::ctrl('s')], Action::SaveFilter),
    shown(&[F2], Action::ShowCommand),
];

const SAVED_FILTERS: &[Binding] = &[
    shown(&[ENTER], Action::UseFilter),
    shown(&[Key::char('D')], Action::DeleteFilter),
    shown(&[ESC], Action::Cancel),
    shown(&[F2], Action::ShowCommand),
    shown(&[Key::char('?')], Action::Help),
];

const COUNTS: &[Binding] = &[
    shown(&[ENTER], Action::Narrow),
    shown(&[TAB, RIGHT], Action::CountBy),
    known(&[BACK_TAB, LEFT], Action::CountByPrevious),
    shown(&[ESC], Action::Cancel),
    shown(&[F2], Action::ShowCommand),
    shown(&[Key::char('?')], Action::Help),
];

const DASHBOARD: &[Binding] = &[
    shown(&[ENTER], Action::Open),
    shown(&[Key::char('n')], Action::Issue),
    shown(&[Key::char('v')], Action::Verify),
    known(&[Key::char('V')], Action::VerifyFrom),
];

const AUDIT_FILTER: &[Binding] = &[
    shown(&[TAB], Action::NextField),
    known(&[BACK_TAB, UP], Action::PreviousField),
    shown(&[DOWN], Action::Complete),
    shown(&[ENTER], Action::Submit),
    shown(&[ESC], Action::Cancel),
    shown(&[F2], Action::ShowCommand),
];

const ENTRY: &[Binding] = &[
    shown(&[ESC, ENTER, Key::char('q')], Action::Close),
    shown(&[RIGHT, Key::char('n')], Action::NextEntry),
    shown(&[LEFT, Key::char('p')], Action::PreviousEntry),
    shown(&[Key::char('t')], Action::JumpToTarget),
    shown(&[Key::char('T')], Action::FilterTarget),
];

const VERIFYING: &[Binding] = &[shown(&[ESC], Action::GiveUp), shown(&[Key::char('b'), ENTER], Action::Background)];

const FIELDS: &[Binding] = &[
    shown(&[TAB, DOWN], Action::NextField),
    known(&[BACK_TAB, UP], Action::PreviousField),
    shown(&[ENTER], Action::Submit),
    shown(&[F2], Action::ShowCommand),
];

const FORM: &[Binding] = &[shown(&[ESC], Action::Cancel)];

const WIZARD: &[Binding] = &[shown(&[ESC], Action::Back), known(&[Key::ctrl('p')], Action::PickProbe)];

const UNLOCK: &[Binding] = &[shown(&[ENTER], Action::Unlock), shown(&[ESC], Action::Review)];

const SETUP: &[Binding] = &[shown(&[ESC], Action::Abandon)];

const CONFIRM: &[Binding] =
    &[shown(&[ENTER], Action::Confirm), shown(&[ESC], Action::Cancel), shown(&[F2], Action::ShowCommand)];

/// Letters are typed here, so only keys without one scroll.
const TYPED_CONFIRM: &[Binding] = &[
    shown(&[ENTER], Action::Confirm),
    shown(&[ESC], Action::Cancel),
    shown(&[F2], Action::ShowCommand),
    known(&[UP], Action::Up),
    known(&[DOWN], Action::Down),
    known(&[PAGE_UP], Action::PageUp),
    known(&[PAGE_DOWN], Action::PageDown),
];

const MESSAGE: &[Binding] = &[shown(&[ESC, ENTER, Key::char('q')], Action::Close)];

const BATCH: &[Binding] = &[
    shown(&[ENTER], Action::SignBatch),
    shown(&[ESC], Action::Back),
    shown(&[Key::char('r')], Action::ToggleRefused),
    shown(&[Key::plain(KeyCode::F(5))], Action::Refresh),
    shown(&[F2], Action::ShowCommand),
    shown(&[Key::char('L')], Action::ToggleLock),
    shown(&[Key::char('?')], Action::Help),
];

const BATCH_SIGNED: &[Binding] = &[shown(&[Key::char('w')], Action::WriteTokens)];

const NOUNS: &[Binding] = &[shown(&[ENTER], Action::Open)];

const NOUN: &[Binding] = &[shown(&[ESC], Action::Back), shown(&[Key::char('A')], Action::ShowEvents)];

const ACTIVATE: Binding = shown(&[Key::char('a')], Action::Activate);
const RETIRE: Binding = shown(&[Key::char('R')], Action::Retire);
const DELETE_ISSUER: Binding = shown(&[Key::char('D')], Action::DeleteIssuer);
const EXPORT_KEY: Binding = shown(&[Key::char('o')], Action::ExportKey);

const PUBLISH: Binding = shown(&[Key::char('S')], Action::Publish);

const ISSUERS: &[Binding] = &[
    shown(&[Key::char('n')], Action::NewIssuer),
    shown(&[Key::char('i')], Action::ImportIssuer),
    ACTIVATE,
    EXPORT_KEY,
    RETIRE,
    DELETE_ISSUER,
    PUBLISH,
];

const ISSUER: &[Binding] = &[ACTIVATE, EXPORT_KEY, RETIRE, DELETE_ISSUER, PUBLISH];

const REGENERATE: Binding = shown(&[Key::char('R')], Action::Regenerate);
const DELETE_IDENTITY: Binding = shown(&[Key::char('D')], Action::DeleteIdentity);
const EXPORT_IDENTITY: Binding = shown(&[Key::char('o')], Action::ExportIdentity);

const IDENTITIES: &[Binding] =
    &[shown(&[Key::char('n')], Action::NewIdentity), EXPORT_IDENTITY, REGENERATE, DELETE_IDENTITY];

const IDENTITY: &[Binding] = &[EXPORT_IDENTITY, REGENERATE, DELETE_IDENTITY];

const CONSUME: Binding = shown(&[Key::char('i')], Action::ConsumeProbe);
const TAKE_IN: Binding = shown(&[Key::char('t')], Action::TakeInProbe);
const LICENSE: Binding = shown(&[Key::char('l')], Action::IssueForProbe);
const CANCEL: Binding = shown(&[Key::char('x')], Action::CancelProbe);

const PROBES: &[Binding] = &[shown(&[Key::char('n')], Action::NewProbe), TAKE_IN, LICENSE, CONSUME, CANCEL];

const PROBE: &[Binding] = &[TAKE_IN, LICENSE, CONSUME, CANCEL];

/// It is not closed by the key that everybody presses: what it shows is seen once.
const TOKEN: &[Binding] = &[shown(&[Key::char('s')], Action::SaveToken), shown(&[ESC], Action::CloseToken)];

const PICK_PROBE: &[Binding] = &[shown(&[ENTER], Action::UseProbe), shown(&[ESC], Action::Cancel)];

const FACTOR: &[Binding] = &[shown(&[ESC], Action::CloseFactor)];

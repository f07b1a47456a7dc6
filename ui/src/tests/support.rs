//! A state to press keys on, and how it is looked at. Hand-made rows are in the modules.

mod batch;
mod bindings;
mod keys;
mod licenses;
mod log;

pub(super) use batch::*;
pub(super) use bindings::*;
pub(super) use keys::*;
pub(super) use licenses::*;
pub(crate) use log::*;

use crate::app::App;
use crate::effect::Effect;
use crate::look::{Look, Zone};
use crate::message::Msg;
use crate::services::Opening;
use crate::session::Session;
use crate::tab::TabId;
use crate::testing::{parse, shown};
use crate::theme::Theme;
use licentia_core::audit::CheckpointReason;
use licentia_core::{Explanation, Page, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// 2026-05-20T14:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_779_285_600);

pub(super) fn opening(session: Option<Session>) -> Opening {
    Opening {
        session,
        home: "/home/mathieu/.local/share/licentia".to_owned(),
        actor: "mathieu@build7".to_owned(),
        named_home: None,
        publish_to: String::new(),
        fingerprint: Some("blake3:6f1c0d9ab2e47755".to_owned()),
        has_passphrase: false,
        warning: None,
        failed: None,
        audience: vec![],
    }
}

pub(super) fn unlocked() -> Session {
    Session::Unlocked { actor: "mathieu@build7".to_owned() }
}

/// A state that was just opened by somebody with the passphrase, and what it asked for.
pub(super) fn start() -> (App, Vec<Effect>) {
    start_as(Some(unlocked()))
}

pub(super) fn start_as(session: Option<Session>) -> (App, Vec<Effect>) {
    start_on(TabId::Licenses, session)
}

pub(super) fn start_on(tab: TabId, session: Option<Session>) -> (App, Vec<Effect>) {
    App::on_tab(tab, opening(session), Theme::from_no_color(None), NOW)
}

pub(crate) fn look() -> Look {
    Look { theme: Theme::from_no_color(None), now: NOW, zone: Zone::Utc }
}

pub(super) fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    parse(keys).into_iter().flat_map(|key| app.update(Msg::Key(key))).collect()
}

pub(super) fn page<T, K>(items: Vec<T>) -> Page<T, K> {
    Page { items, next: None }
}

pub(super) fn text(app: &mut App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    app.update(Msg::Resize { height });
    terminal.draw(|frame| app.view(frame)).unwrap();
    shown(terminal.backend().buffer())
}

/// Asserts that the screen has all of it.
#[track_caller]
pub(super) fn shows(app: &mut App, parts: &[&str]) {
    let screen = text(app, 120, 36);
    for part in parts {
        assert!(screen.contains(part), "{part} is not in\n{screen}");
    }
}

pub(crate) fn why() -> Explanation {
    Explanation {
        message: "the license was not issued".to_owned(),
        cause: Some("the disk is full; nothing was written".to_owned()),
        hint: Some("make room and try again".to_owned()),
    }
}

/// Drives the terminal, reverses the reading direction, is wide, is hidden.
pub(super) const HOSTILE: &str = "\u{1b}[31mred\u{202e}gpj.exe\u{7}\n👨‍👩‍👧‍👦 日本語\u{200b}";

/// How somebody unlocked leaves.
pub(super) const LEAVES: [Effect; 2] = [Effect::Checkpoint { reason: CheckpointReason::End }, Effect::Quit];

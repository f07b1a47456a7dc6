//! The screen without a terminal, for tests: press keys, let the services answer, look at the text.

use crate::app::App;
use crate::effect::{Effect, Say, perform};
use crate::message::Msg;
use crate::services::Services;
use crate::tab::TabId;
use crate::text::width;
use crate::theme::Theme;
use crate::{Error, Farewell, Start};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use licentia_core::witness::Post;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::collections::{HashMap, VecDeque};
use std::panic;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{AbortHandle, JoinError, JoinSet};

/// A screen over real services.
pub struct Harness {
    app: Box<App>,
    services: Arc<Services>,
    terminal: Terminal<TestBackend>,
    waiting: VecDeque<Effect>,
    /// What was begun and has not answered yet.
    begun: JoinSet<Msg>,
    stoppable: HashMap<u64, AbortHandle>,
    say: Say,
    said: UnboundedReceiver<Msg>,
    left: bool,
    copied: Option<String>,
}

impl Harness {
    /// Opens the screen. Nothing has answered yet: [`Self::settle`].
    ///
    /// # Errors
    /// As [`crate::run`].
    pub async fn new(start: Start, width: u16, height: u16) -> Result<Self, Error> {
        Self::on_tab(TabId::Dashboard, start, width, height).await
    }

    /// The same, on this tab.
    pub(crate) async fn on_tab(tab: TabId, start: Start, width: u16, height: u16) -> Result<Self, Error> {
        let (services, opening) = Services::start(start).await?;
        let theme = Theme::from_no_color(None);
        let (app, effects) = App::on_tab(tab, opening, theme, services.ambient().now());
        let terminal = match Terminal::new(TestBackend::new(width, height)) {
            Ok(terminal) => terminal,
            Err(never) => match never {},
        };
        let (sender, said) = unbounded_channel();
        let mut harness = Self {
            app: Box::new(app),
            services: Arc::new(services),
            terminal,
            waiting: VecDeque::new(),
            begun: JoinSet::new(),
            stoppable: HashMap::new(),
            say: Arc::new(move |msg| drop(sender.send(msg))),
            said,
            left: false,
            copied: None,
        };
        harness.take(effects);
        harness.follow(Msg::Resize { height });
        Ok(harness)
    }

    /// Presses keys one after the other: words in angle brackets are `<enter>`, `<esc>`, `<tab>`, `<backtab>`, `<up>`,
    /// `<down>`, `<left>`, `<right>`, `<pgup>`, `<pgdn>`, `<home>`, `<end>`, `<backspace>`, `<f1>`, `<f2>`, `<f5>` and `<ctrl-x>`;
    /// everything else is a character.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in parse(keys) {
            self.key(key);
        }
        self
    }

    /// The same, and after each key everything is done that it asked for: what a patient person sees.
    pub async fn press_and_settle(&mut self, keys: &str) -> &mut Self {
        for key in parse(keys) {
            self.key(key).settle().await;
        }
        self
    }

    /// Presses one key.
    pub fn key(&mut self, key: KeyEvent) -> &mut Self {
        self.follow(Msg::Key(key));
        self
    }

    /// Types characters, whatever they are.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.key(KeyEvent::from(KeyCode::Char(c)));
        }
        self
    }

    /// Pastes text at once, as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.follow(Msg::Paste(text.to_owned()));
        self
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.terminal.backend_mut().resize(width, height);
        match self.terminal.clear() {
            Ok(()) => {}
            Err(never) => match never {},
        }
        self.follow(Msg::Resize { height });
        self
    }

    /// Has everything done that was asked for, and all that follows from it.
    pub async fn settle(&mut self) -> &mut Self {
        while let Some(effect) = self.waiting.pop_front() {
            let msg = perform(&self.services, effect, &self.say).await;
            self.follow_what_was_said();
            self.follow(msg);
        }
        self
    }

    /// Has everything that was asked for begun, and waits for none of it: [`Self::wait_for`], [`Self::rest`].
    pub fn begin(&mut self) -> &mut Self {
        for effect in std::mem::take(&mut self.waiting) {
            let (services, say, request) = (Arc::clone(&self.services), Arc::clone(&self.say), effect.stoppable());
            let task = self.begun.spawn(async move { perform(&services, effect, &say).await });
            self.stoppable.extend(request.map(|request| (request, task)));
        }
        self
    }

    /// Waits until what was begun makes the screen show this; what follows from it is begun too. False when all of it
    /// has answered and the screen does not show it.
    pub async fn wait_for(&mut self, text: &str) -> bool {
        loop {
            if self.screen().contains(text) {
                return true;
            }
            tokio::select! {
                biased;
                Some(msg) = self.said.recv() => self.follow(msg),
                Some(done) = self.begun.join_next() => self.follow_what_was_begun(done),
                else => return false,
            }
            self.begin();
            if self.begun.is_empty() && self.said.is_empty() && !self.screen().contains(text) {
                return false;
            }
        }
    }

    /// Waits for all that was begun, and all that follows from it.
    pub async fn rest(&mut self) -> &mut Self {
        while let Some(done) = self.begun.join_next().await {
            self.follow_what_was_said();
            self.follow_what_was_begun(done);
            self.begin();
        }
        self
    }

    /// Lets a second go by, in which the screen looks for what other processes wrote.
    pub async fn wait_a_second(&mut self) -> &mut Self {
        self.second().settle().await
    }

    /// The same, and nothing of it has answered yet.
    pub fn second(&mut self) -> &mut Self {
        self.follow(Msg::Second);
        self
    }

    /// Draws what the screen shows.
    pub fn draw(&mut self) -> &mut Self {
        match self.terminal.draw(|frame| self.app.view(frame)) {
            Ok(_) => {}
            Err(never) => match never {},
        }
        self
    }

    /// What the screen shows, line by line, without blanks at their ends.
    pub fn screen(&mut self) -> String {
        self.draw();
        shown(self.terminal.backend().buffer())
    }

    /// Whether the user has left.
    #[must_use]
    pub const fn has_left(&self) -> bool {
        self.left
    }

    /// What was given to the clipboard last.
    #[must_use]
    pub fn copied(&self) -> Option<&str> {
        self.copied.as_deref()
    }

    /// Closes the database, as leaving does, and says what whoever left is told.
    ///
    /// # Errors
    /// When the pin cannot be moved.
    pub async fn close(self) -> Result<Vec<Farewell>, Error> {
        self.services.close().await?;
        Ok(self.app.farewells())
    }

    fn follow(&mut self, msg: Msg) {
        self.app.set_now(self.services.ambient().now());
        let effects = self.app.update(msg);
        self.take(effects);
    }

    fn follow_what_was_said(&mut self) {
        while let Ok(msg) = self.said.try_recv() {
            self.follow(msg);
        }
    }

    fn follow_what_was_begun(&mut self, done: Result<Msg, JoinError>) {
        match done {
            Ok(msg) => self.follow(msg),
            Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
            // Given up.
            Err(_) => {}
        }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Quit => self.left = true,
                Effect::Copy { text } => self.copied = Some(text),
                Effect::Stop { request } => {
                    self.waiting.retain(|waiting| waiting.stoppable() != Some(request));
                    if let Some(task) = self.stoppable.remove(&request) {
                        task.abort();
                    }
                }
                effect => self.waiting.push_back(effect),
            }
        }
    }
}

/// A network without anybody in it.
#[must_use]
pub fn nobody() -> Post {
    Arc::new(|_, _| Err("nobody is there".to_owned()))
}

/// The text of a screen, line by line, without blanks at their ends.
pub(crate) fn shown(buffer: &Buffer) -> String {
    let mut lines = vec![];
    for row in buffer.content().chunks(usize::from(buffer.area.width).max(1)) {
        let mut line = String::new();
        let mut cells = row.iter();
        while let Some(cell) = cells.next() {
            line.push_str(cell.symbol());
            // What stands behind a wide character is not seen.
            for _ in 1..width(cell.symbol()) {
                cells.next();
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// See [`Harness::press`].
pub(crate) fn parse(keys: &str) -> Vec<KeyEvent> {
    let mut rest = keys;
    let mut parsed = vec![];
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((key, after)) = named.and_then(|(name, after)| Some((named_key(name)?, after))) {
            parsed.push(key);
            rest = after;
        } else {
            parsed.push(KeyEvent::from(KeyCode::Char(c)));
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    parsed
}

fn named_key(name: &str) -> Option<KeyEvent> {
    if let Some(c) = name.strip_prefix("ctrl-").and_then(|rest| rest.chars().next()) {
        return Some(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
    }
    Some(KeyEvent::from(match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "backspace" => KeyCode::Backspace,
        "f1" => KeyCode::F(1),
        "f2" => KeyCode::F(2),
        "f5" => KeyCode::F(5),
        _ => return None,
    }))
}

//! How the state looks: tabs above, the screen, who and where below, and the keys in the last line.

use super::App;
use crate::dialog::Dialog;
use crate::keymap::{Action, Binding, Context, all, key_of};
use crate::screen::dashboard::Around;
use crate::session::Session;
use crate::tab::{TABS, TabId};
use crate::text::{clean, fit, fit_end, width};
use crate::theme::Meaning;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

/// How many lines are not the screen's own.
pub(crate) const FRAME_LINES: usize = 3;

const SPINNER: &[char] = &['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

impl App {
    /// Draws everything. The state changes only in how far texts are scrolled.
    pub(crate) fn view(&mut self, frame: &mut Frame) {
        let bar = Constraint::Length(1);
        let alarm = self.verification.alarm();
        let above = Constraint::Length(u16::from(alarm.is_some()));
        let [tabs, above, body, status, keys] =
            Layout::vertical([bar, above, Constraint::Fill(1), bar, bar]).areas(frame.area());
        let look = self.look();
        self.draw_tabs(frame, tabs);
        if let Some(alarm) = alarm {
            let text = fit(&alarm, above.width.into());
            frame.render_widget(Span::styled(text, look.style(Meaning::Danger)), above);
        }
        match self.tab {
            // There is nothing to be shown behind the wizard.
            _ if !self.is_founded() => {}
            TabId::Dashboard => {
                let (verification, witnessing, home) = (&self.verification, &self.witnessing, self.home.as_str());
                let around = Around { verification, witnessing, home, vault: self.session.vault() };
                self.dashboard.draw(frame, body, look, &around);
            }
            TabId::Licenses => self.licenses.draw(frame, body, look),
            TabId::Audit => self.audit.draw(frame, body, look, &self.witnessing.said(look)),
            TabId::Issuers => self.issuers.draw(frame, body, look),
            TabId::Identities => self.identities.draw(frame, body, look),
            TabId::Probes => self.probes.draw(frame, body, look),
        }
        self.draw_status(frame, status);
        self.draw_keys(frame, keys);
        for dialog in &mut self.dialogs {
            dialog.draw(frame, body, look);
        }
    }

    fn draw_tabs(&self, frame: &mut Frame, area: Rect) {
        let whole = self.tabs(true);
        let line = if whole.width() > area.width.into() { self.tabs(false) } else { whole };
        frame.render_widget(line, area);
    }

    /// The tabs, all with their titles or only the open one: that one is seen on every screen.
    fn tabs(&self, titles: bool) -> Line<'static> {
        let mut spans = vec![];
        if titles {
            spans.extend([Span::styled("Licentia", self.theme.style(Meaning::Title)), Span::raw(" ")]);
        }
        for tab in TABS {
            let key = key_of(Context::Licenses, Action::OpenTab(tab.id)).unwrap_or_default();
            // Brackets as well as the colour, for a plain terminal.
            let (title, meaning) = match (tab.id == self.tab, titles) {
                (true, _) => (format!("[{key} {}]", tab.title), Meaning::Selected),
                (false, true) => (format!(" {key} {} ", tab.title), Meaning::Text),
                (false, false) => (format!(" {key} "), Meaning::Text),
            };
            // Its own blanks stand between it and the next: all tabs fit into 80 columns.
            spans.push(Span::styled(title, self.theme.style(meaning)));
        }
        Line::from(spans)
    }

    fn draw_status(&self, frame: &mut Frame, area: Rect) {
        let session = match &self.session {
            Session::Unlocked { .. } => Meaning::Good,
            Session::Locked | Session::Reviewer(_) => Meaning::Warning,
        };
        let mut spans = vec![];
        if let Some(doing) = self.doing() {
            let spinner = SPINNER.get(self.ticks % SPINNER.len()).copied().unwrap_or(' ');
            let doing = fit(&doing, usize::from(area.width) / 2);
            spans.push(Span::styled(format!("{spinner} {doing}  "), self.theme.style(Meaning::Warning)));
        }
        let who = if self.is_founded() { self.session.label() } else { "not set up yet".to_owned() };
        let who = fit(&who, usize::from(area.width) / 2);
        spans.push(Span::styled(who, self.theme.style(session)));
        let log = self.fingerprint.as_deref().map_or_else(String::new, |log| format!("  log {}", fit(log, 16)));
        let used: usize = spans.iter().map(Span::width).sum();
        let room = usize::from(area.width).saturating_sub(used + width(&log) + 2);
        let home = fit_end(&self.home, room);
        spans.push(Span::styled(format!("  {home}{log}"), self.theme.style(Meaning::Muted)));
        frame.render_widget(Line::from(spans), area);
    }

    fn doing(&self) -> Option<String> {
        match (self.ends_with(), self.writing, self.unlocking) {
            (Some(end), ..) => Some(end),
            (_, true, _) => Some(self.signing.map_or_else(|| "writing…".to_owned(), |(_, far)| far.signing())),
            (.., true) => Some("opening the vault…".to_owned()),
            _ => self.verification.running.map(|running| running.said()),
        }
    }

    /// What was just said, or else the keys that matter here.
    fn draw_keys(&self, frame: &mut Frame, area: Rect) {
        let hidden = matches!(self.dialogs.last(), Some(Dialog::Factor(_)));
        if let Some(notice) = self.notice.as_ref().filter(|_| !hidden) {
            let style = self.theme.style(Meaning::Warning);
            return frame.render_widget(Span::styled(fit(&clean(notice), area.width.into()), style), area);
        }
        let mut spans: Vec<Span> = vec![];
        for (key, name) in self.keys(area.width.into()) {
            spans.extend([Span::styled(key, self.theme.style(Meaning::Key)), Span::raw(format!(" {name}  "))]);
        }
        frame.render_widget(Line::from(spans), area);
    }

    /// The keys of the last line, as many as fit. Help and leaving are always among them.
    fn keys(&self, columns: usize) -> Vec<(String, &'static str)> {
        let locked = self.session.refusal().is_some();
        let single = self.dialogs.last().is_some_and(Dialog::has_one_field);
        let useful = |binding: &&Binding| {
            let idle = single && binding.action == Action::NextField;
            binding.in_footer && !idle && !(locked && binding.action.is_change())
        };
        let verb = match self.dialogs.last() {
            Some(dialog) => dialog.verb(),
            None if self.context() == Context::Query => Some("search"),
            None => Some("filter"),
        };
        let shown = |binding: &Binding| {
            let name = match binding.action {
                Action::ToggleLock => self.session.toggle()?,
                Action::Submit | Action::Confirm => verb.unwrap_or(binding.action.name()),
                action => action.name(),
            };
            Some((binding.keys.first()?.to_string(), name))
        };
        let context = self.context();
        let (mut last, mut keys): (Vec<&Binding>, Vec<&Binding>) =
            all(context).filter(useful).partition(|binding| matches!(binding.action, Action::Help | Action::Quit));
        // One key of it is enough: F1 only where a letter would be typed. And help has no help of its own.
        let mut helped = context == Context::Help;
        last.retain(|binding| binding.action != Action::Help || !std::mem::replace(&mut helped, true));
        let columns_of = |bindings: &[&'static Binding]| -> usize {
            bindings.iter().copied().filter_map(shown).map(|(key, name)| width(&key) + width(name) + 3).sum()
        };
        while columns_of(&keys) + columns_of(&last) > columns + 2 && !keys.is_empty() {
            keys.pop();
        }
        keys.into_iter().chain(last).filter_map(shown).collect()
    }
}

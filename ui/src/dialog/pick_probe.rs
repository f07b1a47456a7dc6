//! The probes whose result is the fingerprint of a machine: one of them is taken into the wizard.

use crate::effect::Effect;
use crate::keymap::Action;
use crate::look::Look;
use crate::message::Answer;
use crate::paging::Requests;
use crate::step::{Cx, Step};
use crate::text::{clean, fit, width};
use crate::theme::Meaning;
use crate::widget::popup;
use crate::widget::window::Window;
use licentia_core::{Page, ProbeToken, ProbeTokenId};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

/// See the module.
#[derive(Debug)]
pub(crate) struct PickProbe {
    request: u64,
    /// None until they are read.
    probes: Option<Vec<ProbeToken>>,
    /// These are the newest of more.
    more: bool,
    window: Window,
}

impl PickProbe {
    pub(crate) fn open(requests: &mut Requests) -> Vec<Step> {
        let request = requests.next();
        let dialog = Self { request, probes: None, more: false, window: Window::default() };
        vec![Step::open(dialog), Step::Run(Effect::LoadResults { request })]
    }

    pub(crate) const fn waits_for(&self, request: u64) -> bool {
        self.request == request
    }

    pub(crate) fn loaded(&mut self, answer: Answer<Page<ProbeToken, ProbeTokenId>>) -> Answer<()> {
        let page = answer?;
        self.more = page.next.is_some();
        self.probes = Some(page.items);
        Ok(())
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        let probes = self.probes.as_deref().unwrap_or_default();
        match action {
            Action::UseProbe => match probes.get(self.window.selected()) {
                Some(probe) => vec![Step::Close, Step::Machine(format!("probe:{}", probe.id))],
                None => vec![],
            },
            Action::Cancel => vec![Step::Close],
            _ => {
                self.window.act(action, probes.len());
                vec![]
            }
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let rows = self.probes.as_deref().unwrap_or_default();
        let title = "Which machine? The probes that have a result";
        let height = rows.len().max(3) + 1 + usize::from(self.more);
        let inner = popup::open(frame, area, popup::WIDE, height, title, look);
        let lines = [Constraint::Length(1), Constraint::Fill(1), Constraint::Length(self.more.into())];
        let [head, list, foot] = Layout::vertical(lines).areas(inner);
        if rows.is_empty() {
            let said = match &self.probes {
                Some(_) => "No probe has a result that is a fingerprint. Tab 5 makes a token for a machine.",
                None => "reading…",
            };
            frame.render_widget(Span::styled(fit(said, inner.width.into()), look.style(Meaning::Muted)), head);
            return;
        }
        let label = rows.iter().map(|probe| width(&clean(&probe.label))).max().unwrap_or(0).clamp(5, 40);
        let title = format!("  {:8}  {:label$}  taken in", "id", "label");
        frame.render_widget(Span::styled(title, look.style(Meaning::Heading)), head);
        if self.more {
            let said = format!("The newest {}. Of an older one type probe: and its id.", rows.len());
            frame.render_widget(Span::styled(fit(&said, foot.width.into()), look.style(Meaning::Muted)), foot);
        }
        self.window.set_height(list.height.into(), rows.len());
        let visible = self.window.visible(rows.len());
        let first = visible.start;
        for (at, (row, probe)) in list.rows().zip(rows.get(visible).unwrap_or_default()).enumerate() {
            let name = fit(&probe.label, label);
            let pad = " ".repeat(label.saturating_sub(width(&name)));
            let when = probe.closed_at.map_or_else(String::new, |at| look.zoned(at));
            let selected = first + at == self.window.selected();
            let mark = if selected { ">" } else { " " };
            let text = fit(&format!("{mark} {:8}  {name}{pad}  {when}", probe.id.short()), row.width.into());
            frame.render_widget(Span::raw(text), row);
            if selected {
                frame.buffer_mut().set_style(row, look.style(Meaning::Selected));
            }
        }
    }
}

//! Where entries of the audit log are written to, and how.

use super::close_or_scroll;
use crate::app::in_the_way;
use crate::effect::{Effect, Exported};
use crate::keymap::Action;
use crate::look::Look;
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::form::{Field, Form};
use crate::widget::scroll::{Pair, Scroll, pairs, paragraph};
use crate::widget::{gauge, popup};
use crossterm::event::KeyEvent;
use licentia_core::audit::{AuditFilter, ExportFormat};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Format,
    Path,
}

const FORMATS: [ExportFormat; 2] = [ExportFormat::Jsonl, ExportFormat::Csv];

/// See the module.
#[derive(Debug)]
pub(crate) struct Export {
    pub(super) form: Form<Part>,
    filter: AuditFilter,
    /// The filter in words.
    said: String,
    /// Whether the log will speak of it.
    recorded: bool,
    /// The request and how far it is, once it was begun.
    waiting: Option<(u64, u64, u64)>,
}

impl Export {
    /// `day` is a part of the name that is proposed.
    pub(crate) fn new(filter: AuditFilter, said: String, recorded: bool, day: &str) -> Self {
        let formats = FORMATS.iter().map(|format| format.as_str().to_owned()).collect();
        let form = Form::new(vec![
            Field::choice(
                Part::Format,
                "format",
                formats,
                "One JSON object a line, or a table; left and right choose.",
            ),
            Field::text(
                Part::Path,
                "file",
                &format!("audit-{day}.{}", ExportFormat::Jsonl.as_str()),
                "A new file. A manifest that says what it is will stand beside it. Nothing is overwritten.",
            ),
        ]);
        Self { form, filter, said, recorded, waiting: None }
    }

    /// Takes a key in. The end of the name goes along with the format that is chosen.
    pub(super) fn key(&mut self, key: KeyEvent) {
        let before = self.format();
        self.form.key(key);
        let after = self.format();
        let end = |format: ExportFormat| format!(".{}", format.as_str());
        if before != after
            && let Some(stem) = self.form.text(Part::Path).strip_suffix(&end(before))
        {
            let renamed = format!("{stem}{}", end(after));
            self.form.set_text(Part::Path, &renamed);
        }
    }

    fn format(&self) -> ExportFormat {
        FORMATS.get(self.form.chosen(Part::Format)).copied().unwrap_or(ExportFormat::Jsonl)
    }

    pub(crate) fn act(&mut self, action: Action, cx: &mut Cx) -> Vec<Step> {
        match action {
            _ if self.waiting.is_some() => {}
            Action::NextField => self.form.leave(&[], true),
            Action::PreviousField => self.form.leave(&[], false),
            Action::Submit => return self.submit(cx),
            Action::Cancel => return vec![Step::Close],
            _ => {}
        }
        vec![]
    }

    fn submit(&mut self, cx: &mut Cx) -> Vec<Step> {
        let Some(path) = self.form.optional(Part::Path) else {
            self.form.show(&[(Part::Path, "say where to".to_owned())]);
            return vec![];
        };
        self.form.show(&[]);
        let request = cx.requests.next();
        self.waiting = Some((request, 0, 0));
        let format = self.format();
        vec![Step::Run(Effect::ExportAudit { request, filter: self.filter.clone(), format, path })]
    }

    /// What it leads to, or which field cannot be read.
    pub(crate) fn leads_to(&self) -> Result<Effect, String> {
        let path = self.form.optional(Part::Path).ok_or_else(|| in_the_way("file", "say where to"))?;
        let format = self.format();
        Ok(Effect::ExportAudit { request: 0, filter: self.filter.clone(), format, path })
    }

    /// Takes in how far the export is.
    pub(crate) const fn progress(&mut self, request: u64, done: u64, total: u64) {
        if let Some((waiting, ..)) = self.waiting
            && waiting == request
        {
            self.waiting = Some((request, done, total));
        }
    }

    pub(crate) const fn wait(&mut self, waiting: bool) {
        if !waiting {
            self.waiting = None;
        }
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let columns = popup::columns(area, popup::WIDE);
        let mut lines = paragraph(&format!("What is exported: {}", clean(&self.said)), columns, Meaning::Text, look);
        let recorded = if self.recorded {
            "The log records this export."
        } else {
            "The vault is not open, so the log does not record this export; its manifest says so."
        };
        lines.extend(paragraph(recorded, columns, Meaning::Muted, look));
        lines.push(Line::default());
        if let Some((_, done, total)) = self.waiting {
            lines.push(gauge::line(done, total, columns, look));
            lines.push(Line::default());
        }
        let above = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let height = lines.len() + self.form.height(columns);
        let inner = popup::open(frame, area, popup::WIDE, height, "Export entries of the audit log", look);
        let [top, bottom] = Layout::vertical([Constraint::Max(above), Constraint::Fill(1)]).areas(inner);
        for (row, line) in top.rows().zip(lines) {
            frame.render_widget(line, row);
        }
        self.form.draw(frame, bottom, look);
    }
}

/// What an export left behind.
#[derive(Debug)]
pub(crate) struct ExportDone {
    exported: Exported,
    scroll: Scroll,
}

impl ExportDone {
    pub(crate) fn new(exported: Exported) -> Self {
        Self { exported, scroll: Scroll::default() }
    }

    pub(crate) fn act(&mut self, action: Action, _cx: &mut Cx) -> Vec<Step> {
        close_or_scroll(&mut self.scroll, action)
    }

    pub(crate) fn draw(&mut self, frame: &mut Frame, area: Rect, look: Look) {
        let Exported { path, report } = &self.exported;
        let recorded = match report.recorded_as {
            Some(seq) => Pair::new("recorded", format!("as entry {seq}")),
            None => {
                Pair::new("recorded", "no: the vault was not open, and the manifest says so").meaning(Meaning::Warning)
            }
        };
        let facts = [
            Pair::new("entries", report.entries.to_string()),
            Pair::new("file", path.to_string_lossy()),
            Pair::new("manifest", report.manifest.to_string_lossy()),
            recorded,
        ];
        let lines = pairs(&facts, popup::columns(area, popup::WIDE), look);
        let inner = popup::open(frame, area, popup::WIDE, lines.len(), "The export is written", look);
        self.scroll.draw(frame, inner, lines);
    }
}

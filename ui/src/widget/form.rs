//! A few fields below one another, one of which is typed into.

mod field;

use crate::look::Look;
use crate::text::{fit, wrap};
use crate::theme::Meaning;
use crate::widget::secret::Typed;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

pub(crate) use field::Field;
use field::Value;

/// Fields that are found by what they are for.
#[derive(Debug)]
pub(crate) struct Form<F> {
    fields: Vec<Field<F>>,
    focus: usize,
}

impl<F: Copy + PartialEq> Form<F> {
    pub(crate) fn new(fields: Vec<Field<F>>) -> Self {
        Self { fields, focus: 0 }
    }

    /// What was typed, without blanks around it.
    pub(crate) fn text(&self, id: F) -> &str {
        match self.field(id).map(|field| &field.value) {
            Some(Value::Text(input)) => input.value().trim(),
            _ => "",
        }
    }

    /// The text of a field that may stay empty.
    pub(crate) fn optional(&self, id: F) -> Option<String> {
        Some(self.text(id)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Which choice was made.
    pub(crate) fn chosen(&self, id: F) -> usize {
        match self.field(id).map(|field| &field.value) {
            Some(Value::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    /// A passphrase; none where the form has no such field or nothing was typed.
    pub(crate) fn secret(&self, id: F) -> Option<Typed> {
        match self.field(id).map(|field| &field.value) {
            Some(Value::Secret(secret)) if !secret.is_empty() => Some(secret.typed()),
            _ => None,
        }
    }

    /// What the screen calls a field.
    pub(crate) fn name(&self, id: F) -> &'static str {
        self.field(id).map_or("form", |field| field.name)
    }

    /// Whether there is no other field to go to.
    pub(crate) const fn is_single(&self) -> bool {
        self.fields.len() < 2
    }

    pub(crate) fn has(&self, id: F) -> bool {
        self.field(id).is_some()
    }

    /// Replaces what stands in a text field.
    pub(crate) fn set_text(&mut self, id: F, text: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.value = Value::Text(text.into());
        }
    }

    /// Gives a choice its options, with the first one chosen.
    pub(crate) fn set_options(&mut self, id: F, options: Vec<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.value = Value::Choice { options, chosen: 0 };
        }
    }

    /// Whether this field is being typed into.
    pub(crate) fn is_at(&self, id: F) -> bool {
        self.fields.get(self.focus).is_some_and(|field| field.id == id)
    }

    /// What is typed next goes into this field.
    pub(crate) fn go_to(&mut self, id: F) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id) {
            self.focus = at;
        }
    }

    /// Puts what is wrong at the fields and goes to the first of them. True when nothing is.
    pub(crate) fn show(&mut self, problems: &[(F, String)]) -> bool {
        for field in &mut self.fields {
            field.problem = problems.iter().find(|(id, _)| *id == field.id).map(|(_, why)| why.clone());
        }
        if let Some(at) = self.fields.iter().position(|field| field.problem.is_some()) {
            self.focus = at;
        }
        problems.is_empty()
    }

    /// Shows what is wrong with the field that is being left. Of the others, what is mended loses its mark.
    pub(crate) fn leave(&mut self, problems: &[(F, String)], forwards: bool) {
        let count = self.fields.len().max(1);
        for (at, field) in self.fields.iter_mut().enumerate() {
            if at == self.focus || field.problem.is_some() {
                field.problem = problems.iter().find(|(id, _)| *id == field.id).map(|(_, why)| why.clone());
            }
        }
        self.focus = (self.focus + if forwards { 1 } else { count - 1 }) % count;
    }

    pub(crate) fn key(&mut self, key: KeyEvent) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.key(key);
        }
    }

    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.paste(text);
        }
    }

    /// How many lines it takes: fields, what is wrong with them, a blank line, and the hint.
    pub(crate) fn height(&self, columns: usize) -> usize {
        let hints = self.fields.iter().map(|field| wrap(field.hint, columns).len()).max().unwrap_or(0);
        self.fields.len() + self.problems() + 1 + hints
    }

    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, look: Look) {
        let hint = self.fields.get(self.focus).map_or("", |field| field.hint);
        let hint = wrap(hint, area.width.into());
        let hints = u16::try_from(hint.len()).unwrap_or(0);
        let fields = u16::try_from(self.fields.len() + self.problems()).unwrap_or(u16::MAX);
        let [top, bottom] = Layout::vertical([Constraint::Max(fields), Constraint::Max(hints + 1)]).areas(area);
        for (row, line) in bottom.rows().skip(1).zip(hint) {
            frame.render_widget(Line::styled(line, look.style(Meaning::Muted)), row);
        }
        let names = self.fields.iter().map(|field| field.name.len()).max().unwrap_or(0);
        let mut rows = top.rows();
        for (at, field) in self.fields.iter().enumerate().skip(self.hidden(top.height.into())) {
            let Some(row) = rows.next() else { break };
            self.draw_field(frame, row, at, field, names, look);
            let Some(problem) = &field.problem else { continue };
            let Some(row) = rows.next() else { break };
            let text = fit(&format!("{:names$}    ! {problem}", ""), row.width.into());
            frame.render_widget(Span::styled(text, look.style(Meaning::Danger)), row);
        }
    }

    fn draw_field(&self, frame: &mut Frame, row: Rect, at: usize, field: &Field<F>, names: usize, look: Look) {
        let focused = at == self.focus;
        let name = format!("{} {:names$}  ", if focused { ">" } else { " " }, field.name);
        let widths = [Constraint::Length(u16::try_from(names + 4).unwrap_or(u16::MAX)), Constraint::Fill(1)];
        let [left, right] = Layout::horizontal(widths).areas(row);
        frame.render_widget(Span::styled(name, look.style(Meaning::Heading)), left);
        field.draw(frame, right, focused, look);
    }

    /// How many fields are scrolled away so that the one with the cursor is there, with what is wrong with it.
    fn hidden(&self, height: usize) -> usize {
        let mut used = 0;
        let seen = self.fields.iter().take(self.focus + 1).rev().take_while(|field| {
            used += 1 + usize::from(field.problem.is_some());
            used <= height
        });
        (self.focus + 1).saturating_sub(seen.count().max(1))
    }

    fn problems(&self) -> usize {
        self.fields.iter().filter(|field| field.problem.is_some()).count()
    }

    fn field(&self, id: F) -> Option<&Field<F>> {
        self.fields.iter().find(|field| field.id == id)
    }
}

//! One field of a form: text, a passphrase, or a choice.

use crate::look::Look;
use crate::text::{clean, fit, width};
use crate::theme::Meaning;
use crate::widget::secret::Secret;
use crossterm::event::{Event, KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// A license in its armour is at most this long, so no field needs to be longer.
const MAX_CHARS: usize = 65 * 1024;

/// See the module.
#[derive(Debug)]
pub(crate) struct Field<F> {
    pub(super) id: F,
    pub(super) name: &'static str,
    /// What to type here, in a line.
    pub(super) hint: &'static str,
    /// What is wrong with what was typed.
    pub(super) problem: Option<String>,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(Input),
    Secret(Secret),
    Choice { options: Vec<String>, chosen: usize },
}

impl<F> Field<F> {
    pub(crate) fn text(id: F, name: &'static str, value: &str, hint: &'static str) -> Self {
        Self { id, name, hint, problem: None, value: Value::Text(Input::from(value)) }
    }

    pub(crate) fn secret(id: F, name: &'static str, hint: &'static str) -> Self {
        Self { id, name, hint, problem: None, value: Value::Secret(Secret::default()) }
    }

    pub(crate) fn choice(id: F, name: &'static str, options: Vec<String>, hint: &'static str) -> Self {
        Self { id, name, hint, problem: None, value: Value::Choice { options, chosen: 0 } }
    }

    /// The text of it; nothing where it is no text.
    pub(crate) fn typed(&self) -> &str {
        match &self.value {
            Value::Text(input) => input.value(),
            _ => "",
        }
    }

    pub(crate) fn key(&mut self, key: KeyEvent) {
        match &mut self.value {
            Value::Text(input) => {
                if input.value().len() < MAX_CHARS || !matches!(key.code, KeyCode::Char(_)) {
                    input.handle_event(&Event::Key(key));
                }
            }
            Value::Secret(secret) => secret.key(key),
            Value::Choice { options, chosen } => match key.code {
                KeyCode::Left => *chosen = chosen.checked_sub(1).unwrap_or(options.len().saturating_sub(1)),
                KeyCode::Right | KeyCode::Char(' ') => *chosen = (*chosen + 1) % options.len().max(1),
                _ => {}
            },
        }
    }

    /// Line feeds become blanks: a field has one line, and JSON does not mind.
    pub(crate) fn paste(&mut self, text: &str) {
        match &mut self.value {
            Value::Text(input) => {
                let cursor = input.cursor();
                let room = MAX_CHARS.saturating_sub(input.value().chars().count());
                let text = text.trim_end_matches(['\r', '\n']).replace("\r\n", " ").replace(['\r', '\n'], " ");
                let pasted: Vec<char> = text.chars().take(room).collect();
                let before = input.value().chars().take(cursor);
                let after = input.value().chars().skip(cursor);
                let value = before.chain(pasted.iter().copied()).chain(after).collect();
                *input = Input::new(value).with_cursor(cursor + pasted.len());
            }
            Value::Secret(secret) => secret.paste(text),
            Value::Choice { .. } => {}
        }
    }

    pub(crate) fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, look: Look) {
        let style = look.style(if focused { Meaning::Focus } else { Meaning::Text });
        match &self.value {
            Value::Text(input) => {
                let before: String = input.value().chars().take(input.cursor()).collect();
                let after: String = input.value().chars().skip(input.cursor()).collect();
                draw_text(frame, area, style, focused, &clean(&before), &clean(&after));
            }
            Value::Secret(secret) => draw_text(frame, area, style, focused, &secret.dots(), ""),
            Value::Choice { options, chosen } => {
                let option = options.get(*chosen).map_or("", String::as_str);
                let several = focused && options.len() > 1;
                let text = match (several, *chosen + 1, options.len()) {
                    (true, at, all) => format!("← {option} →  {at} of {all}"),
                    (false, ..) => option.to_owned(),
                };
                frame.render_widget(Span::styled(fit(&text, area.width.into()), style), area);
            }
        }
    }
}

/// Shows the part around the cursor. Where it is not typed into, the beginning.
fn draw_text(frame: &mut Frame, area: Rect, style: Style, focused: bool, before: &str, after: &str) {
    let room: usize = area.width.into();
    if !focused {
        let text = fit(&format!("{before}{after}"), room);
        return frame.render_widget(Span::styled(text, style), area);
    }
    let shown = ending(before, room.saturating_sub(1));
    let used = width(shown);
    // An empty field is still seen where it is.
    let empty = before.is_empty() && after.is_empty();
    let text = if empty { " ".repeat(room.min(20)) } else { format!("{shown}{}", fit(after, room - used.min(room))) };
    frame.render_widget(Span::styled(text, style), area);
    if !area.is_empty() {
        let column = u16::try_from(used).unwrap_or(0).min(area.width - 1);
        frame.set_cursor_position(Position::new(area.x + column, area.y));
    }
}

/// The longest end of a text that fits.
fn ending(text: &str, room: usize) -> &str {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let first = starts.partition_point(|&at| width(text.get(at..).unwrap_or_default()) > room);
    starts.get(first).and_then(|&at| text.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pastes_at_the_cursor_on_one_line() {
        let mut field = Field::text((), "name", "ad", "");
        field.key(KeyEvent::from(KeyCode::Left));
        field.paste("b\nc\n");
        assert!(matches!(&field.value, Value::Text(input) if input.value() == "ab cd" && input.cursor() == 4));
        field.paste(&"x".repeat(MAX_CHARS * 2));
        assert!(matches!(&field.value, Value::Text(input) if input.value().len() == MAX_CHARS));
    }

    #[test]
    fn a_choice_goes_round_in_both_directions() {
        let mut field = Field::choice((), "name", vec!["a".to_owned(), "b".to_owned()], "");
        field.key(KeyEvent::from(KeyCode::Left));
        assert!(matches!(field.value, Value::Choice { chosen: 1, .. }));
        field.key(KeyEvent::from(KeyCode::Right));
        assert!(matches!(field.value, Value::Choice { chosen: 0, .. }));
    }

    #[test]
    fn shows_the_end_that_fits() {
        assert_eq!(ending("日本語", 4), "本語");
        assert_eq!(ending("abc", 0), "");
        assert_eq!(ending("abc", 9), "abc");
    }
}

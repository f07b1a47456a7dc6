//! What a piece of the screen means, and how the theme shows it. Nothing else in this crate names a colour.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Text,
    /// Less important than what is around it.
    Muted,
    Title,
    /// The head of a table, the name of a field.
    Heading,
    Selected,
    /// A key that can be pressed.
    Key,
    Good,
    Warning,
    Danger,
    Border,
    /// The field that is being typed into.
    Focus,
}

/// The styles. Words and marks carry every meaning too, so the plain theme loses nothing but comfort.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    coloured: bool,
}

impl Theme {
    /// Follows <https://no-color.org>: any value but the empty one switches colours off.
    pub(crate) fn from_no_color(value: Option<&std::ffi::OsStr>) -> Self {
        Self { coloured: value.is_none_or(std::ffi::OsStr::is_empty) }
    }

    pub(crate) fn style(self, meaning: Meaning) -> Style {
        let plain = Style::new();
        let style = match meaning {
            Meaning::Text | Meaning::Border | Meaning::Good => plain,
            Meaning::Muted => plain.add_modifier(Modifier::DIM),
            Meaning::Selected => plain.add_modifier(Modifier::REVERSED),
            Meaning::Focus => plain.add_modifier(Modifier::UNDERLINED),
            _ => plain.add_modifier(Modifier::BOLD),
        };
        match colour(meaning) {
            Some(colour) if self.coloured => style.fg(colour),
            _ => style,
        }
    }
}

// The sixteen colours of the terminal only: they follow the user's own scheme, light or dark.
const fn colour(meaning: Meaning) -> Option<Color> {
    match meaning {
        Meaning::Key | Meaning::Heading => Some(Color::Cyan),
        Meaning::Good => Some(Color::Green),
        Meaning::Warning => Some(Color::Yellow),
        Meaning::Danger => Some(Color::Red),
        Meaning::Text | Meaning::Muted | Meaning::Title | Meaning::Selected | Meaning::Border | Meaning::Focus => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn no_color_takes_the_colours_away_and_leaves_the_rest() {
        let plain = Theme::from_no_color(Some(OsStr::new("1"))).style(Meaning::Danger);
        assert_eq!(plain.fg, None);
        assert!(plain.add_modifier.contains(Modifier::BOLD));
        assert!(Theme::from_no_color(Some(OsStr::new(""))).style(Meaning::Danger).fg.is_some());
    }
}

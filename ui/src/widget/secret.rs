//! A passphrase while it is typed: never shown, never copied about, wiped when dropped.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use zeroize::Zeroizing;

/// Longer ones are not taken. The room is there from the start, so that growing leaves no copy behind.
const MAX_BYTES: usize = 1024;

/// What was typed.
pub(crate) struct Secret(Zeroizing<String>);

impl Default for Secret {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(MAX_BYTES)))
    }
}

impl Secret {
    /// Letters at the end, Backspace, Ctrl-U. There is no cursor to move in what nobody sees.
    pub(crate) fn key(&mut self, key: KeyEvent) {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('u' | 'w') if ctrl => self.clear(),
            KeyCode::Char(c) if !ctrl && !key.modifiers.contains(KeyModifiers::ALT) => self.push(c),
            KeyCode::Backspace => drop(self.0.pop()),
            _ => {}
        }
    }

    /// Without the line end that a copied line brings along.
    pub(crate) fn paste(&mut self, text: &str) {
        text.trim_end_matches(['\r', '\n']).chars().for_each(|c| self.push(c));
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn typed(&self) -> Typed {
        Typed(self.0.clone())
    }

    /// One dot for each character.
    pub(crate) fn dots(&self) -> String {
        "•".repeat(self.0.chars().count())
    }

    fn push(&mut self, c: char) {
        if self.0.len() + c.len_utf8() <= MAX_BYTES {
            self.0.push(c);
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A passphrase on its way to the vault.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Typed(pub(crate) Zeroizing<String>);

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_pasted_line_and_shows_only_its_length() {
        let mut secret = Secret::default();
        secret.paste("correct\n");
        secret.key(KeyEvent::from(KeyCode::Backspace));
        assert_eq!((secret.typed().0.as_str(), secret.dots().as_str()), ("correc", "••••••"));
        assert_eq!(format!("{secret:?}{:?}", secret.typed()), "Secret(…)Typed(…)");
        secret.paste(&"é".repeat(2000));
        assert!(secret.0.len() <= MAX_BYTES && secret.0.capacity() == MAX_BYTES);
    }
}

//! The keymap, and what is made from it.

use super::support::*;
use crate::dialog::help;
use crate::keymap::{Action, Context, all, resolve};
use crate::tab::TABS;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

#[test]
fn no_key_is_bound_twice_in_a_place() {
    for context in Context::ALL {
        let keys: Vec<String> =
            all(*context).flat_map(|binding| binding.keys.iter().map(ToString::to_string)).collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{key} is bound twice in {context:?}");
        }
    }
}

#[test]
fn help_names_every_action_of_the_place_and_its_first_key() {
    for context in Context::ALL {
        let help: Vec<String> =
            help::lines(*context, &unlocked(), look(), true).iter().map(ToString::to_string).collect();
        for binding in all(*context) {
            let key = binding.keys[0].to_string();
            let of_it =
                |line: &&String| line.contains(binding.action.name()) && line.split(' ').any(|word| word == key);
            let line = help.iter().find(of_it);
            assert!(line.is_some_and(|line| line.contains(binding.action.about())), "{:?}", binding.action);
        }
    }
}

#[test]
fn every_tab_has_a_key_and_a_name() {
    for tab in TABS {
        let binding = all(Context::Licenses).find(|binding| binding.action == Action::OpenTab(tab.id)).unwrap();
        assert_eq!(binding.action.name(), tab.action);
    }
    let (mut app, _) = start();
    let first = text(&mut app, 80, 24).lines().next().unwrap().to_owned();
    assert!(first.contains("[2 Licenses]") && first.contains(" 9 Audit"), "{first}");
}

#[test]
fn names_are_plain_words_and_explained_in_a_line() {
    for context in Context::ALL {
        for binding in all(*context) {
            let name = binding.action.name();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == ' '), "{name}");
            assert!(binding.action.about().len() <= 45, "{name} needs more room than the help has");
        }
    }
}

#[test]
fn shift_is_part_of_the_character_and_alt_is_something_else() {
    let key = |code, modifiers| resolve(Context::Licenses, KeyEvent::new(code, modifiers));
    assert_eq!(key(KeyCode::Char('L'), KeyModifiers::SHIFT), Some(Action::ToggleLock));
    assert_eq!(key(KeyCode::Char('q'), KeyModifiers::ALT), None);
    assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Quit));
    assert_eq!(key(KeyCode::Char('c'), KeyModifiers::NONE), Some(Action::CopyToken));
    assert_eq!(resolve(Context::Form, KeyEvent::from(KeyCode::Char('q'))), None);
}

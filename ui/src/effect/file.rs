//! Paths that people type on the screen.

use std::path::{Path, PathBuf};

/// What was typed, with `~/` as the home directory, from the root on: a message can say where a file went.
pub(super) fn path(typed: &str) -> PathBuf {
    at(typed, std::env::home_dir().as_deref())
}

fn at(typed: &str, home: Option<&Path>) -> PathBuf {
    let rest = if typed == "~" { Some("") } else { typed.strip_prefix("~/") };
    let path = match (rest, home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(typed),
    };
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_at_the_root() {
        let home = Some(Path::new("/home/ann"));
        assert_eq!(at("/a/b", home), Path::new("/a/b"));
        assert_eq!(at("~/keys/a b.pem", home), Path::new("/home/ann/keys/a b.pem"));
        assert_eq!(at("~", home), Path::new("/home/ann"));
        assert_eq!(at("a", home), std::env::current_dir().unwrap().join("a"));
        assert!(at("~/a", None).ends_with("~/a"));
    }
}

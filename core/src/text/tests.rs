//! What attackers write into names, and what honest people do.

use proptest::prelude::*;

use super::*;

fn borrowed(text: &str) -> bool {
    matches!(printable(text), Cow::Borrowed(same) if same == text)
}

#[test]
fn ordinary_text_is_left_alone() {
    for text in [
        "",
        "alice@example.com",
        "Jürgen Müller, Zürich",
        "e\u{301}té",
        "株式会社 日本",
        "שלום",
        "مرحبا",
        r"C:\licenses\new",
        "1 € – “quoted” … ™ ©",
    ] {
        assert!(borrowed(text), "{text}");
    }
}

#[test]
fn nothing_drives_the_terminal() {
    assert_eq!(printable("\u{1b}[2J\u{1b}]0;owned\u{7}"), r"\u{1b}[2J\u{1b}]0;owned\u{7}");
    assert_eq!(printable("safe\r\nfake\tline"), r"safe\r\nfake\tline");
    assert_eq!(printable("a\u{0}b\u{7f}c\u{9b}31m"), r"a\u{0}b\u{7f}c\u{9b}31m");
}

#[test]
fn nothing_hides_or_turns_around() {
    assert_eq!(printable("invoice\u{202e}gpj.exe"), r"invoice\u{202e}gpj.exe");
    for hidden in [
        '\u{ad}',
        '\u{61c}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{2060}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{fff9}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e0100}',
    ] {
        let expected = format!("al\\u{{{:x}}}ice", u32::from(hidden));
        assert_eq!(printable(&format!("al{hidden}ice")), expected);
    }
}

#[test]
fn emoji_sequences_stay_whole() {
    for emoji in ["👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️‍🔥", "👩🏽‍🚀", "🧑‍⚕️", "🏴‍☠️", "🙂‍↔️", "🐦‍⬛", "☎︎", "1️⃣", "#️⃣", "🇨🇭"]
    {
        assert!(borrowed(emoji), "{}", emoji.escape_unicode());
    }
}

#[test]
fn a_joiner_is_kept_between_two_emoji_only() {
    assert_eq!(printable("👩\u{200d}"), r"👩\u{200d}");
    assert_eq!(printable("👩\u{200d}x"), r"👩\u{200d}x");
    assert_eq!(printable("x\u{200d}👩"), r"x\u{200d}👩");
    assert_eq!(printable("👩\u{200d}\u{200d}👩"), r"👩\u{200d}\u{200d}👩");
    assert_eq!(printable("❤\u{fe0f}\u{fe0f}"), "❤\u{fe0f}\\u{fe0f}");
    assert_eq!(printable("1\u{fe0f}2"), r"1\u{fe0f}2");
}

#[test]
fn lines_stay_where_lines_are_meant() {
    assert_eq!(printable_lines("one\ntwo\r\n\u{1b}[1mthree"), "one\ntwo\\r\n\\u{1b}[1mthree");
}

#[test]
fn what_is_too_wide_ends_in_an_ellipsis() {
    assert_eq!(shorten("alice", 5), "alice");
    assert_eq!(shorten("alice", 4), "ali…");
    assert_eq!(shorten("alice", 1), "…");
    assert_eq!(shorten("alice", 0), "");
    assert_eq!(shorten("", 0), "");
    assert_eq!(shorten("日本語", 6), "日本語");
    assert_eq!(shorten("日本語", 5), "日本…");
    assert_eq!(shorten("日本語", 4), "日…", "half a character is not shown");
    assert_eq!(shorten("e\u{301}tude", 2), "e\u{301}…", "an accent stays with its letter");
    assert_eq!(shorten("👩\u{200d}💻 codes", 3), "👩\u{200d}💻…");
}

#[test]
fn marks_without_width_cost_no_time() {
    let stacked = format!("a{}bcd", "\u{301}".repeat(200_000));
    assert!(shorten(&stacked, 3).ends_with("b…"));
}

#[test]
fn a_cell_is_not_a_formula() {
    for formula in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "--5", "-.5", "-1e5", "＝1"]
    {
        assert_eq!(csv_safe(formula), format!("'{formula}"));
    }
    for plain in ["-5", "+3.25", "-0", "alice", "", "a=b", "'=1", "5-3"] {
        assert_eq!(csv_safe(plain), plain);
    }
}

/// Any text, with the troublemakers frequent.
fn hostile() -> impl Strategy<Value = String> {
    let chosen: Vec<char> = "a1#\\\n\r\t\u{1b}\u{9b}\u{ad}\u{61c}\u{200b}\u{200d}\u{200e}\u{2028}\u{202e}\u{2066}\u{20e3}\u{fe0e}\u{fe0f}\u{feff}\u{e0041}👩💻❤🏽🇨e\u{301}日"
        .chars()
        .collect();
    let one = prop_oneof![3 => proptest::sample::select(chosen), 1 => any::<char>()];
    proptest::collection::vec(one, 0..24).prop_map(String::from_iter)
}

fn turns_around(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

proptest! {
    #[test]
    fn what_was_printed_holds_nothing_hidden_and_is_not_escaped_again(text in hostile()) {
        let once = printable(&text);
        prop_assert!(!once.chars().any(|c| c.is_control() || turns_around(c)));
        prop_assert_eq!(printable(&once), &*once);
        prop_assert!(matches!(printable(&once), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_hold_nothing_hidden_but_line_feeds(text in hostile()) {
        let once = printable_lines(&text);
        prop_assert!(!once.chars().any(|c| (c.is_control() && c != '\n') || turns_around(c)));
        prop_assert_eq!(text.matches('\n').count(), once.matches('\n').count());
        prop_assert_eq!(printable_lines(&once), once);
    }

    #[test]
    fn what_was_shortened_fits(text in hostile(), max in 0_usize..30) {
        let text = printable(&text);
        let short = shorten(&text, max);
        prop_assert!(short.width() <= max, "{:?} is {} wide", short, short.width());
        if text.width() <= max {
            prop_assert_eq!(&*short, &*text);
        }
    }
}

use super::*;
use licentia_storage::Condition::{All, Any, Member, Not, Seq, Text, Time, Word};
use licentia_storage::{Bound, Column, Fit, MemberFit, TextFit};
use proptest::prelude::*;

/// 2026-05-20T14:00:00Z.
const NOW: Timestamp = Timestamp(1_779_285_600_000_000);
const HOUR: i64 = 3_600_000_000;

fn parsed(text: &str) -> Condition {
    Query::parse(text, NOW).unwrap_or_else(|mistake| panic!("{}\n{mistake}", mistake.pointed_at())).condition
}

fn is(column: Column, word: &str) -> Condition {
    Word(column, Fit::Is(word.to_owned()))
}

fn begins(column: Column, word: &str) -> Condition {
    Word(column, Fit::Begins(word.to_owned()))
}

fn phrase(words: &[&str]) -> Condition {
    Text(TextFit::Phrase(words.iter().map(|word| (*word).to_owned()).collect()))
}

fn member(path: &[&str], fit: MemberFit) -> Condition {
    Member(path.iter().map(|name| (*name).to_owned()).collect(), fit)
}

fn member_is(name: &str, value: &str) -> Condition {
    member(&[name], MemberFit::Is(value.to_owned()))
}

fn time(since: Option<&str>, until: Option<&str>) -> Condition {
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    Time { since: since.map(moment), until: until.map(moment) }
}

fn not(part: Condition) -> Condition {
    Not(Box::new(part))
}

#[test]
fn the_examples_of_the_issue_and_of_the_specification() {
    let day = Time { since: Some(Timestamp(NOW.0 - 24 * HOUR)), until: Some(Timestamp(NOW.0 + 1)) };
    assert_eq!(
        parsed(
            r#"kind:license.* AND actor:"mathieu@build7" AND payload.reason:refund AND created_at:[now-24h TO now]"#
        ),
        All(vec![
            begins(Column::Kind, "license."),
            is(Column::Actor, "mathieu@build7"),
            member_is("reason", "refund"),
            day.clone(),
        ])
    );
    assert_eq!(parsed(r#"event.type:"auth.login.failure""#), is(Column::Kind, "auth.login.failure"));
    assert_eq!(
        parsed("severity:(critical OR error) AND timestamp:[now-24h TO now]"),
        All(vec![Any(vec![is(Column::Severity, "critical"), is(Column::Severity, "error")]), day])
    );
    assert_eq!(parsed(r#"actor.email:"user@company.com""#), is(Column::Actor, "user@company.com"));
    assert_eq!(
        parsed(r#"event.type:"compliance.rule.evaluated" AND details.decision:"block""#),
        All(vec![is(Column::Kind, "compliance.rule.evaluated"), member_is("decision", "block")])
    );
}

#[test]
fn operators_bind_as_everybody_expects() {
    let [a, b, c] = ["a", "b", "c"].map(|word| phrase(&[word]));
    let and = |parts: &[&Condition]| All(parts.iter().map(|part| (*part).clone()).collect());
    let or = |parts: &[&Condition]| Any(parts.iter().map(|part| (*part).clone()).collect());
    for (text, expected) in [
        ("a b", and(&[&a, &b])),
        ("a AND b", and(&[&a, &b])),
        ("a && b", and(&[&a, &b])),
        ("+a +b", and(&[&a, &b])),
        ("a OR b", or(&[&a, &b])),
        ("a || b", or(&[&a, &b])),
        ("a OR b AND c", or(&[&a, &and(&[&b, &c])])),
        ("a b OR c", or(&[&and(&[&a, &b]), &c])),
        ("(a OR b) c", and(&[&or(&[&a, &b]), &c])),
        ("NOT a", not(a.clone())),
        ("-a b", and(&[&not(a.clone()), &b])),
        ("a -b", and(&[&a, &not(b.clone())])),
        ("!a", not(a.clone())),
        ("NOT(a OR b)", not(or(&[&a, &b]))),
        ("NOT NOT a", not(not(a.clone()))),
        ("((a))", a.clone()),
        ("  a  ", a.clone()),
        // Lower case is a word like any other.
        ("a or b", and(&[&a, &phrase(&["or"]), &b])),
        ("ANDROID", phrase(&["android"])),
        ("", Condition::everything()),
        ("*", Condition::everything()),
    ] {
        assert_eq!(parsed(text), expected, "{text}");
    }
}

#[test]
fn values_of_every_kind() {
    let text = |words: &[&str]| phrase(words);
    for (query, expected) in [
        ("mathieu@build7", text(&["mathieu", "build7"])),
        (r#""Refund, said Alice""#, text(&["refund", "said", "alice"])),
        ("foo*", Text(TextFit::Begins(vec!["foo".to_owned()]))),
        ("alice@exam*", Text(TextFit::Begins(vec!["alice".to_owned(), "exam".to_owned()]))),
        ("refnd~", Text(TextFit::Like { word: "refnd".to_owned(), edits: 1 })),
        ("refnd~1", Text(TextFit::Like { word: "refnd".to_owned(), edits: 1 })),
        ("Rfnd~2", Text(TextFit::Like { word: "rfnd".to_owned(), edits: 2 })),
        ("10:30", text(&["10", "30"])),
        (r"kind\:x", text(&["kind", "x"])),
        ("seq:42", Seq { from: 42, to: 42 }),
        ("seq:[2 TO 5]", Seq { from: 2, to: 5 }),
        ("seq:{2 TO 5}", Seq { from: 3, to: 4 }),
        ("seq:[2 TO *]", Seq { from: 2, to: u64::MAX }),
        ("seq:>2", Seq { from: 3, to: u64::MAX }),
        ("seq:<=2", Seq { from: 0, to: 2 }),
        ("seq:<0", Any(vec![])),
        ("kind:LICENSE.Issue", is(Column::Kind, "license.issue")),
        ("target:*", Word(Column::Target, Fit::Present)),
        ("target:0190A000-0000-7000-8000-000000000001", is(Column::Target, "0190a000-0000-7000-8000-000000000001")),
        ("resource.type:license", is(Column::TargetKind, "license")),
        ("actor.type:system", is(Column::ActorKind, "system")),
        (r#"actor:"a \"b\" \\""#, is(Column::Actor, r#"a "b" \"#)),
        (r"actor:a\*", is(Column::Actor, "a*")),
        ("actor: ci", is(Column::Actor, "ci")),
        (r#"actor:"ci"*"#, begins(Column::Actor, "ci")),
        ("payload.a.b-c:x", member(&["a", "b-c"], MemberFit::Is("x".to_owned()))),
        ("details.note:*", member(&["note"], MemberFit::Present)),
        (
            "payload.entries:>=5",
            member(
                &["entries"],
                MemberFit::Between { low: Some(Bound { text: "5".to_owned(), included: true }), high: None },
            ),
        ),
        (
            "payload.not_after:{* TO now}",
            member(
                &["not_after"],
                MemberFit::Between {
                    low: None,
                    high: Some(Bound { text: "2026-05-20T14:00:00Z".to_owned(), included: false }),
                },
            ),
        ),
        ("severity:(critical error)", All(vec![is(Column::Severity, "critical"), is(Column::Severity, "error")])),
        ("kind:(a OR actor:b)", Any(vec![is(Column::Kind, "a"), is(Column::Actor, "b")])),
    ] {
        assert_eq!(parsed(query), expected, "{query}");
    }
    let query = format!("id:{}", uuid::Uuid::nil());
    assert_eq!(parsed(&query), Condition::Id(uuid::Uuid::nil().into()));
}

#[test]
fn a_time_stands_for_the_whole_span_that_it_names() {
    for (query, since, until) in [
        ("2026-05-20", Some("2026-05-20"), Some("2026-05-21")),
        ("2026-05-20T14:00:00Z", Some("2026-05-20T14:00:00Z"), Some("2026-05-20T14:00:01Z")),
        ("2026-05-20T16:00:00+02:00", Some("2026-05-20T14:00:00Z"), Some("2026-05-20T14:00:01Z")),
        ("[2026-05-01 TO 2026-05-31]", Some("2026-05-01"), Some("2026-06-01")),
        ("{2026-05-01 TO 2026-05-31}", Some("2026-05-02"), Some("2026-05-31")),
        ("[2026-05-01 TO 2026-05-31}", Some("2026-05-01"), Some("2026-05-31")),
        ("[* TO 2026-05-31]", None, Some("2026-06-01")),
        ("[now-1w TO *]", Some("2026-05-13T14:00:00Z"), None),
        (">=now-90m", Some("2026-05-20T12:30:00Z"), None),
        (">2026-05-20", Some("2026-05-21"), None),
        ("<now+1d", None, Some("2026-05-21T14:00:00Z")),
        ("<=2026-05-20", None, Some("2026-05-21")),
        ("\"2026-05-20\"", Some("2026-05-20"), Some("2026-05-21")),
    ] {
        assert_eq!(parsed(&format!("created_at:{query}")), time(since, until), "{query}");
    }
}

/// The query with what is wrong between `«` and `»`, and a part of what is said about it.
#[test]
fn a_mistake_is_pointed_at() {
    for (marked, wrong, expected) in [
        ("a AND «»", "ends too early", "a word"),
        ("«OR» a", "operator", "a word"),
        ("a AND «OR» b", "operator", "a word"),
        ("NOT «»", "ends too early", "a word"),
        ("a OR «)»", "cannot stand here", "a word"),
        ("«(»a OR b", "never closed", ")"),
        ("(a «]» b)", "cannot stand here", "a word"),
        ("a«)» b", "closes nothing", "("),
        ("(«)»", "cannot stand here", "a word"),
        ("«\"»abc", "never closed", "\""),
        ("kind:«»", "value is missing", "a word"),
        ("(kind:«)»", "value is missing", "a word"),
        ("«knd»:x", "no field `knd`", "`kind`"),
        ("a OR «Severity»:x", "no field `Severity`", "`severity`"),
        ("«payloda.reason»:x", "no field", "`payload.reason`"),
        ("«event.typ»:x", "no field", "`event.type`"),
        ("«http»://x", "no field", "quotes"),
        ("«payload.»:x", "no field", "payload.MEMBER"),
        ("«payload..a»:x", "no field", "payload.MEMBER"),
        ("created_at:«yesterday»", "no time", "now-24h"),
        ("created_at:[«now-24» TO now]", "no time", "now-24h"),
        ("created_at:[«2026-13-01» TO now]", "no time", "2026-05-20"),
        ("created_at:[a «b»]", "two ends", "TO"),
        ("created_at:«[»now-1d TO now", "never closed", "]"),
        ("created_at:[now-1d TO «]»", "one end is missing", "*"),
        ("created_at:[«TO» now]", "one end is missing", "*"),
        ("seq:[1 TO 2 «3»]", "two ends and no more", "]"),
        ("seq:«x»", "no number", "whole number"),
        ("seq:«-1»", "no number", "whole number"),
        ("seq:«4*»", "beginning", "range"),
        ("seq:>«»", "one end is missing", "a number"),
        ("id:«42»", "no id", "UUID"),
        ("kind:«[»a TO b]", "no ranges", "seq"),
        ("actor:«>»a", "no order", "seq"),
        ("kind:«a~1»", "exactly", "`~`"),
        ("a«*»b", "at the end", "\\*"),
        ("refund«~3»", "one letter or two", "~1"),
        ("refund«~1»x", "one letter or two", "~1"),
        ("«mathieu@build~1»", "only one word", "single word"),
        ("\"a b\"«~»2", "exact", "without"),
        ("a«^»2", "weights", "^"),
        ("«@@»", "no letter", "a word"),
        ("a«\\»", "nothing follows", "\\"),
        ("«[»a TO b]", "cannot stand here", "a word"),
    ] {
        let query = marked.replace(['«', '»'], "");
        let start = marked.find('«').unwrap();
        let end = marked.find('»').unwrap() - '«'.len_utf8();
        let mistake = Query::parse(&query, NOW).expect_err(marked);
        // After `~1` the whole rest would do as well: the place is where it begins.
        assert_eq!(mistake.at.start, start, "{marked}: {mistake:?}");
        if !marked.contains("~1»x") {
            assert_eq!(mistake.at.end, end, "{marked}: {mistake:?}");
        }
        assert!(mistake.wrong.contains(wrong), "{marked}: {}", mistake.wrong);
        assert!(mistake.expected.contains(expected), "{marked}: {}", mistake.expected);
    }
}

#[test]
fn carets_stand_below_the_mistake_also_behind_wide_and_hidden_characters() {
    let pointed = |query: &str| Query::parse(query, NOW).unwrap_err().pointed_at();
    assert_eq!(pointed("a AND knd:x"), "a AND knd:x\n      ^^^");
    assert_eq!(pointed("日本 knd:x"), "日本 knd:x\n     ^^^");
    assert_eq!(pointed("a\u{1b} knd:x"), "a\\u{1b} knd:x\n        ^^^");
    assert_eq!(pointed("a AND"), "a AND\n     ^");
    let long = format!("{} knd:x", "a".repeat(500));
    assert!(pointed(&long).lines().all(|line| line.chars().count() < 140), "{}", pointed(&long));
}

#[test]
fn length_depth_and_number_of_terms_are_bounded() {
    let wrong = |query: String| Query::parse(&query, NOW).unwrap_err().wrong;
    assert!(wrong("a".repeat(LONGEST + 1)).contains("too long"));
    assert!(wrong("(".repeat(DEEPEST + 1)).contains("nested"));
    assert!(wrong("-".repeat(LONGEST)).contains("nested"));
    assert!(wrong("NOT ".repeat(DEEPEST + 1)).contains("nested"));
    assert!(wrong("kind:(".repeat(DEEPEST + 1)).contains("nested"));
    assert!(wrong("a ".repeat(MOST_TERMS + 1)).contains("too many"));
    parsed(&format!("{}a{}", "(".repeat(DEEPEST), ")".repeat(DEEPEST)));
    parsed(&"a ".repeat(MOST_TERMS));
}

proptest! {
    #[test]
    fn whatever_is_typed_is_understood_or_pointed_at(
        text in prop_oneof![
            ".{0,80}",
            r#"([()\[\]{}"~*:\\^+!-]| |AND |OR |NOT |TO |kind:|seq:|created_at:|payload\.a:|now-1d|5|é|x){0,40}"#,
        ]
    ) {
        match Query::parse(&text, NOW) {
            Ok(query) => prop_assert_eq!(query.text(), text),
            Err(mistake) => {
                prop_assert!(mistake.at.start <= mistake.at.end && mistake.at.end <= text.len());
                prop_assert!(text.is_char_boundary(mistake.at.start) && text.is_char_boundary(mistake.at.end));
                prop_assert_eq!(mistake.pointed_at().lines().count(), 2);
            }
        }
    }

    #[test]
    fn what_is_joined_is_understood_as_its_parts(words in prop::collection::vec("[a-z]{1,6}", 1..6)) {
        let both = |sign: &str| parsed(&words.join(sign));
        let parts: Vec<Condition> = words.iter().map(|word| phrase(&[word])).collect();
        if let [one] = parts.as_slice() {
            prop_assert_eq!(both(" AND "), one.clone());
        } else {
            prop_assert_eq!(both(" AND "), All(parts.clone()));
            prop_assert_eq!(both(" OR "), Any(parts));
        }
    }
}

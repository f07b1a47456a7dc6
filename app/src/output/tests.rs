use super::*;
use crate::testing::Tape;
use crate::view;

struct Gone;

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn shown(format: Format, show: impl Fn(&Output) -> Result) -> String {
    let tape = Tape::default();
    let output = Output::new(format, Box::new(tape.clone()), Box::new(Tape::default()));
    assert_eq!(output.finish(show(&output)), Status::Done);
    tape.text()
}

fn hostile() -> Vec<Object> {
    vec![
        view::object(json!({
            "id": "01940000-0000-7000-8000-0000deadbeef",
            "subject": "=cmd|'/c calc'\u{1b}[2J\u{202e}\u{9b}31m",
            "audience": ["editor", "viewer"],
            "limits": { "seats": 5, "edition": "pro" },
            "not_after": "2026-05-20T14:00:00.123456Z",
        })),
        view::object(json!({
            "id": "01940000-0000-7000-8000-00000000cafe",
            "subject": "日本",
            "audience": ["editor"],
            "limits": {},
            "not_after": null,
        })),
    ]
}

const COLUMNS: [Column; 4] = [
    Column::id("ID", "id"),
    Column::text("SUBJECT", "subject"),
    Column::text("AUDIENCE", "audience"),
    Column::time("EXPIRES", "not_after").or("never"),
];
const MEMBERS: [&str; 5] = ["id", "subject", "audience", "limits", "not_after"];

#[test]
fn a_list_in_every_format() {
    for (name, format) in
        [("table", Format::Table), ("json", Format::Json), ("jsonl", Format::Jsonl), ("csv", Format::Csv)]
    {
        let text = shown(format, |output| output.list(&COLUMNS, &MEMBERS, &hostile()));
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
        insta::assert_snapshot!(format!("list_{name}"), text);
    }
}

#[test]
fn escaping_leaves_the_json_what_it_was() {
    let text = shown(Format::Jsonl, |output| output.list(&COLUMNS, &MEMBERS, &hostile()));
    let rows: Vec<Object> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows, hostile());
}

#[test]
fn a_thing_for_people_has_a_line_for_each_member() {
    let rows = hostile();
    insta::assert_snapshot!(shown(Format::Table, |output| output.thing(rows.first().unwrap())));
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let output = Output::new(Format::Table, Box::new(Gone), Box::new(Tape::default()));
    assert_eq!(output.finish(output.text("something")), Status::Done);
}

#[test]
fn an_error_has_three_parts_for_people_and_for_programs() {
    for (name, format) in [("table", Format::Table), ("json", Format::Json)] {
        let tape = Tape::default();
        let output = Output::new(format, Box::new(Tape::default()), Box::new(tape.clone()));
        let failure = Failure::new("the license was not issued")
            .because("line 2: no subject\nline 3: \u{1b}[2J")
            .hint("correct these lines");
        assert_eq!(output.finish(Err(failure)), Status::Refused);
        insta::assert_snapshot!(format!("error_{name}"), tape.text());
    }
}

#[test]
fn an_error_as_json_stands_alone() {
    for (result, expected) in [(Ok(()), "to know\n"), (Err(Failure::No), "to know\n")] {
        let stderr = Tape::default();
        let output = Output::new(Format::Json, Box::new(Tape::default()), Box::new(stderr.clone()));
        output.note("to know");
        output.finish(result);
        assert_eq!(stderr.text(), expected);
    }
    let stderr = Tape::default();
    let output = Output::new(Format::Json, Box::new(Tape::default()), Box::new(stderr.clone()));
    output.note("to know");
    output.finish(Err(Failure::new("broken")));
    assert!(serde_json::from_str::<Value>(&stderr.text()).is_ok(), "{}", stderr.text());
}

//! Aligned text for people.

use super::Object;
use super::cell::{Column, Plain};
use licentia_core::text::{printable, shorten};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

/// The most that one cell of a list may take; `show` has the whole.
const WIDEST: usize = 48;

/// A header and a line for each row.
pub(crate) fn rows(columns: &[Column], rows: &[Object]) -> String {
    let header = columns.iter().map(|column| column.title.to_owned()).collect();
    aligned(&std::iter::once(header).chain(cells(columns, rows)).collect::<Vec<Vec<String>>>())
}

/// The lines of further rows, without the header.
pub(crate) fn more(columns: &[Column], rows: &[Object]) -> String {
    aligned(&cells(columns, rows).collect::<Vec<Vec<String>>>())
}

fn cells(columns: &[Column], rows: &[Object]) -> impl Iterator<Item = Vec<String>> {
    rows.iter().map(|row| {
        let cell = |column: &Column| {
            let text = column.show(row.get(column.member).unwrap_or(&Value::Null));
            shorten(&printable(&text), WIDEST).into_owned()
        };
        columns.iter().map(cell).collect()
    })
}

/// A line for each member that has a value; what has members itself is shown with dotted names.
pub(crate) fn members(thing: &Object) -> String {
    let mut lines = Vec::new();
    collect("", thing, &mut lines);
    aligned(&lines)
}

fn collect(prefix: &str, thing: &Object, lines: &mut Vec<Vec<String>>) {
    for (name, value) in thing {
        let name = format!("{prefix}{}", printable(name));
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::Object(members) => collect(&format!("{name}."), members, lines),
            value => lines.push(vec![name, printable(&Plain::people(value)).into_owned()]),
        }
    }
}

fn aligned(lines: &[Vec<String>]) -> String {
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|at| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.width()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for line in lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

//! One row of a batch: its columns are the option names of `license issue`.

use crate::commands::license::fields;
use crate::failure::{Failure, Result};
use crate::parse;
use licentia_core::{IssueRequest, Limit, Term};
use serde_json::Value;
use std::collections::BTreeMap;

/// A row, whose issuer and identity are still names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub request: IssueRequest,
    pub issuer: Option<String>,
    pub identity: Option<String>,
}

/// Each row with the line where it begins.
pub(crate) type Drafts = Vec<(u64, Result<Draft, String>)>;

/// The columns by the names that are understood; the first of each is the option's.
const COLUMNS: [(&str, &[&str]); 11] = [
    ("subject", &[]),
    ("audience", &["audiences"]),
    ("issuer", &[]),
    ("not-before", &["not_before"]),
    ("expires", &[]),
    ("days", &[]),
    ("perpetual", &[]),
    ("feature", &["features"]),
    ("limit", &["limits"]),
    ("payload", &[]),
    ("identity", &[]),
];

/// Reads CSV with a header. The header itself must be in order; a bad row is named with its line.
pub(crate) fn csv(text: &str) -> Result<Drafts> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let unreadable = |error: &dyn std::fmt::Display| Failure::new("the CSV cannot be read").because(error);
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let columns: Vec<&'static str> =
        header.iter().map(|name| column(name.trim())).collect::<Result<_, _>>().map_err(|why: String| {
            unreadable(&format!("line 1: {why}")).hint("The columns are the option names of `license issue`.")
        })?;
    let twice = columns.iter().enumerate().find(|(at, name)| columns.iter().take(*at).any(|other| other == *name));
    if let Some((_, name)) = twice {
        return Err(unreadable(&format!("line 1: the column {name} is there twice")));
    }
    let mut drafts = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        drafts.push((line, csv_row(&columns, &record)));
    }
    Ok(drafts)
}

fn csv_row(columns: &[&'static str], record: &csv::StringRecord) -> Result<Draft, String> {
    if record.len() != columns.len() {
        return Err(format!("it has {} cells, and the header has {}", record.len(), columns.len()));
    }
    let mut row = Row::default();
    for (name, cell) in columns.iter().zip(record) {
        let cell = cell.trim();
        if !cell.is_empty() {
            let value = match *name {
                // Everything else is understood as the text that it is.
                "payload" => fields::payload(cell).map_err(|why| format!("payload: {why}"))?,
                _ => Value::from(cell),
            };
            row.0.insert(name, value);
        }
    }
    row.draft()
}

/// Reads one JSON object a line; empty lines are passed over.
pub(crate) fn jsonl(text: &str) -> Drafts {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| (number, jsonl_row(line))).collect()
}

fn jsonl_row(line: &str) -> Result<Draft, String> {
    let members = match licentia_license::strict_json::parse(line.as_bytes()) {
        Ok(Value::Object(members)) => members,
        Ok(_) => return Err("it is not a JSON object".to_owned()),
        Err(error) => return Err(format!("it is not a JSON object: {error}")),
    };
    let mut row = Row::default();
    for (name, value) in members {
        let name = column(&name)?;
        if !value.is_null() && row.0.insert(name, value).is_some() {
            return Err(format!("{name} is there twice"));
        }
    }
    if let Some(payload) = row.0.get("payload") {
        fields::payload(&payload.to_string()).map_err(|why| format!("payload: {why}"))?;
    }
    row.draft()
}

fn column(name: &str) -> Result<&'static str, String> {
    COLUMNS.iter().find(|(column, also)| *column == name || also.contains(&name)).map(|(column, _)| *column).ok_or_else(
        || {
            let known: Vec<&str> = COLUMNS.iter().map(|(column, _)| *column).collect();
            format!("there is no option {name:?}; there are {}", known.join(", "))
        },
    )
}

/// What a row says, by the option's name. A value that came from CSV is text, whatever it means.
#[derive(Default)]
struct Row(BTreeMap<&'static str, Value>);

impl Row {
    fn draft(&self) -> Result<Draft, String> {
        Ok(Draft {
            issuer: self.text("issuer")?,
            identity: self.text("identity")?,
            request: IssueRequest {
                subject: self.text("subject")?.ok_or("the subject is missing")?,
                audience: self.list("audience")?,
                issuer: None,
                not_before: self.time("not-before")?,
                term: self.term()?,
                features: self.list("feature")?,
                limits: self.limits()?,
                payload: self.0.get("payload").cloned(),
                identity: None,
            },
        })
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{name} is not a text")),
        }
    }

    fn time(&self, name: &str) -> Result<Option<licentia_core::Timestamp>, String> {
        let text = self.text(name)?;
        text.map(|text| parse::time(&text).map_err(|why| format!("{name}: {why}"))).transpose()
    }

    /// An array, or a text that is split by `;`.
    fn list(&self, name: &str) -> Result<Vec<String>, String> {
        match self.0.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(split(text).map(str::to_owned).collect()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| {
                    item.as_str().map(str::to_owned).ok_or_else(|| format!("{name} holds something other than texts"))
                })
                .collect(),
            Some(_) => Err(format!("{name} is neither a text nor an array")),
        }
    }

    /// `KEY=VALUE`, as a list, or an object of numbers and words.
    fn limits(&self) -> Result<BTreeMap<String, Limit>, String> {
        let pairs: Vec<(String, Limit)> = match self.0.get("limit") {
            Some(Value::Object(members)) => members
                .iter()
                .map(|(key, value)| {
                    let limit = serde_json::from_value(value.clone());
                    let limit = limit.map_err(|_| format!("the limit {key} is neither a whole number nor a text"))?;
                    Ok((key.clone(), limit))
                })
                .collect::<Result<_, String>>()?,
            _ => self.list("limit")?.iter().map(|text| parse::limit(text)).collect::<Result<_, String>>()?,
        };
        let mut limits = BTreeMap::new();
        for (key, value) in pairs {
            if limits.contains_key(&key) {
                return Err(format!("the limit {key} is given twice"));
            }
            limits.insert(key, value);
        }
        Ok(limits)
    }

    fn term(&self) -> Result<Term, String> {
        let until = self.time("expires")?.map(Term::Until);
        let days = self.days()?.map(Term::Days);
        let perpetual = self.perpetual()?.then_some(Term::Perpetual);
        let given: Vec<Term> = [until, days, perpetual].into_iter().flatten().collect();
        match given.as_slice() {
            [term] => Ok(*term),
            [] => Err("one of expires, days and perpetual is missing".to_owned()),
            _ => Err("only one of expires, days and perpetual may be given".to_owned()),
        }
    }

    fn days(&self) -> Result<Option<u32>, String> {
        let days = match self.0.get("days") {
            None => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64().and_then(|days| days.try_into().ok()),
        };
        match days {
            Some(days) if days > 0 => Ok(Some(days)),
            _ => Err("days is not a whole number of at least 1".to_owned()),
        }
    }

    fn perpetual(&self) -> Result<bool, String> {
        match self.0.get("perpetual") {
            None => Ok(false),
            Some(Value::Bool(perpetual)) => Ok(*perpetual),
            Some(Value::String(text)) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Ok(true),
                "false" | "no" | "0" => Ok(false),
                _ => Err("perpetual is neither true nor false".to_owned()),
            },
            Some(_) => Err("perpetual is neither true nor false".to_owned()),
        }
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn only(drafts: Drafts) -> Draft {
        let [(_, draft)] = <[_; 1]>::try_from(drafts).unwrap();
        draft.unwrap()
    }

    fn whys(drafts: Drafts) -> Vec<(u64, String)> {
        drafts.into_iter().filter_map(|(line, draft)| Some((line, draft.err()?))).collect()
    }

    #[test]
    fn the_same_license_from_csv_and_from_json_lines() {
        let from_csv = csv("\u{feff}subject,audience,features,limits,days,payload,issuer,identity,not-before\n\
             alice,editor;viewer,a; b,seats=5;edition=pro,365,\"{\"\"po\"\": 7}\",main,pin,2026-05-20\n")
        .unwrap();
        let from_json = jsonl(
            r#"{"subject":"alice","audience":["editor","viewer"],"feature":["a","b"],"limit":{"seats":5,"edition":"pro"},"days":365,"payload":{"po":7},"issuer":"main","identity":"pin","not_before":"2026-05-20T00:00:00Z"}"#,
        );
        let draft = only(from_csv);
        assert_eq!(draft, only(from_json));
        assert_eq!(draft.request.limits.get("seats"), Some(&Limit::Number(5)));
        assert_eq!(draft.request.payload, Some(json!({ "po": 7 })));
        assert_eq!(draft.request.term, Term::Days(365));
    }

    #[test]
    fn an_unknown_column_is_refused() {
        let failure = csv("subject,expiry\nalice,2026-05-20\n").unwrap_err();
        let cause = failure.explanation().unwrap().cause.clone().unwrap();
        assert!(cause.starts_with("line 1: there is no option \"expiry\""), "{cause}");
        assert!(csv("subject,feature,features\n").is_err());
        assert_eq!(whys(jsonl(r#"{"subject":"alice","expiry":1}"#)).len(), 1);
    }

    #[test]
    fn every_bad_row_is_named_with_its_line() {
        let drafts = csv("subject,days,perpetual,expires\n\
             alice,30,,\n\
             \"bob\n& sons\",,,\n\
             ,30,,\n\
             carol,30,yes,\n\
             dave,0,,\n\
             eve,,,soon\n\
             mallory,30\n\
             trent,,true,\n")
        .unwrap();
        let lines: Vec<u64> = whys(drafts).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn json_lines_are_counted_with_the_empty_ones() {
        let drafts = jsonl("\n{\"subject\":\"a\",\"perpetual\":true}\n\n[]\n{\"subject\":1,\"days\":1}\n");
        assert_eq!(drafts.len(), 3);
        let lines: Vec<u64> = whys(drafts).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [4, 5]);
    }
}

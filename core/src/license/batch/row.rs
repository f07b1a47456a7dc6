//! One row of a batch: its columns are the option names of `license issue`.

use super::BatchError;
use crate::{BoundMachine, IssueRequest, Limit, Term, Timestamp, typed};
use serde_json::Value;
use std::collections::BTreeMap;

/// A row, whose issuer and identity are still names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) request: IssueRequest,
    pub(super) issuer: Option<String>,
    pub(super) identity: Option<String>,
}

/// What stands in one row of a file.
#[derive(Debug)]
pub(super) struct Read {
    /// Where it begins.
    pub(super) line: u64,
    /// As far as it could be read.
    pub(super) subject: String,
    pub(super) draft: Result<Draft, String>,
}

/// The columns by the names that are understood; the first of each is the option's.
const COLUMNS: [(&str, &[&str]); 13] = [
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
    ("machine", &["machines"]),
    ("require", &[]),
];

/// The columns that say how long a license holds.
const TERMS: [&str; 3] = ["expires", "days", "perpetual"];

/// Reads CSV with a header, row by row. The header itself must be in order; a bad row is named with its line.
pub(super) fn csv(text: &str) -> Result<impl Iterator<Item = Result<Read, BatchError>>, BatchError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| BatchError::Csv(error.to_string()))?.clone();
    let columns = columns(&header)?;
    Ok(reader.into_records().map(move |record| {
        let record = record.map_err(|error| BatchError::Csv(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = columns.iter().zip(&record).find(|(name, _)| **name == "subject");
        let subject = cell.map_or_else(String::new, |(_, cell)| cell.trim().to_owned());
        Ok(Read { line, subject, draft: csv_row(&columns, &record) })
    }))
}

fn columns(header: &csv::StringRecord) -> Result<Vec<&'static str>, BatchError> {
    let columns: Vec<&'static str> =
        header.iter().map(|name| column(name.trim())).collect::<Result<_, _>>().map_err(BatchError::Columns)?;
    let twice = columns.iter().enumerate().find(|(at, name)| columns.iter().take(*at).any(|other| other == *name));
    if let Some((_, name)) = twice {
        return Err(BatchError::Columns(format!("the column {name} is there twice")));
    }
    // Said once for the file: each of its rows would say the same.
    if !columns.contains(&"subject") {
        return Err(BatchError::Columns("the column subject is missing".to_owned()));
    }
    if !TERMS.iter().any(|name| columns.contains(name)) {
        return Err(BatchError::Columns("none of the columns expires, days and perpetual is there".to_owned()));
    }
    Ok(columns)
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
                "payload" => typed::payload(cell).map_err(|why| format!("payload: {why}"))?,
                _ => Value::from(cell),
            };
            row.0.insert(name, value);
        }
    }
    row.draft()
}

/// Reads one JSON object a line; empty lines are passed over.
pub(super) fn jsonl(text: &str) -> impl Iterator<Item = Read> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).map(|(line, text)| match members(text) {
        Ok(row) => {
            let subject = row.0.get("subject").and_then(Value::as_str).unwrap_or_default().to_owned();
            Read { line, subject, draft: jsonl_row(&row) }
        }
        Err(why) => Read { line, subject: String::new(), draft: Err(why) },
    })
}

fn members(line: &str) -> Result<Row, String> {
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
    Ok(row)
}

fn jsonl_row(row: &Row) -> Result<Draft, String> {
    if let Some(payload) = row.0.get("payload") {
        typed::payload(&payload.to_string()).map_err(|why| format!("payload: {why}"))?;
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
                machines: self.machines()?,
                totp: false,
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

    fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        let text = self.text(name)?;
        text.map(|text| typed::time(&text).map_err(|why| format!("{name}: {why}"))).transpose()
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
            _ => self.list("limit")?.iter().map(|text| typed::limit(text)).collect::<Result<_, String>>()?,
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
        self.count("days")
    }

    /// Fingerprints in their line of text.
    fn machines(&self) -> Result<Vec<BoundMachine>, String> {
        let require = self.count("require")?;
        let read = |text: &String| typed::fingerprint(text).map(|fingerprint| BoundMachine { fingerprint, require });
        let machines: Vec<_> = self
            .list("machine")?
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|why| format!("machine: {why}"))?;
        if require.is_some() && machines.is_empty() {
            return Err("require is about machines, and none is named".to_owned());
        }
        Ok(machines)
    }

    fn count(&self, name: &str) -> Result<Option<u32>, String> {
        let count = match self.0.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_u64().and_then(|count| count.try_into().ok()),
        };
        match count {
            Some(count) if count > 0 => Ok(Some(count)),
            _ => Err(format!("{name} is not a whole number of at least 1")),
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

    fn from_csv(text: &str) -> Vec<Read> {
        csv(text).unwrap().map(Result::unwrap).collect()
    }

    fn only(mut rows: Vec<Read>) -> Draft {
        assert_eq!(rows.len(), 1);
        rows.pop().unwrap().draft.unwrap()
    }

    fn wrong(rows: Vec<Read>) -> Vec<u64> {
        rows.into_iter().filter(|row| row.draft.is_err()).map(|row| row.line).collect()
    }

    #[test]
    fn the_same_license_from_csv_and_from_json_lines() {
        let from_csv = from_csv(
            "subject,audience,features,limits,days,payload,issuer,identity,not-before\n\
             alice,editor;viewer,a; b,seats=5;edition=pro,365,\"{\"\"po\"\": 7}\",main,pin,2026-05-20\n",
        );
        let from_json = jsonl(
            r#"{"subject":"alice","audience":["editor","viewer"],"feature":["a","b"],"limit":{"seats":5,"edition":"pro"},"days":365,"payload":{"po":7},"issuer":"main","identity":"pin","not_before":"2026-05-20T00:00:00Z"}"#,
        )
        .collect();
        let draft = only(from_csv);
        assert_eq!(draft, only(from_json));
        assert_eq!(draft.request.limits.get("seats"), Some(&Limit::Number(5)));
        assert_eq!(draft.request.payload, Some(json!({ "po": 7 })));
        assert_eq!(draft.request.term, Term::Days(365));
    }

    #[test]
    fn a_row_may_name_machines() {
        use licentia_license::machine::{Component, Fingerprint};
        let made =
            |byte| Fingerprint::new("acme", [(Component::MachineId, [byte; 32])].into(), [].into(), None).unwrap();
        let (one, two) = (made(1).to_text(), made(2).to_text());
        let draft = only(from_csv(&format!("subject,perpetual,machine,require\nalice,yes,{one}; {two},1\n")));
        let machines = draft.request.machines;
        assert_eq!(machines.iter().map(|m| m.fingerprint.clone()).collect::<Vec<_>>(), [made(1), made(2)]);
        assert!(machines.iter().all(|machine| machine.require == Some(1)));
        let rows = format!("subject,perpetual,machine,require\na,yes,{one}x,\nb,yes,,2\nc,yes,{one},0\nd,yes,{one},\n");
        assert_eq!(wrong(from_csv(&rows)), [2, 3, 4]);
    }

    #[test]
    fn a_header_is_in_order_or_nothing_is_read() {
        for (header, why) in [
            ("subject,days,expiry", "there is no option \"expiry\""),
            ("subject,days,feature,features", "the column feature is there twice"),
            ("audience,days", "the column subject is missing"),
            ("subject,audience", "none of the columns expires"),
            ("", "there is no option \"1\""),
        ] {
            let Err(BatchError::Columns(said)) = csv(&format!("{header}\n1,2,3\n")).map(drop) else {
                panic!("{header}")
            };
            assert!(said.contains(why), "{said}");
        }
        assert_eq!(wrong(jsonl(r#"{"subject":"alice","expiry":1}"#).collect()).len(), 1);
    }

    #[test]
    fn every_bad_row_is_named_with_its_line() {
        let rows = from_csv(
            "subject,days,perpetual,expires\n\
             alice,30,,\n\
             \"bob\n& sons\",,,\n\
             ,30,,\n\
             carol,30,yes,\n\
             dave,0,,\n\
             eve,,,soon\n\
             mallory,30\n\
             trent,,true,\n",
        );
        assert_eq!(rows[3].subject, "carol");
        assert_eq!(wrong(rows), [3, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn json_lines_are_counted_with_the_empty_ones() {
        let rows: Vec<Read> =
            jsonl("\n{\"subject\":\"a\",\"perpetual\":true}\n\n[]\n{\"subject\":1,\"days\":1}\n").collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(wrong(rows), [4, 5]);
    }
}

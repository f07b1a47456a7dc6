//! How the members of a JSON object look as plain text.

use serde_json::Value;

/// A column of a table for people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub title: &'static str,
    pub member: &'static str,
    look: Look,
    /// What stands where there is no value.
    pub absent: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Text,
    Id,
    Time,
}

impl Column {
    pub(crate) const fn text(title: &'static str, member: &'static str) -> Self {
        Self { title, member, look: Look::Text, absent: "" }
    }

    /// The last eight characters: ids of one hour share their beginning.
    pub(crate) const fn id(title: &'static str, member: &'static str) -> Self {
        Self { look: Look::Id, ..Self::text(title, member) }
    }

    /// To the second.
    pub(crate) const fn time(title: &'static str, member: &'static str) -> Self {
        Self { look: Look::Time, ..Self::text(title, member) }
    }

    #[must_use]
    pub(crate) const fn or(self, absent: &'static str) -> Self {
        Self { absent, ..self }
    }

    pub(crate) fn show(&self, value: &Value) -> String {
        let text = Plain::people(value);
        match self.look {
            _ if text.is_empty() => self.absent.to_owned(),
            Look::Text => text,
            Look::Id => short(&text),
            Look::Time => seconds(&text),
        }
    }
}

/// Values as plain text.
pub(crate) struct Plain;

impl Plain {
    /// For people: lists with commas.
    pub(crate) fn people(value: &Value) -> String {
        match value {
            Value::Array(items) if items.iter().all(is_plain) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
            value => plain(value),
        }
    }

    /// For `license issue --from` and spreadsheets: lists with semicolons.
    pub(crate) fn csv(member: &str, value: &Value) -> String {
        match value {
            Value::Array(items) if items.iter().all(Value::is_string) => {
                items.iter().map(plain).collect::<Vec<_>>().join(";")
            }
            Value::Object(members) if member == "limits" => {
                members.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join(";")
            }
            value => plain(value),
        }
    }
}

/// A text without its quotes, nothing for null, JSON for all that has an inside.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn is_plain(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn short(id: &str) -> String {
    match id.len().checked_sub(8).and_then(|at| id.get(at..)) {
        Some(tail) if id.len() == 36 => tail.to_owned(),
        _ => id.to_owned(),
    }
}

fn seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

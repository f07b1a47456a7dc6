//! What a token says, and the token itself.

use super::Detail;
use crate::look::Look;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use licentia_core::Timestamp;
use serde_json::{Map, Value};

impl Detail {
    pub(super) fn token(&self, look: Look) -> Vec<Pair> {
        let mut pairs = vec![];
        match self.more.as_ref().map(|more| &more.decoded) {
            Some(Some(decoded)) => {
                pairs.push(Pair::lines("header", &readable(&decoded.header, look)));
                pairs.push(Pair::lines("claims", &readable(&decoded.claims, look)));
            }
            Some(None) => {
                pairs.push(Pair::new("claims", "this token cannot be read; V says why").meaning(Meaning::Danger));
            }
            None => pairs.push(Pair::new("claims", "reading…").meaning(Meaning::Muted)),
        }
        pairs.push(Pair::new("token", &self.license.token));
        pairs
    }
}

/// JSON as it is signed; behind each moment, which it has in seconds, stands when that is.
fn readable(members: &Map<String, Value>, look: Look) -> String {
    let mut lines = vec!["{".to_owned()];
    let last = members.len().saturating_sub(1);
    for (at, (name, value)) in members.iter().enumerate() {
        let value_text = super::overview::pretty(value).replace('\n', "\n  ");
        let comma = if at == last { "" } else { "," };
        let when = moment(name, value).map_or_else(String::new, |when| format!("    {}", look.zoned(when)));
        lines.push(format!("  {}: {value_text}{comma}{when}", Value::from(name.as_str())));
    }
    lines.push("}".to_owned());
    lines.join("\n")
}

fn moment(name: &str, value: &Value) -> Option<Timestamp> {
    let is_moment = matches!(name, "iat" | "nbf" | "exp");
    value.as_i64().filter(|_| is_moment).map(Timestamp::from_seconds)
}

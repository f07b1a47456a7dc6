//! What the status list says of a license, and what was published.

use super::{Detail, More};
use crate::look::Look;
use crate::screen::licenses::status_meaning;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use licentia_core::{LastPublished, LicenseStatus, Standing};

impl Detail {
    pub(super) fn status(&self, look: Look) -> Vec<Pair> {
        let Some(at) = &self.license.status_list else {
            return vec![
                Pair::new("list", "none: it cannot be revoked in the field").meaning(Meaning::Muted),
                Pair::new("here", self.license.status.as_str()).meaning(status_meaning(self.license.status)),
            ];
        };
        let mut fields = vec![
            Pair::new("list", &at.uri),
            Pair::new("index", at.idx.to_string()),
            Pair::new("here", self.license.status.as_str()).meaning(status_meaning(self.license.status)),
        ];
        let standing = match &self.more {
            None => return with(fields, [Pair::new("says now", "reading…").meaning(Meaning::Muted)]),
            Some(More { standing: None, .. }) => return fields,
            Some(More { standing: Some(standing), .. }) => standing,
        };
        if !standing.is_ours {
            let whose = "elsewhere: the list belongs to whoever signed this license";
            return with(fields, [Pair::new("published", whose).meaning(Meaning::Muted)]);
        }
        fields.push(said("says now", standing.now));
        if let Some(from) = standing.superseded_from {
            let (word, meaning) =
                if from > look.now { ("valid until", Meaning::Good) } else { ("over since", Meaning::Text) };
            fields.push(Pair::new("overlap", format!("{word} {}", look.zoned(from))).meaning(meaning));
        }
        with(fields, published(standing, look))
    }
}

fn published(standing: &Standing, look: Look) -> Vec<Pair> {
    let Some(LastPublished { at, until, said: then, list }) = &standing.published else {
        let never = "never: products know nothing of this list. S publishes it";
        return vec![Pair::new("published", never).meaning(Meaning::Warning)];
    };
    let mut fields = vec![Pair::new("published", look.zoned(*at))];
    if let Some(until) = until {
        let over = *until <= look.now;
        let text = if over { "over since" } else { "until" };
        let meaning = if over { Meaning::Danger } else { Meaning::Text };
        fields.push(Pair::new("good", format!("{text} {}", look.zoned(*until))).meaning(meaning));
    }
    fields.push(match then {
        Some(_) => said("said then", *then),
        None => Pair::new("said then", "something else: the license changed since").meaning(Meaning::Warning),
    });
    if *then != standing.now || then.is_none() {
        fields.push(
            Pair::new("", "Products learn of it when the lists are published again: S").meaning(Meaning::Warning),
        );
    }
    let (revoked, suspended, superseded) = (list.revoked, list.suspended, list.superseded);
    fields.extend([
        Pair::new(
            "counts",
            format!("{revoked} revoked, {suspended} suspended, {superseded} superseded, in the whole list"),
        ),
        Pair::new("file", format!("{}, {} bytes", list.file, list.bytes)),
    ]);
    fields
}

/// As products read it.
fn said(name: &'static str, status: Option<LicenseStatus>) -> Pair {
    match status {
        Some(LicenseStatus::Active) => Pair::new(name, "valid").meaning(Meaning::Good),
        Some(status) => Pair::new(name, status.as_str()).meaning(status_meaning(status)),
        None => Pair::new(name, "something that this version has no word for").meaning(Meaning::Warning),
    }
}

fn with(mut fields: Vec<Pair>, more: impl IntoIterator<Item = Pair>) -> Vec<Pair> {
    fields.extend(more);
    fields
}

//! What a license is, field by field.

use super::Detail;
use crate::look::Look;
use crate::screen::licenses::{status_meaning, validity_meaning, validity_word};
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use licentia_core::{License, Limit, Validity, checkpoint_in};

/// As much of a root as tells two of them apart.
const ROOT: usize = 12;

impl Detail {
    pub(super) fn fields(&self, look: Look) -> Vec<Pair> {
        let license = &self.license;
        let validity = Validity::of(license.not_before, license.not_after, look.now);
        let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        let mut fields = vec![
            Pair::new("id", license.id.to_string()),
            Pair::new("subject", &license.subject),
            Pair::new("audience", license.audience.0.join(", ")),
            Pair::new("status", license.status.as_str()).meaning(status_meaning(license.status)),
            Pair::new("validity", validity_word(validity)).meaning(validity_meaning(validity)),
        ];
        fields.extend(self.revocation(look));
        fields.extend([
            Pair::new(
                "not before",
                license.not_before.map_or_else(|| "from its issue".to_owned(), |at| look.zoned(at)),
            ),
            Pair::new("expires", license.not_after.map_or_else(|| "never".to_owned(), |at| look.zoned(at))),
            Pair::new("features", or_none(license.features.0.join(", "))),
            Pair::new("limits", or_none(limits(license))),
            Pair::lines("payload", &license.payload.as_ref().map_or_else(|| "none".to_owned(), pretty)),
        ]);
        fields.extend(self.bound_to());
        if let Some(identity) = &license.identity_id {
            fields.push(Pair::new("identity", identity.to_string()));
        }
        let issuer = self.more.as_ref().map_or("reading…", |more| &more.issuer);
        fields.extend([
            Pair::new("issuer", format!("{issuer} ({})", license.issuer_id.short())),
            Pair::new("origin", license.origin.as_str()),
            Pair::new("issued", look.zoned(license.created_at)),
        ]);
        if license.jti != license.id.to_string() {
            fields.push(Pair::new("jti", &license.jti));
        }
        if let Some(replaces) = &license.replaces {
            fields.push(Pair::new("replaces", replaces.to_string()));
        }
        fields.push(match &license.status_list {
            Some(status) => Pair::new("status list", format!("{} at {}", status.idx, status.uri)),
            None => Pair::new("status list", "none: it cannot be revoked in the field").meaning(Meaning::Muted),
        });
        if let Some(carried) = checkpoint_in(&license.token) {
            let (size, root) = (carried.checkpoint().size(), carried.checkpoint().root_text());
            let root: String = root.chars().take(ROOT).collect();
            fields.push(Pair::new("log", format!("{size} entries when it was signed, root {root}…")));
        }
        fields
    }

    fn revocation(&self, look: Look) -> Vec<Pair> {
        let Some(revocation) = self.more.as_ref().and_then(|more| more.revocation.as_ref()) else { return vec![] };
        let by = format!("{} by {}", look.zoned(revocation.revoked_at), revocation.actor);
        vec![
            Pair::new("reason", revocation.reason.as_str()).meaning(Meaning::Danger),
            Pair::new("note", revocation.note.as_deref().unwrap_or("none")),
            Pair::new("revoked", by),
        ]
    }
}

fn limits(license: &License) -> String {
    let limits = license.limits.0.iter().map(|(name, limit)| match limit {
        Limit::Number(number) => format!("{name}={number}"),
        Limit::Text(text) => format!("{name}={text}"),
    });
    limits.collect::<Vec<_>>().join(", ")
}

pub(super) fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

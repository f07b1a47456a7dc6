//! The names that a query may use, and what they stand for.

use licentia_storage::{Column, distance};

/// What stands before a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Seq,
    Id,
    Word(Column),
    Time,
    Member(Vec<String>),
}

/// Every name, with the one that it is another word for. The second specification's names are among them.
pub const FIELDS: [(&str, &str); 23] = [
    ("seq", "seq"),
    ("id", "id"),
    ("kind", "kind"),
    ("severity", "severity"),
    ("outcome", "outcome"),
    ("actor", "actor"),
    ("actor_kind", "actor_kind"),
    ("target", "target"),
    ("target_id", "target"),
    ("target_kind", "target_kind"),
    ("created_at", "created_at"),
    ("event.id", "id"),
    ("event.type", "kind"),
    ("event.severity", "severity"),
    ("event.outcome", "outcome"),
    ("actor.id", "actor"),
    ("actor.email", "actor"),
    ("actor.type", "actor_kind"),
    ("resource.id", "target"),
    ("resource.type", "target_kind"),
    ("timestamp", "created_at"),
    ("payload.", "payload."),
    ("details.", "payload."),
];

/// Names of members of the payload begin with one of these.
const PAYLOAD: [&str; 2] = ["payload.", "details."];

impl Field {
    /// The field of a name; else the name that is nearest, if one is near.
    pub(super) fn named(name: &str) -> Result<Self, Option<String>> {
        if let Some(path) = PAYLOAD.iter().find_map(|prefix| name.strip_prefix(prefix)) {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            return if path.iter().any(String::is_empty) { Err(None) } else { Ok(Self::Member(path)) };
        }
        let meant = FIELDS.iter().find(|(known, _)| *known == name).map(|(_, meant)| *meant);
        Ok(match meant {
            Some("seq") => Self::Seq,
            Some("id") => Self::Id,
            Some("kind") => Self::Word(Column::Kind),
            Some("severity") => Self::Word(Column::Severity),
            Some("outcome") => Self::Word(Column::Outcome),
            Some("actor") => Self::Word(Column::Actor),
            Some("actor_kind") => Self::Word(Column::ActorKind),
            Some("target") => Self::Word(Column::Target),
            Some("target_kind") => Self::Word(Column::TargetKind),
            Some("created_at") => Self::Time,
            _ => return Err(nearest(name)),
        })
    }

    pub(super) const fn takes_ranges(&self) -> bool {
        matches!(self, Self::Seq | Self::Time | Self::Member(_))
    }
}

fn nearest(name: &str) -> Option<String> {
    let name = name.to_lowercase();
    if name.len() > 40 {
        return None;
    }
    // `payloda.reason` has a beginning that is near.
    if let Some((head, rest)) = name.split_once('.')
        && !rest.is_empty()
        && let Some(prefix) = PAYLOAD.iter().find(|prefix| distance(head, prefix.trim_end_matches('.')) <= 2)
    {
        return Some(format!("{prefix}{rest}"));
    }
    FIELDS
        .iter()
        .filter(|(known, _)| !known.ends_with('.'))
        .map(|(known, _)| (distance(&name, known), *known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= 2 && *distance < known.len())
        .map(|(_, known)| known.to_owned())
}

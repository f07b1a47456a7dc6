//! A license as a row, and the words and meanings of what it can be.

use crate::look::Look;
use crate::theme::Meaning;
use crate::widget::table::{Cell, Column};
use licentia_core::{License, LicenseStatus, Validity};
use ratatui::layout::Constraint;

pub(super) const COLUMNS: &[Column] = &[
    Column::new("id", Constraint::Length(8)),
    Column::new("subject", Constraint::Fill(2)),
    Column::new("status", Constraint::Length(10)),
    Column::new("validity", Constraint::Length(13)).from(70),
    Column::new("issued", Constraint::Length(10)).from(110),
    Column::new("expires", Constraint::Length(10)).from(50),
    Column::new("audience", Constraint::Fill(1)).from(100),
];

pub(super) fn cells(license: &License, look: Look) -> Vec<Cell> {
    let validity = Validity::of(license.not_before, license.not_after, look.now);
    vec![
        Cell::plain(license.id.short()),
        Cell::plain(&license.subject),
        Cell(license.status.to_string(), status_meaning(license.status)),
        Cell(validity_word(validity).to_owned(), validity_meaning(validity)),
        Cell::plain(look.date(license.created_at)),
        Cell::plain(license.not_after.map_or_else(|| "never".to_owned(), |at| look.date(at))),
        Cell::plain(license.audience.0.join(", ")),
    ]
}

pub(crate) const fn status_meaning(status: LicenseStatus) -> Meaning {
    match status {
        LicenseStatus::Active => Meaning::Good,
        LicenseStatus::Suspended => Meaning::Warning,
        LicenseStatus::Superseded => Meaning::Muted,
        LicenseStatus::Revoked => Meaning::Danger,
    }
}

pub(crate) const fn validity_word(validity: Validity) -> &'static str {
    match validity {
        Validity::NotYetValid => "not yet valid",
        other => other.as_str(),
    }
}

pub(crate) const fn validity_meaning(validity: Validity) -> Meaning {
    match validity {
        Validity::Valid => Meaning::Good,
        Validity::NotYetValid => Meaning::Muted,
        Validity::Expiring => Meaning::Warning,
        Validity::Expired => Meaning::Danger,
    }
}

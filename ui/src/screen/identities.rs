//! Tab 4: the identities that licensed programs carry, newest first.

use super::nouns::Noun;
use crate::dialog::Dialog;
use crate::dialog::confirm::Confirm;
use crate::dialog::make::Make;
use crate::dialog::save::Save;
use crate::dialog::typed_confirm::TypedConfirm;
use crate::effect::{Effect, IdentityChange};
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::paging::{Ask, Paged, Row};
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use crate::widget::table::{Cell, Column};
use licentia_core::{IdentityId, UsedIdentity};
use ratatui::layout::Constraint;

impl Row for UsedIdentity {
    type Key = IdentityId;

    fn key(&self) -> IdentityId {
        self.identity.id
    }
}

impl Noun for UsedIdentity {
    type More = ();

    const LIST: Context = Context::Identities;
    const DETAIL: Context = Context::Identity;
    const TITLE: &'static str = "Identities: secret bytes that a licensed program carries";
    const EMPTY: &'static str = "There is no identity yet. Press n to make one that licenses can be bound to.";

    fn read_page(ask: Ask<IdentityId>) -> Effect {
        let Ask { request, after, limit } = ask;
        Effect::LoadIdentities { request, after, limit }
    }

    fn read(&self, request: u64) -> Effect {
        Effect::LoadIdentity { request, id: self.identity.id }
    }

    fn target(&self) -> String {
        self.identity.id.to_string()
    }

    fn title(&self) -> String {
        format!("Identity {}", clean(&self.identity.name))
    }

    fn fields(&self, _more: Option<&()>, look: Look) -> Vec<Pair> {
        let identity = &self.identity;
        let regenerated = identity.regenerated_at.map_or_else(|| "never".to_owned(), |at| look.zoned(at));
        vec![
            Pair::new("id", identity.id.to_string()),
            Pair::new("name", &identity.name),
            Pair::new("pin", &identity.digest),
            Pair::new("licenses", bound(self)),
            Pair::new("created", look.zoned(identity.created_at)),
            Pair::new("regenerated", regenerated),
        ]
    }

    fn columns(_look: Look) -> Vec<Column> {
        vec![
            Column::new("id", Constraint::Length(8)),
            Column::new("name", Constraint::Fill(2)),
            Column::new("licenses", Constraint::Length(8)),
            Column::new("created", Constraint::Length(10)).from(50),
            Column::new("regenerated", Constraint::Length(11)).from(70),
            Column::new("pin", Constraint::Fill(1)).from(100),
        ]
    }

    fn cells(&self, look: Look) -> Vec<Cell> {
        let regenerated = self.identity.regenerated_at.map(|at| Cell::plain(look.date(at)));
        vec![
            Cell::plain(self.identity.id.short()),
            Cell::plain(&self.identity.name),
            Cell::plain(format!("{:>8}", counted(self))),
            Cell::plain(look.date(self.identity.created_at)),
            regenerated.unwrap_or(Cell("never".to_owned(), Meaning::Muted)),
            Cell::plain(&self.identity.digest),
        ]
    }

    fn act(_list: &Paged<Self>, current: Option<&Self>, action: Action, _cx: &mut Cx) -> Option<Vec<Step>> {
        Some(vec![match (action, current) {
            (Action::NewIdentity, _) => Step::open(Make::identity()),
            (Action::Regenerate, Some(row)) => Step::Open(Box::new(regenerate(row))),
            (Action::DeleteIdentity, Some(row)) => Step::open(delete(row)),
            (Action::ExportIdentity, Some(row)) => Step::open(Save::identity(&row.identity)),
            (Action::Regenerate | Action::DeleteIdentity | Action::ExportIdentity, None) => return Some(vec![]),
            _ => return None,
        }])
    }
}

/// What licenses are bound to has its name asked for; what none is bound to breaks nothing.
fn regenerate(row: &UsedIdentity) -> Dialog {
    const TITLE: &str = "Regenerate this identity?";
    let facts = facts(row);
    let effect = Effect::ChangeIdentity(IdentityChange::Regenerate { id: row.identity.id });
    if row.licenses == 0 {
        return Confirm::new(
            TITLE,
            facts,
            Some("It gets new random bytes; those from before are gone then, for good."),
            effect,
        )
        .into();
    }
    let warning = format!(
        "{} {} it: no program with the new bytes will accept them, until each of them is issued anew. The bytes from \
         before are gone then, for good.",
        licenses(row),
        if row.licenses == 1 { "names" } else { "name" },
    );
    TypedConfirm::new(TITLE, facts, &warning, &row.identity.name, effect).into()
}

fn delete(row: &UsedIdentity) -> TypedConfirm {
    let warning = "Its bytes are gone then, for good. An identity that a license names is not deleted.";
    let effect = Effect::ChangeIdentity(IdentityChange::Delete { id: row.identity.id });
    TypedConfirm::new("Delete this identity?", facts(row), warning, &row.identity.name, effect)
}

fn facts(row: &UsedIdentity) -> Vec<Pair> {
    vec![
        Pair::new("identity", &row.identity.name),
        Pair::new("pin", &row.identity.digest),
        Pair::new("licenses", bound(row)),
    ]
}

/// How many licenses are bound to it, as a detail says it.
fn bound(row: &UsedIdentity) -> String {
    if row.licenses == 0 { "none".to_owned() } else { counted(row) }
}

fn licenses(row: &UsedIdentity) -> String {
    match row.licenses {
        1 => "1 license".to_owned(),
        _ if row.more => format!("More than {} licenses", row.licenses),
        many => format!("{many} licenses"),
    }
}

fn counted(row: &UsedIdentity) -> String {
    format!("{}{}", row.licenses, if row.more { "+" } else { "" })
}

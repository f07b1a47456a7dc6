//! Tab 3: the issuers, oldest first. They are few, so all of them are one page.

use super::nouns::Noun;
use crate::dialog::confirm::Confirm;
use crate::dialog::import::Import;
use crate::dialog::make::Make;
use crate::dialog::save::Save;
use crate::dialog::typed_confirm::TypedConfirm;
use crate::effect::{Effect, IssuerChange};
use crate::keymap::{Action, Context};
use crate::look::Look;
use crate::paging::{Ask, Paged, Row};
use crate::step::{Cx, Step};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use crate::widget::table::{Cell, Column};
use licentia_core::{Issuer, IssuerId, IssuerStatus, IssuerUse};
use ratatui::layout::Constraint;

/// What the list does not know of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssuerMore {
    pub(crate) usage: IssuerUse,
    pub(crate) pem: String,
}

impl Row for Issuer {
    type Key = IssuerId;

    fn key(&self) -> IssuerId {
        self.id
    }
}

impl Noun for Issuer {
    type More = IssuerMore;

    const LIST: Context = Context::Issuers;
    const DETAIL: Context = Context::Issuer;
    const TITLE: &'static str = "Issuers: the keys that sign licenses";
    const EMPTY: &'static str = "There is no issuer. Press n to make a key that signs licenses.";

    fn read_page(ask: Ask<IssuerId>) -> Effect {
        Effect::LoadIssuers { request: ask.request }
    }

    fn read(&self, request: u64) -> Effect {
        Effect::LoadIssuer { request, id: self.id }
    }

    fn target(&self) -> String {
        self.id.to_string()
    }

    fn title(&self) -> String {
        format!("Issuer {}", clean(&self.name))
    }

    fn fields(&self, more: Option<&IssuerMore>, look: Look) -> Vec<Pair> {
        let signs = if self.can_sign { "yes" } else { "no: only its public key is here" };
        let status_url = self.status_url.as_deref().unwrap_or("none: its licenses cannot be revoked in the field");
        let mut fields = vec![
            Pair::new("id", self.id.to_string()),
            Pair::new("name", &self.name),
            Pair::new("status", self.status.as_str()).meaning(meaning(self.status)),
            Pair::new("can sign", signs),
            Pair::new("key id", &self.kid),
            Pair::new("vendor", self.vendor.as_deref().unwrap_or("none until a license of it is taken in")),
            Pair::new("status address", status_url),
            Pair::new("created", look.zoned(self.created_at)),
        ];
        fields.extend(self.retired_at.map(|at| Pair::new("retired", look.zoned(at))));
        let Some(more) = more else {
            fields.push(Pair::new("used", "reading…"));
            return fields;
        };
        fields.extend([
            Pair::new("signed here", used(&more.usage)),
            Pair::new("can be deleted", deletable(&more.usage)),
            Pair::lines("public key", more.pem.trim_end()),
        ]);
        fields
    }

    fn columns(_look: Look) -> Vec<Column> {
        vec![
            Column::new("name", Constraint::Fill(2)),
            Column::new("status", Constraint::Length(8)),
            Column::new("signs", Constraint::Length(5)),
            Column::new("key id", Constraint::Length(8)).from(50),
            Column::new("vendor", Constraint::Fill(2)).from(70),
            Column::new("status address", Constraint::Fill(3)).from(100),
            Column::new("created", Constraint::Length(10)).from(50),
        ]
    }

    fn cells(&self, look: Look) -> Vec<Cell> {
        let or_none =
            |text: &Option<String>| text.as_ref().map_or(Cell("none".to_owned(), Meaning::Muted), Cell::plain);
        vec![
            Cell::plain(&self.name),
            Cell(self.status.to_string(), meaning(self.status)),
            Cell::plain(if self.can_sign { "yes" } else { "no" }),
            Cell::plain(end_of(&self.kid)),
            or_none(&self.vendor),
            or_none(&self.status_url),
            Cell::plain(look.date(self.created_at)),
        ]
    }

    fn act(list: &Paged<Self>, current: Option<&Self>, action: Action, _cx: &mut Cx) -> Option<Vec<Step>> {
        match action {
            Action::NewIssuer => return Some(vec![Step::open(Make::issuer())]),
            Action::ImportIssuer => return Some(vec![Step::open(Import::new())]),
            _ => {}
        }
        let retired = |issuer: &Self| issuer.status == IssuerStatus::Retired;
        Some(vec![match (action, current) {
            (Action::Activate | Action::Retire, Some(issuer)) if retired(issuer) => {
                Step::Notice("It is retired, and a retired issuer stays so.")
            }
            (Action::Activate, Some(issuer)) if issuer.status == IssuerStatus::Active => {
                Step::Notice("It is active already.")
            }
            (Action::Activate, Some(issuer)) if !issuer.can_sign => {
                Step::Notice("Only its public key is here, so it cannot sign.")
            }
            (Action::Activate, Some(issuer)) => {
                Step::open(activate(issuer, list.rows().find(|other| other.status == IssuerStatus::Active)))
            }
            (Action::Retire, Some(issuer)) => Step::open(retire(issuer)),
            (Action::DeleteIssuer, Some(issuer)) => Step::open(delete(issuer)),
            (Action::ExportKey, Some(issuer)) => Step::open(Save::public_key(issuer)),
            (Action::Activate | Action::Retire | Action::DeleteIssuer | Action::ExportKey, None) => {
                return Some(vec![]);
            }
            _ => return None,
        }])
    }
}

fn activate(issuer: &Issuer, before: Option<&Issuer>) -> Confirm {
    let facts = vec![
        Pair::new("issuer", &issuer.name),
        Pair::new("key id", &issuer.kid),
        Pair::new("in place of", before.map_or("none: no issuer is active", |before| &before.name)),
    ];
    let warning = before.map(|before| {
        format!(
            "It signs every license that names no other. {} becomes inactive, and signs only what names it.",
            clean(&before.name)
        )
    });
    let effect = Effect::ChangeIssuer(IssuerChange::Activate { id: issuer.id });
    Confirm::new("Activate this issuer?", facts, warning.as_deref(), effect)
}

fn retire(issuer: &Issuer) -> Confirm {
    let facts = vec![
        Pair::new("issuer", &issuer.name),
        Pair::new("key id", &issuer.kid),
        Pair::new("status", issuer.status.as_str()),
    ];
    let warning = if issuer.status == IssuerStatus::Active {
        "It signs no new license, and stays retired. This is the active one: until another is activated, each new \
         license has to name its issuer."
    } else {
        "It signs no new license, and stays retired. What it signed goes on holding, and can still be revoked."
    };
    let effect = Effect::ChangeIssuer(IssuerChange::Retire { id: issuer.id });
    Confirm::new("Retire this issuer?", facts, Some(warning), effect)
}

fn delete(issuer: &Issuer) -> TypedConfirm {
    let facts = vec![Pair::new("issuer", &issuer.name), Pair::new("key id", &issuer.kid)];
    let warning = if issuer.can_sign {
        "Its private key is gone then, for good. An issuer that signed or took in a license is not deleted: retire it."
    } else {
        "Licenses signed with it cannot be taken in any more. An issuer with licenses here is not deleted."
    };
    let effect = Effect::ChangeIssuer(IssuerChange::Delete { id: issuer.id });
    TypedConfirm::new("Delete this issuer?", facts, warning, &issuer.name, effect)
}

fn used(usage: &IssuerUse) -> String {
    match (usage.signed, usage.status_lists) {
        (0, _) => "no license yet".to_owned(),
        (1, _) => "1 license".to_owned(),
        (signed, 1) => format!("{signed} licenses, in one status list"),
        (signed, lists) => format!("{signed} licenses, in {lists} status lists"),
    }
}

const fn deletable(usage: &IssuerUse) -> &'static str {
    if usage.in_use { "no: licenses are known under it" } else { "yes" }
}

const fn meaning(status: IssuerStatus) -> Meaning {
    match status {
        IssuerStatus::Active => Meaning::Good,
        IssuerStatus::Inactive => Meaning::Text,
        IssuerStatus::Retired => Meaning::Muted,
    }
}

/// The last eight characters, as those of ids.
fn end_of(text: &str) -> String {
    let skip = text.chars().count().saturating_sub(8);
    text.chars().skip(skip).collect()
}

//! The identity that a license names: typed as a name or a part of an id, as everywhere.

use super::Issue;
use super::read::Read;
use super::steps::Part;
use licentia_core::{Identity, IdentityId};

/// The identities that there are; none until they were read.
#[derive(Debug, Default)]
pub(super) struct Names(Option<Vec<Identity>>);

impl Names {
    pub(super) const fn known(identities: Vec<Identity>) -> Self {
        Self(Some(identities))
    }

    pub(super) fn of(&self, id: IdentityId) -> Option<&str> {
        self.0.as_ref()?.iter().find(|identity| identity.id == id).map(|identity| identity.name.as_str())
    }

    fn find(&self, text: &str) -> Read<IdentityId> {
        let Some(known) = &self.0 else { return Err("the identities are still being read".to_owned()) };
        if let Some(named) = known.iter().find(|identity| identity.name == text) {
            return Ok(named.id);
        }
        let part = text.to_ascii_lowercase();
        let fits = |id: IdentityId| {
            let id = id.to_string();
            id.starts_with(&part) || id.ends_with(&part)
        };
        let mut fitting = known.iter().filter(|identity| fits(identity.id));
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Ok(one.id),
            (None, _) => Err("no identity has this name or id".to_owned()),
            (Some(_), Some(_)) => Err("several ids begin or end so".to_owned()),
        }
    }
}

impl Issue {
    /// The identity that the license will name.
    pub(super) fn identity(&self) -> Read<Option<IdentityId>> {
        match (self.text(Part::Identity), &self.base) {
            ("", _) => Ok(None),
            (_, Some(base)) if !self.changed(Part::Identity) => Ok(base.identity_id),
            (text, _) => self.names.find(text).map(Some),
        }
    }

    /// Its name, where it has one.
    pub(super) fn identity_name(&self) -> String {
        let id = self.identity().ok().flatten();
        id.map_or_else(String::new, |id| self.names.of(id).map_or_else(|| id.to_string(), str::to_owned))
    }

    /// Shows the identity of a reissue by its name, unless somebody types there already.
    pub(super) fn name_identity(&mut self) {
        let id = self.base.as_ref().and_then(|base| base.identity_id).filter(|_| !self.changed(Part::Identity));
        let Some(name) = id.and_then(|id| self.names.of(id)).map(str::to_owned) else { return };
        for (_, text) in self.first.iter_mut().filter(|(part, _)| *part == Part::Identity) {
            text.clone_from(&name);
        }
        for form in &mut self.forms {
            form.set_text(Part::Identity, &name);
        }
    }
}

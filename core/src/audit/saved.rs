//! Saved filters: queries under a name. They are settings, so saving one is a change like any other.

use super::{Audit, Kind, Query};
use crate::{Error, Operator, Result, Timestamp};
use licentia_storage::{Setting, Tx};
use serde::Serialize;
use serde_json::json;

/// A query under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SavedFilter {
    pub name: String,
    pub query: String,
    pub saved_at: Timestamp,
}

/// What the keys of these settings begin with.
const PREFIX: &str = "filter.";

const LONGEST_NAME: usize = 64;

impl Audit<'_> {
    /// Keeps a query under a name; one that was there is replaced.
    pub async fn save_filter(&self, operator: &Operator, name: &str, query: &str) -> Result<SavedFilter> {
        let name = SavedFilter::checked_name(name)?;
        let query = Query::parse(query.trim(), self.0.ambient().now()).map_err(Error::Query)?.text().to_owned();
        self.0
            .write(operator, move |tx| async move {
                let before = load(&tx, &name).await?;
                let row = Setting { key: key(&name), value: json!({ "query": query }), updated_at: tx.now() };
                let effect = match &before {
                    Some(_) => tx.update(&row).await?,
                    None => tx.insert(&row).await?,
                };
                let event = Kind::FilterSave
                    .event(&name)
                    .with("name", name.clone())
                    .with("query", query.clone())
                    .with("previous", before.map(|before| before.query))
                    .accounts_for([effect]);
                let saved = SavedFilter { name, query, saved_at: tx.now() };
                Ok(tx.commit(event, saved).await?)
            })
            .await
    }

    /// Forgets a saved query.
    pub async fn delete_filter(&self, operator: &Operator, name: &str) -> Result<SavedFilter> {
        let name = name.to_owned();
        self.0
            .write(operator, move |tx| async move {
                let Some(row) = tx.reader().setting(&key(&name)).await? else {
                    return Err(Error::NoSuchFilter { name });
                };
                let effect = tx.delete(&row).await?;
                let filter = filter(&row);
                let event = Kind::FilterDelete
                    .event(&filter.name)
                    .with("name", filter.name.clone())
                    .with("query", filter.query.clone())
                    .accounts_for([effect]);
                Ok(tx.commit(event, filter).await?)
            })
            .await
    }

    /// The saved queries, by name.
    pub async fn filters(&self) -> Result<Vec<SavedFilter>> {
        Ok(self.0.reader().settings_beginning(PREFIX).await?.iter().map(filter).collect())
    }

    /// One saved query.
    pub async fn filter_named(&self, name: &str) -> Result<SavedFilter> {
        let row = self.0.reader().setting(&key(name)).await?;
        row.as_ref().map(filter).ok_or_else(|| Error::NoSuchFilter { name: name.to_owned() })
    }
}

async fn load(tx: &Tx, name: &str) -> Result<Option<SavedFilter>> {
    Ok(tx.reader().setting(&key(name)).await?.as_ref().map(filter))
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

fn filter(row: &Setting) -> SavedFilter {
    SavedFilter {
        name: row.key.strip_prefix(PREFIX).unwrap_or(&row.key).to_owned(),
        query: row.value.get("query").and_then(|query| query.as_str()).unwrap_or_default().to_owned(),
        saved_at: row.updated_at,
    }
}

impl SavedFilter {
    /// A name that a filter can have: it is typed behind an `@`, so it is one plain word.
    pub fn checked_name(name: &str) -> Result<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
            let why = format!("it is 1 to {LONGEST_NAME} of the characters a-z, A-Z, 0-9, `-`, `_` and `.`");
            return Err(Error::invalid("the filter's name", why));
        }
        Ok(name.to_owned())
    }
}

//! What every audited row has in common: a noun, an id, and an encoding that effects hash.

use crate::audit::Encoder;
use crate::{StoreError, SubjectSignature, entity};
use sea_orm::sea_query::Value;
use sea_orm::{ActiveModelTrait, ActiveValue, EntityTrait, Iterable};

const DOMAIN: &str = "licentia/row/v1\n";
const HASH_CONTEXT: &str = "licentia 2026 row v1";

/// A row of an audited table. Sealed: the tables are the ones of this crate.
pub trait Row: sealed::Audited {}
impl<R: sealed::Audited> Row for R {}

pub(crate) mod sealed {
    use sea_orm::{ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait};

    /// What the transaction needs of a row, in the words of the mapper.
    pub trait Audited:
        ModelTrait<Entity = Self::Table> + IntoActiveModel<Self::Active> + Clone + Send + Sync + 'static
    {
        type Table: EntityTrait<Model = Self, ActiveModel = Self::Active>;
        type Active: ActiveModelTrait<Entity = Self::Table> + ActiveModelBehavior + Send;
        const NOUN: &'static str;

        /// What is wrong with a row that is about to be added, where one of its columns follows from another.
        fn contradiction(&self) -> Option<&'static str> {
            None
        }
    }
}

pub(crate) use sealed::Audited;

macro_rules! audited {
    ($($table:ident $({ $($own:item)* })?),* $(,)?) => {
        $(impl Audited for entity::$table::Model {
            type Table = entity::$table::Entity;
            type Active = entity::$table::ActiveModel;
            const NOUN: &'static str = stringify!($table);
            $($($own)*)?
        })*

        /// Every audited table with its columns in the order of their tags: what a raw reader encodes.
        pub(crate) fn tables() -> Vec<(&'static str, Vec<String>)> {
            vec![$((stringify!($table), columns::<entity::$table::Model>())),*]
        }
    };
}

audited!(
    vault,
    secret,
    issuer,
    license {
        fn contradiction(&self) -> Option<&'static str> {
            let follows = self.subject_signature == SubjectSignature::of(&self.subject);
            (!follows).then_some("a subject_signature that is not that of its subject")
        }
    },
    revocation,
    status_list,
    status_list_entry,
    identity,
    probe_token,
    totp_secret,
    setting,
    audit_key,
    witness,
    status_list_remnant,
    machine,
);

fn columns<R: Audited>() -> Vec<String> {
    use sea_orm::sea_query::Iden;
    <R::Table as EntityTrait>::Column::iter().map(|column| column.unquoted().to_owned()).collect()
}

/// The hash of what a row holds.
pub(crate) fn hash<R: Audited>(row: &R) -> Result<[u8; 32], StoreError> {
    let active = row.clone().into_active_model();
    let mut values = Vec::new();
    for column in <R::Table as EntityTrait>::Column::iter() {
        values.push(match active.get(column) {
            ActiveValue::Set(value) | ActiveValue::Unchanged(value) => bytes_of(value)?,
            ActiveValue::NotSet => None,
        });
    }
    Ok(hash_of_columns(R::NOUN, values.iter().map(Option::as_deref)))
}

/// The same from raw columns, in the order of [`tables`].
pub(crate) fn hash_of_columns<C: AsRef<[u8]>>(noun: &str, columns: impl Iterator<Item = Option<C>>) -> [u8; 32] {
    let mut encoder = Encoder::new(DOMAIN);
    encoder.text(0, noun);
    for (tag, value) in (1u16..).zip(columns) {
        if let Some(value) = value {
            encoder.field(tag, value.as_ref());
        }
    }
    blake3::derive_key(HASH_CONTEXT, &encoder.finish())
}

/// The bytes of the first column, the id.
pub(crate) fn id_bytes<R: Audited>(row: &R) -> Result<Vec<u8>, StoreError> {
    let first = <R::Table as EntityTrait>::Column::iter().next();
    let value = first.map(|column| row.get(column));
    match value.map(bytes_of).transpose()?.flatten() {
        Some(id) => Ok(id),
        None => Err(StoreError::Encoding(format!("a {} without an id", R::NOUN))),
    }
}

/// A value as the database keeps it: integers as eight bytes, big-endian, text and blobs as they are.
fn bytes_of(value: Value) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(match value {
        Value::Bool(value) => value.map(|value| i64::from(value).to_be_bytes().to_vec()),
        Value::BigInt(value) => value.map(|value| value.to_be_bytes().to_vec()),
        Value::String(value) => value.map(|value| value.as_bytes().to_vec()),
        Value::Bytes(value) => value,
        Value::Uuid(value) => value.map(|value| value.as_bytes().to_vec()),
        Value::Json(value) => match value {
            None => None,
            Some(json) => Some(serde_json::to_vec(&*json).map_err(|error| StoreError::Encoding(error.to_string()))?),
        },
        other => return Err(StoreError::Encoding(format!("no encoding for the column value {other:?}"))),
    })
}

#[cfg(test)]
mod tests;

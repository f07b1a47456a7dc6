//! Tables, migrations and audited transactions: the only crate that knows SQL.
//!
//! Nothing is written except through [`Store::write`], whose closure can only end in
//! [`Tx::commit`] with at least one [`Event`] that accounts for every row it wrote.

mod ambient;
pub mod audit;
mod entity;
mod error;
mod id;
mod json;
mod query;
mod store;
mod time;
mod tx;
mod word;

pub use ambient::Ambient;
pub use audit::{AuditRecord, Effect, Event, Events};
pub use entity::*;
pub use error::StoreError;
pub use id::*;
pub use json::*;
pub use query::*;
pub use store::*;
pub use time::Timestamp;
pub use tx::*;
pub use word::*;

//! Tables, migrations and audited transactions: the only crate that knows SQL.
//!
//! Nothing is written except through [`Store::write`], whose closure can only end in
//! [`Tx::commit`] with at least one [`Event`] that accounts for every row it wrote.

mod alone;
mod ambient;
pub mod audit;
mod checkpoint;
pub mod copy;
mod counted;
mod entity;
mod error;
mod error_map;
#[cfg(feature = "faults")]
mod faults;
#[cfg(feature = "faults")]
mod forge;
mod guard;
pub mod health;
mod id;
mod json;
mod lock;
mod maintenance;
mod migration;
mod open;
mod query;
pub mod raw;
mod row;
mod store;
mod subject_signature;
mod time;
mod tx;
mod watch;
mod word;

pub use alone::HomeAlone;
pub use ambient::Ambient;
pub use audit::{AuditRecord, Effect, Event, Events, RecordedEffect};
pub use checkpoint::{Checkpoint, Cosignature};
pub use entity::*;
pub use error::StoreError;
#[cfg(feature = "faults")]
pub use faults::Faults;
#[cfg(feature = "faults")]
pub use forge::{forge_entry, forge_head};
pub use id::*;
pub use json::*;
pub use maintenance::{Maintained, MaintenanceTx};
pub use query::*;
pub use row::Row;
pub use store::{Access, Store};
pub use subject_signature::SubjectSignature;
pub use time::{TimeError, Timestamp};
pub use tx::{Committed, Seal, Tx};
pub use watch::Watch;
pub use word::*;

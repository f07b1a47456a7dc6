//! The audit log: its events, its encoding, its entries.

mod event;
mod record;

pub use event::{Effect, Event, Events};
pub use record::{AuditRecord, hex, tagged};

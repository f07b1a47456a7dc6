//! The audit log: its events, its encoding, its entries. What verification shares with writing is pure.

mod append;
mod effect;
mod encoding;
mod entry;
mod event;
mod log;
mod record;

pub use append::{CLOCK_ADJUSTED, CLOCK_TOLERANCE};
pub use effect::{RecordedEffect, decode as decode_effects};
pub use encoding::DecodeError;
pub use entry::{ENTRY_VERSION, SALT_LENGTH, SealedFields, entry_hash, payload_hash, signature_holds, signed_bytes};
pub use event::{Effect, Event, Events};
pub use log::{AuditLog, LogKey, key_id};
pub use record::{AuditRecord, hex, tagged};

pub(crate) use append::{append, found};
pub(crate) use encoding::Encoder;
pub(crate) use event::Ticket;

//! What both benches need: a directory on a real disk, the clock of this machine, and entries written raw.

use ed25519_dalek::{Signer, SigningKey};
use licentia_core::{Ambient, Timestamp};
use licentia_storage::audit::{SealedFields, payload_hash, signed_bytes};
use licentia_storage::forge_entry;
use rusqlite::Connection;
use std::path::PathBuf;
use std::time::SystemTime;

/// On the disk that the program is built on: a temporary directory in memory would hide what durability costs.
pub(crate) fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in(PathBuf::from(env!("CARGO_TARGET_TMPDIR"))).unwrap()
}

/// The clock of this machine, and randomness that repeats.
pub(crate) fn ambient() -> Ambient {
    let random = std::sync::Mutex::new(blake3::Hasher::new().finalize_xof());
    Ambient::new(
        || {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
            Timestamp(i64::try_from(now.as_micros()).unwrap())
        },
        move |bytes| random.lock().unwrap().fill(bytes),
    )
}

/// The one in the middle.
pub(crate) fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values[values.len() / 2]
}

/// Writes an entry, whose hash of the payload follows from salt and body, and gives its own hash.
pub(crate) fn append(
    connection: &Connection,
    key: &SigningKey,
    mut fields: SealedFields,
    salt: [u8; 16],
    body: &str,
) -> [u8; 32] {
    fields.payload_hash = payload_hash(&salt, body.as_bytes()).to_vec();
    let hash = fields.hash();
    let signature = key.sign(&signed_bytes(&fields.log_id, fields.seq, &hash)).to_bytes();
    forge_entry(connection, &fields, [&hash, &signature], [&salt, body.as_bytes()]).unwrap();
    hash
}

//! Which machine this is: several components, each stretched, so that a license survives one that changed.
//!
//! A [`Fingerprint`] is made on the machine and handed to the vendor, who makes a [`MachineBinding`] of it; on the
//! machine the product makes another fingerprint and compares. A fingerprint holds no raw ids. What it is worth:
//! it keeps an honest customer from copying a license to the next machine. It does not stop anybody who has a
//! debugger, or who knows the ids of a licensed machine.

mod binding;
mod bytes32;
mod change;
#[cfg(feature = "machine-collect")]
pub mod collect;
mod component;
mod fingerprint;
mod hash;
#[cfg(feature = "machine-collect")]
mod stretch;

pub use binding::{ComponentMatch, MachineBinding, MachineMatch};
pub use change::Change;
pub use component::Component;
pub use fingerprint::{Fingerprint, FingerprintError};
#[cfg(feature = "machine-collect")]
pub use stretch::{normalised, stretch};

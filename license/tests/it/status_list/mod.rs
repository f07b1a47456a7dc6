//! Stories about revocation: what a published list makes of a license.

mod draft;
pub(crate) mod forge;
mod hostile;
mod using;
pub(crate) mod vectors;

//! Stories about revocation: what a published list makes of a license.

mod draft;
mod forge;
mod hostile;
mod using;
mod vectors;

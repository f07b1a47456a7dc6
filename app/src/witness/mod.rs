//! The network around witnesses: a small server that is one, and the client that asks one. Its rules are in
//! `licentia_core::witness`.

pub(crate) mod client;
pub(crate) mod desk;
pub(crate) mod server;
#[cfg(test)]
mod tests;

//! The network around probes: a small server that puts results into an inbox, and the client that posts one.

pub(crate) mod client;
pub(crate) mod limit;
pub(crate) mod server;
#[cfg(test)]
mod tests;
pub(crate) mod tokens;

/// Where results are posted.
pub(crate) const PATH: &str = "/probe";

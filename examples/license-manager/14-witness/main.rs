//! Lets a second host sign for a log, and rewrites the log with its own stolen key.

mod walkthrough;

use license_manager_examples::{Result, show};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    show(walkthrough::run).await
}

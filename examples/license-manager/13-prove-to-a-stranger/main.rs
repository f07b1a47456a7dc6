//! Proves a log to somebody who has a file and a fingerprint, and trusts nobody.

mod walkthrough;

use license_manager_examples::{Result, show};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    show(walkthrough::run).await
}

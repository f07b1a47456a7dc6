//! Publishes revocations, and is the product that learns of them.

mod walkthrough;

use license_manager_examples::{Result, show};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    show(walkthrough::run).await
}

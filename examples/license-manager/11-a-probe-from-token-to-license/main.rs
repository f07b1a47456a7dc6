//! A machine answers a token, and a license is bound to it.

mod walkthrough;

use license_manager_examples::{Result, show};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    show(walkthrough::run).await
}

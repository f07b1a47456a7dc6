//! Puts an older copy of a database in its place, is caught, and then goes back the honest way.

mod walkthrough;

use license_manager_examples::{Result, show};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    show(walkthrough::run).await
}

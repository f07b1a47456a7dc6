//! Effects of publishing the status lists.

use super::file;
use super::read::{explained, open};
use super::write::unlocked;
use crate::message::Answer;
use crate::services::Services;
use licentia_core::{Error, ListToPublish, Publication, PublishRequest};
use std::path::PathBuf;

pub(super) async fn count(services: &Services) -> Answer<Vec<ListToPublish>> {
    let lists = open(services)?.revocations().to_publish().await.map_err(explained)?;
    if lists.is_empty() { Err(explained(Error::NothingToPublish)) } else { Ok(lists) }
}

pub(super) async fn publish(services: &Services, directory: &str) -> Answer<Box<(PathBuf, Publication)>> {
    let (licentia, operator) = unlocked(services)?;
    let directory = file::path(directory);
    let request =
        PublishRequest { directory: directory.clone(), valid_for: PublishRequest::VALID_FOR, ttl: PublishRequest::TTL };
    let published = licentia.revocations().publish(&operator, request).await.map_err(explained)?;
    Ok(Box::new((directory, published)))
}

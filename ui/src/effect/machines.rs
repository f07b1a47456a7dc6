//! Effects that read machine fingerprints: for a license that is to be bound to them.

use super::read::{explained, open};
use super::{ReadMachines, file};
use crate::message::Answer;
use crate::services::Services;
use crate::text::clean;
use licentia_core::{Explanation, Fingerprint, LicenseId, Licentia, Page, ProbeToken, ProbeTokenId, typed};

/// More than a fingerprint or a probe's result ever has; core says in its own words how much that is.
const MOST_BYTES: u64 = 1024 * 1024;

/// More than anybody looks through in a list without a search.
const MOST_OFFERED: usize = 100;

const A_PAGE: u64 = 200;

/// The word for the machines that a license is bound to already.
pub(crate) const AS_BEFORE: &str = "as before";

pub(super) async fn read(services: &Services, machines: &[String], base: Option<LicenseId>) -> Answer<ReadMachines> {
    let licentia = open(services)?;
    let mut found = Vec::with_capacity(machines.len());
    for text in machines {
        match base {
            Some(id) if text == AS_BEFORE => {
                found.extend(licentia.licenses().machines(id).await.map_err(explained)?);
            }
            _ => found.push(one(&licentia, text).await?),
        }
    }
    let rebound = match base {
        Some(id) => licentia.licenses().beside(id, &found).await.map_err(explained)?,
        None => vec![],
    };
    Ok(ReadMachines { machines: found, rebound })
}

/// Its text or its JSON, a probe's result, or a file with any of them.
async fn one(licentia: &Licentia, text: &str) -> Answer<Fingerprint> {
    let (read, whose) = if text.starts_with("lmachine_") || text.starts_with('{') {
        (text.to_owned(), "this text".to_owned())
    } else if let Some(id) = text.strip_prefix("probe:") {
        let probe = licentia.probes().resolve(id).await.map_err(explained)?;
        let result = probe.result.ok_or_else(|| Explanation {
            message: format!("{text} has no result yet"),
            cause: None,
            hint: Some("take it in on tab 5".to_owned()),
        })?;
        (result, format!("the result of {text}"))
    } else {
        let path = file::path(text);
        let read = licentia.read_given(&path, MOST_BYTES, "the fingerprint").map_err(explained)?;
        (read.to_string(), clean(&path.display().to_string()))
    };
    typed::fingerprint(&read).map_err(|why| Explanation {
        message: format!("{whose} is no machine fingerprint"),
        cause: Some(why),
        hint: Some("on the machine run `licentia machine fingerprint --vendor ID --out FILE`".to_owned()),
    })
}

/// The newest that a license can be bound to, the newest first.
pub(super) async fn results(services: &Services) -> Answer<Page<ProbeToken, ProbeTokenId>> {
    let licentia = open(services)?;
    let (mut fit, mut after) = (Vec::new(), None);
    loop {
        let page = licentia.probes().page(after, A_PAGE).await.map_err(explained)?;
        let has_machine =
            |probe: &ProbeToken| probe.result.as_deref().is_some_and(|text| typed::fingerprint(text).is_ok());
        fit.extend(page.items.into_iter().filter(has_machine));
        after = page.next;
        if fit.len() > MOST_OFFERED || after.is_none() {
            return Ok(Page::cut(fit, MOST_OFFERED as u64, |last| last.id));
        }
    }
}

//! Effects of the Licenses tab beyond reading its rows: verifying, files, deleting, taking in.

use super::file::path;
use super::read::{explained, open};
use super::write::unlocked;
use super::{Preview, Verification};
use crate::message::Answer;
use crate::services::Services;
use crate::text::clean;
use licentia_core::{Deleted, Identity, License, LicenseId, Licentia, Result};

/// So many licenses of one subject are looked for: the newest is named, the others counted.
const TWINS: u64 = 10;

pub(super) async fn verify(services: &Services, id: LicenseId) -> Answer<Box<Verification>> {
    verification(&open(services)?, id).await.map(Box::new).map_err(explained)
}

async fn verification(licentia: &Licentia, id: LicenseId) -> Result<Verification> {
    let license = licentia.licenses().get(id).await?;
    let inspection = licentia.licenses().inspect(&license.token).await?;
    let revocation = licentia.revocations().get(id).await?;
    Ok(Verification { inspection, license: Some(license), revocation })
}

pub(super) async fn preview(services: &Services, source: &str) -> Answer<Box<Preview>> {
    look_at(&open(services)?, source).await.map(Box::new).map_err(explained)
}

async fn look_at(licentia: &Licentia, source: &str) -> Result<Preview> {
    let licenses = licentia.licenses();
    let text = if is_license(source) { unfolded(source) } else { licenses.read_file(&path(source)).await? };
    let inspection = licenses.inspect(&text).await?;
    let license = inspection.known.clone();
    let revocation = match &license {
        Some(license) => licentia.revocations().get(license.id).await?,
        None => None,
    };
    Ok(Preview { text, found: Verification { inspection, license, revocation } })
}

pub(super) async fn twins(services: &Services, subject: &str) -> Answer<Vec<License>> {
    open(services)?.licenses().active_for(subject, TWINS).await.map_err(explained)
}

pub(super) async fn identity(services: &Services, text: &str) -> Answer<Identity> {
    open(services)?.identities().resolve(text).await.map_err(explained)
}

pub(super) async fn save(services: &Services, id: LicenseId, to: &str) -> Answer<String> {
    let to = path(to);
    open(services)?.licenses().save(id, &to).await.map_err(explained)?;
    Ok(clean(&to.display().to_string()))
}

pub(super) async fn delete(services: &Services, id: LicenseId, revoke: bool) -> Answer<Box<Deleted>> {
    let (licentia, operator) = unlocked(services)?;
    let licenses = licentia.licenses();
    let deleted =
        if revoke { licenses.revoke_and_delete(&operator, id).await } else { licenses.delete(&operator, id).await };
    deleted.map(Box::new).map_err(explained)
}

pub(super) async fn import(services: &Services, text: &str) -> Answer<Box<License>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.licenses().import(&operator, text).await.map(Box::new).map_err(explained)
}

/// The text of a license rather than the path of its file.
pub(crate) fn is_license(source: &str) -> bool {
    source.contains("-----BEGIN") || (source.starts_with("eyJ") && source.matches('.').count() == 2)
}

/// The markers on lines of their own: a field has one line, so a pasted file has lost its ends.
fn unfolded(text: &str) -> String {
    const BEGIN: &str = "-----BEGIN LICENSE-----";
    const END: &str = "-----END LICENSE-----";
    text.replace(BEGIN, &format!("{BEGIN}\n")).replace(END, &format!("\n{END}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_file_gets_its_lines_back() {
        let pasted = "-----BEGIN LICENSE----- eyJh.eyJi.c2ln -----END LICENSE-----";
        assert!(is_license(pasted) && is_license("eyJh.eyJi.c2ln") && !is_license("eyJ.lic") && !is_license("a.b.c"));
        let lines: Vec<String> = unfolded(pasted).lines().map(|line| line.trim().to_owned()).collect();
        assert_eq!(lines, ["-----BEGIN LICENSE-----", "eyJh.eyJi.c2ln", "-----END LICENSE-----"]);
    }
}

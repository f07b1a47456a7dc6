//! Effects that change the database, and those that open and close the vault.

use super::FoundedHome;
use super::read::explained;
use crate::message::Answer;
use crate::services::Services;
use crate::widget::secret::Typed;
use licentia_core::secret::Passphrase;
use licentia_core::{
    Error, Explanation, Founding, IssueRequest, Issued, License, LicenseId, Licentia, Operator, ReissueRequest,
    Reissued, Result, RevokeRequest, RevokedLicense,
};

pub(super) async fn issue(services: &Services, request: IssueRequest) -> Answer<Box<Issued>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.licenses().issue(&operator, request).await.map(Box::new).map_err(explained)
}

pub(super) async fn reissue(services: &Services, id: LicenseId, request: ReissueRequest) -> Answer<Box<Reissued>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.licenses().reissue(&operator, id, request).await.map(Box::new).map_err(explained)
}

pub(super) async fn revoke(services: &Services, request: RevokeRequest) -> Answer<Box<RevokedLicense>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.revocations().revoke(&operator, request).await.map(Box::new).map_err(explained)
}

pub(super) async fn unrevoke(services: &Services, id: LicenseId) -> Answer<Box<License>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.revocations().unrevoke(&operator, id, None).await.map(Box::new).map_err(explained)
}

pub(super) async fn suspend(services: &Services, id: LicenseId, note: Option<String>) -> Answer<Box<License>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.licenses().suspend(&operator, id, note).await.map(Box::new).map_err(explained)
}

pub(super) async fn reinstate(services: &Services, id: LicenseId) -> Answer<Box<License>> {
    let (licentia, operator) = unlocked(services)?;
    licentia.licenses().reinstate(&operator, id).await.map(Box::new).map_err(explained)
}

pub(super) async fn found(
    services: &Services,
    passphrase: Option<Typed>,
    founding: Founding,
) -> Answer<Box<FoundedHome>> {
    let passphrase = match passphrase {
        Some(typed) => self::passphrase(typed).map_err(explained)?,
        None => services.given().ok_or_else(locked)?,
    };
    make_home(services, &passphrase, founding).await.map(Box::new).map_err(explained)
}

async fn make_home(services: &Services, passphrase: &Passphrase, founding: Founding) -> Result<FoundedHome> {
    let licentia = Licentia::create(services.place().clone(), services.ambient().clone()).await?;
    let founded = match licentia.vault().create(passphrase, services.actor().clone(), founding).await {
        Ok(founded) => founded,
        Err(error) => {
            // Whoever corrects the form and tries again opens it anew.
            licentia.close().await;
            return Err(error);
        }
    };
    let home = FoundedHome {
        actor: founded.operator.actor().as_str().to_owned(),
        fingerprint: founded.fingerprint,
        vendor: founded.vendor,
        issuer: founded.issuer.name,
    };
    services.set_operator(Some(founded.operator));
    services.set_open(licentia);
    Ok(home)
}

pub(super) async fn unlock(services: &Services, typed: Typed) -> Answer<String> {
    let licentia = services.licentia().map_err(explained)?;
    let passphrase = passphrase(typed).map_err(explained)?;
    let operator = licentia.vault().unlock(&passphrase, services.actor().clone()).await.map_err(explained)?;
    let actor = operator.actor().as_str().to_owned();
    services.set_operator(Some(operator));
    Ok(actor)
}

pub(super) fn passphrase(mut typed: Typed) -> Result<Passphrase> {
    Passphrase::new(std::mem::take(&mut *typed.0)).map_err(Error::from)
}

pub(super) fn unlocked(services: &Services) -> Answer<(Licentia, Operator)> {
    let licentia = services.licentia().map_err(explained)?;
    services.operator().map(|operator| (licentia, operator)).ok_or_else(locked)
}

fn locked() -> Explanation {
    Explanation {
        message: "nothing was changed".to_owned(),
        cause: Some("the vault is locked, and every change is signed with a key that is in it".to_owned()),
        hint: Some("press L and give the passphrase".to_owned()),
    }
}

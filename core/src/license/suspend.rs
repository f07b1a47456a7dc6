//! Suspending: the no for the time being. It takes no reason, and `reinstate` gives the license back as it was.

use super::rules::{Action, Next, transition};
use super::{Licenses, entry_of, load, refusal};
use crate::audit::Kind;
use crate::{License, LicenseId, Operator, Result, checked};
use licentia_storage::{Effect, StatusValue, Tx};

impl Licenses<'_> {
    /// Suspends an active license.
    pub async fn suspend(self, operator: &Operator, id: LicenseId, note: Option<String>) -> Result<License> {
        let note = checked::note("the note", note)?;
        self.0
            .write(operator, move |tx| async move {
                let (license, effects) = turn(&tx, id, Action::Suspend).await?;
                let event = Kind::LicenseSuspend
                    .event(id)
                    .with("note", note)
                    .with("subject", license.subject.clone())
                    .accounts_for(effects);
                Ok(tx.commit(event, license).await?)
            })
            .await
    }

    /// Makes a suspended license active again. Only an active one could be suspended, so nothing else is to be gone
    /// back to.
    pub async fn reinstate(self, operator: &Operator, id: LicenseId) -> Result<License> {
        self.0
            .write(operator, move |tx| async move {
                let (license, effects) = turn(&tx, id, Action::Reinstate).await?;
                let event =
                    Kind::LicenseReinstate.event(id).with("subject", license.subject.clone()).accounts_for(effects);
                Ok(tx.commit(event, license).await?)
            })
            .await
    }
}

/// The license and what its status list says of it, as the table of states has them afterwards.
async fn turn(tx: &Tx, id: LicenseId, action: Action) -> Result<(License, [Effect; 2])> {
    let mut license = load(tx, id).await?;
    let Some(Next::Becomes(status)) = transition(license.status, action) else {
        return Err(refusal(tx, &license, action).await?);
    };
    license.status = status;
    let mut entry = entry_of(tx, id).await?;
    entry.value = StatusValue::from(status).0;
    entry.updated_at = tx.now();
    let effects = [tx.update(&license).await?, tx.update(&entry).await?];
    Ok((license, effects))
}

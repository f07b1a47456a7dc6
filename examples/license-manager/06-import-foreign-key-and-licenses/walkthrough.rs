//! Take in another vendor's public key, then its licenses.

use license_manager_examples::{Report, Result, World};
use licentia_core::{ImportKey, Issuer, Licenses, ReasonCode, RevokeRequest};
use serde_json::json;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    // The other vendor, who gives away two texts: a public key and a license.
    let globex = World::found("globex", 60).await?;
    let sold = globex.licentia.licenses().issue(&globex.operator, World::request("grace@example.com")).await?.license;
    let file = Licenses::armored(&sold);
    let issuers = globex.licentia.issuers().list().await?;
    let key = globex.licentia.issuers().export_public_pem(first(&issuers)?.id).await?;

    let world = World::found("acme", 6).await?;
    let licenses = world.licentia.licenses();
    report.refused("a license under a key that is not known", licenses.import(&world.operator, &file).await)?;

    let import = ImportKey { text: &key, name: Some("globex".to_owned()), passphrase: None };
    let issuer = world.licentia.issuers().import(&world.operator, import).await?;
    report.say("Took in the public key of globex. It vouches for licenses and signs none.")?;
    report.emit(
        "issuer",
        json!({ "name": issuer.name, "status": issuer.status, "can_sign": issuer.can_sign, "vendor": issuer.vendor }),
    )?;
    report.refused("activating it", world.licentia.issuers().set_active(&world.operator, issuer.id).await)?;

    let inspected = licenses.inspect(&file).await?;
    report.say("Looked into the license before taking it in: inspecting changes nothing and makes no event.")?;
    report.emit(
        "inspected",
        json!({
            "iss": inspected.claims.iss,
            "sub": inspected.claims.sub,
            "holds": inspected.invalid.is_none(),
            "issuer": inspected.issuer.map(|issuer| issuer.name),
            "known": inspected.known.is_some(),
        }),
    )?;

    let taken = licenses.import(&world.operator, &file).await?;
    report.say("Took in the license.")?;
    report.emit(
        "imported",
        json!({ "id": taken.id, "subject": taken.subject, "origin": taken.origin, "status": taken.status }),
    )?;
    report.refused("taking it in twice", licenses.import(&world.operator, &file).await)?;
    report.refused("an altered license", licenses.import(&world.operator, &altered(&file)).await)?;

    let revoke = RevokeRequest { license: taken.id, reason: ReasonCode::Other, note: None };
    let revoked = world.licentia.revocations().revoke(&world.operator, revoke).await?;
    report
        .say("Revoked it here. The status list that products look at is globex's own, and does not change by that.")?;
    report.emit("revoked", json!({ "id": revoked.license.id, "status": revoked.license.status }))?;

    for target in [issuer.id.to_string(), taken.id.to_string()] {
        report.entries(&world.licentia.audit().list_for_target(&target, None, 10).await?.items)?;
    }
    world.verify(report).await
}

fn first(issuers: &[Issuer]) -> Result<&Issuer> {
    issuers.first().ok_or_else(|| "globex has no issuer".into())
}

/// The license with a letter of its signature exchanged.
fn altered(file: &str) -> String {
    let Some(dot) = file.rfind('.') else { return file.to_owned() };
    let (head, signature) = file.split_at(dot + 1);
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{head}{other}{}", signature.get(1..).unwrap_or_default())
}

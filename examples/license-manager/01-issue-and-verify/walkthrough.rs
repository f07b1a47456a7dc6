//! Issue a license, hand it over, verify it offline.

use license_manager_examples::{Report, Result, World};
use licentia_core::Licenses;
use licentia_license::{Evidence, License, TrustedKeys, Verdict};
use serde_json::json;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 1).await?;
    let license = world.licentia.licenses().issue(&world.operator, World::request("alice@example.com")).await?.license;
    report.say("Issued a license for alice@example.com: the product `editor`, for a year, with five seats.")?;
    report.emit("issued", json!({ "id": license.id, "subject": license.subject, "not_after": license.not_after }))?;

    // What leaves the house: the license to the customer, the public keys into the product.
    let file = Licenses::armored(&license);
    let jwks = world.licentia.issuers().export_jwks().await?.to_string();

    // From here on nothing but these two texts and a clock.
    let keys = TrustedKeys::from_text(&jwks)?;
    report.say("The product asks, with the license, the keys and its clock:")?;
    let a_day_later = world.now() + 86_400;
    let (editor, player) = (Evidence::new().audience("editor"), Evidence::new().audience("player"));
    answer(report, "today", License::verify(&file, &keys, &editor, a_day_later))?;
    answer(report, "another product", License::verify(&file, &keys, &player, a_day_later))?;
    answer(report, "after a year", License::verify(&file, &keys, &editor, a_day_later + 366 * 86_400))?;
    answer(report, "altered", License::verify(&altered(&file), &keys, &editor, a_day_later))?;
    answer(report, "a stranger's keys", License::verify(&file, &TrustedKeys::new(), &editor, a_day_later))?;

    let target = license.id.to_string();
    report.say("And this is what the log says of the license:")?;
    report.entries(&world.licentia.audit().list_for_target(&target, None, 10).await?.items)?;
    world.verify(report).await
}

fn answer(report: &mut Report<'_>, when: &str, verdict: Verdict) -> Result {
    match verdict.usable() {
        Ok(license) => {
            let unchecked: Vec<_> = license.unchecked.iter().map(|left| left.code()).collect();
            report.say(&format!("  {when}: it holds, for {}.", license.claims.sub))?;
            report.emit(
                "verify",
                json!({
                    "when": when,
                    "valid": true,
                    "features": license.claims.features,
                    "limits": license.claims.limits,
                    "unchecked": unchecked,
                }),
            )
        }
        Err(why) => {
            report.say(&format!("  {when}: {why}."))?;
            report.emit("verify", json!({ "when": when, "valid": false, "code": why.code() }))
        }
    }
}

/// The license with one character of its claims exchanged.
fn altered(file: &str) -> String {
    let Some(dot) = file.find('.') else { return file.to_owned() };
    let (head, claims) = file.split_at(dot + 1);
    let other = if claims.get(40..41) == Some("A") { "B" } else { "A" };
    format!("{head}{}{other}{}", claims.get(..40).unwrap_or_default(), claims.get(41..).unwrap_or_default())
}

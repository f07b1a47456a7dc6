//! A revocation reaches a product by a file on a web server, which nobody has to trust.

use ed25519_dalek::SigningKey;
use license_manager_examples::{Report, Result, World};
use licentia_core::{License, Publication, PublishRequest, ReasonCode, ReissueRequest, RevokeRequest};
use licentia_license::status_list::{StatusListClaims, Statuses, sign};
use licentia_license::{Evidence, TrustedKeys, Unchecked, Verdict};
use serde_json::json;
use std::path::PathBuf;

const DAY: i64 = 86_400;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 10).await?;
    let licenses = world.licentia.licenses();
    let trent = licenses.issue(&world.operator, World::request("trent@example.com")).await?.license;
    let ursula = licenses.issue(&world.operator, World::request("ursula@example.com")).await?.license;
    let mut product = Product::install(&world).await?;

    report.say("Before anything is published the product decides what it makes of a license that names a list.")?;
    product.look(report, "no list yet", &world, &trent)?;
    product.requires_list = false;
    product.look(report, "no list yet, and none required", &world, &trent)?;
    product.requires_list = true;

    report.say("The lists are published: files for any web server, which needs no key and learns no names.")?;
    say(report, &publish(&world).await?)?;
    product.fetch(&world, &trent)?;
    product.look(report, "nobody is revoked", &world, &trent)?;
    let first = product.list.clone();

    world.wait_days(1);
    let request = RevokeRequest { license: trent.id, reason: ReasonCode::Refund, note: None };
    world.licentia.revocations().revoke(&world.operator, request).await?;
    let newer = licenses.reissue(&world.operator, ursula.id, ReissueRequest::default()).await?.license;
    report.say("One license is revoked, another reissued. The product does not know before the next list.")?;
    product.look(report, "revoked, not published", &world, &trent)?;
    say(report, &publish(&world).await?)?;
    product.fetch(&world, &trent)?;
    product.look(report, "revoked", &world, &trent)?;
    product.look(report, "superseded", &world, &ursula)?;
    product.look(report, "its successor", &world, &newer)?;

    report
        .say("Somebody puts the list of yesterday in its place. The product remembers that it has seen a newer one.")?;
    let honest = std::mem::replace(&mut product.list, first);
    product.look(report, "the list of yesterday", &world, &trent)?;
    report.say("Somebody makes a newer list without marks, and signs it; or leaves the honest signature under it.")?;
    let forged = forged(&world, &trent)?;
    product.list = honest.as_deref().map(|honest| with_claims_of(honest, &forged));
    product.look(report, "other marks under the honest signature", &world, &trent)?;
    product.list = Some(forged);
    product.look(report, "signed by a stranger", &world, &trent)?;
    report
        .say("Somebody hands in a license as a list. It is signed by the right key, and is another kind of token.")?;
    product.list = Some(newer.token.clone());
    product.look(report, "a license as a list", &world, &trent)?;
    report.say("Somebody keeps the product from fetching. After a month it does not rely on what it has any more.")?;
    product.list = honest;
    world.wait_days(31);
    product.look(report, "nothing fetched for a month", &world, &newer)?;

    report.say("It was another order: the revocation is taken back, and the next list says so.")?;
    world.licentia.revocations().unrevoke(&world.operator, trent.id, None).await?;
    say(report, &publish(&world).await?)?;
    product.fetch(&world, &trent)?;
    product.look(report, "unrevoked", &world, &trent)?;

    report.say("The log names every file that was published:")?;
    let trail = world.licentia.audit().list(&published_events(), None, 20).await?;
    report.entries(&trail.items)?;
    world.verify(report).await
}

/// What a licensed program keeps: the keys it was built with, the list that it fetched, and the date of the newest one.
struct Product {
    keys: TrustedKeys,
    list: Option<String>,
    newest_seen: Option<i64>,
    requires_list: bool,
}

impl Product {
    async fn install(world: &World) -> Result<Self> {
        let keys = TrustedKeys::from_text(&world.licentia.issuers().export_jwks().await?.to_string())?;
        Ok(Self { keys, list: None, newest_seen: None, requires_list: true })
    }

    /// What an HTTP client would do with the address in the license.
    fn fetch(&mut self, world: &World, license: &License) -> Result {
        let uri = &license.status_list.as_ref().ok_or("the license names no list")?.uri;
        let name = uri.rsplit('/').next().unwrap_or_default();
        self.list = Some(std::fs::read_to_string(server(world).join(name))?);
        Ok(())
    }

    fn look(&mut self, report: &mut Report<'_>, what: &str, world: &World, license: &License) -> Result {
        let answer = match self.check(world, license).usable() {
            Ok(license) => {
                let unchecked: Vec<_> = license.unchecked.into_iter().map(Unchecked::code).collect();
                json!({ "what": what, "valid": true, "unchecked": unchecked })
            }
            Err(refusal) => {
                report.say(&format!("  {what}: {refusal}"))?;
                json!({ "what": what, "valid": false, "code": refusal.code() })
            }
        };
        report.emit("product", answer)
    }

    fn check(&mut self, world: &World, license: &License) -> Verdict {
        let mut evidence = Evidence::new().audience("editor");
        if self.requires_list {
            evidence = evidence.require_status_list();
        }
        if let Some(list) = &self.list {
            evidence = evidence.status_list(list);
        }
        if let Some(newest) = self.newest_seen {
            evidence = evidence.newest_status_list(newest);
        }
        let verdict = licentia_license::License::verify(&license.token, &self.keys, &evidence, world.now());
        // The date of a list that was relied on is remembered, whatever it said.
        let list = verdict.license().and_then(|license| license.status_list.as_ref());
        self.newest_seen = list.map(|list| list.iat).max(self.newest_seen);
        verdict
    }
}

/// A list in which nobody is revoked, signed by whoever controls the web server.
fn forged(world: &World, license: &License) -> Result<String> {
    let claims = StatusListClaims {
        iss: Some("acme".to_owned()),
        sub: license.status_list.as_ref().ok_or("the license names no list")?.uri.clone(),
        iat: world.now(),
        nbf: None,
        exp: None,
        ttl: None,
    };
    Ok(sign(&claims, &Statuses::new(2, 1 << 20, [])?, &SigningKey::from_bytes(&[9; 32]))?)
}

/// The first token with what the second says.
fn with_claims_of(token: &str, other: &str) -> String {
    let claims = other.split('.').nth(1).unwrap_or_default();
    token.split('.').enumerate().map(|(at, part)| if at == 1 { claims } else { part }).collect::<Vec<_>>().join(".")
}

/// The directory that the web server hands out.
fn server(world: &World) -> PathBuf {
    world.directory().join("www")
}

async fn publish(world: &World) -> Result<Publication> {
    let request = PublishRequest { directory: server(world), valid_for: 30 * DAY, ttl: DAY / 2 };
    Ok(world.licentia.revocations().publish(&world.operator, request).await?)
}

fn say(report: &mut Report<'_>, published: &Publication) -> Result {
    for list in &published.lists {
        let facts = json!({
            "issued_at": published.issued_at.to_string(),
            "expires_at": published.expires_at.to_string(),
            "revoked": list.revoked,
            "suspended": list.suspended,
            "superseded": list.superseded,
        });
        report.emit("published", facts)?;
    }
    Ok(())
}

fn published_events() -> licentia_core::audit::AuditFilter {
    licentia_core::audit::AuditFilter {
        kinds: vec!["revocation.publish".to_owned()],
        ..licentia_core::audit::AuditFilter::default()
    }
}

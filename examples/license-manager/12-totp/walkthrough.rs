//! A license that asks its holder for a code: the file alone is worth nothing.

use license_manager_examples::{Report, Result, World};
use licentia_core::audit::AuditFilter;
use licentia_core::{IssueRequest, License, ReissueRequest, TotpFactor, qr};
use licentia_license::totp::{self, TotpSecret};
use licentia_license::{Evidence, TrustedKeys};
use serde_json::json;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 12).await?;
    let licenses = world.licentia.licenses();
    let request = IssueRequest { totp: true, ..World::request("nadia@example.com") };
    let issued = licenses.issue(&world.operator, request).await?;
    let factor = issued.totp.ok_or("a secret was asked for")?;
    report.say(
        "A license is issued with a TOTP secret. It is shown this once, for the phone of whoever holds the license:",
    )?;
    let secret = factor.secret.to_base32();
    report.say(&factor.uri().replace(secret.as_str(), "(the secret)"))?;
    let code = qr::half_blocks(&factor.uri()).ok_or("the address fits a QR code")?;
    report.emit(
        "issued",
        json!({
            "digest": factor.digest,
            "period": factor.period,
            "bindings": issued.license.bindings,
            "qr_lines": code.lines().count(),
            "secret_in_license": issued.license.token.contains(secret.as_str()),
        }),
    )?;

    report.say(
        "The host on which the product runs gets the secret too. The license has a digest of it, and nothing more.",
    )?;
    let mut host = Host::install(&world, &factor).await?;
    let phone = |world: &World| totp::code(&factor.secret, factor.period, world.now());
    host.start(report, "no code", &world, &issued.license, None)?;
    host.start(report, "the code of now", &world, &issued.license, Some(&phone(&world)))?;
    report.say("Somebody looked over the shoulder, and types the same code: the host remembers the last step.")?;
    host.start(report, "the same code again", &world, &issued.license, Some(&phone(&world)))?;
    let yesterday = phone(&world);
    world.wait_days(1);
    host.start(report, "the code of yesterday", &world, &issued.license, Some(&yesterday))?;
    host.start(report, "the code of today", &world, &issued.license, Some(&phone(&world)))?;

    report.say("Somebody takes the license to a host of their own, with a secret of their own.")?;
    let mut thief = Host::install(&world, &factor).await?;
    thief.secret = TotpSecret::from_bytes(b"a secret of a thief!");
    let own = totp::code(&thief.secret, factor.period, world.now());
    thief.start(report, "another secret and its right code", &world, &issued.license, Some(&own))?;

    report.say("A renewal keeps the secret, so the phone goes on working. A lost phone needs a new one.")?;
    world.wait_days(1);
    let renewed = licenses.reissue(&world.operator, issued.license.id, ReissueRequest::default()).await?.license;
    host.start(report, "renewed", &world, &renewed, Some(&phone(&world)))?;
    world.wait_days(1);
    let again = ReissueRequest { totp: true, ..ReissueRequest::default() };
    let replaced = licenses.reissue(&world.operator, renewed.id, again).await?;
    host.start(report, "the lost phone", &world, &replaced.license, Some(&phone(&world)))?;

    report.say("The operator looks the new secret up once more. That is written down:")?;
    let shown = licenses.reveal_totp(&world.operator, replaced.license.id).await?;
    report.emit("revealed", json!({ "same": Some(&shown) == replaced.totp.as_ref() }))?;
    let filter = AuditFilter { kinds: vec!["totp.*".to_owned()], ..AuditFilter::default() };
    report.entries(&world.licentia.audit().list(&filter, None, 10).await?.items)?;
    world.verify(report).await
}

/// Where the product runs: its keys, the secret, and the last step whose code was taken.
struct Host {
    keys: TrustedKeys,
    secret: TotpSecret,
    last_step: Option<i64>,
}

impl Host {
    async fn install(world: &World, factor: &TotpFactor) -> Result<Self> {
        let keys = TrustedKeys::from_text(&world.licentia.issuers().export_jwks().await?.to_string())?;
        Ok(Self { keys, secret: factor.secret.clone(), last_step: None })
    }

    fn start(
        &mut self,
        report: &mut Report<'_>,
        what: &str,
        world: &World,
        license: &License,
        code: Option<&str>,
    ) -> Result {
        let mut evidence = Evidence::new().audience("editor");
        if let Some(code) = code {
            evidence = evidence.totp(code, &self.secret);
        }
        let verdict = licentia_license::License::verify(&license.token, &self.keys, &evidence, world.now());
        let step = verdict.license().and_then(|license| license.totp_step);
        // No code works twice.
        let used = step.is_some() && step <= self.last_step;
        self.last_step = self.last_step.max(step);
        let code = if used { Some("used before") } else { verdict.why().map(licentia_license::Invalid::code) };
        if let Some(code) = code {
            report.say(&format!("  {what}: {code}"))?;
        }
        report.emit("product", json!({ "what": what, "starts": code.is_none(), "code": code }))
    }
}

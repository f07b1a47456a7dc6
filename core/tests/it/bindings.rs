//! Licenses for machines that change, and for people who have a second factor.

use crate::common::{World, request};
use licentia_core::audit::AuditFilter;
use licentia_core::{
    BoundMachine, ClearField, Error, IssueRequest, License, ReissueRequest, Reissued, Result, TotpFactor,
};
use licentia_license::bindings::{BindingError, Bindings};
use licentia_license::machine::{Change, Component, Fingerprint};
use licentia_license::totp;
use licentia_license::{Evidence, TrustedKeys, Unchecked, Verdict};
use serde::Deserialize;
use serde_json::json;

use Component::{Disk, MachineId, Network, ProductId};

/// The vendor of [`World::new`].
const VENDOR: &str = "https://vendor1.example";

/// A machine on which each component is 32 times one byte.
pub(crate) fn machine(label: &str, components: &[(Component, u8)]) -> Fingerprint {
    let components = components.iter().map(|(kind, byte)| (*kind, [*byte; 32])).collect();
    Fingerprint::new(VENDOR, components, [].into(), Some(label.to_owned())).unwrap()
}

fn laptop() -> Fingerprint {
    machine("laptop", &[(MachineId, 1), (ProductId, 2), (Disk, 3), (Network, 4)])
}

fn on(machines: impl IntoIterator<Item = Fingerprint>) -> Vec<BoundMachine> {
    machines.into_iter().map(|fingerprint| BoundMachine { fingerprint, require: None }).collect()
}

/// A license for a laptop and a second factor.
pub(crate) fn bound(subject: &str) -> IssueRequest {
    IssueRequest { machines: on([laptop()]), totp: true, ..request(subject) }
}

impl World {
    async fn bound(&self) -> (License, TotpFactor) {
        let issued = self.licentia.licenses().issue(&self.operator, bound("alice")).await.unwrap();
        (issued.license, issued.totp.unwrap())
    }

    async fn reissue(&self, license: &License, request: ReissueRequest) -> Result<Reissued> {
        self.licentia.licenses().reissue(&self.operator, license.id, request).await
    }

    async fn kinds(&self) -> Vec<String> {
        let all = self.licentia.audit().list(&AuditFilter::default(), None, 100).await.unwrap().items;
        all.into_iter().map(|entry| entry.kind).collect()
    }
}

/// What the product says on a machine, to somebody with these codes.
async fn verdict(world: &World, license: &License, here: &Fingerprint, factor: &TotpFactor) -> &'static str {
    let keys: TrustedKeys = TrustedKeys::from_text(&jwks(world).await).unwrap();
    let now = world.clock.now().seconds();
    let code = totp::code(&factor.secret, factor.period, now);
    let evidence = Evidence::new().audience("app").machine(here).totp(&code, &factor.secret);
    match licentia_license::License::verify(&license.token, &keys, &evidence, now) {
        Verdict::Valid(verified) => {
            assert!(!verified.unchecked.contains(&Unchecked::Machine), "{verified:?}");
            "valid"
        }
        other => other.why().unwrap().code(),
    }
}

async fn jwks(world: &World) -> String {
    world.licentia.issuers().export_jwks().await.unwrap().to_string()
}

#[tokio::test]
async fn a_license_fits_its_machine_and_its_holder() {
    let world = World::new().await;
    let (license, factor) = world.bound().await;
    assert_eq!(world.kinds().await[..2], ["totp.create", "license.issue"]);
    assert_eq!(factor.secret.as_bytes().len(), 20);
    assert_eq!((factor.product.as_str(), factor.subject.as_str()), ("app", "alice"));

    assert_eq!(verdict(&world, &license, &laptop(), &factor).await, "valid");
    let changed = machine("x", &[(MachineId, 1), (ProductId, 2), (Disk, 9)]);
    assert_eq!(verdict(&world, &license, &changed, &factor).await, "valid", "a new disk and no card");
    let other = machine("x", &[(MachineId, 7), (ProductId, 8), (Disk, 3), (Network, 4)]);
    assert_eq!(verdict(&world, &license, &other, &factor).await, "machine_mismatch", "two that can be guessed");

    let (_, somebody_else) = world.bound().await;
    assert_ne!(factor.digest, somebody_else.digest);
    assert_eq!(verdict(&world, &license, &laptop(), &somebody_else).await, "totp_wrong");
    world.assert_verified().await;
}

#[tokio::test]
async fn no_row_and_no_event_has_a_secret_in_it() {
    let world = World::new().await;
    let (_, factor) = world.bound().await;
    let text = world.dump(&["license", "machine", "totp_secret", "secret", "audit_payload", "audit_entry"]);
    let base32 = factor.secret.to_base32();
    let bytes = format!("{:?}", factor.secret.as_bytes());
    assert!(!text.contains(base32.as_str()) && !text.contains(bytes.trim_matches(['[', ']'])));
    assert!(!format!("{factor:?}").contains(base32.as_str()));
}

#[tokio::test]
async fn a_renewal_keeps_machine_and_secret_under_new_digests() {
    let world = World::new().await;
    let (license, factor) = world.bound().await;
    let renewed = world.reissue(&license, ReissueRequest::default()).await.unwrap();
    assert!(renewed.totp.is_none() && renewed.rebound.is_empty(), "nothing new was made");
    assert_ne!(renewed.license.bindings, license.bindings, "two licenses do not tell that they are for one machine");
    assert_eq!(verdict(&world, &renewed.license, &laptop(), &factor).await, "valid");
    let revealed = world.licentia.licenses().reveal_totp(&world.operator, renewed.license.id).await.unwrap();
    assert_eq!(revealed, factor);
    let last = world.last_entry().await;
    assert_eq!((last.kind.as_str(), last.target_id), ("totp.reveal", Some(renewed.license.id.to_string())));
    let all = "SELECT count(*) FROM secret WHERE purpose = 'totp'";
    assert_eq!(world.number(all), 2, "each license has a row of its own");

    // And once more, of the one that was made from stored values.
    let again = world.reissue(&renewed.license, ReissueRequest::default()).await.unwrap();
    assert_eq!(verdict(&world, &again.license, &laptop(), &factor).await, "valid");
    assert_eq!(world.kinds().await.iter().filter(|kind| *kind == "totp.create").count(), 1);
    world.assert_verified().await;
}

#[tokio::test]
async fn rebinding_says_what_changed() {
    let world = World::new().await;
    let desktop = machine("desktop", &[(MachineId, 11), (Disk, 12)]);
    let ask = IssueRequest { machines: on([laptop(), desktop.clone()]), ..request("alice") };
    let license = world.try_issue(ask).await.unwrap();
    let repaired = machine("laptop", &[(MachineId, 1), (ProductId, 2), (Disk, 30)]);
    let named = ReissueRequest { machines: Some(vec![repaired.clone()]), ..ReissueRequest::default() };
    let reissued = world.reissue(&license, named).await.unwrap();
    let [rebound] = reissued.rebound.as_slice() else { panic!("one machine was named") };
    assert_eq!((rebound.now.clone(), rebound.before.clone()), (repaired.clone(), Some(laptop())));
    let changes: Vec<_> = rebound.components.iter().map(|(kind, change)| (*kind, *change)).collect();
    let expected =
        [(MachineId, Change::Same), (ProductId, Change::Same), (Disk, Change::Changed), (Network, Change::Gone)];
    assert_eq!(changes, expected);
    assert_eq!(world.licentia.licenses().machines(reissued.license.id).await.unwrap(), [repaired]);
    assert_eq!(world.licentia.licenses().machines(license.id).await.unwrap(), [laptop(), desktop]);
    let payload = world.last_entry().await.payload_value();
    assert_eq!(payload["machines"][0]["components"]["disk"], "changed");
    assert_eq!(payload["machines"][0]["before"]["label"], "laptop");

    let other = machine("server", &[(MachineId, 77)]);
    let named = ReissueRequest { machines: Some(vec![other]), require: Some(1), ..ReissueRequest::default() };
    let reissued = world.reissue(&reissued.license, named).await.unwrap();
    assert_eq!(reissued.rebound[0].components[&MachineId], Change::Changed);
    world.assert_verified().await;
}

#[tokio::test]
async fn how_many_have_to_agree_is_inherited_and_can_be_changed() {
    let world = World::new().await;
    let machines = vec![BoundMachine { fingerprint: laptop(), require: Some(3) }];
    let license = world.try_issue(IssueRequest { machines, ..request("alice") }).await.unwrap();
    let require =
        |license: &License| Bindings::deserialize(license.bindings.as_ref().unwrap()).unwrap().machines()[0].require();
    assert_eq!(require(&license), 3);
    let renewed = world.reissue(&license, ReissueRequest::default()).await.unwrap().license;
    assert_eq!(require(&renewed), 3);
    // What was asked of the old machine says nothing of another one.
    let small = machine("small", &[(MachineId, 1), (Disk, 2)]);
    let named = ReissueRequest { machines: Some(vec![small]), ..ReissueRequest::default() };
    let small = world.reissue(&renewed, named.clone()).await.unwrap().license;
    assert_eq!(require(&small), 2);
    let less = world.reissue(&small, ReissueRequest { require: Some(1), ..named.clone() }).await.unwrap().license;
    assert_eq!(require(&less), 1);
    let again = world.reissue(&less, named.clone()).await.unwrap().license;
    assert_eq!(require(&again), 2);
    let more = ReissueRequest { require: Some(3), ..named };
    let refused = world.refused(world.reissue(&again, more)).await;
    assert!(matches!(refused, Error::Binding(BindingError::Require { require: 3, there: 2 })), "{refused}");
}

#[tokio::test]
async fn what_a_license_is_bound_to_can_be_dropped_and_renewed() {
    let world = World::new().await;
    let (license, factor) = world.bound().await;
    let new = ReissueRequest { totp: true, ..ReissueRequest::default() };
    let renewed = world.reissue(&license, new).await.unwrap();
    let made = renewed.totp.unwrap();
    assert_ne!(made.digest, factor.digest);
    assert_eq!(verdict(&world, &renewed.license, &laptop(), &factor).await, "totp_wrong");
    assert_eq!(verdict(&world, &renewed.license, &laptop(), &made).await, "valid");

    let without = ReissueRequest { clear: vec![ClearField::Machines], ..ReissueRequest::default() };
    let freed = world.reissue(&renewed.license, without).await.unwrap().license;
    assert_eq!(freed.bindings.as_ref().unwrap().as_object().unwrap().keys().collect::<Vec<_>>(), ["totp"]);
    assert_eq!(world.licentia.licenses().machines(freed.id).await.unwrap(), []);
    let without = ReissueRequest { clear: vec![ClearField::Totp], ..ReissueRequest::default() };
    let freed = world.reissue(&freed, without).await.unwrap().license;
    assert_eq!(freed.bindings, None);
    let refused = world.refused(world.licentia.licenses().reveal_totp(&world.operator, freed.id)).await;
    assert!(matches!(refused, Error::NoTotpSecret { .. }), "{refused}");
    let refused = world.refused(world.reissue(&freed, ReissueRequest { require: Some(2), ..Default::default() })).await;
    assert!(matches!(refused, Error::Invalid { .. }), "{refused}");
    world.assert_verified().await;
}

#[tokio::test]
async fn what_cannot_work_is_refused_before_anything_is_written() {
    let world = World::new().await;
    let ask = |machines| IssueRequest { machines, ..request("alice") };
    let guessable = machine("x", &[(Disk, 1), (Network, 2)]);
    let refused = world.refused(world.try_issue(ask(on([guessable])))).await;
    assert!(matches!(refused, Error::Binding(BindingError::OnlyGuessable)), "{refused}");
    let refused = world.refused(world.try_issue(ask(on([laptop(), laptop()])))).await;
    assert!(matches!(refused, Error::Invalid { .. }), "{refused}");
    let many = (0..65).map(|byte| machine("x", &[(MachineId, byte)]));
    let refused = world.refused(world.try_issue(ask(on(many)))).await;
    assert!(matches!(refused, Error::Binding(BindingError::TooManyMachines)), "{refused}");
    let foreign = Fingerprint::new("bolt", laptop().components().clone(), [].into(), None).unwrap();
    let refused = world.refused(world.try_issue(ask(on([foreign.clone()])))).await;
    assert!(matches!(refused, Error::FingerprintOfOtherVendor { .. }), "{refused}");

    // In a batch it is said of its row.
    let batch = [request("one"), ask(on([foreign])), IssueRequest { totp: true, ..request("three") }];
    let wrong = world.licentia.licenses().check_batch(&batch).await.unwrap();
    assert_eq!(wrong.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_batch_may_name_machines() {
    let world = World::new().await;
    let ask = |subject: &str, machines| IssueRequest { machines, ..request(subject) };
    let batch = vec![
        ask("one", on([laptop(), machine("second", &[(MachineId, 5)])])),
        request("two"),
        ask("three", on([machine("third", &[(MachineId, 6)])])),
    ];
    let issued = world.licentia.licenses().issue_batch(&world.operator, batch, World::quiet()).await.unwrap();
    let mut counts = Vec::new();
    for license in &issued {
        counts.push(world.licentia.licenses().machines(license.id).await.unwrap().len());
    }
    assert_eq!(counts, [2, 0, 1]);
    world.assert_verified().await;
}

#[tokio::test]
async fn a_bound_license_from_elsewhere_needs_its_machine_again() {
    let (world, other) = (World::new().await, World::with_seed(2).await);
    let theirs = Fingerprint::new("https://vendor2.example", laptop().components().clone(), [].into(), None).unwrap();
    let issued = other
        .licentia
        .licenses()
        .issue(&other.operator, IssueRequest { machines: on([theirs]), totp: true, ..request("alice") })
        .await
        .unwrap();
    let pem = other.licentia.issuers().resolve("first").await.unwrap();
    let pem = licentia_license::PublicKey::from_bytes(pem.public_key.as_slice().try_into().unwrap()).unwrap().to_pem();
    let key = licentia_core::ImportKey { text: &pem, name: Some("theirs".to_owned()), passphrase: None };
    world.licentia.issuers().import(&world.operator, key).await.unwrap();
    let imported = world.licentia.licenses().import(&world.operator, &issued.license.token).await.unwrap();
    assert_eq!(imported.bindings, issued.license.bindings);

    let refused = world.refused(world.reissue(&imported, ReissueRequest::default())).await;
    assert!(matches!(refused, Error::MachinesUnknown { .. }), "{refused}");
    let named = ReissueRequest { machines: Some(vec![laptop()]), ..ReissueRequest::default() };
    let ours = world.reissue(&imported, named).await.unwrap();
    assert_eq!(ours.rebound[0].before, None, "their fingerprint is not known here");
    // A secret that nobody here knows goes on being asked for.
    let factor = issued.totp.unwrap();
    assert_eq!(ours.license.bindings.as_ref().unwrap()["totp"]["digest"], json!(factor.digest));
    assert_eq!(verdict(&world, &ours.license, &laptop(), &factor).await, "valid");
    world.assert_verified().await;
}

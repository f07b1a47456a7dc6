//! For every kind of event and every statement that its service method runs: when that statement fails, nothing
//! stays, no row and no entry, and the next operation works.

use crate::bindings::bound;
use crate::common::{PASSPHRASE, World, ambient, names, request};
use licentia_core::audit::{AuditFilter, ExportFormat, Kind, VerifyRequest};
use licentia_core::secret::Passphrase;
use licentia_core::witness::{NewWitness, WitnessKey};
use licentia_core::{
    Actor, Founding, ImportKey, Licentia, NewIssuer, NewProbe, Place, PublishRequest, ReasonCode, ReissueRequest,
    Result, RevokeRequest,
};

const SETUP: &str = "the world as the operation needs it";

/// Runs the one operation that writes `kind`, on a world that was made ready for it.
///
/// The match has no wildcard: a new kind does not compile until it has its operation here.
#[expect(clippy::too_many_lines, reason = "one arm for each kind, so that none is forgotten")]
async fn operate(world: &World, kind: Kind) -> Result<()> {
    let (licentia, operator) = (&world.licentia, &world.operator);
    match kind {
        Kind::VaultCreate => unreachable!("founding has a test of its own"),
        Kind::VaultRekey => {
            let new = Passphrase::new("another horse".to_owned()).unwrap();
            licentia.vault().change_passphrase(operator, &new).await
        }
        Kind::IssuerCreate => {
            let new = NewIssuer { name: "another".to_owned(), status_url: None };
            licentia.issuers().generate(operator, new).await.map(drop)
        }
        Kind::IssuerImport => {
            let text = include_str!("../data/keys/plain.pem");
            let key = ImportKey { text, name: Some("imported".to_owned()), passphrase: None };
            licentia.issuers().import(operator, key).await.map(drop)
        }
        Kind::IssuerSetActive => {
            let id = licentia.issuers().resolve("spare").await?.id;
            licentia.issuers().set_active(operator, id).await.map(drop)
        }
        Kind::IssuerRetire => {
            let id = licentia.issuers().resolve("spare").await?.id;
            licentia.issuers().retire(operator, id).await.map(drop)
        }
        Kind::IssuerDelete => {
            let id = licentia.issuers().resolve("spare").await?.id;
            licentia.issuers().delete(operator, id).await.map(drop)
        }
        Kind::IssuerExportPrivate => {
            let id = licentia.issuers().resolve("spare").await?.id;
            let passphrase = Passphrase::new(PASSPHRASE.to_owned()).unwrap();
            licentia.issuers().export_private(operator, id, &passphrase).await.map(drop)
        }
        Kind::LicenseIssue => {
            let machines = bound("two").machines;
            let batch = vec![request("one"), licentia_core::IssueRequest { machines, ..request("two") }];
            licentia.licenses().issue_batch(operator, batch, World::quiet()).await?;
            licentia.licenses().issue(operator, request("three")).await.map(drop)
        }
        Kind::LicenseImport => {
            let token = std::fs::read_to_string(world.path("deleted.lic")).unwrap();
            licentia.licenses().import(operator, &token).await.map(drop)
        }
        Kind::LicenseReissue | Kind::LicenseSupersede => {
            let id = world.license("active").await.id;
            licentia.licenses().reissue(operator, id, ReissueRequest::default()).await.map(drop)
        }
        Kind::LicenseRevoke => {
            let license = world.license("active").await.id;
            let request = RevokeRequest { license, reason: ReasonCode::Breach, note: None };
            licentia.revocations().revoke(operator, request).await.map(drop)
        }
        Kind::LicenseUnrevoke => {
            let id = world.license("revoked").await.id;
            licentia.revocations().unrevoke(operator, id, None).await.map(drop)
        }
        Kind::LicenseSuspend => {
            let id = world.license("active").await.id;
            licentia.licenses().suspend(operator, id, Some("unpaid".to_owned())).await.map(drop)
        }
        Kind::LicenseReinstate => {
            let id = world.license("suspended").await.id;
            licentia.licenses().reinstate(operator, id).await.map(drop)
        }
        Kind::LicenseDelete => {
            let id = world.license("revoked").await.id;
            licentia.licenses().delete(operator, id).await?;
            let id = world.license("active").await.id;
            licentia.licenses().revoke_and_delete(operator, id).await.map(drop)
        }
        Kind::TotpCreate => licentia.licenses().issue(operator, bound("another")).await.map(drop),
        Kind::TotpReveal => {
            let id = world.license("active").await.id;
            licentia.licenses().reveal_totp(operator, id).await.map(drop)
        }
        Kind::IdentityCreate => licentia.identities().create(operator, "another").await.map(drop),
        Kind::IdentityRegenerate => {
            let id = licentia.identities().resolve("spare").await?.id;
            licentia.identities().regenerate(operator, id).await.map(drop)
        }
        Kind::IdentityDelete => {
            let id = licentia.identities().resolve("spare").await?.id;
            licentia.identities().delete(operator, id).await.map(drop)
        }
        Kind::IdentityExport => {
            let id = licentia.identities().resolve("spare").await?.id;
            licentia.identities().export(operator, id).await.map(drop)
        }
        Kind::ProbeTokenCreated => {
            let new = NewProbe { label: "another".to_owned(), ttl_seconds: 3_600 };
            licentia.probes().new_token(operator, new).await.map(drop)
        }
        Kind::ProbeResult => {
            let token = std::fs::read_to_string(world.path("token")).unwrap();
            licentia.probes().consume_token(operator, &token, "{}").await.map(drop)
        }
        Kind::ProbeTokenRevoked => {
            let id = licentia.probes().page(None, 1).await?.items.remove(0).id;
            licentia.probes().cancel(operator, id).await.map(drop)
        }
        Kind::RevocationPublish => {
            let request = PublishRequest { directory: world.path("published"), valid_for: 60, ttl: 60 };
            licentia.revocations().publish(operator, request).await.map(drop)
        }
        Kind::AuditExport => {
            let out = world.path("export.jsonl");
            let filter = AuditFilter::default();
            licentia.audit().export(&filter, ExportFormat::Jsonl, &out, Some(operator), World::quiet()).await.map(drop)
        }
        Kind::AuditKeyRotate => licentia.audit().rotate_key(operator).await.map(drop),
        Kind::IssuerCarryOver | Kind::LicenseCarryOver | Kind::LogRestored => {
            unreachable!("a restore has a test of its own")
        }
        Kind::WitnessAdd => licentia.witnesses().add(operator, witness("another", 5)).await.map(drop),
        Kind::WitnessRemove => licentia.witnesses().remove(operator, "spare").await.map(drop),
        Kind::FilterSave => licentia.audit().save_filter(operator, "another", "refund").await.map(drop),
        Kind::FilterDelete => licentia.audit().delete_filter(operator, "spare").await.map(drop),
        Kind::AuditVerify => {
            let audit = licentia.audit();
            let report = audit.verify(&VerifyRequest::default(), World::quiet()).await?;
            audit.record_verification(operator, &report, world.clock.now()).await.map(drop)
        }
        Kind::ClockAdjusted => {
            world.clock.advance(-3_600);
            let done = licentia.identities().create(operator, "in the past").await.map(drop);
            world.clock.advance(3_600);
            done
        }
    }
}

fn witness(name: &str, seed: u8) -> NewWitness {
    let key = WitnessKey::new(name, &[seed; 32]).expect(SETUP);
    NewWitness {
        name: name.to_owned(),
        url: "https://witness.example.com".to_owned(),
        verifier_key: key.verifier_key().to_string(),
    }
}

impl World {
    /// One of everything that an operation can need.
    async fn ready() -> Self {
        let world = Self::new().await;
        world.new_issuer("spare").await;
        world.licentia.identities().create(&world.operator, "spare").await.expect(SETUP);
        world.licentia.audit().save_filter(&world.operator, "spare", "refund").await.expect(SETUP);
        let token = NewProbe { label: "spare".to_owned(), ttl_seconds: 3_600 };
        let token = world.licentia.probes().new_token(&world.operator, token).await.expect(SETUP).token;
        std::fs::write(world.path("token"), token).expect(SETUP);
        world.licentia.witnesses().add(&world.operator, witness("spare", 4)).await.expect(SETUP);
        let field = NewIssuer { name: "field".to_owned(), status_url: Some("https://s.example".to_owned()) };
        let field = world.licentia.issuers().generate(&world.operator, field).await.expect(SETUP);
        let ask = licentia_core::IssueRequest { issuer: Some(field.id), ..request("published") };
        world.try_issue(ask).await.expect(SETUP);
        world.try_issue(bound("active")).await.expect(SETUP);
        let suspended = world.issue("suspended").await;
        world.licentia.licenses().suspend(&world.operator, suspended.id, None).await.expect(SETUP);
        for subject in ["revoked", "deleted"] {
            let license = world.issue(subject).await;
            world.revoke(license.id).await;
        }
        let deleted = world.license("deleted").await;
        std::fs::write(world.path("deleted.lic"), &deleted.token).expect(SETUP);
        world.licentia.licenses().delete(&world.operator, deleted.id).await.expect(SETUP);
        world
    }

    async fn license(&self, subject: &str) -> licentia_core::License {
        let filter = licentia_core::LicenseFilter { subject: Some(subject.to_owned()), ..Default::default() };
        self.licentia.licenses().list(&filter, None, 1).await.expect(SETUP).items.remove(0)
    }

    /// Everything in the file: every row of every table, in one text.
    fn contents(&self) -> String {
        self.dump(&[
            "vault",
            "secret",
            "issuer",
            "license",
            "revocation",
            "status_list",
            "status_list_entry",
            "identity",
            "probe_token",
            "totp_secret",
            "setting",
            "audit_log",
            "audit_entry",
            "audit_payload",
            "audit_head",
            "audit_key",
            "witness",
            "status_list_remnant",
            "machine",
            "audit_checkpoint",
            "audit_cosignature",
        ])
    }
}

/// How many statements the operations of a kind run at most; more than that would be a surprise.
const ENOUGH: i64 = 60;

async fn every_statement_can_fail(kind: Kind) {
    for k in 0..ENOUGH {
        let world = World::ready().await;
        // Signed before: that an export goes on when its checkpoint fails is a story of its own.
        world.checkpoint().await;
        let before = world.contents();
        world.licentia.faults().fail_after(k);
        let outcome = operate(&world, kind).await;
        if world.licentia.faults().disarm() {
            outcome.unwrap_or_else(|error| panic!("{kind:?} without a fault: {error}"));
            assert!(k >= 3, "{kind:?} ran only {k} statements");
            world.assert_verified().await;
            let kinds = world.licentia.audit().kinds().await.unwrap();
            assert!(kinds.iter().any(|known| known == kind.as_str()), "{kind:?} was not written: {kinds:?}");
            return;
        }
        outcome.expect_err("a statement failed");
        // Operations of two transactions may have finished the first one.
        let after = world.contents();
        if after != before {
            let finished = matches!(kind, Kind::LicenseIssue | Kind::LicenseDelete);
            assert!(finished, "{kind:?}: after statement {k} failed something stayed");
            world.assert_verified().await;
        }
        assert!(!world.path("export.jsonl").exists(), "no export without its event");
        let lists = world.path("published");
        assert!(!lists.exists() || names(&lists).is_empty(), "no list without its event");
        world.issue("the next operation works").await;
        world.assert_verified().await;
    }
    panic!("{kind:?} runs more than {ENOUGH} statements");
}

macro_rules! kinds {
    ($($name:ident: $($kind:ident)+,)*) => {
        $(#[tokio::test]
        async fn $name() {
            $(every_statement_can_fail(Kind::$kind).await;)+
        })*

        /// Every kind is in one of the tests above, or has one of its own.
        #[test]
        fn no_kind_is_left_out() {
            let covered = [$($(Kind::$kind,)+)* Kind::VaultCreate, Kind::IssuerCarryOver, Kind::LicenseCarryOver, Kind::LogRestored];
            for kind in Kind::ALL {
                assert!(covered.contains(&kind), "{kind:?}");
            }
        }
    };
}

kinds! {
    vault: VaultRekey,
    issuers: IssuerCreate IssuerImport IssuerSetActive IssuerRetire IssuerDelete IssuerExportPrivate,
    issuing: LicenseIssue LicenseImport,
    reissuing: LicenseReissue LicenseSupersede,
    revoking: LicenseRevoke LicenseUnrevoke,
    publishing: RevocationPublish,
    suspending: LicenseSuspend LicenseReinstate,
    deleting: LicenseDelete,
    second_factors: TotpCreate TotpReveal,
    identities: IdentityCreate IdentityRegenerate IdentityDelete IdentityExport,
    probes: ProbeTokenCreated ProbeResult ProbeTokenRevoked,
    witnesses: WitnessAdd WitnessRemove,
    filters: FilterSave FilterDelete,
    the_log_itself: AuditExport AuditVerify AuditKeyRotate ClockAdjusted,
}

#[tokio::test]
async fn founding_can_fail_at_every_statement_and_be_tried_again() {
    let founding = || Founding { vendor: None, issuer: "first".to_owned(), status_url: None, throwaway: true };
    for k in 0..ENOUGH {
        let world = World::new().await;
        let place = Place { database: world.path("other/licentia.db"), pins: None };
        let licentia = Licentia::create(place, ambient(&world.clock, 9)).await.unwrap();
        let actor = Actor::new("founder").unwrap();
        licentia.faults().fail_after(k);
        let founded = licentia.vault().create(&crate::common::passphrase(), actor.clone(), founding()).await;
        if licentia.faults().disarm() {
            founded.unwrap();
            assert!(k > 5, "founding ran only {k} statements");
            return;
        }
        assert!(matches!(founded.err(), Some(licentia_core::Error::Store(_))));
        assert!(!licentia.vault().is_founded().await.unwrap());
        licentia.vault().create(&crate::common::passphrase(), actor, founding()).await.unwrap();
        assert_eq!(licentia.audit().identity().await.unwrap().size, 3);
    }
    panic!("founding runs more than {ENOUGH} statements");
}

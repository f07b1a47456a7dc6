//! The command lines that the screen shows. That they do what the screen does is tested with the whole program.

use super::support::*;
use crate::command::{Said, of};
use crate::effect::{Effect, FilterChange, IdentityChange, IssuerChange, KeyForm, KeySource, ProbeChange, Saving};
use crate::widget::secret::Typed;
use licentia_core::audit::{AuditFilter, AuditSearch, CountBy, ExportFormat, Query, VerifyRequest};
use licentia_core::{
    ClearField, Founding, IdentityId, IssueRequest, IssuerId, LicenseFilter, LicenseStatus, Limit, NewIssuer, NewProbe,
    ProbeTokenId, ReasonCode, ReissueRequest, RevokeRequest, Term, Validity,
};
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

const ID: &str = "01900000-0000-7000-8000-000000000001";

#[track_caller]
fn line(effect: &Effect) -> String {
    match of(effect, None) {
        Said::Line(command) => command.to_string(),
        other => panic!("{other:?}"),
    }
}

fn issue() -> IssueRequest {
    IssueRequest { not_before: None, ..batch_row(1).verdict.unwrap() }
}

fn revoke(note: &str) -> Effect {
    Effect::Revoke(RevokeRequest { license: license_id(1), reason: ReasonCode::Refund, note: Some(note.to_owned()) })
}

#[test]
fn each_effect_has_its_command() {
    let full = IssueRequest {
        subject: "Bob's & sons".to_owned(),
        audience: vec!["studio".to_owned(), "cloud".to_owned()],
        issuer: Some(IssuerId(Uuid::from_u128(7))),
        not_before: Some(NOW),
        term: Term::Until(NOW.plus_days(1)),
        limits: [("edition".to_owned(), Limit::Text("pro".to_owned())), ("seats".to_owned(), Limit::Number(-1))].into(),
        payload: Some(serde_json::json!({ "a": "b c" })),
        ..issue()
    };
    let changes = ReissueRequest {
        subject: Some("bob".to_owned()),
        features: Some(vec![]),
        term: Some(Term::Days(3)),
        require: Some(3),
        totp: true,
        clear: vec![ClearField::Payload, ClearField::Machines],
        overlap: Some(14),
        ..ReissueRequest::default()
    };
    let founding = Founding {
        vendor: Some("acme".to_owned()),
        issuer: "main".to_owned(),
        status_url: Some("https://a.example/s".to_owned()),
        throwaway: false,
    };
    let passphrase = Some(Typed("correct horse".to_owned().into()));
    let licenses = LicenseFilter {
        status: Some(LicenseStatus::Active),
        validity: Some(Validity::Expiring),
        subject: Some("a b".to_owned()),
        ..LicenseFilter::default()
    };
    let audit = AuditFilter { kinds: vec!["license.*".to_owned()], since: Some(NOW), ..AuditFilter::default() };
    let said = [
        (Effect::Found { passphrase, founding }, "init --vendor acme --issuer main --status-url https://a.example/s"),
        (
            Effect::Issue(full),
            "license issue --subject 'Bob'\\''s & sons' --audience studio --audience cloud \
             --issuer 00000000-0000-0000-0000-000000000007 --not-before 2026-05-20T14:00:00Z \
             --expires 2026-05-21T14:00:00Z --feature export --limit edition=pro --limit seats=-1 --payload '{\"a\":\"b c\"}'",
        ),
        (
            Effect::Reissue { id: license_id(1), request: changes },
            "license reissue 01900000-0000-7000-8000-000000000001 --subject bob --days 3 --require 3 --totp --overlap 14 --clear payload --clear machines --clear features",
        ),
        (Effect::Publish { directory: "~/www".to_owned() }, "revocation publish --out ~/www"),
        (revoke("paid back"), "license revoke 01900000-0000-7000-8000-000000000001 --reason refund --note 'paid back'"),
        (
            Effect::SaveLicense { id: license_id(1), path: "a b.lic".to_owned() },
            "license export 01900000-0000-7000-8000-000000000001 --out 'a b.lic'",
        ),
        (
            Effect::DeleteLicense { id: license_id(1), revoke: true },
            "license delete 01900000-0000-7000-8000-000000000001 --revoke",
        ),
        (Effect::Preview { request: 1, source: "~/a.lic".to_owned() }, "license inspect ~/a.lic"),
        (Effect::ImportLicense { text: "eyJ".to_owned(), file: Some("~/a.lic".to_owned()) }, "license import ~/a.lic"),
        (
            Effect::ReadBatch { request: 1, path: "~/new ones.csv".into() },
            "license issue --from ~/'new ones.csv' --dry-run",
        ),
        (
            Effect::IssueBatch { request: 1, batch: Arc::new(batch(1)) },
            "license issue --from /home/mathieu/customers.csv",
        ),
        (
            Effect::LoadLicenses { request: 1, filter: licenses, after: None, limit: 9 },
            "license list --status active --status expiring --subject 'a b'",
        ),
        (
            Effect::LoadAudit { request: 1, filter: audit, before: None, limit: 9 },
            "audit list --kind 'license.*' --since 2026-05-20T14:00:00Z",
        ),
        (
            Effect::ExportAudit {
                request: 1,
                filter: AuditFilter { target: Some(ID.to_owned()), ..AuditFilter::default() },
                format: ExportFormat::Csv,
                path: "~/a b.csv".to_owned(),
            },
            "audit export --target 01900000-0000-7000-8000-000000000001 --out ~/'a b.csv' --format csv",
        ),
        (Effect::RotateKey, "audit rotate-key"),
        (
            Effect::Verify {
                request: 1,
                verify: VerifyRequest {
                    fingerprint: Some("blake3:ab".to_owned()),
                    to: Some(7),
                    ..VerifyRequest::default()
                },
            },
            "audit verify --log blake3:ab --to 7",
        ),
    ];
    for (effect, command) in said.into_iter().chain(about_stops()).chain(about_keys()).chain(about_searches()) {
        assert_eq!(line(&effect), format!("licentia {command}"));
    }
}

/// About stopping a license, and going on.
fn about_stops() -> Vec<(Effect, &'static str)> {
    let (id, note) = (license_id(1), Some("not paid".to_owned()));
    vec![
        (Effect::Unrevoke { id }, "license unrevoke 01900000-0000-7000-8000-000000000001"),
        (Effect::Suspend { id, note }, "license suspend 01900000-0000-7000-8000-000000000001 --note 'not paid'"),
        (Effect::Reinstate { id }, "license reinstate 01900000-0000-7000-8000-000000000001"),
    ]
}

/// About searches and saved queries.
fn about_searches() -> Vec<(Effect, &'static str)> {
    let search = |query: &str| AuditSearch {
        filter: AuditFilter { actor: Some("a b".to_owned()), ..AuditFilter::default() },
        query: Some(Query::parse(query, NOW).unwrap()),
    };
    let (name, query) = ("refunds".to_owned(), "-kind:license.* it's".to_owned());
    vec![
        (
            Effect::Search { request: 1, search: search("-refund"), before: Some(9), limit: 9, whole: false },
            "audit list --actor 'a b' --query=-refund",
        ),
        (
            Effect::CountEntries { request: 1, search: search("x OR y"), by: CountBy::Day },
            "audit count --actor 'a b' --query 'x OR y' --by day",
        ),
        (Effect::LoadFilters { request: 1 }, "audit filter list"),
        (
            Effect::ChangeFilter(FilterChange::Save { name, query }),
            r"audit filter save refunds --query='-kind:license.* it'\''s'",
        ),
        (Effect::ChangeFilter(FilterChange::Delete { name: "-x".to_owned() }), "audit filter delete -- -x"),
    ]
}

/// About issuers, identities and probes.
fn about_keys() -> Vec<(Effect, &'static str)> {
    let issuer = IssuerId(Uuid::from_u128(7));
    let identity = IdentityId(Uuid::from_u128(8));
    let probe = ProbeTokenId(Uuid::from_u128(9));
    let path = || "~/my keys/a.pem".to_owned();
    let passphrase = || Some(Typed("correct horse".to_owned().into()));
    let name = || "it's mine".to_owned();
    let change = |change| Effect::ChangeIssuer(change);
    let import = |source, name, kid: &str| {
        change(IssuerChange::Import { source, name, passphrase: passphrase(), kid: kid.to_owned() })
    };
    let save = |form| Effect::Save { saving: Saving::PublicKey { id: issuer, form }, path: path() };
    let identities = |change| Effect::ChangeIdentity(change);
    let new = |ttl_seconds| Effect::ChangeProbe(ProbeChange::Create(NewProbe { label: name(), ttl_seconds }));
    vec![
        (
            change(IssuerChange::Create(NewIssuer { name: "-x".to_owned(), status_url: Some("https://a".to_owned()) })),
            "issuer create --status-url https://a -- -x",
        ),
        (
            import(KeySource::Path(path()), Some(name()), "kid"),
            "issuer import ~/'my keys/a.pem' --name 'it'\\''s mine'",
        ),
        (change(IssuerChange::Activate { id: issuer }), "issuer activate 00000000-0000-0000-0000-000000000007"),
        (change(IssuerChange::Retire { id: issuer }), "issuer retire 00000000-0000-0000-0000-000000000007"),
        (change(IssuerChange::Delete { id: issuer }), "issuer delete 00000000-0000-0000-0000-000000000007"),
        (save(KeyForm::Pem), "issuer export 00000000-0000-0000-0000-000000000007 --as pem > ~/'my keys/a.pem'"),
        (save(KeyForm::Jwk), "issuer export 00000000-0000-0000-0000-000000000007 --as jwk > ~/'my keys/a.pem'"),
        (save(KeyForm::AllJwks), "issuer export --as jwks > ~/'my keys/a.pem'"),
        (identities(IdentityChange::Create { name: name() }), "identity create 'it'\\''s mine'"),
        (
            identities(IdentityChange::Regenerate { id: identity }),
            "identity regenerate 00000000-0000-0000-0000-000000000008",
        ),
        (identities(IdentityChange::Delete { id: identity }), "identity delete 00000000-0000-0000-0000-000000000008"),
        (
            identities(IdentityChange::Export { id: identity, path: "a".to_owned() }),
            "identity export 00000000-0000-0000-0000-000000000008 --out a",
        ),
        (new(86_400), "probe create --label 'it'\\''s mine' --ttl 1d"),
        (new(5_400), "probe create --label 'it'\\''s mine' --ttl 90m"),
        (new(61), "probe create --label 'it'\\''s mine' --ttl 61s"),
        (Effect::ChangeProbe(ProbeChange::Cancel { id: probe }), "probe cancel 00000000-0000-0000-0000-000000000009"),
    ]
}

#[test]
fn what_a_shell_would_take_for_something_else_is_quoted() {
    for (note, said) in [
        ("", "''"),
        ("~/a", "'~/a'"),
        ("$HOME `id`", "'$HOME `id`'"),
        ("a\\b", "'a\\b'"),
        ("日本", "'日本'"),
        ("a\u{7}!", "\"$(printf 'a\\007\\041')\""),
        ("a\nb", "\"$(printf 'a\\012b')\""),
        ("50%\u{202e}'\\", "\"$(printf '50%%\\342\\200\\256'\\''\\\\')\""),
    ] {
        assert!(line(&revoke(note)).ends_with(&format!("--note {said}")), "{}", line(&revoke(note)));
    }
    assert!(line(&revoke("-x")).ends_with("--note=-x"));
    assert!(line(&revoke("-x\u{7}")).ends_with("--note=\"$(printf '\\055x\\007')\""));
}

#[test]
fn what_no_argument_can_say_is_said() {
    let limits = |limit| Effect::Issue(IssueRequest { limits: [("seats".to_owned(), limit)].into(), ..issue() });
    let long = serde_json::json!("x".repeat(50_000));
    let cases = [
        (limits(Limit::Text("10".to_owned())), "seats would be understood"),
        (limits(Limit::Text(" a".to_owned())), "seats would be understood"),
        (Effect::Issue(IssueRequest { payload: Some(long), ..issue() }), "at most"),
        (revoke("a\0b"), "zero byte"),
        (revoke("a\n"), "line feed"),
        (
            Effect::ChangeProbe(ProbeChange::Consume {
                token: Typed("lprobe_secret".to_owned().into()),
                path: "a".to_owned(),
            }),
            "--token-file FILE",
        ),
        (
            Effect::Save { saving: Saving::Token(Typed("lprobe_secret".to_owned().into())), path: "a".to_owned() },
            "secret",
        ),
        (
            Effect::ChangeIssuer(IssuerChange::Import {
                source: KeySource::Text("-----BEGIN".to_owned()),
                name: None,
                passphrase: None,
                kid: "kid".to_owned(),
            }),
            "pasted",
        ),
        (Effect::WriteTokens { request: 1, licenses: Arc::new(vec![]), out: "a".into() }, "license export"),
    ];
    for (effect, why) in cases {
        match of(&effect, None) {
            Said::Unsayable(said) => assert!(said.contains(why) && !said.contains("lprobe_"), "{said}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(of(&Effect::Lock, None), Said::Nothing);
}

#[test]
fn every_write_has_a_command() {
    let id = license_id(1);
    let all = [
        Effect::Issue(issue()),
        revoke("a"),
        Effect::Unrevoke { id },
        Effect::Suspend { id, note: None },
        Effect::Reinstate { id },
    ];
    for effect in all {
        assert!(effect.is_write() && matches!(of(&effect, None), Said::Line(_)), "{effect:?}");
    }
}

#[test]
fn the_home_is_named_unless_it_is_the_usual_one() {
    let Said::Line(command) = of(&Effect::Unrevoke { id: license_id(1) }, Some(Path::new("/srv/my licenses"))) else {
        panic!("no command")
    };
    assert!(command.to_string().ends_with(&format!("{ID} --home '/srv/my licenses'")));
}

#[test]
fn long_commands_are_broken_where_a_shell_goes_on() {
    let Said::Line(command) = of(&revoke(&"a'b c\u{202e} ".repeat(60)), None) else { panic!("no command") };
    for columns in [10, 40, 76, 200] {
        let lines = command.lines(columns);
        let (last, others) = lines.split_last().unwrap();
        assert!(others.iter().all(|line| line.ends_with('\\')) && !last.ends_with('\\'), "{lines:#?}");
        if columns >= 76 {
            assert!(lines.iter().all(|line| crate::text::width(line) <= columns), "{lines:#?}");
        }
    }
}

#[test]
fn f2_shows_what_a_form_leads_to_or_which_field_is_in_the_way() {
    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "x<right><tab>unpaid<f2>");
    let screen = text(&mut app, 120, 24);
    assert!(screen.contains(&format!("licentia license revoke {ID} --reason refund --note unpaid")), "{screen}");
    assert_eq!(press(&mut app, "<esc><enter><f2><esc><enter>").len(), 1, "nothing is lost by looking");

    let mut app = with_licenses(vec![license(1)]);
    press(&mut app, "nalice<tab>studio<f2>");
    assert!(text(&mut app, 120, 24).contains("The field term stands in the way: say how long"));
    press(&mut app, "<enter>30<f2>");
    assert!(text(&mut app, 120, 24).contains("licentia license issue --subject alice --audience studio --days 30"));
    press(&mut app, "<esc><esc><esc><f2>");
    assert!(text(&mut app, 120, 24).contains("There is no command for this."));
}

#[test]
fn no_passphrase_is_shown() {
    let (mut app, _) = start_as(None);
    press(&mut app, "correct horse<tab>correct horse<f2>");
    let screen = text(&mut app, 120, 24);
    assert!(screen.contains("licentia init --issuer main") && !screen.contains("horse"), "{screen}");
    let mut app = with_licenses_as(crate::session::Session::Locked, vec![]);
    press(&mut app, "correct horse<f2>");
    assert!(!text(&mut app, 120, 24).contains("horse"));
}

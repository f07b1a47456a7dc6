//! A product that could exist, and the people and companies that use it.

use super::dice::Dice;
use licentia_core::{IdentityId, IssueRequest, Limit, ReasonCode, ReissueRequest, Term};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const VENDOR: &str = "fjordlight.example";
pub(crate) const STATUS_URL: &str = "https://licenses.fjordlight.example/status";
/// Who works at the vendor.
pub(crate) const ACTORS: [&str; 3] = ["maria@sales-2", "jonas@support-1", "release@build-7"];

/// What most licenses are for.
pub(crate) const STUDIO: &str = "fjordlight-studio";
const SERVER: &str = "fjordlight-server";
const PLUGINS: &str = "fjordlight-plugins";

const FIRST: [&str; 15] = [
    "alice", "bruno", "chiara", "dmitri", "elif", "farah", "gustav", "hana", "imani", "jorge", "kofi", "linnea", "mei",
    "nikhil", "olga",
];
const LAST: [&str; 15] = [
    "abbott",
    "berg",
    "castillo",
    "dubois",
    "eriksen",
    "fischer",
    "garcia",
    "haddad",
    "ivanova",
    "jansen",
    "kimura",
    "lindqvist",
    "moreau",
    "nowak",
    "okafor",
];
const COMPANY: [(&str, &str); 19] = [
    ("Alder & Finch Surveying", "alderfinch"),
    ("Baltic Ports Authority", "balticports"),
    ("Cobalt Ridge Mining", "cobaltridge"),
    ("Delta Hydrology Group", "deltahydrology"),
    ("Evergreen Forestry", "evergreenforestry"),
    ("Falcon Air Mapping", "falconair"),
    ("Geodesia Sur", "geodesiasur"),
    ("Harbor & Sons", "harborsons"),
    ("Institut Cartographique du Rhône", "icrhone"),
    ("Juniper City Council", "junipercity"),
    ("Kestrel Drones", "kestreldrones"),
    ("Lumen Offshore", "lumenoffshore"),
    ("Meridian Railways", "meridianrail"),
    ("Nordic Wind Partners", "nordicwind"),
    ("Orchard Valley Water", "orchardwater"),
    ("Polar Research Centre", "polarresearch"),
    ("Quarry Works", "quarryworks"),
    ("Rivera Arquitectos", "riveraarq"),
    ("東京測量株式会社", "tokyosurvey"),
];

fn company(dice: &mut Dice) -> (&'static str, &'static str) {
    dice.pick(("Summit Trail Maps", "summittrail"), &COMPANY)
}

fn person(dice: &mut Dice) -> String {
    let (_, domain) = company(dice);
    let (first, last) = (dice.pick("petra", &FIRST), dice.pick("quist", &LAST));
    format!("{first}.{last}@{domain}.example")
}

/// A license as somebody would buy it.
pub(crate) fn request(dice: &mut Dice, identities: &[IdentityId]) -> IssueRequest {
    let product = dice.pick(STUDIO, &[STUDIO, STUDIO, SERVER, SERVER, PLUGINS]);
    let edition = dice.pick("standard", &["standard", "professional", "professional", "enterprise"]);
    let (name, _) = company(dice);
    let (term, edition) = match dice.below(10) {
        0 | 1 => (Term::Days(30), "trial"),
        2..=7 => (Term::Days(365), edition),
        8 => (Term::Days(730), edition),
        _ => (Term::Perpetual, edition),
    };
    let subject = if product == STUDIO { person(dice) } else { name.to_owned() };
    let mut audience = vec![product.to_owned()];
    if product == STUDIO && edition == "enterprise" {
        audience.push(PLUGINS.to_owned());
    }
    let carried = (product == SERVER && !identities.is_empty() && dice.percent(60))
        .then(|| identities.get(dice.index(identities.len())).copied())
        .flatten();
    IssueRequest {
        features: features(edition).iter().map(|feature| (*feature).to_owned()).collect(),
        limits: limits(product, edition, dice),
        payload: payload(name, dice),
        identity: carried,
        ..IssueRequest::new(subject, audience, term)
    }
}

const fn features(edition: &str) -> &'static [&'static str] {
    match edition.as_bytes() {
        b"trial" => &["edit"],
        b"standard" => &["edit", "export"],
        b"professional" => &["edit", "export", "3d", "scripting"],
        _ => &["edit", "export", "3d", "scripting", "sso", "audit"],
    }
}

fn limits(product: &str, edition: &str, dice: &mut Dice) -> BTreeMap<String, Limit> {
    let mut limits = BTreeMap::from([("edition".to_owned(), Limit::Text(edition.to_owned()))]);
    let mut number = |name: &str, many: i64| drop(limits.insert(name.to_owned(), Limit::Number(many)));
    if product == SERVER {
        number("cores", dice.pick(4, &[8, 8, 16, 32]));
        number("users", dice.pick(10, &[25, 50, 100, 500]));
    } else {
        number("seats", dice.pick(1, &[1, 1, 3, 5, 10, 25]));
    }
    limits
}

fn payload(company: &str, dice: &mut Dice) -> Option<Value> {
    dice.percent(70).then(|| json!({ "order": format!("FL-{:05}", dice.below(100_000)), "company": company }))
}

/// A renewal, now and then with more seats.
pub(crate) fn renewal(dice: &mut Dice) -> ReissueRequest {
    ReissueRequest {
        term: Some(Term::Days(365)),
        payload: Some(json!({ "order": format!("FL-{:05}", dice.below(100_000)), "renewal": true })),
        ..ReissueRequest::default()
    }
}

/// Why a license is revoked, and what is noted about it.
pub(crate) fn reason(dice: &mut Dice) -> (ReasonCode, Option<String>) {
    let order = dice.below(100_000);
    let (reason, note) = dice.pick(
        (ReasonCode::Other, "payment overdue"),
        &[
            (ReasonCode::Other, "payment overdue"),
            (ReasonCode::Other, "payment overdue"),
            (ReasonCode::Refund, "returned within 30 days"),
            (ReasonCode::Refund, "chargeback"),
            (ReasonCode::Breach, "shared in a public forum"),
            (ReasonCode::KeyCompromise, "license file found on a stolen laptop"),
            (ReasonCode::Cessation, "customer closed its office"),
            (ReasonCode::Other, "wrong recipient"),
        ],
    );
    (reason, dice.percent(80).then(|| format!("{note}, order FL-{order:05}")))
}

/// Why a revocation is taken back.
pub(crate) fn clarification(dice: &mut Dice) -> &'static str {
    dice.pick("payment received", &["payment received", "clarified with the customer", "revoked by mistake"])
}

/// What a probe is made for.
pub(crate) fn machine(dice: &mut Dice) -> String {
    let (name, _) = company(dice);
    format!("{name}, {}", dice.pick("map server", &["render node", "build server", "survey laptop", "field tablet"]))
}

/// What a probe reports of its machine.
pub(crate) fn report(dice: &mut Dice) -> String {
    let (_, domain) = company(dice);
    json!({
        "hostname": format!("{}-{:02}.{domain}.example", dice.pick("srv", &["node", "map", "render"]), dice.below(40)),
        "os": dice.pick("Debian 13", &["Ubuntu 24.04", "Windows Server 2025", "macOS 16", "RHEL 10"]),
        "cpus": dice.pick(4, &[8, 16, 32, 64]),
        "memory_gib": dice.pick(16, &[32, 64, 128]),
    })
    .to_string()
}

/// What the identity of this number is called.
pub(crate) fn identity(number: usize) -> String {
    format!("{SERVER} build {}", 1_200 + number)
}

//! What is said of a license: the verdict, each check, and the facts. Pure, so that each has its test.

use crate::effect::Verification;
use crate::look::Look;
use crate::theme::Meaning;
use crate::widget::scroll::Pair;
use licentia_core::{Issuer, IssuerStatus, License, LicenseStatus, Limit, StatusRef, Timestamp, Validity};

/// How far verification came, by the code of its refusal: it looks at key, signature, vendor, bindings, time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Form,
    Key,
    Signature,
    Vendor,
    Bindings,
    Time,
    End,
}

fn reached(found: &Verification) -> Reached {
    match found.inspection.invalid.as_ref().map(|(code, _)| code.as_str()) {
        None => Reached::End,
        Some("expired" | "not_yet_valid") => Reached::Time,
        Some("unsupported_claim") => Reached::Bindings,
        Some("issuer_mismatch") => Reached::Vendor,
        Some("bad_signature") => Reached::Signature,
        Some("unknown_key") => Reached::Key,
        Some(_) => Reached::Form,
    }
}

/// That it holds, or why it does not.
pub(crate) fn verdict(found: &Verification, look: Look) -> Result<&'static str, String> {
    let claims = &found.inspection.claims;
    if let Some((code, message)) = &found.inspection.invalid {
        let why = match code.as_str() {
            "expired" => format!("it expired at {}", moment(claims.exp.unwrap_or_default(), look)),
            "not_yet_valid" => format!("it begins at {}", moment(claims.nbf.unwrap_or(claims.iat), look)),
            _ => message.clone(),
        };
        return Err(format!("It does not hold: {why}."));
    }
    match &found.license {
        Some(license) if license.status != LicenseStatus::Active => {
            Err(format!("It is {} here. Its signature, key and dates hold.", license.status))
        }
        Some(license) if !differences(found, license).is_empty() => {
            Err("It holds, but the database says something else of it. Verify the audit log.".to_owned())
        }
        _ => Ok("It holds: signature, key, dates and status are as they should be."),
    }
}

/// Why it cannot be taken in, if it cannot. Its time is no reason: what has expired was sold all the same.
pub(crate) fn refusal(found: &Verification, look: Look) -> Option<String> {
    if let Some(license) = &found.license {
        return Some(format!("It is here already, as license {} ({}).", license.id.short(), license.status));
    }
    match reached(found) {
        Reached::Time | Reached::End => None,
        Reached::Key => {
            Some("It was signed with a key that is not known here. Import that key as an issuer first.".to_owned())
        }
        _ => verdict(found, look).err(),
    }
}

/// Each check, in the order in which they are made.
pub(crate) fn checks(found: &Verification, look: Look) -> Vec<Pair> {
    let (inspection, reached) = (&found.inspection, reached(found));
    let claims = &inspection.claims;
    let key = match &inspection.issuer {
        Some(issuer) => Check::yes(issuer_words(issuer)),
        None => Check::no(format!("{} is not known here", inspection.kid)),
    };
    let signature = match reached {
        Reached::Form => Check::no("it cannot be read"),
        Reached::Key => Check::open("not looked at without the key"),
        Reached::Signature => Check::no("it does not match the text"),
        _ => Check::yes("it matches the text"),
    };
    let vendor = Check::after(reached, Reached::Vendor, &claims.iss);
    let mut pairs = vec![key.pair("key"), signature.pair("signature"), vendor.pair("vendor")];
    if let Some(bindings) = &claims.bindings {
        let machines = match bindings.machines().len() {
            0 => None,
            1 => Some("a machine".to_owned()),
            several => Some(format!("one of {several} machines")),
        };
        let totp = bindings.totp().map(|_| "a second factor".to_owned());
        let bound: Vec<_> = machines.into_iter().chain(totp).collect();
        pairs.push(Check::open(format!("for {}; looked at where it runs", bound.join(" and "))).pair("bindings"));
    }
    pairs.push(Check::after(reached, Reached::Time, dates(found, look)).pair("dates"));
    pairs.extend(here(found, look));
    pairs
}

/// What this home knows of it.
fn here(found: &Verification, look: Look) -> Vec<Pair> {
    let Some(license) = &found.license else { return vec![] };
    let active = license.status == LicenseStatus::Active;
    let mut pairs = vec![Check::new(active, license.status.as_str()).pair("status")];
    if let Some(revocation) = &found.revocation {
        let at = look.zoned(revocation.revoked_at);
        let said = format!("{} at {at} by {}", revocation.reason, revocation.actor);
        pairs.push(Check::no(said).pair("revoked"));
    }
    let differences = differences(found, license);
    pairs.push(if differences.is_empty() {
        Check::yes("it says the same as the token").pair("database")
    } else {
        Check::no(format!("it says something else: {}", differences.join(", "))).pair("database")
    });
    let claimed = found.inspection.claims.status.as_ref();
    pairs.push(match claimed.map(|status| &status.status_list) {
        Some(list) => Check::open(format!("number {} of {}", list.idx, list.uri)).pair("status list"),
        None => Check::open("none: it cannot be revoked in the field").pair("status list"),
    });
    if found.inspection.claims.identity.is_some() {
        pairs.push(Check::open("the program has to carry it").pair("identity"));
    }
    pairs
}

/// Where a row and its token part ways: somebody has edited one of them.
fn differences(found: &Verification, license: &License) -> Vec<&'static str> {
    let claims = &found.inspection.claims;
    let seconds = |at: Option<Timestamp>| at.map(Timestamp::seconds);
    let listed = claims.status.as_ref().map(|status| &status.status_list);
    let listed = listed.map(|list| StatusRef { idx: list.idx, uri: list.uri.clone() });
    let pairs = [
        ("subject", claims.sub == license.subject),
        ("audience", claims.aud == license.audience.0),
        ("not before", claims.nbf == seconds(license.not_before)),
        ("expires", claims.exp == seconds(license.not_after)),
        ("features", claims.features == license.features.0),
        ("limits", claims.limits == license.limits.0),
        ("payload", claims.payload == license.payload),
        ("jti", claims.jti == license.jti),
        ("status list", listed == license.status_list),
    ];
    pairs.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

/// What a license from elsewhere says, and as what it would be here.
pub(crate) fn facts(found: &Verification, look: Look) -> Vec<Pair> {
    let claims = &found.inspection.claims;
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    let issuer = found.inspection.issuer.as_ref();
    let mut facts = vec![
        Pair::new("subject", &claims.sub),
        Pair::new("audience", claims.aud.join(", ")),
        Pair::new("vendor", &claims.iss),
        Pair::new(
            "signed by",
            issuer.map_or_else(|| format!("an unknown key, {}", found.inspection.kid), issuer_words),
        ),
        Pair::new("issued", moment(claims.iat, look)),
        Pair::new("dates", dates(found, look)),
        Pair::new("features", or_none(claims.features.join(", "))),
        Pair::new("limits", or_none(limits(claims.limits.iter()))),
    ];
    if let Some(payload) = &claims.payload {
        facts.push(Pair::new("payload", payload.to_string()));
    }
    if found.license.is_none() && issuer.is_some() {
        let (status, why) = match found.inspection.before {
            Some(status) => (status, ", as it was when it was deleted here"),
            None => (LicenseStatus::Active, ""),
        };
        let meaning = if status == LicenseStatus::Active { Meaning::Good } else { Meaning::Warning };
        facts.push(Pair::new("will be", format!("{status}{why}")).meaning(meaning));
    }
    facts
}

fn limits<'a>(limits: impl Iterator<Item = (&'a String, &'a Limit)>) -> String {
    let parts = limits.map(|(name, limit)| match limit {
        Limit::Number(number) => format!("{name}={number}"),
        Limit::Text(text) => format!("{name}={text}"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn dates(found: &Verification, look: Look) -> String {
    let claims = &found.inspection.claims;
    let at = |seconds: Option<i64>| seconds.map(Timestamp::from_seconds);
    let begin = moment(claims.nbf.unwrap_or(claims.iat), look);
    let (begins, ends) = match claims.exp {
        Some(end) => (format!("from {begin} "), format!("until {}", moment(end, look))),
        None => (format!("from {begin}, "), "for ever".to_owned()),
    };
    let validity = match Validity::of(at(claims.nbf), at(claims.exp), look.now) {
        Validity::Valid => "",
        Validity::Expiring => " (expiring)",
        Validity::Expired => " (expired)",
        Validity::NotYetValid => " (not yet valid)",
    };
    format!("{begins}{ends}{validity}")
}

fn issuer_words(issuer: &Issuer) -> String {
    let note = match (issuer.status, issuer.can_sign) {
        (IssuerStatus::Retired, _) => ", retired",
        (_, false) => ", from elsewhere",
        _ => "",
    };
    format!("{} ({}{note})", issuer.name, issuer.id.short())
}

fn moment(seconds: i64, look: Look) -> String {
    look.zoned(Timestamp::from_seconds(seconds))
}

/// How a check ended, and what was seen.
struct Check(&'static str, Meaning, String);

impl Check {
    fn yes(said: impl Into<String>) -> Self {
        Self("ok", Meaning::Good, said.into())
    }

    fn no(said: impl Into<String>) -> Self {
        Self("NO", Meaning::Danger, said.into())
    }

    /// Said for whoever reads it; nothing follows from it.
    fn open(said: impl Into<String>) -> Self {
        Self("- ", Meaning::Muted, said.into())
    }

    fn new(good: bool, said: impl Into<String>) -> Self {
        if good { Self::yes(said) } else { Self::no(said) }
    }

    /// Of a check that comes late: not made where an earlier one failed, for then nothing is proven.
    fn after(reached: Reached, own: Reached, said: impl Into<String>) -> Self {
        match reached.cmp(&own) {
            std::cmp::Ordering::Less => Self::open(format!("not proven: {}", said.into())),
            std::cmp::Ordering::Equal => Self::no(said),
            std::cmp::Ordering::Greater => Self::yes(said),
        }
    }

    fn pair(self, name: &'static str) -> Pair {
        Pair::new(name, format!("{}  {}", self.0, self.2)).meaning(self.1)
    }
}

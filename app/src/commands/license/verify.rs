//! `licentia license verify`

mod report;

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::parse;
use clap::Args;
use licentia_core::{Timestamp, typed};
use licentia_license::machine::Fingerprint;
use licentia_license::totp::TotpSecret;
use licentia_license::{Evidence, License, TrustedKeys, Unchecked, Verdict, verify_signature};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Verify a license offline, as a licensed product does; needs no home.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 when it is valid, 3 when it is not; the code says why.

Example:
  licentia license verify acme.lic --keys keys.json --audience editor
  licentia license verify acme.lic --keys keys.json --status-list 3f0a52 --grace 14
  licentia license verify acme.lic --keys keys.json --machine auto")]
pub(crate) struct Verify {
    /// The .lic file; `-` is standard input.
    file: PathBuf,

    /// The keys to trust: JWKS, JWK, PEM, or 32 bytes in hex or base64url.
    #[arg(long, value_name = "JWKS")]
    keys: PathBuf,

    /// The product that the license has to be for.
    #[arg(long, value_name = "PRODUCT")]
    audience: Option<String>,

    /// The status list that the license names, as it was fetched from there.
    #[arg(long, value_name = "FILE")]
    status_list: Option<PathBuf>,

    /// Refuse a license that names a status list when none is given.
    #[arg(long)]
    require_status_list: bool,

    /// Refuse a status list that was issued before this: the time of the last one that was accepted.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    status_list_since: Option<Timestamp>,

    /// The machine that it runs on: `auto` for this one, or the file with its fingerprint.
    #[arg(long, value_name = "auto|FILE")]
    machine: Option<PathBuf>,

    /// The identity that the program carries: a file of 32 bytes.
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,

    /// The code that an authenticator shows.
    #[arg(long, value_name = "CODE", requires = "totp_secret")]
    totp: Option<String>,

    /// The secret that the host keeps for it: a file with Base32 or an `otpauth://` address.
    #[arg(long, value_name = "FILE", requires = "totp")]
    totp_secret: Option<PathBuf>,

    /// For how many days a license is still in grace after its end, or after its status list was due.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16))]
    grace: Option<u16>,

    /// The latest time that was ever seen here: a clock before it was set back.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    latest_seen: Option<Timestamp>,

    /// As if it were this time.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    at: Option<Timestamp>,
}

pub(crate) fn run(context: &Context, args: &Verify) -> Result {
    let keys = TrustedKeys::from_text(&context.text(&args.keys)?).map_err(|error| {
        Failure::new(format!("the keys in {} cannot be used", args.keys.display()))
            .because(error)
            .hint("`licentia issuer export --as jwks` writes the keys of all issuers.")
    })?;
    let text = context.license_text(&args.file)?;
    let now = args.at.unwrap_or_else(|| context.now()).seconds();
    let files = Files::read(context, args, &text, &keys)?;
    let verdict = License::verify(&text, &keys, &files.evidence(args), now);
    context.output.thing(&report::of(context.output.format, &verdict))?;
    if matches!(verdict, Verdict::Invalid { .. }) { Err(Failure::No) } else { Ok(()) }
}

/// What the files say that the command line names.
struct Files {
    list: Option<String>,
    machine: Option<Fingerprint>,
    identity: Option<Zeroizing<[u8; 32]>>,
    totp: Option<TotpSecret>,
}

impl Files {
    fn read(context: &Context, args: &Verify, license: &str, keys: &TrustedKeys) -> Result<Self> {
        let machine = match &args.machine {
            Some(auto) if auto == Path::new("auto") => this_machine(context, license, keys)?,
            Some(path) => Some(fingerprint(context, path)?),
            None => None,
        };
        Ok(Self {
            list: args.status_list.as_ref().map(|path| context.license_text(path)).transpose()?,
            machine,
            identity: args.identity.as_ref().map(|path| identity(context, path)).transpose()?,
            totp: args.totp_secret.as_ref().map(|path| totp_secret(context, path)).transpose()?,
        })
    }

    fn evidence<'a>(&'a self, args: &'a Verify) -> Evidence<'a> {
        const DAY: i64 = 86_400;
        let mut evidence = Evidence::new().grace(i64::from(args.grace.unwrap_or_default()) * DAY);
        if let Some(product) = &args.audience {
            evidence = evidence.audience(product);
        }
        if let Some(time) = args.latest_seen {
            evidence = evidence.latest_seen(time.seconds());
        }
        if let Some(identity) = &self.identity {
            evidence = evidence.identity(identity);
        }
        if let Some(machine) = &self.machine {
            evidence = evidence.machine(machine);
        }
        if let (Some(code), Some(secret)) = (&args.totp, &self.totp) {
            evidence = evidence.totp(code, secret);
        }
        if let Some(list) = &self.list {
            evidence = evidence.status_list(list);
        }
        if args.require_status_list {
            evidence = evidence.require_status_list();
        }
        if let Some(time) = args.status_list_since {
            evidence = evidence.newest_status_list(time.seconds());
        }
        evidence
    }
}

fn identity(context: &Context, path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(context.bytes(path)?);
    let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
        Failure::new(format!("{} is not an identity", path.display()))
            .because(format!("It has {} bytes instead of 32.", bytes.len()))
            .hint("`licentia identity export` writes the file that a program carries.")
    })?;
    Ok(Zeroizing::new(bytes))
}

/// A fingerprint is made for the vendor of the license, and only if it is of use: it takes a moment.
fn this_machine(context: &Context, license: &str, keys: &TrustedKeys) -> Result<Option<Fingerprint>> {
    let Ok(license) = verify_signature(license, keys) else { return Ok(None) };
    if !license.unchecked.contains(&Unchecked::Machine) {
        return Ok(None);
    }
    let made = context.machine().fingerprint(&license.claims.iss, None).map_err(|error| {
        Failure::new("this machine has no fingerprint")
            .because(error)
            .hint("`licentia machine fingerprint` shows what there is to tell it from others.")
    })?;
    Ok(Some(made))
}

fn fingerprint(context: &Context, path: &Path) -> Result<Fingerprint> {
    typed::fingerprint(&context.text(path)?).map_err(|error| {
        Failure::new(format!("{} is not a machine fingerprint", path.display()))
            .because(error)
            .hint("`licentia machine fingerprint --out FILE` writes one on the machine; a probe's result has one too.")
    })
}

fn totp_secret(context: &Context, path: &Path) -> Result<TotpSecret> {
    let text = Zeroizing::new(context.text(path)?);
    TotpSecret::from_text(&text).ok_or_else(|| {
        Failure::new(format!("{} has no secret for an authenticator", path.display()))
            .because("It is neither Base32 nor an `otpauth://` address.")
            .hint("It was shown once, when the license was issued.")
    })
}

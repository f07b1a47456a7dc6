//! The options that `license issue` and `license reissue` share: what a license says.

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::file::NewFile;
use crate::parse;
use clap::Args;
use licentia_core::{Fingerprint, IdentityId, IssuerId, License, Licenses, Licentia, Limit, Term, Timestamp, typed};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// Whom the license is for.
    #[arg(long)]
    pub subject: Option<String>,

    /// A product that it is for; may be repeated.
    #[arg(long, value_name = "PRODUCT")]
    pub audience: Vec<String>,

    /// The issuer that signs, by name or id; the active one unless told.
    #[arg(long, value_name = "ID")]
    pub issuer: Option<String>,

    /// From when it is valid.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    pub not_before: Option<Timestamp>,

    #[command(flatten)]
    pub term: TermOptions,

    /// Something that it switches on; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub feature: Vec<String>,

    /// How much of something; a number if it reads as one; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse::limit)]
    pub limit: Vec<(String, Limit)>,

    /// Whatever else the product wants to know: JSON, or @ and a file of JSON.
    #[arg(long, value_name = "JSON|@FILE")]
    pub payload: Option<String>,

    /// The identity that the licensed program has to carry, by name or id.
    #[arg(long, value_name = "ID")]
    pub identity: Option<String>,

    /// A machine that it runs on, any one of them will do; may be repeated. A fingerprint (its file, or the text
    /// lmachine_…), or a probe's result (its file, or probe:ID).
    #[arg(long, value_name = "FP")]
    pub machine: Vec<String>,

    /// How many components of a machine have to agree: 2 unless told, or the one that there is.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=5))]
    pub require: Option<u32>,

    /// Make a TOTP secret that its holder has to have; it is shown this once.
    #[arg(long)]
    pub totp: bool,

    /// Write the .lic file too, readable by you alone; it must not exist yet.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// How long it is valid.
#[derive(Args, Clone, Copy, Debug)]
#[group(multiple = false)]
pub(crate) struct TermOptions {
    /// When it ends.
    #[arg(long, value_name = "TIME", value_parser = parse::time)]
    expires: Option<Timestamp>,

    /// How many days it is valid from its start.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    days: Option<u32>,

    /// It never ends.
    #[arg(long)]
    perpetual: bool,
}

impl TermOptions {
    pub(crate) fn term(self) -> Option<Term> {
        match self {
            Self { perpetual: true, .. } => Some(Term::Perpetual),
            Self { days: Some(days), .. } => Some(Term::Days(days)),
            Self { expires, .. } => expires.map(Term::Until),
        }
    }
}

impl Fields {
    pub(crate) fn limits(&self) -> Result<BTreeMap<String, Limit>> {
        let mut limits = BTreeMap::new();
        for (key, value) in &self.limit {
            if limits.insert(key.clone(), value.clone()).is_some() {
                return Err(Failure::usage(format!("the limit {key} is given twice")));
            }
        }
        Ok(limits)
    }

    pub(crate) fn payload(&self, context: &Context) -> Result<Option<Value>> {
        let Some(given) = &self.payload else {
            return Ok(None);
        };
        let text = match given.strip_prefix('@') {
            Some(path) => context.text(Path::new(path))?,
            None => given.clone(),
        };
        typed::payload(&text).map(Some).map_err(|why| Failure::usage("the payload cannot be used").because(why))
    }

    /// Makes sure of the place for the file before anything is signed.
    pub(crate) fn reserve(&self) -> Result<Option<NewFile>> {
        self.out.as_deref().map(NewFile::reserve).transpose()
    }
}

pub(crate) async fn issuer(licentia: &Licentia, text: Option<&str>) -> Result<Option<IssuerId>> {
    Ok(match text {
        Some(text) => Some(licentia.issuers().resolve(text).await?.id),
        None => None,
    })
}

pub(crate) async fn identity(licentia: &Licentia, text: Option<&str>) -> Result<Option<IdentityId>> {
    Ok(match text {
        Some(text) => Some(licentia.identities().resolve(text).await?.id),
        None => None,
    })
}

/// The machines that `--machine` names.
pub(crate) async fn machines(context: &Context, licentia: &Licentia, given: &[String]) -> Result<Vec<Fingerprint>> {
    let mut machines = Vec::with_capacity(given.len());
    for given in given {
        let (text, whose) = if given.starts_with("lmachine_") {
            (given.clone(), "the text of --machine".to_owned())
        } else if let Some(id) = given.strip_prefix("probe:") {
            let probe = licentia.probes().resolve(id).await?;
            let result = probe.result.ok_or_else(|| {
                Failure::new(format!("probe {} has no result yet", probe.id))
                    .hint("Take it in with `licentia probe consume`, or give the file that came back.")
            })?;
            (result, format!("the result of probe {}", probe.id))
        } else {
            (context.text(Path::new(given))?, given.clone())
        };
        let unfit = |why: String| {
            Failure::new(format!("{whose} is no machine fingerprint"))
                .because(why)
                .hint("On the machine run `licentia machine fingerprint --vendor ID --out FILE`.")
        };
        machines.push(typed::fingerprint(&text).map_err(unfit)?);
    }
    Ok(machines)
}

/// Writes the file of a license that is signed and recorded already.
pub(crate) fn write(license: &License, out: Option<NewFile>) -> Result {
    let Some(out) = out else { return Ok(()) };
    out.finish(Licenses::armored(license).as_bytes()).map_err(|failure| {
        failure.hint(format!(
            "The license was issued all the same; `licentia license export {} --out FILE` writes it.",
            license.id
        ))
    })
}

/// Says what a license without a status address can never do.
pub(crate) fn note_if_irrevocable(context: &Context, license: &License) {
    if license.status_list.is_none() {
        context.output.note(
            "This license cannot be revoked in the field: its issuer has no status address. \
             A revocation is recorded here, and products do not learn of it.",
        );
    }
}

/// Whether new licenses carry the latest checkpoint, as `config.toml` says.
pub(crate) fn set_log_claim(context: &Context, licentia: &Licentia) -> Result {
    licentia.set_log_claim(context.config()?.license.log);
    Ok(())
}

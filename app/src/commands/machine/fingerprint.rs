//! `licentia machine fingerprint`

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::file::NewFile;
use crate::view;
use clap::Args;
use licentia_core::{Component, Fingerprint};
use licentia_license::machine::collect::Found;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Make the fingerprint of this machine, for a license that is bound to it.
///
/// What identifies the machine never leaves it: each component is stretched with the vendor's salt. Binding deters
/// copying; it does not stop somebody with a debugger, or who knows the ids of a licensed machine.
#[derive(Debug, Args)]
#[command(after_help = "\
Needs no home and no passphrase. Some ids can be read by an administrator only: run it as the user who runs the product.

Examples:
  licentia machine fingerprint --vendor acme --out build7.json
  licentia machine fingerprint --vendor acme --label \"build server\"")]
pub(crate) struct MachineFingerprint {
    /// The vendor of the license, as the vendor says it: `iss` of its licenses.
    #[arg(long, value_name = "ID")]
    vendor: String,

    /// What people call this machine; it goes to the vendor.
    #[arg(long)]
    label: Option<String>,

    /// Write the fingerprint to a file, which must not exist yet.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, args: MachineFingerprint) -> Result {
    let out = args.out.as_deref().map(NewFile::reserve).transpose()?;
    let found = Found::here();
    let fingerprint = found.fingerprint(&args.vendor, args.label).map_err(|why| {
        Failure::new("this machine has no fingerprint")
            .because(why.to_string())
            .hint("Run it outside of containers, as a user who may read the ids of the machine.")
    })?;
    if let Some(container) = found.container() {
        let not_trusted: Vec<_> = found.not_trusted().map(Component::name).collect();
        context.output.note(&match not_trusted.as_slice() {
            [] => format!("This is a container ({container})."),
            some => format!(
                "This is a container ({container}): {} come from its image or its runtime, and are not to be trusted.",
                some.join(", ")
            ),
        });
    }
    if !fingerprint.trusted().any(|(kind, _)| kind.is_high_entropy()) {
        context.output.note(
            "No license can be bound to this: neither a machine id nor a product id was found that can be trusted.",
        );
    }
    if let Some(out) = out {
        out.finish(format!("{}\n", fingerprint.to_json()).as_bytes())?;
    }
    context.output.thing(&shown(&fingerprint, found.container(), args.out.as_deref()))
}

fn shown(fingerprint: &Fingerprint, container: Option<&str>, path: Option<&Path>) -> crate::output::Object {
    view::object(json!({
        "vendor": fingerprint.vendor(),
        "label": fingerprint.label(),
        "components": fingerprint.components().keys().collect::<Vec<_>>(),
        "not_trusted": fingerprint.not_trusted(),
        "container": container,
        "text": fingerprint.to_text(),
        "path": path,
    }))
}

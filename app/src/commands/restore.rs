//! `licentia restore`

use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::Result;
use crate::passphrase::{self, Question};
use crate::view;
use clap::Args;
use licentia_core::{Restore as Doing, RestoreRequest, Restored};
use serde_json::json;
use std::path::PathBuf;

/// Put a backup in the place of the database, and write down what is abandoned by that.
///
/// What was revoked since the backup stays revoked: the database in use says it, and the published status lists do. A
/// database in use that does not verify, or is older than what was seen here, is not relied on.
/// It takes the passphrase that held when the backup was made. The database from before is kept beside the new one.
#[derive(Debug, Args)]
#[command(after_help = "\
Every other Licentia that works on this home has to be left first.
Others who saw the abandoned part accept the restore with `licentia audit accept SEQ`.

Examples:
  licentia restore /mnt/safe/licentia-2026-05-20.db
  licentia restore /mnt/safe/licentia-2026-05-20.db --published /srv/www/status")]
pub(crate) struct Restore {
    /// A backup that `licentia backup` made, or any other copy of the database.
    file: PathBuf,

    /// A directory of status lists as they were published: what they call revoked stays revoked too. Needed where the
    /// database in use is lost or cannot be relied on.
    #[arg(long, value_name = "DIR")]
    published: Option<PathBuf>,

    /// Go on where nobody knows what was revoked since, or where nothing would be abandoned.
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    acting: Acting,
}

pub(crate) async fn run(context: &Context, args: Restore) -> Result {
    let actor = context.actor(&args.acting)?;
    let request = RestoreRequest { file: args.file, published: args.published, force: args.force };
    let progress = context.progress("verifying");
    let doing = Box::pin(Doing::begin(context.place()?, context.ambient.clone(), &request, progress)).await?;
    let question = format!("Passphrase of {} (it may be older than today's): ", doing.passphrase_since());
    let passphrase = match passphrase::find(context, &Question::existing(question)) {
        Ok(passphrase) => passphrase,
        Err(failure) => {
            doing.give_up().await;
            return Err(failure);
        }
    };
    let restored = Box::pin(doing.finish(&passphrase, actor)).await?;
    tell(context, &restored)
}

fn tell(context: &Context, restored: &Restored) -> Result {
    let abandoned = &restored.abandoned;
    context.output.thing(&view::object(json!({
        "fingerprint": restored.fingerprint,
        "restored_size": restored.restored_size,
        "abandoned_size": abandoned.size,
        "abandoned_head": abandoned.head,
        "abandoned_verified": abandoned.verified,
        "shared_size": abandoned.shared_size,
        "carried": restored.carried,
        "carried_from": restored.carried_from,
        "seq": restored.seq,
        "epoch": restored.epoch,
        "key_id": restored.key_id,
        "forced": restored.forced,
        "kept": restored.kept,
    })))?;
    if context.output.format == Format::Table {
        context.output.note(&format!(
            "Entry {} says what was abandoned. Who saw that elsewhere accepts it with `licentia audit accept {}`.",
            restored.seq, restored.seq
        ));
    }
    if let Some(at) = restored.published_at {
        context.output.note(&format!("The oldest published list is of {at}; what was revoked later is not in it."));
    }
    if !restored.is_complete {
        context
            .output
            .note("WARNING: nobody knows all that was revoked since the backup. Those licenses are valid again.");
    }
    if let Some(why) = &restored.pin_failed {
        context.warn("the restore is done, but the pin could not be moved", why);
        context.output.note(&format!("  Then accept it here too: `licentia audit accept {}`.", restored.seq));
    }
    Ok(())
}

//! The command lines about issuers, identities and probes.

use super::Command;
use crate::effect::{IdentityChange, IssuerChange, KeyForm, KeySource, ProbeChange, Saving};

pub(super) fn issuer(change: &IssuerChange) -> Result<Command, String> {
    Ok(match change {
        IssuerChange::Create(new) => {
            Command::new("issuer create").name(&new.name).maybe("--status-url", new.status_url.as_deref())
        }
        IssuerChange::Import { source: KeySource::Path(path), name, passphrase: _, kid: _ } => {
            Command::new("issuer import").name_of_file(path).maybe("--name", name.as_deref())
        }
        IssuerChange::Import { source: KeySource::Text(_), .. } => {
            return Err("it takes in a key from a file, and this one was pasted".to_owned());
        }
        IssuerChange::Activate { id } => Command::new("issuer activate").word(id),
        IssuerChange::Retire { id } => Command::new("issuer retire").word(id),
        IssuerChange::Delete { id } => Command::new("issuer delete").word(id),
    })
}

pub(super) fn identity(change: &IdentityChange) -> Command {
    match change {
        IdentityChange::Create { name } => Command::new("identity create").name(name),
        IdentityChange::Regenerate { id } => Command::new("identity regenerate").word(id),
        IdentityChange::Delete { id } => Command::new("identity delete").word(id),
        IdentityChange::Export { id, path } => Command::new("identity export").word(id).path("--out", path),
    }
}

pub(super) fn probe(change: &ProbeChange) -> Result<Command, String> {
    Ok(match change {
        ProbeChange::Create(new) => {
            Command::new("probe create").option("--label", &new.label).option("--ttl", ttl(new.ttl_seconds))
        }
        ProbeChange::TakeIn { id, .. } => Command::new("probe inbox --consume").word(id),
        ProbeChange::SetAside { .. } => {
            return Err("no command does it: by hand, move the file into `aside` in the inbox".to_owned());
        }
        ProbeChange::Cancel { id } => Command::new("probe cancel").word(id),
        ProbeChange::Consume { .. } => {
            return Err(format!("{SECRET}: put it into a file, and run probe consume --token-file FILE --file RESULT"));
        }
    })
}

pub(super) fn save(saving: &Saving, path: &str) -> Result<Command, String> {
    match saving {
        Saving::PublicKey { id, form } => Ok(match form {
            KeyForm::Pem => Command::new("issuer export").word(id).option("--as", "pem"),
            KeyForm::Jwk => Command::new("issuer export").word(id).option("--as", "jwk"),
            KeyForm::AllJwks => Command::new("issuer export").option("--as", "jwks"),
        }
        .path(">", path)),
        Saving::Token(_) => Err(format!("{SECRET}, and probe create shows it once")),
    }
}

const SECRET: &str = "a token is a secret that no command line should hold";

/// In the largest unit that says it exactly.
fn ttl(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    match units.into_iter().find(|(unit, _)| seconds % unit == 0) {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

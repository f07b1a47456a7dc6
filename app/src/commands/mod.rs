//! The commands, one file each: the arguments, whose comments are the help, and one short function.

mod audit;
mod backup;
mod completions;
mod demo;
mod doctor;
mod identity;
mod init;
mod issuer;
mod license;
mod machine;
mod man;
mod probe;
mod restore;
mod revocation;
mod vault;
mod witness;

use crate::context::Context;
use crate::failure::Result;
use crate::screen;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Demo(demo::Demo),
    /// Look after the keys that sign.
    #[command(subcommand)]
    Issuer(issuer::Issuer),
    /// Issue, reissue, revoke and look at licenses.
    #[command(subcommand)]
    License(license::License),
    /// Publish which licenses are revoked.
    #[command(subcommand)]
    Revocation(revocation::Revocation),
    /// Look after the secrets that licensed programs carry.
    #[command(subcommand)]
    Identity(identity::Identity),
    /// Tell one machine from another, for licenses that are bound to one.
    #[command(subcommand)]
    Machine(machine::Machine),
    /// Make one-time tokens for machines to be licensed, and take in what comes back.
    #[command(subcommand)]
    Probe(probe::Probe),
    /// Browse, export and verify the audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Look after the vault that holds the secrets.
    #[command(subcommand)]
    Vault(vault::Vault),
    /// Be a witness that signs the checkpoints of other logs.
    #[command(subcommand)]
    Witness(witness::Witness),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::Man),
}

/// Does what the command line says; without a command the screen opens.
pub(crate) async fn dispatch(context: &Context, command: Option<Command>) -> Result {
    let Some(command) = command else {
        return screen::open(context).await;
    };
    match command {
        Command::Init(args) => init::run(context, args).await,
        Command::Demo(args) => demo::run(context, args).await,
        Command::Issuer(verb) => issuer::dispatch(context, verb).await,
        Command::License(verb) => license::dispatch(context, verb).await,
        Command::Revocation(verb) => revocation::dispatch(context, verb).await,
        Command::Identity(verb) => identity::dispatch(context, verb).await,
        Command::Machine(verb) => machine::dispatch(context, verb),
        Command::Probe(verb) => probe::dispatch(context, verb).await,
        Command::Audit(verb) => audit::dispatch(context, verb).await,
        Command::Vault(verb) => vault::dispatch(context, verb).await,
        Command::Witness(verb) => witness::dispatch(context, verb).await,
        Command::Backup(args) => backup::run(context, args).await,
        Command::Restore(args) => restore::run(context, args).await,
        Command::Doctor(args) => doctor::run(context, args).await,
        Command::Completions(args) => completions::run(context, args),
        Command::Man(args) => man::run(context, &args),
    }
}

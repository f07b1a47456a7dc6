//! The program `licentia`: commands, configuration, wiring and the printing of errors.
//!
//! A library with a three-line binary, so that tests can build the same program with another clock.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "a test that cannot go on should say so by panicking"
    )
)]

mod ambient;
mod args;
mod commands;
mod config;
mod context;
mod demo;
mod failure;
mod file;
mod http;
mod output;
mod parse;
mod passphrase;
mod place;
mod probe;
mod progress;
mod screen;
mod surroundings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod view;
mod witness;

pub use surroundings::{Ask, Machine, Surroundings, Variable};

use args::{Cli, Format};
use clap::Parser;
use context::Context;
use failure::Failure;
use output::Output;
use std::ffi::OsString;
use std::process::ExitCode;

/// The program: takes everything from this process and answers with its exit status.
#[must_use]
pub fn main() -> ExitCode {
    harden();
    ExitCode::from(run(std::env::args_os(), Surroundings::of_this_process()))
}

/// The program with surroundings of the caller's choice.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>, surroundings: Surroundings) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    match Cli::try_parse_from(&args) {
        Ok(cli) => {
            let context = Context::new(cli.global, surroundings);
            let result = block_on(commands::dispatch(&context, cli.command));
            context.output.finish(result).code()
        }
        Err(error) => {
            let format = Format::asked_for(&args);
            Output::new(format, surroundings.stdout, surroundings.stderr).finish_unparsed(&error).code()
        }
    }
}

fn block_on(work: impl Future<Output = failure::Result>) -> failure::Result {
    // More than a small machine has cores: signing and verifying keep a thread each, and reading goes on beside them.
    let threads = std::thread::available_parallelism().map_or(1, usize::from).max(4);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|error| Failure::new("the program cannot start its threads").because(error))?;
    let result = runtime.block_on(work);
    // Whatever is still under way was given up, such as a request that a witness does not answer.
    runtime.shutdown_background();
    result
}

/// No core dump may hold a key, and no file that is made here is for others to read.
fn harden() {
    use rustix::process::{Resource, Rlimit, setrlimit, umask};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // A system without the limit has no core dumps to forbid either.
    let _ = setrlimit(Resource::Core, none);
    umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

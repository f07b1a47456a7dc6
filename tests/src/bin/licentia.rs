//! The program as it is, with a clock that a test may set: `LICENTIA_TEST_NOW`, in RFC 3339; and with a machine that it
//! may make up: `LICENTIA_TEST_MACHINE`, a directory that is the root of its system.

use licentia::Surroundings;
use licentia_core::Ambient;
use licentia_license::machine::collect::Found;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Ok(now) = std::env::var("LICENTIA_TEST_NOW") else {
        return licentia::main();
    };
    let Some(now) = licentia_tests::time(&now) else {
        return ExitCode::from(99);
    };
    let ambient = Ambient::new(move || now, licentia_tests::fill);
    let mut surroundings = Surroundings { ambient, ..Surroundings::of_this_process() };
    if let Some(root) = std::env::var_os("LICENTIA_TEST_MACHINE") {
        surroundings.machine = Box::new(move || Found::on_linux(Path::new(&root)));
    }
    // Under its own name, as help and usage show it.
    let args = std::iter::once("licentia".into()).chain(std::env::args_os().skip(1));
    ExitCode::from(licentia::run(args, surroundings))
}

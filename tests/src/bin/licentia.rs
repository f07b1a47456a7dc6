//! The program as it is, with a clock that a test may set: `LICENTIA_TEST_NOW`, in RFC 3339.

use licentia::Surroundings;
use licentia_core::Ambient;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Ok(now) = std::env::var("LICENTIA_TEST_NOW") else {
        return licentia::main();
    };
    let Some(now) = licentia_tests::time(&now) else {
        return ExitCode::from(99);
    };
    let ambient = Ambient::new(move || now, licentia_tests::fill);
    let surroundings = Surroundings { ambient, ..Surroundings::of_this_process() };
    // Under its own name, as help and usage show it.
    let args = std::iter::once("licentia".into()).chain(std::env::args_os().skip(1));
    ExitCode::from(licentia::run(args, surroundings))
}

//! Verifies a license offline. Run by .ci/run on every case that the command line is run on.
//!
//! ```text
//! licentia-integrate LICENSE KEYS AUDIENCE [STATUS_LIST]
//! ```
//!
//! Prints `valid`, the claims and what was not checked, and exits with 0; or prints the reason and exits with 3.

use std::error::Error;
use std::fs::read_to_string;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use licentia_license::{Evidence, License, TrustedKeys};

fn run(license: &str, keys: &str, audience: &str, list: Option<&String>) -> Result<ExitCode, Box<dyn Error>> {
    let keys = TrustedKeys::from_text(&read_to_string(keys)?)?;
    let list = list.map(read_to_string).transpose()?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let mut evidence = Evidence::new().audience(audience);
    if let Some(list) = &list {
        // A product remembers the `iat` of the newest list that it accepted, and adds `newest_status_list`.
        evidence = evidence.status_list(list);
    }
    match License::verify(&read_to_string(license)?, &keys, &evidence, now).usable() {
        Ok(license) => {
            println!("valid\n{}", serde_json::to_string(&license.claims)?);
            let unchecked: Vec<_> = license.unchecked.iter().map(|left| left.code()).collect();
            if !unchecked.is_empty() {
                println!("unchecked: {}", unchecked.join(" "));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            println!("{}", why.code());
            eprintln!("{why}. {}", why.hint());
            Ok(ExitCode::from(3))
        }
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [license, keys, audience] => run(license, keys, audience, None),
        [license, keys, audience, list] => run(license, keys, audience, Some(list)),
        _ => {
            eprintln!("usage: licentia-integrate LICENSE KEYS AUDIENCE [STATUS_LIST]");
            Ok(ExitCode::from(2))
        }
    }
}

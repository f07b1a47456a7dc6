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

use licentia_license::status_list::{Freshness, StatusList, WithoutList};
use licentia_license::{Expectation, Invalid, TrustedKeys, Verified, verify};

fn verified(text: &str, keys: &TrustedKeys, audience: &str, list: Option<&str>, now: i64) -> Result<Verified, Invalid> {
    let license = verify(text, keys, &Expectation::new(audience, now))?;
    // A product remembers the `iat` of the newest list that it accepted, and hands it in as `newest_seen`.
    let list = list.map(|text| StatusList::verify(text, keys, &Freshness::at(now))).transpose()?;
    license.check_status(list.as_ref(), WithoutList::Accept)
}

fn run(license: &str, keys: &str, audience: &str, list: Option<&String>) -> Result<ExitCode, Box<dyn Error>> {
    let keys = TrustedKeys::from_text(&read_to_string(keys)?)?;
    let list = list.map(read_to_string).transpose()?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    match verified(&read_to_string(license)?, &keys, audience, list.as_deref(), now) {
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

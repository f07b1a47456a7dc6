//! A process that works on a database in a loop, next to others.
//!
//! `licentia-worker issue DATABASE PINS ACTOR COUNT` issues so many licenses, each in a transaction of its own, and
//! writes the id of each on a line once it was told that it is on disk.
//! `licentia-worker rotate DATABASE PINS COUNT` gives the log so many new keys, one after the other, with a license after
//! each, and says so in the same way.
//! `licentia-worker read DATABASE PINS` reads, lists and verifies until its input ends, and says how often it did.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a worker that cannot go on says so by panicking")]

use licentia_core::audit::{AuditFilter, VerifyRequest};
use licentia_core::{IssueRequest, LicenseFilter, Licentia, Place, Term};
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let place = |database: &str, pins: &str| Place { database: database.into(), pins: Some(pins.into()) };
    match args.as_slice() {
        ["issue", database, pins, actor, count] => {
            licentia_tests::block_on(issue(place(database, pins), actor, count.parse().unwrap()));
        }
        ["rotate", database, pins, count] => {
            licentia_tests::block_on(rotate(place(database, pins), count.parse().unwrap()));
        }
        ["read", database, pins] => licentia_tests::block_on(read(place(database, pins))),
        _ => std::process::exit(2),
    }
}

async fn issue(place: Place, actor: &str, count: u32) {
    let (licentia, operator) = licentia_tests::unlock(place, licentia_tests::real(), actor).await;
    for number in 0..count {
        let license =
            licentia.licenses().issue(&operator, request(&format!("{actor} {number}"))).await.unwrap().license;
        // Flushed at the line's end: whoever reads it may rely on the license.
        println!("{}", license.id);
        std::io::stdout().flush().unwrap();
    }
    licentia.move_pin().await.unwrap();
    licentia.close().await;
}

async fn rotate(place: Place, count: u32) {
    let (licentia, mut operator) = licentia_tests::unlock(place, licentia_tests::real(), "rotator").await;
    for number in 0..count {
        operator = licentia.audit().rotate_key(&operator).await.unwrap().operator;
        let license =
            licentia.licenses().issue(&operator, request(&format!("rotator {number}"))).await.unwrap().license;
        println!("{}", license.id);
        std::io::stdout().flush().unwrap();
    }
    licentia.move_pin().await.unwrap();
    licentia.close().await;
}

fn request(subject: &str) -> IssueRequest {
    IssueRequest::new(subject, ["editor"], Term::Days(365))
}

async fn read(place: Place) {
    let over = Arc::new(AtomicBool::new(false));
    let watching = {
        let over = Arc::clone(&over);
        std::thread::spawn(move || {
            // Whatever comes, its end is the sign.
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            over.store(true, Ordering::SeqCst);
        })
    };
    let licentia = Licentia::open_for_reading(place, licentia_tests::real()).await.unwrap();
    let (mut rounds, mut before) = (0, 0);
    while !over.load(Ordering::SeqCst) {
        let listed = licentia.licenses().list(&LicenseFilter::default(), None, 50).await.unwrap().items;
        let entries = licentia.audit().list(&AuditFilter::default(), None, 50).await.unwrap().items;
        assert!(entries.is_sorted_by(|one, next| one.seq == next.seq + 1), "the page has a gap");
        for license in listed.iter().take(5) {
            licentia.licenses().get(license.id).await.unwrap();
        }
        let report = licentia.audit().verify(&VerifyRequest::default(), Arc::new(|_, _| {})).await.unwrap();
        assert!(report.verified, "{report:?}");
        assert!(report.to >= before, "the log became shorter");
        before = report.to;
        rounds += 1;
    }
    licentia.close().await;
    watching.join().unwrap();
    println!("{rounds}");
}

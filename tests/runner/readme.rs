//! The tour in the README is true: its lines are run as they stand there.

use crate::{PROGRAM, empty};
use std::path::Path;

/// The blocks that begin with ```` ```sh tour ````.
fn tours(text: &str) -> Vec<String> {
    let blocks = text.split("```sh tour\n").skip(1);
    blocks.map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_line_of_the_tour_runs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let tours = tours(&std::fs::read_to_string(path).expect("README.md"));
    assert!(!tours.is_empty(), "README.md has no block that begins with ```sh tour");
    for tour in tours {
        let commands = tour.lines().filter(|line| line.contains("licentia ")).count();
        assert!(commands >= 10, "the tour has only {commands} commands");
        let mut shell = empty();
        for name in ["LICENTIA_HOME", "LICENTIA_PIN_DIR", "LICENTIA_PASSPHRASE", "LICENTIA_ACTOR", "LICENTIA_TEST_NOW"]
        {
            shell.set(name, None);
        }
        std::fs::create_dir(shell.path("bin")).unwrap();
        std::os::unix::fs::symlink(PROGRAM, shell.path("bin/licentia")).unwrap();
        let path = format!("{}:/usr/bin:/bin", shell.path("bin").display());
        let root = shell.root().display().to_string();
        shell.set("PATH", &*path).set("TMPDIR", &*root);
        let output = shell
            .other_command(Path::new("/bin/bash"), ["-euo", "pipefail", "-c", &tour])
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(output.status.success(), "the tour ended with {}\n{}\n{}", output.status, said[0], said[1]);
        assert_eq!(said[0].matches("\nVERIFIED").count(), 4, "{}", said[0]);
    }
}

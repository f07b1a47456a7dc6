//! Completions and the manual.

use crate::empty;

#[test]
fn completions_of_every_shell() {
    let shell = empty();
    for name in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = shell.run(&format!("completions {name}")).done();
        assert!(run.out().contains("licentia") && run.out().contains("revoke"), "{name}");
        assert_eq!(run.err(), "");
    }
    if std::path::Path::new("/bin/bash").exists() {
        shell.write("completions.bash", shell.run("completions bash").done().stdout);
        let checked = std::process::Command::new("/bin/bash").arg("-n").arg(shell.path("completions.bash")).status();
        assert!(checked.unwrap().success());
    }
}

#[test]
fn a_page_of_the_manual_for_every_command() {
    let shell = empty();
    shell.run("man --out pages").done();
    let pages: Vec<String> = std::fs::read_dir(shell.path("pages"))
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    for page in ["licentia.1", "licentia-license-issue.1", "licentia-audit-verify.1", "licentia-init.1"] {
        assert!(pages.iter().any(|name| name == page), "no {page} in {pages:?}");
    }
    assert!(shell.read("pages/licentia-license-issue.1").contains("subject"));
    shell.write("file", "");
    shell.run("man --out file").refused("file");
}

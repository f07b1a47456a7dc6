use super::*;
use crate::args::Global;
use crate::testing::Scene;
use std::os::unix::fs::PermissionsExt;

const NEW: Question = Question::new("New: ", "Again: ");

fn context(scene: &Scene) -> Context {
    Context::new(Global::default(), scene.surroundings())
}

/// A passphrase does not show itself; it is recognized by what it opens.
fn is(passphrase: &Passphrase, text: &str) -> bool {
    use licentia_core::secret::{KdfParams, derive};
    let key = |passphrase| derive(passphrase, &KdfParams::cheapest([0; 16])).unwrap();
    *key(passphrase) == *key(&Passphrase::new(text.to_owned()).unwrap())
}

fn file(directory: &tempfile::TempDir, name: &str, text: &str, mode: u32) -> String {
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_option_goes_before_the_environment_and_that_before_the_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let mut scene = Scene { typed: Some(["from the terminal"].into()), ..Scene::default() };
    let mut global = Global::default();
    let found = |scene: &Scene, global: &Global| {
        find(&Context::new(global.clone(), scene.surroundings()), &Question::existing("?")).unwrap()
    };
    assert!(is(&found(&scene, &global), "from the terminal"));
    scene.variables.insert("LICENTIA_PASSPHRASE", "from the environment".to_owned());
    assert!(is(&found(&scene, &global), "from the environment"));
    scene.variables.insert("LICENTIA_PASSPHRASE_FILE", file(&directory, "a", "from its file", 0o600));
    assert!(is(&found(&scene, &global), "from its file"));
    global.passphrase_file = Some(file(&directory, "b", "from the option", 0o600).into());
    assert!(is(&found(&scene, &global), "from the option"));
    assert_eq!(scene.stderr.text(), "");
}

#[test]
fn only_the_first_line_counts_and_only_its_end_is_cut() {
    for (text, passphrase) in [("one\n", "one"), ("one\r\n", "one"), ("one\ntwo\n", "one"), (" one \t\n", " one \t")] {
        assert!(is(&first_line(text).unwrap(), passphrase), "{text:?}");
    }
    for text in ["", "\n", "\ntwo"] {
        assert_eq!(first_line(text).unwrap_err().status(), crate::failure::Status::Refused);
    }
}

#[test]
fn a_file_that_others_can_read_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "open", "one\n", 0o644);
    let scene = Scene::default();
    other(&context(&scene), Some(Path::new(&path)), &NEW, "--x FILE").unwrap();
    assert!(scene.stderr.text().starts_with("warning: others on this machine can read"));
}

#[test]
fn a_new_passphrase_is_typed_twice_alike() {
    let scene = Scene { typed: Some(["one", "one"].into()), ..Scene::default() };
    assert!(is(&find(&context(&scene), &NEW).unwrap(), "one"));
    let scene = Scene { typed: Some(["one", "two"].into()), ..Scene::default() };
    assert!(find(&context(&scene), &NEW).is_err());
}

#[test]
fn nobody_is_asked_where_there_is_no_terminal() {
    let failure = find(&context(&Scene::default()), &NEW).unwrap_err();
    insta::assert_debug_snapshot!(failure);
    assert!(given(&context(&Scene::default())).unwrap().is_none());
}

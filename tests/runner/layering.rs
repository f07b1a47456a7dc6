//! The arrows of the architecture, compared with what the packages ask for.
//!
//! ```text
//! app -> ui, core, license     ui -> core     core -> storage, license     storage -> license
//! ```

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::path::Path;

/// What each package may depend on in its own workspace. Who is not named here may use anything: tests and examples.
const ARROWS: [(&str, &[&str]); 5] = [
    ("licentia", &["licentia-ui", "licentia-core", "licentia-license"]),
    ("licentia-ui", &["licentia-core"]),
    ("licentia-core", &["licentia-storage", "licentia-license"]),
    ("licentia-storage", &["licentia-license"]),
    ("licentia-license", &[]),
];

/// Packages from elsewhere that only one layer knows.
const KEPT_APART: [(&str, &[&str]); 9] = [
    ("sea-orm", &["licentia-storage"]),
    ("sqlx", &["licentia-storage"]),
    ("libsqlite3-sys", &["licentia-storage"]),
    ("ratatui", &["licentia-ui"]),
    ("crossterm", &["licentia-ui"]),
    ("clap", &["licentia"]),
    ("argon2", &["licentia-core", "licentia-license"]),
    ("chacha20poly1305", &["licentia-core"]),
    ("rusqlite", &["licentia-storage"]),
];

/// What a licensed product must not be made to build.
const NOT_FOR_INTEGRATORS: [&str; 5] = ["tokio", "sqlx", "sea-orm", "clap", "ratatui"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap()
}

/// What a package needs to run or to be built; what its tests use is its own business.
fn dependencies(package: &Package) -> impl Iterator<Item = &str> {
    let kept = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
    kept.map(|dependency| dependency.name.as_str())
}

#[test]
fn nothing_points_upward() {
    let metadata = metadata();
    let members: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    for (name, allowed) in ARROWS {
        let package = metadata.packages.iter().find(|package| package.name == name).expect(name);
        let own: Vec<&str> = dependencies(package).filter(|dependency| members.contains(dependency)).collect();
        for dependency in own {
            assert!(allowed.contains(&dependency), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn every_member_has_its_arrows() {
    let free = ["licentia-tests", "license-manager-examples", "licentia-integrate"];
    for package in metadata().packages {
        let name = package.name.as_str();
        assert!(free.contains(&name) || ARROWS.iter().any(|(known, _)| *known == name), "{name} is in no drawing");
    }
}

#[test]
fn each_layer_keeps_its_tools_to_itself() {
    for package in metadata().packages {
        let name = package.name.as_str();
        for dependency in dependencies(&package).filter(|_| ARROWS.iter().any(|(known, _)| *known == name)) {
            if let Some((_, owners)) = KEPT_APART.iter().find(|(tool, _)| *tool == dependency) {
                assert!(owners.contains(&name), "{name} must not know {dependency}");
            }
            assert!(name != "licentia-license" || !NOT_FOR_INTEGRATORS.contains(&dependency), "{dependency}");
        }
    }
}

#[test]
fn architecture_names_every_member() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().unwrap().strip_prefix(&metadata.workspace_root).unwrap();
        assert!(text.contains(&format!("{folder}/")), "ARCHITECTURE.md does not name {folder}/");
        assert!(text.contains(package.name.as_str()), "ARCHITECTURE.md does not name {}", package.name);
    }
}

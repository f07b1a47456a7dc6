//! Making a fingerprint of the machine that this runs on: the only part of the crate that reads files and runs commands.
//!
//! Linux reads files. macOS and Windows run commands of the system and read what
//! those print; **these parsers were never run by us on a real system**: they are tested on what others recorded on theirs
//! and published, and on outputs written down from documentation.

mod container;
mod linux;
mod macos;
mod placeholder;
#[cfg(all(test, unix))]
mod tests;
mod windows;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use super::{Component, Fingerprint, FingerprintError, stretch};

/// What was found on a machine, as the system has it. It holds raw ids, which go nowhere but into [`Found::fingerprint`].
///
/// ```
/// use licentia_license::machine::collect::Found;
///
/// let found = Found::here();
/// match found.fingerprint("acme", None) {
///     Ok(fingerprint) => println!("{}", fingerprint.to_text()), // for the vendor
///     Err(why) => println!("this machine cannot be told from others: {why}"),
/// }
/// ```
pub struct Found {
    values: BTreeMap<Component, Zeroizing<String>>,
    container: Option<String>,
}

impl Found {
    /// Looks at this machine.
    #[must_use]
    pub fn here() -> Self {
        match std::env::consts::OS {
            "macos" => macos::find(run),
            "windows" => windows::find(run),
            // Elsewhere there may be some of the same files.
            _ => Self::on_linux(Path::new("/")),
        }
    }

    /// Looks at a Linux system whose files are under this directory.
    #[must_use]
    pub fn on_linux(root: &Path) -> Self {
        linux::find(root)
    }

    /// Values that say nothing are dropped.
    fn new(values: impl IntoIterator<Item = (Component, Option<String>)>, container: Option<String>) -> Self {
        let said = values.into_iter().filter_map(|(kind, value)| Some((kind, Zeroizing::new(value?))));
        Self { values: said.filter(|(kind, value)| !placeholder::says_nothing(*kind, value)).collect(), container }
    }

    /// Which components there are.
    pub fn components(&self) -> impl Iterator<Item = Component> {
        self.values.keys().copied()
    }

    /// What kind of container this is, as far as one can tell.
    pub fn container(&self) -> Option<&str> {
        self.container.as_deref()
    }

    /// Those that the image of the container or its runtime made up. A copy of the image has the same ones, or the
    /// next start has others.
    pub fn not_trusted(&self) -> impl Iterator<Item = Component> {
        let made_up = [Component::MachineId, Component::Network, Component::HostName];
        self.components().filter(move |kind| self.container.is_some() && made_up.contains(kind))
    }

    /// Stretches what was found for this vendor: a tenth of a second or so for each component.
    ///
    /// # Errors
    ///
    /// When nothing was found.
    pub fn fingerprint(&self, vendor: &str, label: Option<String>) -> Result<Fingerprint, FingerprintError> {
        let stretched = self.values.iter().filter_map(|(kind, value)| Some((*kind, stretch(vendor, *kind, value)?)));
        Fingerprint::new(vendor, stretched.collect(), self.not_trusted().collect(), label)
    }
}

/// Without the values: raw ids are not printed.
impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.components().collect();
        f.debug_struct("Found").field("components", &kinds).field("container", &self.container).finish_non_exhaustive()
    }
}

/// What a command of the system prints; nothing when it fails.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => String::new(),
    }
}

//! Whether this is a container, from what its files say (as systemd-detect-virt looks for it).

/// What the files of a Linux system say about it.
#[derive(Default)]
pub(super) struct Facts<'a> {
    /// `/run/systemd/container`: written by systemd for who may not read the next one.
    pub(super) systemd: &'a str,
    /// `/proc/1/environ`.
    pub(super) environ: &'a str,
    /// `/proc/self/environ`.
    pub(super) own_environ: &'a str,
    /// `/proc/1/cgroup` and `/proc/self/cgroup`.
    pub(super) cgroup: &'a str,
    /// `/proc/sys/kernel/osrelease`.
    pub(super) kernel: &'a str,
    /// What kind of file system `/` is.
    pub(super) root: &'a str,
    /// What `/proc/self/ns/cgroup` links to.
    pub(super) groups: Option<&'a str>,
    /// Whose traces there are: files that a runtime leaves.
    pub(super) traces: &'a [&'static str],
}

/// Parts of the paths of control groups, and whose they are.
const GROUPS: [(&str, &str); 8] = [
    ("/kubepods", "kubernetes"),
    ("/docker/", "docker"),
    ("/docker-", "docker"),
    ("/libpod", "podman"),
    ("/lxc/", "lxc"),
    ("/lxc.payload", "lxc"),
    ("/containerd", "containerd"),
    ("/machine.slice/", "systemd-nspawn"),
];

/// The control groups that a system starts with: a number that the kernel has fixed.
const FIRST_GROUPS: &str = "cgroup:[4026531835]";

/// The most telling first: what the runtime itself says, before traces that it leaves, before what only looks like one.
pub(super) fn name(facts: &Facts<'_>) -> Option<String> {
    let said = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let from_environ = || facts.environ.split('\0').find_map(|entry| said(entry.strip_prefix("container=")?));
    let from_groups = || {
        let group = GROUPS.iter().find(|(part, _)| facts.cgroup.contains(part));
        group.map(|(_, name)| (*name).to_owned())
    };
    let wsl = facts.kernel.to_ascii_lowercase().contains("microsoft").then_some("wsl");
    let from_traces = || facts.traces.first().copied().or(wsl).map(str::to_owned);
    let in_pod = || {
        let mut entries = facts.environ.split('\0').chain(facts.own_environ.split('\0'));
        entries.any(|entry| entry.starts_with("KUBERNETES_SERVICE_HOST=")).then(|| "kubernetes".to_owned())
    };
    let unnamed = || {
        let own_groups = facts.groups.is_some_and(|groups| groups != FIRST_GROUPS);
        (facts.root == "overlay" || own_groups).then(|| "container".to_owned())
    };
    let told = said(facts.systemd).or_else(from_environ).or_else(from_groups);
    told.or_else(from_traces).or_else(in_pod).or_else(unnamed)
}

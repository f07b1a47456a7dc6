//! A license for one machine survives a new network card, and does not survive being copied.

use license_manager_examples::{Report, Result, World};
use licentia_core::{BoundMachine, IssueRequest, License, ReissueRequest};
use licentia_license::machine::{ComponentMatch, Fingerprint, collect::Found};
use licentia_license::{Evidence, TrustedKeys};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 9).await?;
    let licenses = world.licentia.licenses();

    report.say(
        "The customer runs `licentia machine fingerprint` on the machine. Ids are stretched there and stay there.",
    )?;
    let laptop =
        Machine::new(&world, "laptop", "8f14e45fceea467a95756e0b1b2f5d3c", "4c4c4544-0042-4a10-8051-b4c04f4d4e32")?;
    let fingerprint = laptop.fingerprint()?;
    let kinds: Vec<_> = fingerprint.components().keys().collect();
    report.emit(
        "fingerprint",
        json!({ "components": kinds, "says_its_name": fingerprint.to_json().contains("laptop") }),
    )?;

    let machines = vec![BoundMachine { fingerprint: fingerprint.clone(), require: Some(2) }];
    let request = IssueRequest { machines, ..World::request("lena@example.com") };
    let license = licenses.issue(&world.operator, request).await?.license;
    report.say(
        "The license is bound to it: two of its components have to agree, one that cannot be guessed among them.",
    )?;
    let product = Product::install(&world).await?;
    product.start(report, "the laptop", &license, Some(&fingerprint))?;

    report.say("A new network card and another name: the license holds, and the product can tell what changed.")?;
    laptop.has("sys/class/net/eth0/address", "00:16:3e:11:22:33")?;
    laptop.has("proc/sys/kernel/hostname", "lenas-laptop")?;
    product.start(report, "a new card and another name", &license, Some(&laptop.fingerprint()?))?;

    report.say(
        "The file is copied to another machine. A product that says nothing of its machine gets nowhere either.",
    )?;
    let desktop =
        Machine::new(&world, "desktop", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "03aa02fc-0414-0514-0614-070700080009")?;
    product.start(report, "another machine", &license, Some(&desktop.fingerprint()?))?;
    product.start(report, "nothing said", &license, None)?;
    report.say("An image with a copied machine id runs in a container: what an image brings along does not count.")?;
    let container = Machine::new(&world, "image", "8f14e45fceea467a95756e0b1b2f5d3c", "")?;
    container.has(".dockerenv", "")?;
    product.start(report, "a container", &license, Some(&container.fingerprint()?))?;

    report.say("The system is installed anew on a new disk: one component is left, and that is not enough.")?;
    laptop.has("etc/machine-id", "77777777aaaaaaaabbbbbbbbcccccccc")?;
    laptop.has("sys/dev/block/8:1/serial", "WD-NEW-41A49H9FT1")?;
    let repaired = laptop.fingerprint()?;
    product.start(report, "installed anew", &license, Some(&repaired))?;

    report.say(
        "The customer sends a new fingerprint. The operator sees old and new side by side, and rebinds by a reissue.",
    )?;
    let request = ReissueRequest { machines: Some(vec![repaired.clone()]), ..ReissueRequest::default() };
    let reissued = licenses.reissue(&world.operator, license.id, request).await?;
    for rebound in &reissued.rebound {
        report.emit("rebound", rebound.to_json())?;
    }
    product.start(report, "rebound", &reissued.license, Some(&repaired))?;

    report.say("A year later it is renewed, without a visit to the machine: the vendor has its fingerprint.")?;
    world.wait_days(300);
    let renewal = ReissueRequest { term: Some(licentia_core::Term::Days(365)), ..ReissueRequest::default() };
    let renewed = licenses.reissue(&world.operator, reissued.license.id, renewal).await?.license;
    report.emit("renewed", json!({ "same_digests": renewed.bindings == reissued.license.bindings }))?;
    product.start(report, "renewed", &renewed, Some(&repaired))?;
    world.verify(report).await
}

/// A Linux system made of files, as the collector reads them.
struct Machine(PathBuf);

impl Machine {
    fn new(world: &World, name: &str, machine_id: &str, product_uuid: &str) -> Result<Self> {
        let machine = Self(world.directory().join(name));
        machine.has("etc/machine-id", machine_id)?;
        machine.has("sys/class/dmi/id/product_uuid", product_uuid)?;
        machine.has("proc/sys/kernel/hostname", name)?;
        machine.has("proc/self/mountinfo", "28 1 8:1 / / rw - ext4 /dev/sda1 rw\n")?;
        machine.has("sys/dev/block/8:1/serial", &format!("SERIAL-OF-{name}"))?;
        machine.has("sys/class/net/eth0/device/vendor", "0x8086")?;
        machine.has("sys/class/net/eth0/address", &format!("3c:52:82:aa:0b:{:02x}", name.len()))?;
        Ok(machine)
    }

    fn has(&self, path: &str, content: &str) -> Result {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().ok_or("a file is in a directory")?)?;
        Ok(std::fs::write(path, content)?)
    }

    fn fingerprint(&self) -> Result<Fingerprint> {
        Ok(Found::on_linux(&self.0).fingerprint("acme", None)?)
    }
}

/// A licensed program, with the keys it was built with.
struct Product(TrustedKeys, i64);

impl Product {
    async fn install(world: &World) -> Result<Self> {
        let keys = TrustedKeys::from_text(&world.licentia.issuers().export_jwks().await?.to_string())?;
        Ok(Self(keys, world.now()))
    }

    fn start(&self, report: &mut Report<'_>, what: &str, license: &License, here: Option<&Fingerprint>) -> Result {
        let mut evidence = Evidence::new().audience("editor");
        if let Some(here) = here {
            evidence = evidence.machine(here);
        }
        // The clock stands still for the product: this is about machines.
        let now = license.created_at.seconds().max(self.1);
        let verdict = licentia_license::License::verify(&license.token, &self.0, &evidence, now);
        let components: Map<String, Value> = verdict
            .license()
            .into_iter()
            .flat_map(|license| license.machines.iter().flat_map(|machine| &machine.components))
            .map(|(kind, found): (_, &ComponentMatch)| (kind.to_string(), found.code().into()))
            .collect();
        if let Some(why) = verdict.why() {
            report.say(&format!("  {what}: {why}"))?;
        }
        let code = verdict.why().map(licentia_license::Invalid::code);
        report
            .emit("product", json!({ "what": what, "verdict": verdict.code(), "code": code, "components": components }))
    }
}

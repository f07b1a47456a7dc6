//! A token goes out, a result comes back, and a license is bound to the machine that made it.

use license_manager_examples::{Report, Result, World};
use licentia_core::probe::{Arrived, Delivery, Inbox, ProbeReport, ProbedHost, TakenIn};
use licentia_core::{BoundMachine, CreatedProbeToken, Fingerprint, IssueRequest, NewProbe, SignedResult};
use licentia_license::machine::collect::Found;
use licentia_license::{Evidence, License, TrustedKeys};
use serde_json::json;
use std::path::PathBuf;

const DAY: i64 = 86_400;

pub(crate) async fn run(report: &mut Report<'_>) -> Result {
    let world = World::found("acme", 11).await?;
    let inbox = Inbox::at(world.directory().join("inbox"));
    inbox.make()?;
    let till = Machine::new(&world, "till-3", "3f2b9c1e7a4d4f5e8c6b0a1d2e3f4a01")?;
    let other = Machine::new(&world, "laptop", "90aa11bb22cc33dd44ee55ff66778899")?;

    report.say("The operator makes a token for a machine. Only a hash of it is kept.")?;
    let first = token(report, &world).await?;
    report.say("On the way to the customer somebody reads the token, and is faster. The result waits in the inbox.")?;
    let stolen = other.answer(&world, &first)?;
    inbox.put(&stolen, &world.ambient())?;
    let shown = till.answer(&world, &first)?;
    let has_room = inbox.put(&shown, &world.ambient()).is_ok();
    report.emit("second_result_for_one_token", json!({ "taken": has_room }))?;
    report.say(
        "The operator compares the key with the one that the customer reads out. They differ: the probe is cancelled.",
    )?;
    for arrived in waiting(&world, &inbox).await? {
        compare(report, &arrived, &shown)?;
    }
    world.licentia.probes().cancel(&world.operator, first.probe.id).await?;
    for arrival in world.licentia.probes().inbox(&inbox).await? {
        let Delivery::Refused(error) = arrival.found else { return Err("it should have been refused".into()) };
        report.refused("what came for a cancelled probe", Err::<(), _>(error))?;
        std::fs::remove_file(inbox.directory().join(arrival.name))?;
    }

    report.say("A second token goes another way. This time the keys are the same, and the result is taken in.")?;
    let second = token(report, &world).await?;
    let shown = till.answer(&world, &second)?;
    inbox.put(&shown, &world.ambient())?;
    let mut machine = None;
    for arrived in waiting(&world, &inbox).await? {
        compare(report, &arrived, &shown)?;
        let key = arrived.result.key_fingerprint();
        let taken = world.licentia.probes().take_in(&world.operator, &inbox, &arrived.name, Some(&key)).await?;
        state(report, &taken)?;
        machine = Some(arrived.result.report().fingerprint.clone());
    }
    report
        .say("A process that was killed before it removed the file would take it in again. It does not count twice.")?;
    inbox.put(&shown, &world.ambient())?;
    for (name, ..) in inbox.files()? {
        state(report, &world.licentia.probes().take_in(&world.operator, &inbox, &name, None).await?)?;
    }

    report.say("A license is bound to the machine. The product asks on this machine, and on another one.")?;
    let fingerprint = machine.ok_or("nothing was taken in")?;
    let bound = BoundMachine { fingerprint, require: None };
    let request = IssueRequest { machines: vec![bound], ..World::request("alice@example.com") };
    let license = world.licentia.licenses().issue(&world.operator, request).await?.license;
    let keys = TrustedKeys::from_text(&world.licentia.issuers().export_jwks().await?.to_string())?;
    let ask = |report: &mut Report<'_>, what: &str, machine: Option<&Fingerprint>| {
        let evidence = Evidence::new().audience("editor");
        let evidence = match machine {
            Some(machine) => evidence.machine(machine),
            None => evidence,
        };
        let verdict = License::verify(&license.token, &keys, &evidence, world.now());
        let code = verdict.why().map(licentia_license::Invalid::code);
        report.emit("product", json!({ "where": what, "verdict": verdict.code(), "code": code }))
    };
    ask(report, "the till", Some(&till.fingerprint()?))?;
    ask(report, "another machine", Some(&other.fingerprint()?))?;
    ask(report, "nobody looked", None)?;

    report.say("The log has every step; a result's event names the key that was compared:")?;
    for probe in [&first, &second] {
        let trail = world.licentia.audit().list_for_target(&probe.probe.id.to_string(), None, 20).await?;
        report.entries(&trail.items)?;
    }
    world.verify(report).await
}

/// A machine of a customer: the files in which Linux has its ids.
struct Machine(PathBuf);

impl Machine {
    fn new(world: &World, name: &str, id: &str) -> Result<Self> {
        let root = world.directory().join(name);
        for (file, content) in [("etc/machine-id", id), ("proc/sys/kernel/hostname", name)] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().ok_or("no directory")?)?;
            std::fs::write(path, format!("{content}\n"))?;
        }
        Ok(Self(root))
    }

    /// What `licentia probe run` reads and stretches; the ids stay where they are.
    fn fingerprint(&self) -> Result<Fingerprint> {
        Ok(Found::on_linux(&self.0).fingerprint("acme", None)?)
    }

    /// What it sends: signed with a key that is made for this once.
    fn answer(&self, world: &World, token: &CreatedProbeToken) -> Result<SignedResult> {
        let host = ProbedHost { os: "linux".to_owned(), arch: "x86_64".to_owned(), licentia: "0.1.0".to_owned() };
        let report = ProbeReport { fingerprint: self.fingerprint()?, host, made_at: world.ambient().now() };
        Ok(SignedResult::make(report, &token.token, &world.ambient().bytes()))
    }
}

async fn token(report: &mut Report<'_>, world: &World) -> Result<CreatedProbeToken> {
    let new = NewProbe { label: "till 3".to_owned(), ttl_seconds: DAY };
    let created = world.licentia.probes().new_token(&world.operator, new).await?;
    report.emit("token", json!({ "id": created.probe.id, "expires_at": created.probe.expires_at.to_string() }))?;
    Ok(created)
}

async fn waiting(world: &World, inbox: &Inbox) -> Result<Vec<Arrived>> {
    let arrivals = world.licentia.probes().inbox(inbox).await?;
    let waiting = arrivals.into_iter().filter_map(|arrival| match arrival.found {
        Delivery::Waits(arrived) => Some(arrived),
        _ => None,
    });
    Ok(waiting.collect())
}

fn compare(report: &mut Report<'_>, arrived: &Arrived, shown: &SignedResult) -> Result {
    let (ours, theirs) = (arrived.result.key_fingerprint(), shown.key_fingerprint());
    let facts = json!({ "label": arrived.probe.label, "here": ours, "on_the_machine": theirs, "same": ours == theirs });
    report.emit("compared", facts)
}

fn state(report: &mut Report<'_>, taken_in: &TakenIn) -> Result {
    let (what, probe) = match taken_in {
        TakenIn::Now { probe, .. } => ("taken in", probe),
        TakenIn::Before { probe, .. } => ("moved aside", probe),
    };
    report.emit("result", json!({ "what": what, "id": probe.id, "status": probe.status }))
}

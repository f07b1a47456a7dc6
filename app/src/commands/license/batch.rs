//! `licentia license issue --from`: a batch, all or nothing.

mod row;

use super::fields;
use crate::args::{Acting, Format};
use crate::context::Context;
use crate::failure::{Failure, Result, in_one_line};
use crate::view;
use licentia_core::{Error, Explanation, IdentityId, IssueRequest, IssuerId, Licentia};
use row::{Draft, Drafts};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// More bad rows than this are counted, not named.
const NAMED: usize = 100;

/// What is wrong, by line.
type Wrong = BTreeMap<u64, String>;

pub(crate) async fn run(context: &Context, from: &Path, dry_run: bool, acting: &Acting) -> Result {
    let text = context.text(from)?;
    let drafts = match from.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => row::csv(&text)?,
        Some("jsonl") => row::jsonl(&text),
        _ => {
            return Err(Failure::usage(format!("{} is not a batch", from.display()))
                .because("Its name ends neither in .csv nor in .jsonl."));
        }
    };
    if drafts.is_empty() {
        return Err(Failure::new(format!("{} has no rows", from.display()))
            .because("There is nothing in it to issue.")
            .hint("Give CSV with a header and rows, or JSON lines."));
    }
    let audience = context.config()?.audience;
    if dry_run {
        let rows =
            context.read(async |licentia| Ok(checked(licentia, drafts, &audience).await?.requests.len())).await?;
        return context.output.thing(&view::object(json!({ "rows": rows, "issued": 0, "dry_run": true })));
    }
    let progress = context.progress("signing");
    let licenses = context
        .change(acting, async |licentia, operator| {
            let Checked { lines, requests } = checked(licentia, drafts, &audience).await?;
            match licentia.licenses().issue_batch(operator, requests, progress).await {
                Err(Error::Batch(errors)) => Err(refused(lines.len(), &by_line(&lines, errors).collect())),
                result => Ok(result?),
            }
        })
        .await?;
    if let Some(license) = licenses.iter().find(|license| license.status_list.is_none()) {
        fields::note_if_irrevocable(context, license);
    }
    if context.output.format == Format::Table {
        return context.output.text(&format!("{} licenses issued\n", licenses.len()));
    }
    let now = context.now();
    let rows: Vec<_> = licenses.iter().map(|license| view::license_with_token(license, now)).collect();
    context.output.list(&view::LICENSE_COLUMNS, &view::LICENSE, &rows)
}

/// Requests that can all be issued, and the line that each comes from.
struct Checked {
    lines: Vec<u64>,
    requests: Vec<IssueRequest>,
}

/// The requests, when every single row can be issued.
async fn checked(licentia: &Licentia, drafts: Drafts, audience: &[String]) -> Result<Checked> {
    let mut wrong = Wrong::new();
    let mut names = Names::default();
    let mut lines = Vec::with_capacity(drafts.len());
    let mut requests = Vec::with_capacity(drafts.len());
    let rows = drafts.len();
    for (line, draft) in drafts {
        let request = match draft {
            Ok(draft) => names.request(licentia, draft, audience).await,
            Err(why) => Err(why),
        };
        match request {
            Ok(request) => {
                lines.push(line);
                requests.push(request);
            }
            Err(why) => drop(wrong.insert(line, why)),
        }
    }
    wrong.extend(by_line(&lines, licentia.licenses().check_batch(&requests).await?));
    if wrong.is_empty() { Ok(Checked { lines, requests }) } else { Err(refused(rows, &wrong)) }
}

fn by_line(lines: &[u64], errors: Vec<(usize, Error)>) -> impl Iterator<Item = (u64, String)> {
    let line = |at| lines.get(at).copied().unwrap_or(0);
    errors.into_iter().map(move |(at, error)| (line(at), in_one_line(&Explanation::from(&error))))
}

fn refused(rows: usize, wrong: &Wrong) -> Failure {
    let mut lines: Vec<String> = wrong.iter().take(NAMED).map(|(line, why)| format!("line {line}: {why}")).collect();
    if wrong.len() > NAMED {
        lines.push(format!("and {} more", wrong.len() - NAMED));
    }
    Failure::new(format!("{} of {rows} rows cannot be issued; nothing was written", wrong.len()))
        .because(lines.join("\n"))
        .hint("Correct these rows and give the whole file again; --dry-run checks it without issuing.")
}

/// Issuers and identities by the names that rows use, each looked up once.
#[derive(Default)]
struct Names {
    issuers: HashMap<String, Result<IssuerId, String>>,
    identities: HashMap<String, Result<IdentityId, String>>,
}

impl Names {
    async fn request(
        &mut self,
        licentia: &Licentia,
        draft: Draft,
        audience: &[String],
    ) -> Result<IssueRequest, String> {
        let Draft { mut request, issuer, identity } = draft;
        if request.audience.is_empty() {
            request.audience = audience.to_vec();
        }
        if request.audience.is_empty() {
            return Err("an audience is missing, and config.toml names none".to_owned());
        }
        if let Some(name) = issuer {
            request.issuer = Some(self.issuer(licentia, name).await?);
        }
        if let Some(name) = identity {
            request.identity = Some(self.identity(licentia, name).await?);
        }
        Ok(request)
    }

    async fn issuer(&mut self, licentia: &Licentia, name: String) -> Result<IssuerId, String> {
        if let Some(known) = self.issuers.get(&name) {
            return known.clone();
        }
        let found = licentia.issuers().resolve(&name).await;
        let found = found.map(|issuer| issuer.id).map_err(|error| in_one_line(&Explanation::from(&error)));
        self.issuers.insert(name, found.clone());
        found
    }

    async fn identity(&mut self, licentia: &Licentia, name: String) -> Result<IdentityId, String> {
        if let Some(known) = self.identities.get(&name) {
            return known.clone();
        }
        let found = licentia.identities().resolve(&name).await;
        let found = found.map(|identity| identity.id).map_err(|error| in_one_line(&Explanation::from(&error)));
        self.identities.insert(name, found.clone());
        found
    }
}

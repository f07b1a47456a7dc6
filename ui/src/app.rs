//! The state of the screen, and how it follows what happens. Pure: what is to be done comes out as effects.

mod answer;
mod checkpoint;
mod command;
mod keys;
mod leaving;
mod log;
mod publishing;
mod search;
mod steps;
mod view;
mod witnesses;

pub(crate) use checkpoint::not_signed;
pub(crate) use command::in_the_way;
pub(crate) use view::FRAME_LINES;

use crate::dialog::Dialog;
use crate::dialog::batch::Far;
use crate::dialog::error::Explained;
use crate::dialog::setup::Setup;
use crate::dialog::unlock::Unlock;
use crate::effect::{Effect, Inboxed, Probe};
use crate::keymap::Context;
use crate::look::{Look, Zone};
use crate::message::Msg;
use crate::paging::Requests;
use crate::screen::audit::Audit;
use crate::screen::dashboard::Dashboard;
use crate::screen::licenses::Licenses;
use crate::screen::nouns::Nouns;
use crate::services::Opening;
use crate::session::Session;
use crate::tab::TabId;
use crate::theme::Theme;
use crate::verification::Verification;
use crate::witnessing::Witnessing;
use checkpoint::Signing;
use leaving::Leaving;
use licentia_core::{Explanation, Issuer, Timestamp, UsedIdentity};
use log::Jump;
use search::Following;
use std::path::PathBuf;

/// See the module.
#[derive(Debug)]
pub(crate) struct App {
    session: Session,
    actor: String,
    home: String,
    /// What a command line has to name, if anything.
    named_home: Option<PathBuf>,
    /// Where status lists are published to, unless somebody says otherwise; empty: somebody has to.
    publish_to: String,
    fingerprint: Option<String>,
    tab: TabId,
    dashboard: Dashboard,
    licenses: Licenses,
    audit: Audit,
    verification: Verification,
    witnessing: Witnessing,
    /// The target of an entry that is being looked for.
    jump: Option<Jump>,
    issuers: Nouns<Issuer>,
    identities: Nouns<UsedIdentity>,
    probes: Nouns<Probe>,
    inbox: Box<Inboxed>,
    /// The last one is on top and takes the keys.
    dialogs: Vec<Dialog>,
    requests: Requests,
    /// Something said in the last line until the next key.
    notice: Option<String>,
    /// A change is being written.
    writing: bool,
    /// The batch that is being signed: the number of its request, and how far it is.
    signing: Option<(u64, Far)>,
    /// When the log is signed.
    signing_log: Signing,
    /// The vault is being opened.
    unlocking: bool,
    leaving: Leaving,
    ticks: usize,
    /// The database is being asked whether somebody else wrote.
    looking: bool,
    following: Following,
    now: Timestamp,
    theme: Theme,
    zone: Zone,
    /// How high the terminal is.
    height: u16,
}

impl App {
    /// What the screen starts with, and what it asks for first.
    pub(crate) fn new(opening: Opening, theme: Theme, now: Timestamp) -> (Self, Vec<Effect>) {
        Self::on_tab(TabId::Dashboard, opening, theme, now)
    }

    /// The same, on this tab.
    pub(crate) fn on_tab(tab: TabId, opening: Opening, theme: Theme, now: Timestamp) -> (Self, Vec<Effect>) {
        let founded = opening.session.is_some();
        let mut app = Self {
            session: opening.session.unwrap_or(Session::Locked),
            actor: opening.actor,
            home: opening.home,
            named_home: opening.named_home,
            publish_to: opening.publish_to,
            fingerprint: opening.fingerprint,
            tab,
            dashboard: Dashboard::default(),
            licenses: Licenses::new(opening.audience),
            audit: Audit::default(),
            verification: Verification::after(opening.failed),
            witnessing: Witnessing::default(),
            jump: None,
            issuers: Nouns::default(),
            identities: Nouns::default(),
            probes: Nouns::default(),
            inbox: Box::default(),
            dialogs: vec![],
            requests: Requests::default(),
            notice: None,
            writing: false,
            signing: None,
            signing_log: Signing::new(now),
            unlocking: false,
            leaving: Leaving::default(),
            ticks: 0,
            looking: false,
            following: Following::default(),
            now,
            theme,
            zone: Zone::Utc,
            height: 24,
        };
        let mut effects = vec![];
        if founded {
            effects = app.fill();
            if app.session == Session::Locked {
                app.dialogs.push(Unlock::new(&app.actor).into());
            }
        } else {
            app.dialogs.push(Setup::new(&app.home, opening.has_passphrase).into());
        }
        if let Some(warning) = opening.warning {
            app.complain(warning);
        }
        (app, effects)
    }

    /// The clock is read outside, before each message.
    pub(crate) const fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Whether a tick would change the picture.
    pub(crate) fn is_animating(&self) -> bool {
        self.writing || self.unlocking || self.verification.running.is_some()
    }

    /// Follows something that happened.
    pub(crate) fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => self.key(key),
            Msg::Paste(text) => self.type_into(
                |dialog| dialog.paste(&text),
                |licenses, requests| licenses.paste(&text, requests),
                |audit| audit.paste(&text),
            ),
            Msg::Resize { height } => self.resize(height),
            Msg::Tick => {
                self.ticks = self.ticks.wrapping_add(1);
                vec![]
            }
            Msg::Second if !self.is_founded() => vec![],
            Msg::Second => {
                let looks = !std::mem::replace(&mut self.looking, true);
                let look = looks.then_some(Effect::LookForChanges);
                let check = self.verification.due(self.now).map(Effect::Check);
                look.into_iter().chain(check).chain(self.sign_hourly()).chain(self.follow_index()).collect()
            }
            Msg::HungUp => self.hang_up(),
            answer => self.answer(answer),
        }
    }

    fn resize(&mut self, height: u16) -> Vec<Effect> {
        self.height = height;
        self.fit();
        self.fill()
    }

    /// Tells the tabs how many lines they have.
    fn fit(&mut self) {
        let alarm = usize::from(self.verification.alarm().is_some());
        let body = usize::from(self.height).saturating_sub(FRAME_LINES + alarm);
        self.licenses.set_height(body);
        self.audit.set_height(body);
        self.issuers.set_height(body);
        self.identities.set_height(body);
        self.probes.set_height(body);
    }

    /// What the tab that is seen lacks.
    fn fill(&mut self) -> Vec<Effect> {
        if !self.is_founded() {
            return vec![];
        }
        match self.tab {
            TabId::Dashboard => self.dashboard.fill(self.now, &mut self.requests),
            TabId::Licenses => self.licenses.fill(&mut self.requests),
            TabId::Audit => self.audit.fill(&mut self.requests).into_iter().chain(self.witnessing.fill()).collect(),
            TabId::Issuers => self.issuers.fill(&mut self.requests),
            TabId::Identities => self.identities.fill(&mut self.requests),
            TabId::Probes => self.probes.fill(&mut self.requests),
        }
    }

    /// Whether there is anything to be read.
    fn is_founded(&self) -> bool {
        !matches!(self.dialogs.first(), Some(Dialog::Setup(_)))
    }

    /// Says what went wrong; once, while nobody read it.
    fn complain(&mut self, why: Explanation) {
        let known = self.dialogs.iter().any(|dialog| matches!(dialog, Dialog::Error(error) if error.says(&why)));
        if !known {
            self.dialogs.push(Explained::from(why).into());
        }
    }

    fn look(&self) -> Look {
        Look { theme: self.theme, now: self.now, zone: self.zone }
    }

    fn context(&self) -> Context {
        match (self.dialogs.last(), self.tab) {
            (Some(dialog), _) => dialog.context(),
            (None, TabId::Licenses) => self.licenses.context(),
            (None, TabId::Audit) => self.audit.context(),
            (None, TabId::Dashboard) => Context::Dashboard,
            (None, TabId::Issuers) => self.issuers.context(),
            (None, TabId::Identities) => self.identities.context(),
            (None, TabId::Probes) => self.probes.context(),
        }
    }
}

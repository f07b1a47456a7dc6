//! The state of the screen, and how it follows what happens. Pure: what is to be done comes out as effects.

mod answer;
mod checkpoint;
mod command;
mod leaving;
mod log;
mod search;
mod view;
mod witnesses;

pub(crate) use checkpoint::not_signed;
pub(crate) use command::in_the_way;

use crate::dialog::Dialog;
use crate::dialog::batch::Far;
use crate::dialog::error::Explained;
use crate::dialog::help::Help;
use crate::dialog::setup::Setup;
use crate::dialog::unlock::Unlock;
use crate::effect::Effect;
use crate::keymap::{Action, Context, resolve};
use crate::look::{Look, Zone};
use crate::message::Msg;
use crate::paging::Requests;
use crate::screen::audit::Audit;
use crate::screen::dashboard::Dashboard;
use crate::screen::licenses::Licenses;
use crate::screen::nouns::Nouns;
use crate::services::Opening;
use crate::session::{Session, Why};
use crate::step::{Cx, Step};
use crate::tab::TabId;
use crate::theme::Theme;
use crate::verification::Verification;
use crate::witnessing::Witnessing;
use checkpoint::Signing;
use crossterm::event::KeyEvent;
use leaving::Leaving;
use licentia_core::{Explanation, Issuer, ProbeToken, Timestamp, UsedIdentity};
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
    probes: Nouns<ProbeToken>,
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
            fingerprint: opening.fingerprint,
            tab,
            dashboard: Dashboard::default(),
            licenses: Licenses::new(opening.audience),
            audit: Audit::default(),
            verification: Verification::default(),
            witnessing: Witnessing::default(),
            jump: None,
            issuers: Nouns::default(),
            identities: Nouns::default(),
            probes: Nouns::default(),
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

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.notice = None;
        if let Some(action) = resolve(self.context(), key) {
            return self.act(action);
        }
        self.type_into(
            |dialog| dialog.key(key),
            |licenses, requests| licenses.key(key, requests),
            |audit| audit.key(key),
        )
    }

    /// What is typed goes into the dialog on top, or else into the tab.
    fn type_into(
        &mut self,
        dialog: impl FnOnce(&mut Dialog),
        licenses: impl FnOnce(&mut Licenses, &mut Requests) -> Vec<Step>,
        audit: impl FnOnce(&mut Audit),
    ) -> Vec<Effect> {
        let look = self.look();
        let steps = match (self.dialogs.last_mut(), self.tab) {
            // A form whose change is being written is no more typed into.
            (Some(top), _) if self.writing && top.asks_for_change() => vec![],
            (Some(top), _) => {
                dialog(top);
                top.typed(&mut Cx { requests: &mut self.requests, look })
            }
            (None, TabId::Licenses) => licenses(&mut self.licenses, &mut self.requests),
            (None, TabId::Audit) => {
                audit(&mut self.audit);
                vec![]
            }
            (None, _) => vec![],
        };
        steps.into_iter().flat_map(|step| self.step(step)).collect()
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Quit => return self.quit(),
            Action::Help => {
                if !matches!(self.dialogs.last(), Some(Dialog::Help(_))) {
                    self.dialogs.push(Help::new(self.context(), &self.session).into());
                }
                return vec![];
            }
            Action::OpenTab(tab) => return self.open_tab(tab),
            Action::ShowCommand => {
                self.show_command();
                return vec![];
            }
            Action::ToggleLock => return self.toggle_lock(),
            Action::ToggleZone => {
                self.zone = self.zone.other();
                self.notice = Some(format!("Times are {} now.", self.zone.name()));
                return vec![];
            }
            _ => {}
        }
        if action.is_change()
            && let Some(why) = self.refusal()
        {
            self.notice = Some(why.to_owned());
            return vec![];
        }
        let look = self.look();
        let mut cx = Cx { requests: &mut self.requests, look };
        let steps = match (self.dialogs.last_mut(), self.tab) {
            (Some(dialog), _) => dialog.act(action, &mut cx),
            (None, TabId::Dashboard) if action == Action::Issue => self.licenses.issue(&mut cx),
            (None, TabId::Dashboard) => self.dashboard.act(action, &mut cx),
            (None, TabId::Licenses) => self.licenses.act(action, &mut cx),
            (None, TabId::Audit) => self.audit.act(action, &mut cx),
            (None, TabId::Issuers) => self.issuers.act(action, &mut cx),
            (None, TabId::Identities) => self.identities.act(action, &mut cx),
            (None, TabId::Probes) => self.probes.act(action, &mut cx),
        };
        steps.into_iter().flat_map(|step| self.step(step)).collect()
    }

    fn step(&mut self, step: Step) -> Vec<Effect> {
        match step {
            Step::Close => drop(self.dialogs.pop()),
            // It would be closed, or let nobody type, by the change that is being written. Keys that only read or save
            // a file are not refused before it comes to this.
            Step::Open(dialog) if self.writing && dialog.asks_for_change() => self.say_busy(),
            Step::Open(dialog) => self.dialogs.push(*dialog),
            Step::Run(effect) if self.writing && effect.is_write() => self.say_busy(),
            Step::Run(effect) => {
                let given_up = matches!(effect, Effect::Stop { .. });
                let effect = self.run(effect);
                return std::iter::once(effect).chain(if given_up { self.leave() } else { vec![] }).collect();
            }
            Step::Quit => return self.quit(),
            Step::Review => self.session = Session::Reviewer(Why::NotUnlocked),
            Step::Log(step) => return self.log_step(step),
            Step::Notice(text) => self.notice = Some(text.to_owned()),
        }
        vec![]
    }

    fn run(&mut self, effect: Effect) -> Effect {
        self.writing |= effect.is_write();
        self.unlocking |= matches!(effect, Effect::Unlock { .. });
        if effect.is_write() {
            self.wait(true);
        }
        if let Effect::IssueBatch { request, batch } = &effect {
            self.signs(*request, batch);
        }
        effect
    }

    /// The dialog that asked for a change stays until it is known how that ended.
    fn wait(&mut self, waiting: bool) {
        for dialog in &mut self.dialogs {
            match dialog {
                Dialog::Setup(setup) => setup.wait(waiting),
                Dialog::Issue(issue) => issue.wait(waiting),
                Dialog::Revoke(revoke) => revoke.wait(waiting),
                Dialog::BatchPreview(preview) => preview.wait(waiting),
                Dialog::Export(export) => export.wait(waiting),
                Dialog::SaveFilter(save) => save.wait(waiting),
                Dialog::Delete(delete) => delete.wait(waiting),
                Dialog::Extend(extend) => extend.wait(waiting),
                Dialog::TakeIn(import) => import.wait(waiting),
                Dialog::SaveLicense(save) => save.wait(waiting),
                Dialog::TypedConfirm(confirm) => confirm.wait(waiting),
                Dialog::Make(make) => make.wait(waiting),
                Dialog::Save(save) => save.wait(waiting),
                Dialog::Import(import) => import.wait(waiting),
                Dialog::Consume(consume) => consume.wait(waiting),
                _ => {}
            }
        }
    }

    /// Why no change can be begun now, if that is so.
    fn refusal(&self) -> Option<&'static str> {
        if self.writing {
            return Some("The change before is still being written.");
        }
        self.session.refusal()
    }

    fn say_busy(&mut self) {
        self.notice = self.refusal().map(str::to_owned);
    }

    fn open_tab(&mut self, tab: TabId) -> Vec<Effect> {
        self.tab = tab;
        // How far a verification is needs no window to go on.
        self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Verifying(_)));
        self.fill()
    }

    fn toggle_lock(&mut self) -> Vec<Effect> {
        if self.session.can_unlock() {
            self.dialogs.push(Unlock::new(&self.actor).into());
            return vec![];
        }
        match self.session.refusal() {
            None if self.writing => self.say_busy(),
            None => return vec![self.lock()],
            Some(why) => self.notice = Some(why.to_owned()),
        }
        vec![]
    }

    fn resize(&mut self, height: u16) -> Vec<Effect> {
        self.height = height;
        self.fit();
        self.fill()
    }

    /// Tells the tabs how many lines they have.
    fn fit(&mut self) {
        let alarm = usize::from(self.verification.alarm().is_some());
        let body = usize::from(self.height).saturating_sub(view::FRAME_LINES + alarm);
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

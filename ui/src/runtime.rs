//! The loop: the only file that touches the terminal, the clock and the tasks.

use crate::app::{App, not_signed};
use crate::effect::{Effect, SIGNING_AT_THE_END, Say, WITNESSES_AT_THE_END, perform};
use crate::message::Msg;
use crate::pace::Pace;
use crate::services::Services;
use crate::signals::Signals;
use crate::theme::Theme;
use crate::{Error, Farewell, Start};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event, EventStream};
use futures_util::StreamExt;
use ratatui::DefaultTerminal;
use ratatui::layout::Rect;
use std::collections::HashMap;
use std::future::poll_fn;
use std::panic;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

/// Opens the screen and stays until the user leaves it. The answer is what came to light only then.
///
/// # Errors
/// When the database cannot be opened, the passphrase that was handed in is wrong, or the terminal fails.
pub async fn run(start: Start) -> Result<Vec<Farewell>, Error> {
    let (services, opening) = Services::start(start).await?;
    let theme = Theme::from_no_color(std::env::var_os("NO_COLOR").as_deref());
    let (app, effects) = App::new(opening, theme, services.ambient().now());
    let services = Arc::new(services);
    // Before the terminal is taken: there is no moment in which a signal could keep it.
    let signals = Signals::new()?;
    let terminal = open_terminal()?;
    let left = Loop::new(app, Arc::clone(&services), terminal, signals).run(effects).await;
    close_terminal();
    let alarm = services.take_alarm().map(not_signed);
    let closed = services.close().await;
    let told = left?;
    closed?;
    Ok(alarm.into_iter().chain(told).collect())
}

/// How many messages are taken in before the screen is drawn again.
const BATCH: usize = 64;

struct Loop {
    app: App,
    services: Arc<Services>,
    terminal: DefaultTerminal,
    events: Option<EventStream>,
    signals: Signals,
    /// Its size changed since the last picture.
    resized: bool,
    tasks: JoinSet<Msg>,
    ticks: Interval,
    seconds: Interval,
    /// What tasks say before their end.
    said: UnboundedReceiver<Msg>,
    say: Say,
    /// Tasks that may be given up, by the number of their request.
    stoppable: HashMap<u64, AbortHandle>,
}

impl Loop {
    fn new(app: App, services: Arc<Services>, terminal: DefaultTerminal, signals: Signals) -> Self {
        let every = |millis| {
            let mut ticks = interval(Duration::from_millis(millis));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            ticks
        };
        let (sender, said) = unbounded_channel();
        // Nobody listens any more only when the loop is gone.
        let pace = Mutex::new(Pace::default());
        let say: Say = Arc::new(move |msg| {
            if pace.lock().unwrap_or_else(PoisonError::into_inner).lets_through(&msg, Instant::now()) {
                drop(sender.send(msg));
            }
        });
        Self {
            app,
            services,
            terminal,
            events: Some(EventStream::new()),
            signals,
            resized: false,
            tasks: JoinSet::new(),
            ticks: every(100),
            seconds: every(1_000),
            said,
            say,
            stoppable: HashMap::new(),
        }
    }

    async fn run(mut self, effects: Vec<Effect>) -> Result<Vec<Farewell>, Error> {
        let left = self.stay(effects).await;
        // A terminal that fails must not take a change with it.
        let most = SIGNING_AT_THE_END + WITNESSES_AT_THE_END + Duration::from_secs(1);
        let mut patience = pin!(sleep(most));
        while self.app.is_ending() {
            if left.is_ok() {
                // So that nobody wonders why it stays for a moment; one that is gone now is of no use any more.
                let _ = self.terminal.draw(|frame| self.app.view(frame));
            }
            // A change is waited for, however long it takes; nothing else is, and nobody has to ask twice.
            let writing = self.app.is_writing();
            if writing {
                patience.as_mut().reset(tokio::time::Instant::now() + most);
            }
            tokio::select! {
                done = self.tasks.join_next() => match done {
                    Some(done) => drop(finished(done).map(|msg| self.follow(msg))),
                    None => break,
                },
                () = self.signals.next(), if !writing => self.app.end_now(),
                () = &mut patience, if !writing => self.app.end_now(),
            }
        }
        // Only reads can still be under way; dropping the set ends them.
        left.map(|()| self.app.farewells())
    }

    async fn stay(&mut self, effects: Vec<Effect>) -> Result<(), Error> {
        let size = self.terminal.size()?;
        let mut leave = self.spawn(effects) | self.follow(Msg::Resize { height: size.height });
        while !leave {
            if std::mem::take(&mut self.resized) {
                // Smaller and larger again between two pictures: the terminal lost what nobody would draw anew. (To clear
                // it would ask the terminal where its cursor is, and wait for the answer among the keys.)
                let size = self.terminal.size()?;
                self.terminal.resize(Rect::from(size))?;
            }
            self.terminal.draw(|frame| self.app.view(frame))?;
            let mut next = self.next().await;
            let mut room = BATCH;
            while let Some(msg) = next.take() {
                leave = self.follow(msg);
                room -= 1;
                // What is pressed after leaving is for whatever comes after us.
                if leave || room == 0 {
                    break;
                }
                next = self.pending().await;
            }
        }
        Ok(())
    }

    /// Waits until something happens.
    async fn next(&mut self) -> Option<Msg> {
        let animating = self.app.is_animating();
        let events = self.events.as_mut();
        tokio::select! {
            event = next_event(events) => self.event(event),
            () = self.signals.next() => Some(Msg::HungUp),
            Some(done) = self.tasks.join_next(), if !self.tasks.is_empty() => finished(done),
            Some(msg) = self.said.recv() => Some(msg),
            _ = self.seconds.tick() => Some(Msg::Second),
            _ = self.ticks.tick(), if animating => Some(Msg::Tick),
        }
    }

    /// What has happened already.
    ///
    /// The stream keeps the waker of the first poll that found nothing, so it is only ever polled with the waker of
    /// this loop: with another one the next key would wake nobody.
    async fn pending(&mut self) -> Option<Msg> {
        // Keys first: whoever sits there waits for nothing that only counts.
        if let Some(events) = self.events.as_mut() {
            let event = poll_fn(|context| match events.poll_next_unpin(context) {
                Poll::Ready(event) => Poll::Ready(Some(event)),
                Poll::Pending => Poll::Ready(None),
            });
            if let Some(event) = event.await {
                return self.event(event);
            }
        }
        if let Some(done) = self.tasks.try_join_next() {
            return finished(done);
        }
        self.said.try_recv().ok()
    }

    fn event(&mut self, event: Option<std::io::Result<Event>>) -> Option<Msg> {
        match event {
            Some(Ok(Event::Key(key))) if !key.is_release() => Some(Msg::Key(key)),
            Some(Ok(Event::Paste(text))) => Some(Msg::Paste(text)),
            Some(Ok(Event::Resize(_, height))) => {
                self.resized = true;
                Some(Msg::Resize { height })
            }
            Some(Ok(_)) => None,
            // The terminal is gone. What is being written is still waited for.
            Some(Err(_)) | None => {
                self.events = None;
                Some(Msg::HungUp)
            }
        }
    }

    /// Takes a message in and starts what it leads to; true when it leads out.
    fn follow(&mut self, msg: Msg) -> bool {
        self.app.set_now(self.services.ambient().now());
        let effects = self.app.update(msg);
        self.spawn(effects)
    }

    fn spawn(&mut self, effects: Vec<Effect>) -> bool {
        let mut leave = false;
        for effect in effects {
            match effect {
                Effect::Quit => leave = true,
                Effect::Stop { request } => {
                    if let Some(task) = self.stoppable.remove(&request) {
                        task.abort();
                    }
                }
                // Whether the terminal takes it cannot be known; one that is gone shows at the next drawing.
                Effect::Copy { text } => {
                    let _ = crossterm::execute!(std::io::stdout(), CopyToClipboard::to_clipboard_from(text));
                }
                effect => self.start(effect),
            }
        }
        leave
    }

    fn start(&mut self, effect: Effect) {
        let request = effect.stoppable();
        let (services, say) = (Arc::clone(&self.services), Arc::clone(&self.say));
        let task = self.tasks.spawn(async move { perform(&services, effect, &say).await });
        self.stoppable.retain(|_, task| !task.is_finished());
        self.stoppable.extend(request.map(|request| (request, task)));
    }
}

async fn next_event(events: Option<&mut EventStream>) -> Option<std::io::Result<Event>> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

/// A panic in a task goes on here: ratatui's hook has given the terminal back already, so nothing could be shown.
fn finished(done: Result<Msg, JoinError>) -> Option<Msg> {
    match done {
        Ok(msg) => Some(msg),
        Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
        Err(_) => None,
    }
}

fn open_terminal() -> Result<DefaultTerminal, Error> {
    let terminal = ratatui::try_init()?;
    crossterm::execute!(std::io::stdout(), EnableBracketedPaste)?;
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // The panic is what matters; a terminal that is gone cannot be asked for anything.
        let _ = crossterm::execute!(std::io::stdout(), DisableBracketedPaste);
        hook(info);
    }));
    Ok(terminal)
}

fn close_terminal() {
    let _ = crossterm::execute!(std::io::stdout(), DisableBracketedPaste);
    ratatui::restore();
}

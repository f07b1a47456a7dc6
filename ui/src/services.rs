//! What effects are performed with: the open database and, once it was unlocked, the operator.

use crate::Start;
use crate::session::{Session, Why};
use crate::text::clean;
use licentia_core::pin::Failed;
use licentia_core::probe::Inbox;
use licentia_core::secret::Passphrase;
use licentia_core::witness::Post;
use licentia_core::{Actor, Ambient, Error, Explanation, Licentia, Operator, Place, Result, StoreError, Watch};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;
use tokio::sync::Mutex;

/// See the module. The application state never holds any of this.
pub(crate) struct Services {
    place: Place,
    ambient: Ambient,
    actor: Actor,
    audience: Result<Vec<String>, Explanation>,
    /// Whether new licenses carry the latest checkpoint.
    log_claim: bool,
    inbox: Inbox,
    /// What was in it when it was last looked into.
    inbox_seen: std::sync::Mutex<Option<InboxFiles>>,
    post: Post,
    /// The passphrase that was handed in, until the first unlocking or founding.
    given: RwLock<Option<Passphrase>>,
    open: RwLock<Option<Licentia>>,
    operator: RwLock<Option<Operator>>,
    /// None where there is nothing to watch yet, or it failed.
    watch: Mutex<Option<Watch>>,
    /// Somebody wrote while nobody could tell it from our own index.
    wrote: AtomicBool,
}

/// The names, sizes and times of what is in the inbox.
type InboxFiles = Vec<(OsString, u64, Option<SystemTime>)>;

/// Entries that the index of words takes in at once: so few that a change never waits for long.
const INDEXED: u64 = 1_000;

/// What was found at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// None: the home is empty, and has to be set up first.
    pub(crate) session: Option<Session>,
    pub(crate) home: String,
    pub(crate) actor: String,
    /// What a command line has to name, if anything.
    pub(crate) named_home: Option<PathBuf>,
    /// Where status lists are published to, as it would be typed; empty where nobody said.
    pub(crate) publish_to: String,
    pub(crate) fingerprint: Option<String>,
    /// Setting up need not ask for a passphrase.
    pub(crate) has_passphrase: bool,
    /// What stands in the way of trusting the file.
    pub(crate) warning: Option<Explanation>,
    /// A verification of an earlier session failed, and no full one held since.
    pub(crate) failed: Option<Failed>,
    /// What a new license is for unless somebody says otherwise.
    pub(crate) audience: Vec<String>,
}

impl Services {
    /// Opens what is at the place, and unlocks it if a passphrase was handed in.
    pub(crate) async fn start(start: Start) -> Result<(Self, Opening)> {
        let Start {
            place,
            ambient,
            actor,
            passphrase,
            named_home,
            audience,
            publish_to,
            stops_after_failure,
            log_claim,
            inbox,
            post,
        } = start;
        let home = place.database.parent().unwrap_or(&place.database).display().to_string();
        let mut opening = Opening {
            session: None,
            home: clean(&home),
            actor: actor.as_str().to_owned(),
            named_home,
            publish_to: publish_to.unwrap_or_default(),
            fingerprint: None,
            has_passphrase: passphrase.is_some(),
            warning: None,
            failed: None,
            audience: audience.clone().unwrap_or_default(),
        };
        let licentia = match Licentia::open(place.clone(), ambient.clone()).await {
            Ok(licentia) => {
                if stops_after_failure {
                    licentia.stop_after_failure();
                }
                Some(licentia)
            }
            Err(Error::Store(StoreError::Missing(_))) => None,
            Err(error) => return Err(error),
        };
        let mut operator = None;
        let (mut open, mut watch) = (None, None);
        if let Some(licentia) = licentia {
            licentia.set_log_claim(log_claim);
            if licentia.vault().is_founded().await? {
                opening.fingerprint = Some(licentia.audit().identity().await?.fingerprint);
                opening.warning = licentia.pin_seen().await.err().map(|error| Explanation::from(&error));
                match licentia.failed_before() {
                    Ok(failed) => opening.failed = failed,
                    // What cannot be read may have been a failure.
                    Err(error) => opening.warning = opening.warning.or_else(|| Some(Explanation::from(&error))),
                }
                operator = unlock_at_start(&licentia, passphrase.as_ref(), &actor).await?;
                let session = session(&licentia, operator.as_ref()).await?;
                if session == Session::Reviewer(Why::NoVault) {
                    // A copy may lie beside others: which one this is, is in its name.
                    opening.home = clean(&place.database.display().to_string());
                }
                opening.session = Some(session);
                // Before anything is read: what is written from now on is noticed.
                watch = licentia.watch().await.ok();
                open = Some(licentia);
            } else {
                licentia.close().await;
            }
        }
        let given = passphrase.filter(|_| open.is_none());
        let services = Self {
            place,
            ambient,
            actor,
            audience,
            log_claim,
            inbox: Inbox::at(inbox),
            inbox_seen: std::sync::Mutex::default(),
            post,
            given: RwLock::new(given),
            open: RwLock::new(open),
            operator: RwLock::new(operator),
            watch: Mutex::new(watch),
            wrote: AtomicBool::new(false),
        };
        Ok((services, opening))
    }

    pub(crate) const fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The products that a license is for when nothing else is said.
    pub(crate) const fn audience(&self) -> &Result<Vec<String>, Explanation> {
        &self.audience
    }

    /// How a witness is reached.
    pub(crate) fn post(&self) -> Post {
        Post::clone(&self.post)
    }

    /// The open database.
    pub(crate) fn licentia(&self) -> Result<Licentia> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or(Error::Store(StoreError::NotFounded))
    }

    /// Whoever unlocked it.
    pub(crate) fn operator(&self) -> Option<Operator> {
        self.operator.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_operator(&self, operator: Option<Operator>) {
        *self.operator.write().unwrap_or_else(PoisonError::into_inner) = operator;
    }

    /// Nobody has it unlocked any more; the key is given to whoever uses it one last time.
    pub(crate) fn take_operator(&self) -> Option<Operator> {
        self.operator.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What went wrong beside a change that was made, and that nobody was told yet.
    pub(crate) fn take_alarm(&self) -> Option<Explanation> {
        self.licentia().ok()?.take_alarm().map(|error| Explanation::from(&error))
    }

    /// Whether the log was signed here since this was last asked.
    pub(crate) fn take_signed(&self) -> bool {
        self.licentia().is_ok_and(|licentia| licentia.take_signed())
    }

    /// Whether another process gave the log a new key since it was unlocked here.
    pub(crate) async fn lost_its_key(&self) -> bool {
        let (Some(operator), Ok(licentia)) = (self.operator(), self.licentia()) else { return false };
        // Where that cannot be found out, the next change will say it.
        matches!(licentia.audit().is_current(&operator).await, Ok(false))
    }

    pub(crate) fn set_open(&self, licentia: Licentia) {
        licentia.set_log_claim(self.log_claim);
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some(licentia);
        *self.given.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn given(&self) -> Option<Passphrase> {
        self.given.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) const fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Whether files came into the inbox or left it since this was last asked. At first, whether there are any.
    pub(crate) fn inbox_changed(&self) -> bool {
        // One that cannot be read is said where it is looked into.
        let files = self.inbox.files().unwrap_or_default();
        let mut seen = self.inbox_seen.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = seen.as_ref().map_or(!files.is_empty(), |seen| *seen != files);
        *seen = Some(files);
        changed
    }

    /// Whether anybody wrote since this was last asked. Where nobody watched meanwhile, somebody may have.
    pub(crate) async fn has_changed(&self) -> bool {
        let mut watch = self.watch.lock().await;
        let wrote = self.wrote.swap(false, Ordering::Relaxed);
        if let Some(watching) = watch.as_mut()
            && let Ok(changed) = watching.changed().await
        {
            return changed || wrote;
        }
        let Ok(licentia) = self.licentia() else { return false };
        *watch = licentia.watch().await.ok();
        watch.is_some()
    }

    /// Lets the index of words follow the log a little; true when there is more to do. It is a help and no evidence, so a
    /// failure is none: what it does not reach is searched all the same.
    pub(crate) async fn follow_with_index(&self) -> bool {
        let Ok(licentia) = self.licentia() else { return false };
        // A copy for review stays byte for byte what was handed over.
        if !licentia.is_writable() || !licentia.vault().exists().await.unwrap_or(false) {
            return false;
        }
        let Ok(before) = licentia.audit().index_state().await else { return false };
        if before.behind() == 0 {
            return false;
        }
        let mut watch = self.watch.lock().await;
        let mut wrote = changed(watch.as_mut()).await;
        let Ok(state) = licentia.audit().follow_with_index(INDEXED).await else { return false };
        // The watch cannot tell the index from a change, but every change makes the log longer.
        changed(watch.as_mut()).await;
        wrote |= licentia.audit().index_state().await.map_or(true, |after| after.size != before.size);
        if wrote {
            self.wrote.store(true, Ordering::Relaxed);
        }
        state.behind() > 0
    }

    /// Forgets the operator, moves the pin to what was seen and closes the files.
    pub(crate) async fn close(&self) -> Result<()> {
        self.set_operator(None);
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(licentia) = open else { return Ok(()) };
        // A file that contradicts its pin was complained about at the start; the pin stays where it is.
        let moved = if licentia.check_pin().await.is_ok() { licentia.move_pin().await } else { Ok(()) };
        if let Some(watch) = self.watch.lock().await.take() {
            watch.close().await;
        }
        licentia.close().await;
        moved
    }
}

async fn changed(watch: Option<&mut Watch>) -> bool {
    match watch {
        Some(watch) => watch.changed().await.unwrap_or(true),
        None => false,
    }
}

async fn unlock_at_start(
    licentia: &Licentia,
    passphrase: Option<&Passphrase>,
    actor: &Actor,
) -> Result<Option<Operator>> {
    match passphrase {
        Some(passphrase) if licentia.is_writable() && licentia.vault().exists().await? => {
            licentia.vault().unlock(passphrase, actor.clone()).await.map(Some)
        }
        _ => Ok(None),
    }
}

async fn session(licentia: &Licentia, operator: Option<&Operator>) -> Result<Session> {
    Ok(match operator {
        Some(operator) => Session::Unlocked { actor: operator.actor().as_str().to_owned() },
        None if !licentia.vault().exists().await? => Session::Reviewer(Why::NoVault),
        None if !licentia.is_writable() => Session::Reviewer(Why::ReadOnly),
        None => Session::Locked,
    })
}

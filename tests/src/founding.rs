//! Databases made through the services, with a vault that opens quickly.

use crate::{PASSPHRASE, fill, time};
use licentia_core::secret::Passphrase;
use licentia_core::{Actor, Ambient, Founding, Licentia, Operator, Place, Timestamp};

/// Who founds, and when.
#[derive(Clone, Debug)]
pub struct Founder {
    pub ambient: Ambient,
    pub founding: Founding,
}

impl Founder {
    /// With a clock that stands.
    #[must_use]
    pub fn at(now: &str) -> Self {
        let now = time(now).expect("a time in RFC 3339");
        Self { ambient: Ambient::new(move || now, fill), founding: founding() }
    }

    /// With the clock of this machine.
    #[must_use]
    pub fn now() -> Self {
        Self { ambient: real(), founding: founding() }
    }
}

/// The clock and the randomness of this machine.
#[must_use]
pub fn real() -> Ambient {
    Ambient::new(|| Timestamp::from(chrono::Utc::now()), fill)
}

fn founding() -> Founding {
    Founding {
        vendor: Some("acme".to_owned()),
        issuer: "main".to_owned(),
        status_url: Some("https://status.example.com".to_owned()),
        throwaway: true,
    }
}

/// Founds a database there, and closes it.
pub async fn found(place: Place, founder: Founder) {
    let licentia = Licentia::create(place, founder.ambient).await.expect("an empty place");
    let actor = Actor::new("tester@bench").expect("a name");
    licentia.vault().create(&passphrase(), actor, founder.founding).await.expect("a founded database");
    licentia.move_pin().await.expect("a pin");
    licentia.close().await;
}

/// Opens it, and unlocks it.
pub async fn unlock(place: Place, ambient: Ambient, actor: &str) -> (Licentia, Operator) {
    let licentia = Licentia::open(place, ambient).await.expect("a founded database");
    let actor = Actor::new(actor).expect("a name");
    let operator = licentia.vault().unlock(&passphrase(), actor).await.expect("the right passphrase");
    (licentia, operator)
}

/// What opens every vault that is made here.
#[must_use]
pub fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned()).expect("a passphrase")
}

/// Runs it to its end.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads").block_on(work)
}

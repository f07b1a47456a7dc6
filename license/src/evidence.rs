//! What a caller knows of itself and of the world, for a license to fit.

use std::fmt;

use crate::machine::Fingerprint;
#[cfg(feature = "totp")]
use crate::totp::TotpSecret;

/// How far clocks may be apart, in seconds.
pub const DEFAULT_LEEWAY: i64 = 60;

/// What the caller knows, and the license has to fit.
///
/// What is not said is not checked, and [`Verified::unchecked`](crate::Verified::unchecked) names it; but a license that
/// is bound to a machine or to a second factor is refused without them.
///
/// ```
/// use licentia_license::Evidence;
///
/// let day = 86_400;
/// let evidence = Evidence::new().audience("editor").grace(14 * day).latest_seen(1_750_000_000);
/// # let _ = evidence;
/// ```
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub(crate) audience: Option<&'a str>,
    pub(crate) leeway: i64,
    pub(crate) grace: i64,
    pub(crate) latest_seen: Option<i64>,
    pub(crate) identity: Option<&'a [u8; 32]>,
    pub(crate) machine: Option<&'a Fingerprint>,
    #[cfg(feature = "totp")]
    pub(crate) totp: Option<(&'a str, &'a TotpSecret)>,
    #[cfg(feature = "status-list")]
    pub(crate) list: crate::status_list::ListEvidence<'a>,
}

impl<'a> Evidence<'a> {
    /// Nothing but the default leeway.
    #[must_use]
    pub fn new() -> Self {
        Self {
            audience: None,
            leeway: DEFAULT_LEEWAY,
            grace: 0,
            latest_seen: None,
            identity: None,
            machine: None,
            #[cfg(feature = "totp")]
            totp: None,
            #[cfg(feature = "status-list")]
            list: crate::status_list::ListEvidence::default(),
        }
    }

    /// The product that asks. Every product should say it: the vendor's other products have licenses too.
    #[must_use]
    pub fn audience(self, product: &'a str) -> Self {
        Self { audience: Some(product), ..self }
    }

    /// How far this clock and the vendor's may be apart, in seconds; [`DEFAULT_LEEWAY`] unless told otherwise. A
    /// negative one counts as 0.
    #[must_use]
    pub fn leeway(self, seconds: i64) -> Self {
        Self { leeway: seconds.max(0), ..self }
    }

    /// For how many seconds a license is still [in grace](crate::Verdict::InGrace) after its end, or after its status
    /// list was due. Nothing else is ever excused.
    #[must_use]
    pub fn grace(self, seconds: i64) -> Self {
        Self { grace: seconds.max(0), ..self }
    }

    /// The latest time that the caller has ever seen, in seconds since 1970: a clock before it was set back. Keep it
    /// where the user does not look, and move it forward at each start.
    #[must_use]
    pub fn latest_seen(self, time: i64) -> Self {
        Self { latest_seen: Some(time), ..self }
    }

    /// The 32 bytes that this program carries as its identity. A license that names none fits all.
    #[must_use]
    pub fn identity(self, bytes: &'a [u8; 32]) -> Self {
        Self { identity: Some(bytes), ..self }
    }

    /// The fingerprint of the machine at hand, stretched for the vendor of the license. A license that is bound to no
    /// machine fits all.
    #[must_use]
    pub fn machine(self, fingerprint: &'a Fingerprint) -> Self {
        Self { machine: Some(fingerprint), ..self }
    }

    /// A code that somebody typed, and the secret that this host keeps. A license that is bound to none needs neither.
    #[cfg(feature = "totp")]
    #[must_use]
    pub fn totp(self, code: &'a str, secret: &'a TotpSecret) -> Self {
        Self { totp: Some((code, secret)), ..self }
    }
}

#[cfg(feature = "status-list")]
impl<'a> Evidence<'a> {
    /// The status list that the license names, as it was fetched from there.
    #[must_use]
    pub fn status_list(mut self, text: &'a str) -> Self {
        self.list.text = Some(text);
        self
    }

    /// A license that names a status list is refused without one. Else it is accepted, and
    /// [`Unchecked::StatusList`](crate::Unchecked::StatusList) says so.
    #[must_use]
    pub fn require_status_list(mut self) -> Self {
        self.list.required = true;
        self
    }

    /// The `iat` of the newest list with this address that was ever accepted: an older one is refused.
    #[must_use]
    pub fn newest_status_list(mut self, iat: i64) -> Self {
        self.list.newest_seen = Some(iat);
        self
    }

    /// For how many seconds after its `iat` a list may be relied on, if that is less than it says itself.
    #[must_use]
    pub fn status_list_max_age(mut self, seconds: i64) -> Self {
        self.list.max_age = Some(seconds.max(0));
        self
    }
}

impl Default for Evidence<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Without identity, machine and code, which are secrets.
impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("audience", &self.audience)
            .field("leeway", &self.leeway)
            .field("grace", &self.grace)
            .field("latest_seen", &self.latest_seen)
            .finish_non_exhaustive()
    }
}

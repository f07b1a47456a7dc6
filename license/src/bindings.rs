//! What a license is bound to: machines, a secret that its holder has, or both.

use std::fmt::Write as _;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use crate::machine::{Fingerprint, MachineBinding, MachineMatch};
use crate::strict_json::{self, Object};

/// How many machines one license may name.
pub const MAX_MACHINES: usize = 64;

/// The claim `bindings`. There is no value of this type that breaks the rules of `docs/FORMAT.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Object<Form>", into = "Form")]
pub struct Bindings {
    machines: Vec<MachineBinding>,
    totp: Option<TotpBinding>,
}

/// As JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "not_empty")]
    machines: Vec<MachineBinding>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "strict_json::present")]
    totp: Option<TotpBinding>,
}

/// Why a license cannot be bound like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BindingError {
    /// Bound to nothing.
    #[error("a license that is bound names a machine or a TOTP secret")]
    Nothing,
    /// More machines than a license may have.
    #[error("a license names at most {MAX_MACHINES} machines")]
    TooManyMachines,
    /// Nothing in it that could not be guessed.
    #[error("the machine has no trusted component that cannot be guessed: neither a machine id nor a product id")]
    OnlyGuessable,
    /// More, or fewer, than there are.
    #[error("{require} of the machine's components should agree, and 1 to {there} are possible")]
    Require {
        /// How many should agree.
        require: u32,
        /// How many there are.
        there: u32,
    },
    /// A secret that could be guessed.
    #[error("a TOTP secret has 16 to 64 bytes")]
    SecretLength,
    /// A period that nobody could keep up with, or that leaves a code valid for long.
    #[error("a TOTP period has 15 to 300 seconds")]
    Period,
    /// Not the digest of a secret.
    #[error("the digest of a TOTP secret is `sha256:` and 64 lower-case hex digits")]
    Digest,
}

impl Bindings {
    /// Binds to any one of these machines, to a TOTP secret, or to both at once.
    ///
    /// # Errors
    ///
    /// When there is neither, or more than 64 machines.
    pub fn new(machines: Vec<MachineBinding>, totp: Option<TotpBinding>) -> Result<Self, BindingError> {
        if machines.is_empty() && totp.is_none() {
            return Err(BindingError::Nothing);
        }
        if machines.len() > MAX_MACHINES {
            return Err(BindingError::TooManyMachines);
        }
        Ok(Self { machines, totp })
    }

    /// The machines, of which any one will do. Empty when it is bound to none.
    pub fn machines(&self) -> &[MachineBinding] {
        &self.machines
    }

    /// The TOTP secret that its holder has to have.
    pub fn totp(&self) -> Option<&TotpBinding> {
        self.totp.as_ref()
    }

    /// Compares each machine of the license `jti` with the machine at hand, in their order.
    pub fn compare(&self, jti: &str, now: &Fingerprint) -> Vec<MachineMatch> {
        self.machines.iter().map(|machine| machine.compare(jti, now)).collect()
    }
}

impl TryFrom<Object<Form>> for Bindings {
    type Error = BindingError;

    fn try_from(Object(form): Object<Form>) -> Result<Self, BindingError> {
        Self::new(form.machines, form.totp)
    }
}

impl From<Bindings> for Form {
    fn from(bindings: Bindings) -> Self {
        Self { machines: bindings.machines, totp: bindings.totp }
    }
}

/// None is said by leaving the member out.
fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<MachineBinding>, D::Error> {
    let machines = Vec::deserialize(deserializer)?;
    if machines.is_empty() { Err(D::Error::custom("`machines` is empty")) } else { Ok(machines) }
}

/// A TOTP secret (RFC 6238) as a license has it: its digest, for the secret itself would be no second factor there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Object<TotpForm>", into = "TotpForm")]
pub struct TotpBinding {
    digest: [u8; 32],
    period: u32,
}

/// As JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TotpForm {
    digest: String,
    period: u32,
}

impl TotpBinding {
    /// The usual period, in seconds.
    pub const PERIOD: u32 = 30;

    /// Binds to this secret, with codes that change every `period` seconds.
    ///
    /// # Errors
    ///
    /// When the secret has fewer than 16 bytes (RFC 4226 asks for so many) or more than 64, or the period is not
    /// from 15 to 300 seconds.
    pub fn of(secret: &[u8], period: u32) -> Result<Self, BindingError> {
        if !(16..=64).contains(&secret.len()) {
            return Err(BindingError::SecretLength);
        }
        Self::new(Sha256::digest(secret).into(), period)
    }

    fn new(digest: [u8; 32], period: u32) -> Result<Self, BindingError> {
        if !(15..=300).contains(&period) {
            return Err(BindingError::Period);
        }
        Ok(Self { digest, period })
    }

    /// `sha256:` and 64 hex digits.
    pub fn digest(&self) -> String {
        let mut text = "sha256:".to_owned();
        for byte in self.digest {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// How long a code lasts, in seconds.
    pub fn period(&self) -> u32 {
        self.period
    }

    /// Whether this is the secret that the license was bound to.
    pub fn is_secret(&self, secret: &[u8]) -> bool {
        self.digest == <[u8; 32]>::from(Sha256::digest(secret))
    }
}

impl TryFrom<Object<TotpForm>> for TotpBinding {
    type Error = BindingError;

    fn try_from(Object(form): Object<TotpForm>) -> Result<Self, BindingError> {
        let hex = form.digest.strip_prefix("sha256:").ok_or(BindingError::Digest)?;
        Self::new(unhex(hex).ok_or(BindingError::Digest)?, form.period)
    }
}

impl From<TotpBinding> for TotpForm {
    fn from(binding: TotpBinding) -> Self {
        Self { digest: binding.digest(), period: binding.period }
    }
}

/// 64 lower-case digits.
fn unhex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes =
        pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?)).collect::<Option<Vec<_>>>()?;
    if rest.is_empty() { bytes.try_into().ok() } else { None }
}

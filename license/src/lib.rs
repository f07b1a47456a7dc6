//! The license document: its format, its signature and its verification offline.
//!
//! This is the crate a licensed product embeds. It is synchronous and does no I/O: the text of the
//! license, the keys to trust and the time are arguments, so it runs wherever the product runs.
//!
//! # One call
//!
//! ```
//! use licentia_license::{Evidence, License, TrustedKeys};
//!
//! # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
//! # let public = licentia_license::PublicKey::from_bytes(&key.verifying_key().to_bytes())?;
//! # let pem = public.to_pem();
//! # let claims = licentia_license::Claims {
//! #     features: vec!["pro".to_owned()],
//! #     exp: Some(1_800_000_000),
//! #     ..licentia_license::Claims::new(
//! #         "acme", "alice@example.com", ["editor"], 1_700_000_000, "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f")
//! # };
//! # let text = licentia_license::armor::wrap(&licentia_license::sign(&claims, &key)?);
//! # let now = 1_750_000_000;
//! // `pem` is compiled into the product, `text` is the .lic file, `now` the seconds since 1970.
//! let keys = TrustedKeys::from_text(&pem)?;
//! let evidence = Evidence::new().audience("editor");
//! let license = License::verify(&text, &keys, &evidence, now).usable()?;
//! assert!(license.claims.features.iter().any(|feature| feature == "pro"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Valid, in grace, or invalid
//!
//! A [`Verdict`] never only says no. With [`Evidence::grace`] a license whose end has come goes on for a while, and one
//! that does not hold still says what it was for, so that a program can warn, or save what is open, before it stops.
//! [`Invalid`] carries a stable [`code`](Invalid::code) for programs and a [`hint`](Invalid::hint) for people.
//!
//! ```
//! use licentia_license::{Evidence, License, TrustedKeys, Verdict};
//!
//! # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
//! # let pem = licentia_license::PublicKey::from_bytes(&key.verifying_key().to_bytes())?.to_pem();
//! # let claims = licentia_license::Claims {
//! #     exp: Some(1_800_000_000),
//! #     ..licentia_license::Claims::new(
//! #         "acme", "alice@example.com", ["editor"], 1_700_000_000, "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f")
//! # };
//! # let text = licentia_license::sign(&claims, &key)?;
//! # let keys = TrustedKeys::from_text(&pem)?;
//! const DAY: i64 = 86_400;
//! let look = |now, latest_seen| {
//!     let evidence = Evidence::new().audience("editor").grace(14 * DAY).latest_seen(latest_seen);
//!     match License::verify(&text, &keys, &evidence, now) {
//!         Verdict::Valid(_) => "go on".to_owned(),
//!         Verdict::InGrace { why, until, .. } => format!("go on until {until}, and say: {}", why.hint()),
//!         Verdict::Invalid { why, license: Some(it) } => format!("{}: warn {}", why.code(), it.claims.sub),
//!         Verdict::Invalid { why, license: None } => format!("{}: no license of ours", why.code()),
//!     }
//! };
//! assert_eq!(look(1_799_999_999, 0), "go on");
//! assert!(look(1_800_000_000 + DAY, 0).starts_with("go on until 1801209600"));
//! assert_eq!(look(1_800_000_000 + 15 * DAY, 0), "expired: warn alice@example.com");
//! // Setting the clock back does not help a program that remembers the latest time it has seen.
//! assert_eq!(look(1_750_000_000, 1_800_000_000), "clock_rolled_back: warn alice@example.com");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Identity
//!
//! A license may name the digest of 32 bytes that the licensed program carries. Look at [`Verified::unchecked`]: it
//! names what a license contains and a verification did not look at.
//!
//! ```
//! use licentia_license::{Evidence, License, TrustedKeys, Unchecked};
//!
//! # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
//! # let keys: TrustedKeys =
//! #     [licentia_license::PublicKey::from_bytes(&key.verifying_key().to_bytes())?.into()].into_iter().collect();
//! # let mut claims = licentia_license::Claims::new(
//! #     "acme", "alice@example.com", ["editor"], 1_700_000_000, "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
//! # claims.identity = Some(format!("blake3:{}", blake3::hash(&[1; 32])));
//! # let text = licentia_license::sign(&claims, &key)?;
//! # let now = 1_750_000_000;
//! let evidence = Evidence::new().audience("editor");
//! let license = License::verify(&text, &keys, &evidence, now).usable()?;
//! assert_eq!(license.unchecked, [Unchecked::Identity]);
//!
//! let verdict = License::verify(&text, &keys, &evidence.identity(&[2; 32]), now);
//! assert_eq!(verdict.why().map(|why| why.code()), Some("identity_mismatch"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Machines
//!
//! A license may be bound to machines, and survives what changes on them: so many components have to agree, and one that
//! cannot be guessed among them. The feature `machine-collect` makes the fingerprint of the machine at hand
//! (`machine::collect::Found::here`); comparing one needs no feature. [`machine`] says what it is worth.
//!
//! ```
//! use licentia_license::machine::{Component, Fingerprint};
//! use licentia_license::{Evidence, License, TrustedKeys};
//!
//! # use licentia_license::bindings::Bindings;
//! # use licentia_license::machine::MachineBinding;
//! # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
//! # let keys: TrustedKeys =
//! #     [licentia_license::PublicKey::from_bytes(&key.verifying_key().to_bytes())?.into()].into_iter().collect();
//! # let mut claims = licentia_license::Claims::new(
//! #     "acme", "alice@example.com", ["editor"], 1_700_000_000, "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
//! # let sold = [(Component::MachineId, [1; 32]), (Component::Disk, [2; 32]), (Component::Network, [3; 32])].into();
//! # let sold = Fingerprint::new("acme", sold, [].into(), None)?;
//! # claims.bindings = Some(Bindings::new(vec![MachineBinding::of(&sold, &claims.jti, 2)?], None)?);
//! # let text = licentia_license::sign(&claims, &key)?;
//! # let now = 1_750_000_000;
//! # let today = [(Component::MachineId, [1; 32]), (Component::Disk, [2; 32]), (Component::Network, [4; 32])].into();
//! # let pasted = Fingerprint::new("acme", today, [].into(), None)?.to_text();
//! let fingerprint = Fingerprint::from_text(&pasted)?;
//! let evidence = Evidence::new().audience("editor").machine(&fingerprint);
//! let license = License::verify(&text, &keys, &evidence, now).usable()?;
//! let changed: Vec<_> = license.machines.iter().flat_map(|machine| machine.differing()).collect();
//! assert_eq!(changed[0].0, Component::Network); // a new network card, and the license holds
//!
//! let nowhere = License::verify(&text, &keys, &Evidence::new().audience("editor"), now);
//! assert_eq!(nowhere.why().map(|why| why.code()), Some("machine_required"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A second factor
//!
//! With the feature `totp` a license may be bound to a secret of an authenticator. The license has its digest, the host
//! keeps the secret, somebody types the code.
//!
//! ```
//! use licentia_license::totp::TotpSecret;
//! use licentia_license::{Evidence, License, TrustedKeys};
//!
//! # use licentia_license::bindings::{Bindings, TotpBinding};
//! # let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
//! # let keys: TrustedKeys =
//! #     [licentia_license::PublicKey::from_bytes(&key.verifying_key().to_bytes())?.into()].into_iter().collect();
//! # let mut claims = licentia_license::Claims::new(
//! #     "acme", "alice@example.com", ["editor"], 1_700_000_000, "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f");
//! # let kept = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
//! # let binding = TotpBinding::of(b"12345678901234567890", 30)?;
//! # claims.bindings = Some(Bindings::new(Vec::new(), Some(binding))?);
//! # let text = licentia_license::sign(&claims, &key)?;
//! # let now = 1_750_000_000;
//! # let last_step = 0;
//! let secret = TotpSecret::from_text(kept).ok_or("no secret")?;
//! # let typed = licentia_license::totp::code(&secret, 30, now);
//! let evidence = Evidence::new().audience("editor").totp(&typed, &secret);
//! let license = License::verify(&text, &keys, &evidence, now).usable()?;
//! // The host keeps the step, and takes no code twice.
//! assert!(license.totp_step.is_some_and(|step| step > last_step));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Issuing
//!
//! ```
//! use licentia_license::{Claims, Limit, armor, inspect, sign};
//!
//! let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]); // yours comes from a random generator
//! let mut claims = Claims::new(
//!     "acme",
//!     "alice@example.com",
//!     ["editor"],
//!     1_700_000_000,
//!     "018f3c1e-7b1a-7c3d-9e2f-0a1b2c3d4e5f",
//! );
//! claims.exp = Some(1_800_000_000);
//! claims.limits.insert("seats".to_owned(), Limit::Number(5));
//!
//! let file = armor::wrap(&sign(&claims, &key)?);
//! assert!(file.starts_with("-----BEGIN LICENSE-----\n"));
//! assert_eq!(inspect(&file)?.claims, claims); // reads, proves nothing
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The full API
//!
//! - [`License::verify`] with [`Evidence`]: everything. [`verify_signature`]: who signed it, no more.
//!   [`inspect`]: nothing is proven.
//! - [`TrustedKeys`], [`TrustedKey`], [`PublicKey`]: whom to believe, read from PEM, JWK, JWKS or raw bytes;
//!   a key may be bound to the one `iss` it signs for.
//! - [`Verdict`], [`Verified`], [`Invalid`]: the answer. [`Invalid::all_codes`] are the words that callers, logs and the
//!   command line share.
//! - `status_list` (with the feature of that name): whether a license was revoked, from a file on any web server.
//! - [`bindings`] and [`machine`]: which machines a license is for. `totp` (with the feature of that name): which secret its
//!   holder has to have.
//! - [`sign`] and [`Claims`]: making licenses. [`armor`]: the text around a token.
//!
//! The bytes are written down in `docs/FORMAT.md`.

#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should say so by panicking"))]

pub mod armor;

mod base64url;
pub mod bindings;
mod claims;
mod codes;
mod evidence;
mod invalid;
mod invalid_list;
mod jwk;
mod key;
pub mod machine;
mod pem;
mod sign;
#[cfg(feature = "status-list")]
pub mod status_list;
pub mod strict_json;
mod token;
#[cfg(feature = "totp")]
pub mod totp;
mod trust;
mod verified;
mod verify;

pub use claims::{Claims, Limit, MAX_TIME, Status, StatusListRef};
pub use evidence::{DEFAULT_LEEWAY, Evidence};
pub use invalid::Invalid;
pub use invalid_list::InvalidList;
pub use key::{KeyError, PublicKey};
pub use sign::{SignError, sign};
pub use token::{Header, Inspected, MAX_TOKEN_BYTES, inspect};
pub use trust::{TrustedKey, TrustedKeys};
pub use verified::{Unchecked, Verified, verify_signature};
pub use verify::{License, Verdict};

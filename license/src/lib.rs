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
//! - [`bindings`] and [`machine`]: which machines a license is for. `totp` (feature): which secret its holder has to have.
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

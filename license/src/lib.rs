//! The license document: its format, its signature and its verification offline.
//!
//! This is the crate a licensed product embeds. It is synchronous and does no I/O: the text of the
//! license, the keys to trust and the time are arguments, so it runs wherever the product runs.
//!
//! # One call
//!
//! ```
//! use licentia_license::{Expectation, TrustedKeys, verify};
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
//! let license = verify(&text, &keys, &Expectation::new("editor", now))?;
//! assert!(license.claims.features.iter().any(|feature| feature == "pro"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # When it says no
//!
//! [`Invalid`] carries a stable [`code`](Invalid::code) for programs and a
//! [`hint`](Invalid::hint) for people. Look at [`Verified::unchecked`] too: it names what the license
//! contains and this call did not look at.
//!
//! ```
//! use licentia_license::{Expectation, TrustedKeys, verify};
//!
//! let keys = TrustedKeys::new();
//! let refusal = verify("not a license", &keys, &Expectation::new("editor", 0)).unwrap_err();
//! assert_eq!(refusal.code(), "malformed");
//! println!("{refusal}. {}", refusal.hint());
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
//! - [`TrustedKeys`], [`TrustedKey`], [`PublicKey`]: whom to believe, read from PEM, JWK, JWKS or raw bytes;
//!   a key may be bound to the one `iss` it signs for.
//! - [`verify`]: everything. [`verify_signature`]: everything but time and audience. [`inspect`]: nothing.
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
mod verify;

pub use claims::{Claims, Limit, MAX_TIME, Status, StatusListRef};
pub use invalid::Invalid;
pub use invalid_list::InvalidList;
pub use key::{KeyError, PublicKey};
pub use sign::{SignError, sign};
pub use token::{Header, Inspected, MAX_TOKEN_BYTES, inspect};
pub use trust::{TrustedKey, TrustedKeys};
pub use verify::{DEFAULT_LEEWAY, Expectation, Unchecked, Verified, verify, verify_signature};

//! Who somebody is: bearer tokens (JWT, RFC 7519), checked against the keys of an issuer, and issued with a key of one's own.
//!
//! [`Verifier::verify`] makes an [`Identity`] of a token, without IO. Which algorithm a signature has is said by the key and never by the
//! token; every failure is the same [`Unauthenticated`] to whoever sent it. Keys come from a [`KeySource`]: a [`KeyFile`], an
//! [`Issuer`] over HTTPS, or a [`LocalKey`], which also issues tokens. What an identity may do is decided in `sigeyi_domain::access`.

mod base64url;
mod claims;
mod https;
mod identity;
mod issue;
mod issuer;
mod jwk;
mod jws;
mod key_set;
mod keys;
mod limits;
mod local_key;
mod object;
mod source;
mod unauthenticated;
mod verifier;

#[cfg(test)]
mod tests;

pub use https::{Https, HttpsError, certificates};
pub use identity::Identity;
pub use issue::{Claims, IssueError};
pub use issuer::{HttpGet, Issuer, IssuerUrlError};
pub use key_set::{KeySet, KeySetError};
pub use keys::Refreshed;
pub use limits::*;
pub use local_key::{LocalKey, LocalKeyError, LocalKeyFile};
pub use source::{KeyFile, KeySource, KeySourceError};
pub use unauthenticated::{Reason, Unauthenticated};
pub use verifier::{Now, Trust, Verifier};

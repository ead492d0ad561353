//! Keys and sealing: what describes a person is sealed with that person's key. `docs/format.md` (Vault) draws the records byte by byte.
//!
//! The crate turns keys into record payloads and payloads into keys. It does no file IO: whoever calls it makes a payload
//! durable, and only then [admits](Vault::admit) its keys, so that no event ever names a key that a power cut can take away.
//!
//! ```text
//! root key (KeyProvider) ─ wraps ─┬─ master secret ─ HKDF ─ content digest · fingerprint · import namespace · office …
//!                                 └─ bucket key ─ encrypts ─ 4,096 person keys ─ seal ─ bodies
//! ```

mod access_reason;
mod bucket;
mod error;
mod index;
mod key;
mod marks;
mod open;
mod provider;
mod random;
mod record;
mod rewrite;
mod root_key;
mod secrets;
mod suite;
#[cfg(test)]
mod tests;
mod vault;
mod wrapping;

pub use bucket::BucketRecord;
pub use error::{SealError, UnsealError, VaultError};
pub use key::{KeyId, KeyNumber};
pub use provider::{KeyProvider, KeyProviderError, RootId, RootIdError};
pub use rewrite::{Change, rewrite, root_of};
pub use root_key::{RootKey, RootKeyError};
pub use suite::CipherSuite;
pub use vault::{HeldVault, Sealed, Vault};

/// Keys in one bucket.
pub const KEYS_PER_BUCKET: u32 = 4096;
/// Buckets in one vault at most: 134 million keys, more than there are persons to enrol.
pub const BUCKETS_MAX: u32 = 32_768;
/// Length of the payload of a secrets record, in bytes.
pub const SECRETS_PAYLOAD_BYTES: usize = 125;
/// Length of the payload of a bucket record, in bytes.
pub const BUCKET_PAYLOAD_BYTES: usize = 131_169;
/// How much longer a sealed reason for an access is than the reason, in bytes.
pub const ACCESS_REASON_OVERHEAD_BYTES: usize = 1 + suite::NONCE_BYTES + suite::TAG_BYTES;
/// Length of the payload of a record of a bucket in which keys were erased, in bytes.
pub const MARKED_BUCKET_PAYLOAD_BYTES: usize = 131_681;
/// Length of a sealed body at most before sealing, in bytes: an event writes the length of its ciphertext, tag included, in two bytes.
pub const PLAINTEXT_BYTES_MAX: usize = u16::MAX as usize - suite::TAG_BYTES;

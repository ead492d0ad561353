//! The stored form of an event: a fixed binary header, a clear body, a sealed body. `docs/format.md` draws it byte by byte.
//!
//! This crate knows bytes, not meanings: what the type numbers and bodies say is the domain's.

mod associated_data;
mod event;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod laws;
mod position;
mod stored;
mod suite;

pub use associated_data::{ASSOCIATED_DATA_BYTES, associated_data};
pub use event::{EncodeError, EventParts, Previous, SealedParts, encode};
pub use position::Position;
pub use stored::{DecodeError, StoredEvent};
pub use suite::Suite;

/// The stored format. Format 0 had previews, with their number in the byte behind that of the format; from format 1 on it is zero there. `docs/format.md` says how
/// the format may change.
pub const FORMAT: u8 = 1;

/// An event's stored bytes at most, header and ciphertext included.
pub const EVENT_BYTES_MAX: usize = 6 * 1024;
/// Events in one commit at most.
pub const COMMIT_EVENTS_MAX: usize = 16;
/// Length of an actor's or office's id at most, in bytes.
pub const IDENTIFIER_BYTES_MAX: usize = 64;
/// Length of the header before actor and office, in bytes.
pub const HEADER_BYTES: usize = 128;
/// Length of a key id, in bytes.
pub const KEY_ID_BYTES: usize = 32;
/// Length of a nonce, in bytes.
pub const NONCE_BYTES: usize = 12;

/// True for 1..=64 bytes of `[A-Za-z0-9._-]`.
pub fn is_identifier(text: &str) -> bool {
    (1..=IDENTIFIER_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

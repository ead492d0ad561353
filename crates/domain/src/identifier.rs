//! Ids of actors, offices, providers, counsellors and courses: never text about a person.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// 1 to 64 bytes of `[A-Za-z0-9._-]`. Up to 24 of them, which is nearly every one, are kept in place: each command has several, and they pass
/// from thread to thread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Identifier(CompactString);

/// Text that is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 64 letters, digits, dots, underscores or hyphens of ASCII")]
pub struct IdentifierError;

impl Identifier {
    /// Length at most, in bytes.
    pub const BYTES_MAX: usize = 64;

    /// Checks the length and the characters.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if (1..=Self::BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Identifier(text.into()))
        } else {
            Err(IdentifierError)
        }
    }

    /// The id itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Identifier {
    type Error = IdentifierError;
    fn try_from(text: String) -> Result<Self, IdentifierError> {
        Identifier::parse(&text)
    }
}

impl From<Identifier> for String {
    fn from(id: Identifier) -> String {
        id.0.into()
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! From the parts of an event to its stored bytes.

use uuid::Uuid;

use crate::{
    COMMIT_EVENTS_MAX, EVENT_BYTES_MAX, FORMAT, HEADER_BYTES, KEY_ID_BYTES, NONCE_BYTES, Position, Suite,
    is_identifier,
};

/// The person's event before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Previous {
    /// Where it stands.
    pub position: Position,
    /// Its leaf hash: the link of the person's chain.
    pub leaf: [u8; 32],
}

/// A sealed body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedParts<'a> {
    /// Commitment to the key that opens it.
    pub key_id: [u8; KEY_ID_BYTES],
    /// Random nonce.
    pub nonce: [u8; NONCE_BYTES],
    /// Ciphertext and tag.
    pub ciphertext: &'a [u8],
}

/// Everything that an event's stored bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventParts<'a> {
    /// Which algorithms hash and seal it.
    pub suite: Suite,
    /// Event type number.
    pub kind: u8,
    /// Schema number of the type's body, from 1.
    pub schema: u8,
    /// Place in the log.
    pub position: Position,
    /// Whom it is about; nil for nobody.
    pub person: Uuid,
    /// 1 for the person's first event.
    pub version: u32,
    /// The person's event before it.
    pub previous: Option<Previous>,
    /// When it happened: days since 1970-01-01.
    pub effective_day: i32,
    /// When it was recorded: µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// The person's county as known when recorded, six digits; 0 for none.
    pub region: u32,
    /// The command that made it.
    pub command: Uuid,
    /// Keyed digest of the command's content.
    pub digest: [u8; 16],
    /// Place in its commit, from 0.
    pub commit_index: u8,
    /// Events in its commit.
    pub commit_count: u8,
    /// Who recorded it.
    pub actor: &'a str,
    /// For which office.
    pub office: &'a str,
    /// Clear body: JSON.
    pub clear: &'a str,
    /// Sealed body.
    pub sealed: Option<SealedParts<'a>>,
}

/// Parts that cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Longer than [`EVENT_BYTES_MAX`].
    #[error("the event would take {bytes} bytes, more than {EVENT_BYTES_MAX}")]
    TooLong {
        /// What it would take.
        bytes: usize,
    },
    /// Actor or office is not an identifier.
    #[error("actor and office must be 1 to 64 bytes of [A-Za-z0-9._-]")]
    BadIdentifier,
    /// Commit index or count out of range.
    #[error("a commit has 1 to {COMMIT_EVENTS_MAX} events")]
    BadCommit,
    /// Sealed, but nothing in it.
    #[error("a sealed body has at least its 16-byte tag")]
    EmptySealed,
}

/// The stored bytes.
pub fn encode(parts: &EventParts<'_>) -> Result<Vec<u8>, EncodeError> {
    if !is_identifier(parts.actor) || !is_identifier(parts.office) {
        return Err(EncodeError::BadIdentifier);
    }
    if parts.commit_count as usize > COMMIT_EVENTS_MAX || parts.commit_index >= parts.commit_count {
        return Err(EncodeError::BadCommit);
    }
    let ciphertext = parts.sealed.map_or(0, |sealed| sealed.ciphertext.len());
    if parts.sealed.is_some() && ciphertext < 16 {
        return Err(EncodeError::EmptySealed);
    }
    let sealed_bytes = if ciphertext == 0 { 0 } else { KEY_ID_BYTES + NONCE_BYTES + ciphertext };
    let bytes = HEADER_BYTES + parts.actor.len() + parts.office.len() + parts.clear.len() + sealed_bytes;
    if bytes > EVENT_BYTES_MAX {
        return Err(EncodeError::TooLong { bytes });
    }

    let mut out = Vec::with_capacity(bytes);
    out.extend_from_slice(&[FORMAT, parts.suite.number(), parts.kind, parts.schema]);
    out.extend_from_slice(&parts.position.0.to_be_bytes());
    out.extend_from_slice(parts.person.as_bytes());
    out.extend_from_slice(&parts.version.to_be_bytes());
    let previous = parts.previous.unwrap_or(Previous { position: Position::BEGINNING, leaf: [0; 32] });
    out.extend_from_slice(&previous.position.0.to_be_bytes());
    out.extend_from_slice(&previous.leaf);
    out.extend_from_slice(&parts.effective_day.to_be_bytes());
    out.extend_from_slice(&parts.recorded_at.to_be_bytes());
    out.extend_from_slice(&parts.region.to_be_bytes());
    out.extend_from_slice(parts.command.as_bytes());
    out.extend_from_slice(&parts.digest);
    // The bounds above keep each length within its field.
    out.extend_from_slice(&[
        parts.commit_index,
        parts.commit_count,
        parts.actor.len() as u8,
        parts.office.len() as u8,
    ]);
    out.extend_from_slice(&(parts.clear.len() as u16).to_be_bytes());
    out.extend_from_slice(&(ciphertext as u16).to_be_bytes());
    out.extend_from_slice(parts.actor.as_bytes());
    out.extend_from_slice(parts.office.as_bytes());
    out.extend_from_slice(parts.clear.as_bytes());
    if let Some(sealed) = parts.sealed {
        out.extend_from_slice(&sealed.key_id);
        out.extend_from_slice(&sealed.nonce);
        out.extend_from_slice(sealed.ciphertext);
    }
    Ok(out)
}

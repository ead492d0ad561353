//! From stored bytes back to the parts of an event.

use uuid::Uuid;

use crate::{
    COMMIT_EVENTS_MAX, EVENT_BYTES_MAX, EventParts, FORMAT, HEADER_BYTES, KEY_ID_BYTES, NONCE_BYTES,
    Position, Previous, SealedParts, Suite, is_identifier,
};

/// Stored bytes whose shape has been checked: lengths, format, identifiers, UTF-8. What the bodies say has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredEvent<'a> {
    bytes: &'a [u8],
    parts: EventParts<'a>,
}

/// Bytes that are not an event of this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Shorter or longer than its lengths say.
    #[error("the event has {actual} bytes where {expected} are due")]
    Length {
        /// What its lengths say.
        expected: usize,
        /// What is there.
        actual: usize,
    },
    /// Made by another version.
    #[error("the event has format {0}, this version reads format {FORMAT}")]
    Format(u8),
    /// Hashed and sealed by algorithms that this version does not have.
    #[error("the event has suite {0}, which this version does not know")]
    Suite(u8),
    /// A field that no writer writes.
    #[error("the event's {0} is out of range")]
    Field(&'static str),
}

/// Reads fields one after the other; every read is within [`HEADER_BYTES`], which was checked before.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.rest.split_first_chunk::<N>() {
            Some((head, rest)) => {
                self.rest = rest;
                *head
            }
            None => [0; N],
        }
    }

    fn slice(&mut self, length: usize) -> &'a [u8] {
        let (head, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        head
    }

    fn text(&mut self, length: usize, field: &'static str) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.slice(length)).map_err(|_| DecodeError::Field(field))
    }
}

impl<'a> StoredEvent<'a> {
    /// Checks the shape of stored bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        if bytes.len() < HEADER_BYTES || bytes.len() > EVENT_BYTES_MAX {
            return Err(DecodeError::Length {
                expected: bytes.len().clamp(HEADER_BYTES, EVENT_BYTES_MAX),
                actual: bytes.len(),
            });
        }
        let mut fields = Fields { rest: bytes };
        let [format, suite, kind, schema] = fields.take();
        if format != FORMAT {
            return Err(DecodeError::Format(format));
        }
        let suite = Suite::from_number(suite).ok_or(DecodeError::Suite(suite))?;
        let position = Position(u64::from_be_bytes(fields.take()));
        let person = Uuid::from_bytes(fields.take());
        let version = u32::from_be_bytes(fields.take());
        let previous = Position(u64::from_be_bytes(fields.take()));
        let leaf = fields.take();
        let effective_day = i32::from_be_bytes(fields.take());
        let recorded_at = i64::from_be_bytes(fields.take());
        let region = u32::from_be_bytes(fields.take());
        let command = Uuid::from_bytes(fields.take());
        let digest = fields.take();
        let [commit_index, commit_count, actor_length, office_length] = fields.take();
        let clear_length = u16::from_be_bytes(fields.take()) as usize;
        let ciphertext_length = u16::from_be_bytes(fields.take()) as usize;

        let sealed_length =
            if ciphertext_length == 0 { 0 } else { KEY_ID_BYTES + NONCE_BYTES + ciphertext_length };
        let expected =
            HEADER_BYTES + actor_length as usize + office_length as usize + clear_length + sealed_length;
        if expected != bytes.len() {
            return Err(DecodeError::Length { expected, actual: bytes.len() });
        }
        if position == Position::BEGINNING {
            return Err(DecodeError::Field("position"));
        }
        if commit_count as usize > COMMIT_EVENTS_MAX || commit_index >= commit_count {
            return Err(DecodeError::Field("commit"));
        }
        if previous >= position || (previous == Position::BEGINNING && leaf != [0; 32]) {
            return Err(DecodeError::Field("previous position"));
        }
        let actor = fields.text(actor_length as usize, "actor")?;
        let office = fields.text(office_length as usize, "office")?;
        if !is_identifier(actor) || !is_identifier(office) {
            return Err(DecodeError::Field("actor or office"));
        }
        let clear = fields.text(clear_length, "clear body")?;
        let sealed = (ciphertext_length != 0).then(|| SealedParts {
            key_id: fields.take(),
            nonce: fields.take(),
            ciphertext: fields.slice(ciphertext_length),
        });
        if sealed.is_some_and(|sealed| sealed.ciphertext.len() < 16) {
            return Err(DecodeError::Field("sealed body"));
        }
        let previous = (previous != Position::BEGINNING).then_some(Previous { position: previous, leaf });
        let parts = EventParts {
            suite,
            kind,
            schema,
            position,
            person,
            version,
            previous,
            effective_day,
            recorded_at,
            region,
            command,
            digest,
            commit_index,
            commit_count,
            actor,
            office,
            clear,
            sealed,
        };
        Ok(StoredEvent { bytes, parts })
    }

    /// The bytes that were parsed: those that are hashed.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What they say.
    pub fn parts(&self) -> &EventParts<'a> {
        &self.parts
    }
}

//! An event as the read models fold it.

use sigeyi_domain::{Day, Event, EventBodyError, EventType};
use sigeyi_envelope::{ASSOCIATED_DATA_BYTES, DecodeError, StoredEvent, associated_data};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Events whose keys are looked up next to each other.
const BATCH_EVENTS: usize = 64;

/// Number of a person's key.
pub type KeyNumber = u32;

/// What opening sealed bodies needs, and what keeps command ids out of snapshots. The engine gives it, over its vault.
pub trait Secrets: Sync {
    /// The key that an id commits to, destroyed or not.
    fn key_number(&self, key_id: &[u8; 32]) -> Option<KeyNumber>;
    /// Opens a sealed body. `named` is the key id that stands beside it, and must be that of the key; a snapshot names the number alone.
    fn open(
        &self,
        key: KeyNumber,
        named: Option<&[u8; 32]>,
        associated_data: &[u8; ASSOCIATED_DATA_BYTES],
        nonce: &[u8; 12],
        ciphertext: &[u8],
    ) -> Opened;
    /// Keyed fingerprint of a command id.
    fn fingerprint(&self, command: Uuid) -> u64;
}

/// What became of opening a sealed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The body.
    Clear(Zeroizing<Vec<u8>>),
    /// Its key was destroyed at somebody's demand: nobody can open it any more, and that is right.
    Erased,
    /// There is no such key, or it does not fit: damage.
    Refused,
}

/// The newest event of a person: what the next one is chained to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Where it stands.
    pub position: sigeyi_envelope::Position,
    /// Its leaf hash.
    pub leaf: [u8; 32],
    /// Its person version.
    pub version: u32,
}

/// One event, ready to be folded.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Whom it is about.
    pub person: Uuid,
    /// What the person's next event is chained to.
    pub head: Head,
    /// The key that sealed it, if it is sealed.
    pub key: Option<KeyNumber>,
    /// Fingerprint of its command, if it is the first of its commit.
    pub command: Option<u64>,
    /// When it was recorded, in µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// When it happened.
    pub effective: Day,
    /// What happened.
    pub event: Folding,
}

/// As much of an event as is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folding {
    /// The type is all of it; the bodies are not looked at.
    Type(EventType),
    /// The bodies too.
    Whole(Box<Event>),
    /// A report, or heads, which belong to nobody: the keyed fingerprint by which they are found again by their number.
    Numbered(EventType, u64),
}

impl Folding {
    /// As much of an event as is folded.
    pub fn of(event: Event, secrets: &impl Secrets) -> Folding {
        let id = match &event {
            Event::ReportFrozen { clear, .. } => report_id(clear.number),
            Event::HeadsCommitted { clear, .. } => heads_id(clear.number),
            _ => return event.into(),
        };
        Folding::Numbered(event.event_type(), secrets.fingerprint(id))
    }

    /// The type.
    pub fn event_type(&self) -> EventType {
        match self {
            Folding::Type(event_type) => *event_type,
            Folding::Whole(event) => event.event_type(),
            Folding::Numbered(event_type, _) => *event_type,
        }
    }

    /// Whether somebody's request for a counsellor may begin or cease to wait with it.
    pub(crate) fn concerns_counsellor_request(&self) -> bool {
        matches!(
            self.event_type(),
            EventType::CounsellorRequested
                | EventType::CounsellorAssigned
                | EventType::CounsellorDeclined
                | EventType::DataErased
        )
    }

    /// Whether it takes somebody's data away for good.
    pub fn erases(&self) -> bool {
        matches!(self, Folding::Whole(event) if matches!(**event, Event::DataErased { .. }))
    }
}

impl From<Event> for Folding {
    /// What is not numbered; what is takes secrets, see [`Folding::of`].
    fn from(event: Event) -> Folding {
        match event.event_type().bare_fact() {
            Some(_) => Folding::Type(event.event_type()),
            None => Folding::Whole(Box::new(event)),
        }
    }
}

/// An event that cannot be folded. This is damage: the log holds only what a writer of this format wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// Its bytes are not an event.
    #[error("event {position} cannot be read")]
    Envelope {
        /// Where.
        position: u64,
        /// Why.
        #[source]
        source: DecodeError,
    },
    /// Its bodies do not fit its type.
    #[error("the body of event {position} cannot be read")]
    Body {
        /// Where.
        position: u64,
        /// Why.
        #[source]
        source: EventBodyError,
    },
    /// Its sealed body does not open with the key that it names.
    #[error("the sealed body of event {position} does not open with the key that it names")]
    Sealed {
        /// Where.
        position: u64,
    },
}

/// What a report is found by beside its command, in the index of commands: an id of its number, which no command has that was made at random.
pub fn report_id(number: u64) -> Uuid {
    Uuid::from_u64_pair(u64::from_be_bytes(*b"reports\0"), number)
}

/// The same of heads.
pub fn heads_id(number: u64) -> Uuid {
    Uuid::from_u64_pair(u64::from_be_bytes(*b"heads\0\0\0"), number)
}

/// A position, from the domain's word for it.
pub fn from_domain(position: sigeyi_domain::Position) -> sigeyi_envelope::Position {
    sigeyi_envelope::Position(position.0)
}

/// A position, in the domain's word for it.
pub fn to_domain(position: sigeyi_envelope::Position) -> sigeyi_domain::Position {
    sigeyi_domain::Position(position.0)
}

impl Entry {
    /// Reads stored bytes, and opens the sealed body where folding needs it. Of an event whose key was erased only what stands in clear is folded,
    /// which is what a snapshot has of it. Bodies that are not folded are not looked at: that they are what
    /// was written is held by the tree.
    pub fn decode(
        bytes: &[u8],
        leaf: [u8; 32],
        log_id: Uuid,
        secrets: &impl Secrets,
    ) -> Result<Entry, FoldError> {
        let stored = parse(bytes)?;
        let key = key_of(&stored, secrets)?;
        Entry::of(&stored, key, leaf, log_id, secrets)
    }

    /// Reads events one after the other, as [`decode`](Self::decode) does each. Of several errors the first one's is given.
    pub fn decode_all<'a>(
        events: impl Iterator<Item = &'a [u8]>,
        leaf: impl Fn(&[u8]) -> [u8; 32],
        log_id: Uuid,
        secrets: &impl Secrets,
        into: &mut Vec<Entry>,
    ) -> Result<(), FoldError> {
        let mut events = events.peekable();
        let mut batch = Vec::with_capacity(BATCH_EVENTS);
        while events.peek().is_some() {
            batch.clear();
            let mut failed = None;
            for bytes in events.by_ref().take(BATCH_EVENTS) {
                match parse(bytes) {
                    Ok(stored) => batch.push((stored, Ok(None))),
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
            }
            // Each lookup waits for memory; next to each other they wait together.
            for (stored, key) in &mut batch {
                *key = key_of(stored, secrets);
            }
            for (stored, key) in batch.drain(..) {
                into.push(Entry::of(&stored, key?, leaf(stored.bytes()), log_id, secrets)?);
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
        Ok(())
    }

    fn of(
        stored: &StoredEvent<'_>,
        key: Option<KeyNumber>,
        leaf: [u8; 32],
        log_id: Uuid,
        secrets: &impl Secrets,
    ) -> Result<Entry, FoldError> {
        let parts = stored.parts();
        let position = parts.position.0;
        let event_type = EventType::from_number(parts.kind).filter(|_| parts.schema == EventType::SCHEMA);
        let opened = match (parts.sealed, key) {
            (Some(sealed), Some(key)) if event_type.is_some_and(EventType::folds_sealed) => {
                let data = associated_data(
                    log_id,
                    parts.person,
                    parts.command,
                    parts.commit_index,
                    parts.kind,
                    parts.schema,
                );
                match secrets.open(key, Some(&sealed.key_id), &data, &sealed.nonce, sealed.ciphertext) {
                    Opened::Clear(opened) => Some(opened),
                    // What is clear is folded; the erasure comes later in the log, and leaves the same of either.
                    Opened::Erased => None,
                    Opened::Refused => return Err(FoldError::Sealed { position }),
                }
            }
            _ => None,
        };
        let event = match event_type.filter(|event_type| event_type.bare_fact().is_some()) {
            Some(event_type) => Folding::Type(event_type),
            None => {
                let sealed = opened.as_ref().map(|opened| opened.as_slice());
                let event = Event::from_json(parts.kind, parts.schema, parts.clear, sealed);
                Folding::of(event.map_err(|source| FoldError::Body { position, source })?, secrets)
            }
        };
        Ok(Entry {
            person: parts.person,
            head: Head { position: parts.position, leaf, version: parts.version },
            key,
            command: (parts.commit_index == 0).then(|| secrets.fingerprint(parts.command)),
            recorded_at: parts.recorded_at,
            effective: Day::from_days(parts.effective_day),
            event,
        })
    }
}

fn parse(bytes: &[u8]) -> Result<StoredEvent<'_>, FoldError> {
    StoredEvent::parse(bytes)
        .map_err(|source| FoldError::Envelope { position: stated_position(bytes), source })
}

/// The number of the key that the event names, if it is sealed: the id commits to the key.
fn key_of(stored: &StoredEvent<'_>, secrets: &impl Secrets) -> Result<Option<KeyNumber>, FoldError> {
    let parts = stored.parts();
    let Some(sealed) = parts.sealed else { return Ok(None) };
    let position = parts.position.0;
    secrets.key_number(&sealed.key_id).map(Some).ok_or(FoldError::Sealed { position })
}

/// The position that unreadable bytes state, to name them in an error.
fn stated_position(bytes: &[u8]) -> u64 {
    bytes.get(4..12).and_then(|field| field.first_chunk()).map_or(0, |field| u64::from_be_bytes(*field))
}

//! The bytes of an entry. `docs/format.md` draws them.

use sigeyi_envelope::Position;
use sigeyi_proof::{Hash, HashAlgorithm};
use uuid::Uuid;

/// People that one entry names at most: several pages of a list.
pub const ACCESS_PEOPLE_MAX: usize = 1_000;
/// Length of a sealed reason at most, in bytes.
pub const ACCESS_REASON_BYTES_MAX: usize = 2_048;

/// Length of an id at most, in bytes.
const ID_BYTES_MAX: usize = 64;
/// Length of what every entry has, in bytes.
const FIXED_BYTES: usize = 100;
/// Length of a person with the number of the entry before, in bytes.
const PERSON_BYTES: usize = 24;

/// What is written down of one request. The codes are the caller's; nothing in it describes a person in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// When, in µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// The request.
    pub request: Uuid,
    /// The position of the event log that it saw.
    pub position: Position,
    /// What was done.
    pub action: u8,
    /// What for.
    pub purpose: u8,
    /// What came of it.
    pub outcome: u8,
    /// Which fields were opened, one bit each.
    pub fields: u32,
    /// Who asked: 1 to 64 bytes.
    pub actor: Box<str>,
    /// For which office: at most 64 bytes, empty for none.
    pub office: Box<str>,
    /// Who was shown, or was to be, each once: at most [`ACCESS_PEOPLE_MAX`].
    pub people: Vec<Uuid>,
    /// The reason that was given, sealed by the caller: at most [`ACCESS_REASON_BYTES_MAX`], empty for none.
    pub reason: Vec<u8>,
}

/// A record that is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// Its number, from 1 without gaps.
    pub number: u64,
    /// What it says.
    pub record: AccessRecord,
}

impl AccessRecord {
    /// Length of its entry, in bytes.
    pub fn bytes(&self) -> usize {
        let texts = self.actor.len() + self.office.len() + self.reason.len();
        FIXED_BYTES + texts + self.people.len() * PERSON_BYTES
    }

    /// What of it no entry can hold.
    pub(super) fn misfit(&self) -> Option<&'static str> {
        if self.actor.is_empty() || self.actor.len() > ID_BYTES_MAX {
            Some("actor")
        } else if self.office.len() > ID_BYTES_MAX {
            Some("office")
        } else if self.people.len() > ACCESS_PEOPLE_MAX {
            Some("people")
        } else if self.reason.len() > ACCESS_REASON_BYTES_MAX {
            Some("reason")
        } else {
            None
        }
    }
}

/// What joins an entry to those before it.
pub(super) struct Links {
    pub(super) number: u64,
    /// Hash of the entry before.
    pub(super) before: Hash,
    /// Number of the actor's entry before, 0 for none.
    pub(super) of_actor: u64,
    /// For each of the people the number of the entry before that names them, 0 for none.
    pub(super) of_people: Vec<u64>,
}

/// Writes an entry behind the bytes. The record fits.
pub(super) fn encode(record: &AccessRecord, links: &Links, bytes: &mut Vec<u8>) {
    // Every length is far below its limit, which the append has checked.
    bytes.extend_from_slice(&(record.bytes() as u32).to_be_bytes());
    bytes.extend_from_slice(&links.number.to_be_bytes());
    bytes.extend_from_slice(&links.before);
    bytes.extend_from_slice(&record.recorded_at.to_be_bytes());
    bytes.extend_from_slice(record.request.as_bytes());
    bytes.extend_from_slice(&record.position.0.to_be_bytes());
    bytes.extend_from_slice(&links.of_actor.to_be_bytes());
    bytes.extend_from_slice(&[record.action, record.purpose, record.outcome]);
    bytes.extend_from_slice(&[record.actor.len() as u8, record.office.len() as u8, 0]);
    bytes.extend_from_slice(&(record.reason.len() as u16).to_be_bytes());
    bytes.extend_from_slice(&record.fields.to_be_bytes());
    bytes.extend_from_slice(&(record.people.len() as u16).to_be_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes.extend_from_slice(record.actor.as_bytes());
    bytes.extend_from_slice(record.office.as_bytes());
    for (person, before) in record.people.iter().zip(&links.of_people) {
        bytes.extend_from_slice(person.as_bytes());
        bytes.extend_from_slice(&before.to_be_bytes());
    }
    bytes.extend_from_slice(&record.reason);
}

/// An entry as it is stored.
#[derive(Clone, Copy)]
pub(super) struct StoredEntry<'a> {
    bytes: &'a [u8],
    actor: &'a str,
    office: &'a str,
    people: &'a [[u8; PERSON_BYTES]],
    reason: &'a [u8],
}

impl<'a> StoredEntry<'a> {
    /// The entry at the beginning of the bytes; what is wrong with it if there is none.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<StoredEntry<'a>, &'static str> {
        let length = bytes.first_chunk().map(|length| u32::from_be_bytes(*length) as usize);
        let bytes = length.and_then(|length| bytes.get(..length)).ok_or("length")?;
        let (fixed, rest) = bytes.split_at_checked(FIXED_BYTES).ok_or("length")?;
        let text = |bytes: &'a [u8]| std::str::from_utf8(bytes).map_err(|_| "id");
        let (actor, rest) = rest.split_at_checked(fixed[87].into()).ok_or("length")?;
        let (office, rest) = rest.split_at_checked(fixed[88].into()).ok_or("length")?;
        let count = usize::from(u16::from_be_bytes([fixed[96], fixed[97]]));
        let (people, reason) = rest.split_at_checked(count * PERSON_BYTES).ok_or("length")?;
        if reason.len() != usize::from(u16::from_be_bytes([fixed[90], fixed[91]])) {
            return Err("length");
        }
        if fixed[89] != 0 || fixed[98..] != [0, 0] {
            return Err("zeros");
        }
        let people = people.as_chunks().0;
        let entry = StoredEntry { bytes, actor: text(actor)?, office: text(office)?, people, reason };
        if entry.record_misfits() {
            return Err("length");
        }
        let number = entry.number();
        if entry.of_actor() >= number || entry.people().any(|(_, before)| before >= number) {
            return Err("entry before");
        }
        Ok(entry)
    }

    fn record_misfits(&self) -> bool {
        self.actor.is_empty()
            || self.actor.len() > ID_BYTES_MAX
            || self.office.len() > ID_BYTES_MAX
            || self.people.len() > ACCESS_PEOPLE_MAX
            || self.reason.len() > ACCESS_REASON_BYTES_MAX
    }

    /// Length in bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What the entry after it holds of it.
    pub(super) fn hash(&self, algorithm: HashAlgorithm) -> Hash {
        algorithm.digest(self.bytes)
    }

    pub(super) fn number(&self) -> u64 {
        u64::from_be_bytes(self.array(4))
    }

    /// Hash of the entry before.
    pub(super) fn before(&self) -> Hash {
        self.array(12)
    }

    pub(super) fn actor(&self) -> &'a str {
        self.actor
    }

    /// Number of the actor's entry before, 0 for none.
    pub(super) fn of_actor(&self) -> u64 {
        u64::from_be_bytes(self.array(76))
    }

    /// The people with the number of the entry before that names them, 0 for none.
    pub(super) fn people(&self) -> impl Iterator<Item = (Uuid, u64)> + use<'a> {
        self.people.iter().map(|person| {
            let (mut id, mut before) = ([0; 16], [0; 8]);
            id.copy_from_slice(&person[..16]);
            before.copy_from_slice(&person[16..]);
            (Uuid::from_bytes(id), u64::from_be_bytes(before))
        })
    }

    /// A copy of what it says.
    pub(super) fn to_entry(self) -> AccessEntry {
        let record = AccessRecord {
            recorded_at: i64::from_be_bytes(self.array(44)),
            request: Uuid::from_bytes(self.array(52)),
            position: Position(u64::from_be_bytes(self.array(68))),
            action: self.bytes[84],
            purpose: self.bytes[85],
            outcome: self.bytes[86],
            fields: u32::from_be_bytes(self.array(92)),
            actor: self.actor.into(),
            office: self.office.into(),
            people: self.people().map(|(person, _)| person).collect(),
            reason: self.reason.to_vec(),
        };
        AccessEntry { number: self.number(), record }
    }

    /// Bytes of the fixed part, which is there.
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&self.bytes[at..at + N]);
        array
    }
}

//! Reading a snapshot, and opening what is sealed in it.

use sigeyi_domain::{Event, Fact, Identifier, Person};
use sigeyi_envelope::{FORMAT, PREVIEW, Position, associated_data};
use uuid::Uuid;

use super::{HEADER_BYTES, MAGIC, ROW_BYTES, SnapshotError, SnapshotHeader};
use crate::{CommandIndex, Head, People, ReadModel, Row, Secrets, to_domain};

/// A snapshot whose checksums are right.
pub struct Snapshot {
    bytes: Vec<u8>,
    header: SnapshotHeader,
    sections: [std::ops::Range<usize>; 4],
}

/// Takes fields off the front; a field that is not there is damage.
struct Reader<'a> {
    rest: &'a [u8],
    section: &'static str,
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(SnapshotError::Damaged(self.section))?;
        self.rest = rest;
        Ok(*head)
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], SnapshotError> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(SnapshotError::Damaged(self.section))?;
        self.rest = rest;
        Ok(head)
    }

    fn u16(&mut self) -> Result<usize, SnapshotError> {
        self.take().map(|bytes| u16::from_be_bytes(bytes) as usize)
    }

    fn u32(&mut self) -> Result<u32, SnapshotError> {
        self.take().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Result<u64, SnapshotError> {
        self.take().map(u64::from_be_bytes)
    }
}

impl Snapshot {
    /// Checks the bytes of a file against what is expected.
    pub fn parse(bytes: Vec<u8>, log_id: Uuid, divisions: [u8; 32]) -> Result<Snapshot, SnapshotError> {
        let mut reader = Reader { rest: &bytes, section: "header" };
        let head = reader.slice(HEADER_BYTES - 4)?;
        let crc = reader.u32()?;
        let mut fields = Reader { rest: head, section: "header" };
        if fields.take::<8>()? != *MAGIC || fields.take::<4>()? != [FORMAT, PREVIEW, 0, 0] {
            return Err(SnapshotError::Other("format"));
        }
        if crc32c::crc32c(head) != crc {
            return Err(SnapshotError::Damaged("header"));
        }
        let header = SnapshotHeader {
            log_id: Uuid::from_bytes(fields.take()?),
            position: Position(fields.u64()?),
            touched_through: Position(fields.u64()?),
            divisions: fields.take()?,
            recorded_at: i64::from_be_bytes(fields.take()?),
        };
        if header.log_id != log_id {
            return Err(SnapshotError::Other("log"));
        }
        if header.divisions != divisions {
            return Err(SnapshotError::Other("division list"));
        }
        let mut at = HEADER_BYTES;
        let mut section = |length: Option<u64>, name| {
            let damaged = SnapshotError::Damaged(name);
            let length = match length {
                Some(length) => usize::try_from(length).map_err(|_| damaged)?,
                None => bytes.len().checked_sub(at + 4).ok_or(damaged)?,
            };
            let end = at.checked_add(length).ok_or(damaged)?;
            let content = bytes.get(at..end).ok_or(damaged)?;
            let crc = bytes.get(end..).and_then(|rest| rest.first_chunk::<4>()).ok_or(damaged)?;
            if crc32c::crc32c(content) != u32::from_be_bytes(*crc) {
                return Err(damaged);
            }
            let range = at..end;
            at = end + 4;
            Ok(range)
        };
        let sections = [
            section(Some(fields.u64()?), "tree")?,
            section(Some(fields.u64()?), "commands")?,
            section(Some(fields.u64()?), "people")?,
            section(None, "sealed")?,
        ];
        Ok(Snapshot { bytes, header, sections })
    }

    /// What it is of.
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// The tree at its position, encoded.
    pub fn tree(&self) -> &[u8] {
        self.section(0)
    }

    /// The sealed section: the next snapshot begins with it.
    pub fn sealed(&self) -> &[u8] {
        self.section(3)
    }

    fn section(&self, number: usize) -> &[u8] {
        &self.bytes[self.sections[number].clone()]
    }

    /// The read model, opened but not settled: events after the snapshot's position come next.
    pub fn restore(&self, secrets: &impl Secrets) -> Result<ReadModel, SnapshotError> {
        let commands = std::thread::scope(|scope| {
            let commands = scope.spawn(|| self.commands());
            let people = self.people(secrets);
            commands
                .join()
                .map_err(|_| SnapshotError::Damaged("commands"))
                .and_then(|commands| Ok((commands?, people?)))
        });
        let (commands, people) = commands?;
        Ok(ReadModel::restored(people, commands, self.header.position, self.header.recorded_at))
    }

    fn commands(&self) -> Result<CommandIndex, SnapshotError> {
        let (entries, rest) = self.section(1).as_chunks::<16>();
        if !rest.is_empty() {
            return Err(SnapshotError::Damaged("commands"));
        }
        let mut commands = CommandIndex::with_capacity(entries.len());
        for entry in entries {
            let mut fields = Reader { rest: entry, section: "commands" };
            commands.insert(fields.u64()?, Position(fields.u64()?));
        }
        Ok(commands)
    }

    fn people(&self, secrets: &impl Secrets) -> Result<People, SnapshotError> {
        let mut reader = Reader { rest: self.section(2), section: "people" };
        let mut rows = Vec::with_capacity(reader.rest.len() / (ROW_BYTES + 4 + 2 * Fact::BYTES));
        while !reader.rest.is_empty() {
            rows.push(row(&mut reader)?);
        }
        let mut people = People::default();
        people.restore(rows);
        // Each thread opens what belongs to its half of the rows.
        let rows = people.rows_mut();
        let middle = rows.len() / 2;
        let (first, second) = rows.split_at_mut(middle);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| self.open(first, 0, secrets));
            self.open(second, middle, secrets)?;
            first.join().map_err(|_| SnapshotError::Damaged("sealed"))?
        })?;
        // A section that was cut where its checksum fits by chance, such as behind four zeros, has lost somebody's number.
        if people.rows().iter().any(|row| row.person.is_enrolled() && row.person.citizen().is_none()) {
            return Err(SnapshotError::Damaged("sealed"));
        }
        people.index_citizens();
        Ok(people)
    }

    fn open(&self, rows: &mut [Row], offset: usize, secrets: &impl Secrets) -> Result<(), SnapshotError> {
        let mut reader = Reader { rest: self.section(3), section: "sealed" };
        while !reader.rest.is_empty() {
            let number = reader.u32()? as usize;
            let position = Position(reader.u64()?);
            let key = reader.u32()?;
            let command = Uuid::from_bytes(reader.take()?);
            let [commit_index, kind, schema] = reader.take()?;
            let clear_length = reader.u16()?;
            let clear = reader.slice(clear_length)?;
            let nonce = reader.take()?;
            let ciphertext_length = reader.u16()?;
            let ciphertext = reader.slice(ciphertext_length)?;
            let Some(row) = number.checked_sub(offset).and_then(|number| rows.get_mut(number)) else {
                continue;
            };
            if position > row.head.position {
                continue;
            }
            let data = associated_data(self.header.log_id, row.id, command, commit_index, kind, schema);
            let opened = secrets.open(key, &data, &nonce, ciphertext).ok_or(SnapshotError::Sealed)?;
            let clear = std::str::from_utf8(clear).map_err(|_| SnapshotError::Damaged("sealed"))?;
            let event =
                Event::from_json(kind, schema, clear, Some(&opened)).map_err(|_| SnapshotError::Sealed)?;
            row.person.open(to_domain(position), &event);
        }
        Ok(())
    }
}

fn row(reader: &mut Reader<'_>) -> Result<Row, SnapshotError> {
    let damaged = SnapshotError::Damaged("people");
    let id = Uuid::from_bytes(reader.take()?);
    let key = reader.u32()?;
    let version = reader.u32()?;
    let position = Position(reader.u64()?);
    let leaf = reader.take()?;
    let mut counsellors = Vec::new();
    for _ in 0..reader.u16()? {
        let assigned = sigeyi_domain::Position(reader.u64()?);
        let [length] = reader.take()?;
        let text = std::str::from_utf8(reader.slice(length as usize)?).map_err(|_| damaged)?;
        counsellors.push((assigned, Identifier::parse(text).map_err(|_| damaged)?));
    }
    let count = reader.u16()?;
    let (facts, _) = reader.slice(count * Fact::BYTES)?.as_chunks::<{ Fact::BYTES }>();
    let facts =
        facts.iter().map(|fact| Fact::from_bytes(fact).ok_or(damaged)).collect::<Result<Vec<_>, _>>()?;
    Ok(Row {
        id,
        key,
        head: Head { position, leaf, version },
        person: Person::from_facts(facts, counsellors),
    })
}

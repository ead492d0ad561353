//! Reading a snapshot, and opening what is sealed in it.

use std::{io, sync::Mutex};

use sigeyi_domain::{Event, EventType, Fact, Identifier, Person, access::RoleRegister};
use sigeyi_envelope::{FORMAT, Position};
use uuid::Uuid;

use super::{
    HEADER_BYTES, MAGIC, ROW_BYTES, SnapshotError, SnapshotHeader,
    sealed::{SealedBlocks, open_block},
    source::{SnapshotSource, Stream},
};
use crate::{CommandIndex, Head, People, ReadModel, Row, Secrets};

/// A snapshot whose header and tree are right. The other sections are checked as they are read.
pub struct Snapshot<S> {
    source: S,
    header: SnapshotHeader,
    tree: Vec<u8>,
    commands: Section,
    people: Section,
    /// None where there is no register.
    roles: Option<Section>,
    sealed_at: u64,
}

#[derive(Clone, Copy)]
struct Section {
    at: u64,
    length: u64,
}

impl Section {
    /// Behind it and its checksum.
    fn end(self) -> Option<u64> {
        self.at.checked_add(self.length)?.checked_add(4)
    }
}

impl<S: SnapshotSource> Snapshot<S> {
    /// Checks the header of a file against what is expected.
    pub fn parse(source: S, log_id: Uuid, divisions: [u8; 32]) -> Result<Snapshot<S>, SnapshotError> {
        let length = source.length().map_err(|_| SnapshotError::Damaged("header"))?;
        let mut fields = Stream::new(&source, "header", 0, (HEADER_BYTES as u64 - 4).min(length));
        let (magic, [format, reserved, has_roles, zero]) = (fields.take::<8>()?, fields.take::<4>()?);
        if magic != *MAGIC || [format, reserved, zero] != [FORMAT, 0, 0] || has_roles > 1 {
            return Err(SnapshotError::Other("format"));
        }
        let header = SnapshotHeader {
            log_id: Uuid::from_bytes(fields.take()?),
            position: Position(fields.u64()?),
            touched_through: Position(fields.u64()?),
            divisions: fields.take()?,
            recorded_at: i64::from_be_bytes(fields.take()?),
        };
        let lengths = [fields.u64()?, fields.u64()?, fields.u64()?];
        fields.finish()?;
        if header.log_id != log_id {
            return Err(SnapshotError::Other("log"));
        }
        if header.divisions != divisions {
            return Err(SnapshotError::Other("division list"));
        }
        let mut at = HEADER_BYTES as u64;
        let mut next = |name, section_length| {
            let section = Section { at, length: section_length };
            at = section.end().filter(|end| *end <= length).ok_or(SnapshotError::Damaged(name))?;
            Ok(section)
        };
        let (tree, commands, people) =
            (next("tree", lengths[0])?, next("commands", lengths[1])?, next("people", lengths[2])?);
        let roles = if has_roles == 1 {
            let mut field = Stream::new(&source, "roles", at, 8);
            let section = Section { at: at + 8, length: field.u64()? };
            at = section.end().filter(|end| *end <= length).ok_or(SnapshotError::Damaged("roles"))?;
            Some(section)
        } else {
            None
        };
        let sealed_at = at;
        let mut stream = Stream::new(&source, "tree", tree.at, tree.length);
        let bytes = stream.slice(tree.length as usize)?.to_vec();
        stream.finish()?;
        Ok(Snapshot { source, header, tree: bytes, commands, people, roles, sealed_at })
    }

    /// What it is of.
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// The tree at its position, encoded.
    pub fn tree(&self) -> &[u8] {
        &self.tree
    }

    /// Gives each block of the sealed section: the next snapshot begins with them.
    pub fn sealed(&self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let blocks = SealedBlocks::new(&self.source, self.sealed_at);
        let mut block = Vec::new();
        while blocks.next(&mut block).map_err(io::Error::other)? {
            each(&block)?;
        }
        Ok(())
    }

    /// Checks the sealed section without opening anything.
    pub fn verify_sealed(&self) -> Result<(), SnapshotError> {
        self.sealed(|_| Ok(())).map_err(|_| SnapshotError::Damaged("sealed"))
    }

    /// The read model, opened but not settled: events after the snapshot's position come next.
    pub fn restore(&self, secrets: &impl Secrets) -> Result<ReadModel, SnapshotError> {
        let (commands, people) = std::thread::scope(|scope| {
            let commands = scope.spawn(|| self.commands());
            let people = self.people(secrets)?;
            let commands = commands.join().map_err(|_| SnapshotError::Damaged("commands"))??;
            Ok((commands, people))
        })?;
        let roles = self.roles.map_or(Ok(RoleRegister::default()), |section| self.roles(section))?;
        Ok(ReadModel::restored(people, commands, roles, self.header.position, self.header.recorded_at))
    }

    fn roles(&self, Section { at, length }: Section) -> Result<RoleRegister, SnapshotError> {
        let damaged = SnapshotError::Damaged("roles");
        let mut stream = Stream::new(&self.source, "roles", at, length);
        let mut register = RoleRegister::default();
        while !stream.is_empty() {
            let position = sigeyi_domain::Position(stream.u64()?);
            let recorded_at = i64::from_be_bytes(stream.take()?);
            let [kind] = stream.take()?;
            let clear_length = stream.u16()?;
            let clear = std::str::from_utf8(stream.slice(clear_length)?).map_err(|_| damaged)?;
            let event = Event::from_json(kind, EventType::SCHEMA, clear, None).map_err(|_| damaged)?;
            register.evolve(position, recorded_at, &event);
        }
        stream.finish()?;
        Ok(register)
    }

    fn commands(&self) -> Result<CommandIndex, SnapshotError> {
        let Section { at, length } = self.commands;
        let mut stream = Stream::new(&self.source, "commands", at, length);
        let mut commands = CommandIndex::with_capacity((length / 16) as usize);
        while !stream.is_empty() {
            commands.insert(stream.u64()?, Position(stream.u64()?));
        }
        stream.finish()?;
        Ok(commands)
    }

    fn people(&self, secrets: &impl Secrets) -> Result<People, SnapshotError> {
        let Section { at, length } = self.people;
        let mut stream = Stream::new(&self.source, "people", at, length);
        let mut rows = Vec::with_capacity(length as usize / (ROW_BYTES + 4 + 4 * Fact::BYTES));
        while !stream.is_empty() {
            rows.push(row(&mut stream)?);
        }
        stream.finish()?;
        let mut people = People::default();
        people.restore(rows);
        let blocks = SealedBlocks::new(&self.source, self.sealed_at);
        let rows = Mutex::new(people.rows_mut());
        std::thread::scope(|scope| {
            let other = scope.spawn(|| self.open(&blocks, &rows, secrets));
            self.open(&blocks, &rows, secrets)?;
            other.join().map_err(|_| SnapshotError::Damaged("sealed"))?
        })?;
        people.index_citizens();
        Ok(people)
    }

    /// Opens block after block, and gives what is opened to its row.
    fn open(
        &self,
        blocks: &SealedBlocks<'_, S>,
        rows: &Mutex<&mut [Row]>,
        secrets: &impl Secrets,
    ) -> Result<(), SnapshotError> {
        let damaged = SnapshotError::Damaged("sealed");
        let (mut block, mut events) = (Vec::new(), Vec::new());
        while blocks.next(&mut block)? {
            open_block(&block, self.header.log_id, secrets, &mut events)?;
            let mut rows = rows.lock().map_err(|_| damaged)?;
            for (number, position, event) in &events {
                // A row may have been copied before the event came, or the person: then the replay brings it.
                if let Some(row) =
                    rows.get_mut(*number as usize).filter(|row| position.0 <= row.head.position.0)
                {
                    row.person.open(*position, event);
                }
            }
        }
        Ok(())
    }
}

fn row<S: SnapshotSource>(stream: &mut Stream<'_, S>) -> Result<Row, SnapshotError> {
    let damaged = stream.damaged();
    let id = Uuid::from_bytes(stream.take()?);
    let key = stream.u32()?;
    let version = stream.u32()?;
    let position = Position(stream.u64()?);
    let leaf = stream.take()?;
    let mut named = Vec::new();
    for _ in 0..stream.u16()? {
        let recorded = sigeyi_domain::Position(stream.u64()?);
        let [length] = stream.take()?;
        let text = std::str::from_utf8(stream.slice(length as usize)?).map_err(|_| damaged)?;
        named.push((recorded, Identifier::parse(text).map_err(|_| damaged)?));
    }
    let count = stream.u16()?;
    let (facts, _) = stream.slice(count * Fact::BYTES)?.as_chunks::<{ Fact::BYTES }>();
    let facts =
        facts.iter().map(|fact| Fact::from_bytes(fact).ok_or(damaged)).collect::<Result<Vec<_>, _>>()?;
    Ok(Row { id, key, head: Head { position, leaf, version }, person: Person::from_facts(facts, named) })
}

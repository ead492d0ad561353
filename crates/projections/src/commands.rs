//! Which commands have been recorded, and where: idempotency for ever at 16 bytes a command, in tables that are at least 7/16 full.

use hashbrown::HashTable;
use sigeyi_envelope::Position;

/// Fingerprints of command ids with the position of each command's first event. Two ids may share a fingerprint, so whoever asks
/// must read the event and compare the whole id.
///
/// Many tables instead of one: a table that grows is hashed anew as a whole, which at 20 million commands would hold everybody up for a
/// second and need half of its memory again.
#[derive(Debug, Clone)]
pub struct CommandIndex {
    tables: Vec<HashTable<(u64, u64)>>,
}

/// Tables of an index.
const TABLES: usize = 256;

impl Default for CommandIndex {
    fn default() -> CommandIndex {
        CommandIndex { tables: vec![HashTable::new(); TABLES] }
    }
}

/// The table of a fingerprint, by bits that a table uses neither for its places nor for its marks.
fn table_of(fingerprint: u64) -> usize {
    (fingerprint >> 48) as usize % TABLES
}

impl CommandIndex {
    /// Room for this many commands.
    pub fn with_capacity(commands: usize) -> CommandIndex {
        // Fingerprints spread evenly, but not exactly so; a table that is a little short grows once.
        CommandIndex { tables: (0..TABLES).map(|_| HashTable::with_capacity(commands / TABLES)).collect() }
    }

    /// How many commands are known.
    pub fn len(&self) -> usize {
        self.tables.iter().map(HashTable::len).sum()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(HashTable::is_empty)
    }

    /// Adds a command that is not in it yet.
    pub fn insert(&mut self, fingerprint: u64, position: Position) {
        // Fingerprints are keyed, so they are as good as a hash of their own.
        let table = &mut self.tables[table_of(fingerprint)];
        table.insert_unique(fingerprint, (fingerprint, position.0), |(fingerprint, _)| *fingerprint);
    }

    /// Where commands with this fingerprint begin.
    pub fn find(&self, fingerprint: u64) -> impl Iterator<Item = Position> {
        self.tables[table_of(fingerprint)]
            .iter_hash(fingerprint)
            .filter(move |(found, _)| *found == fingerprint)
            .map(|(_, at)| Position(*at))
    }

    /// Every command, table by table: whoever adds them in this order to another index has one table at a time in the processor's cache.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Position)> {
        self.tables.iter().flatten().map(|(fingerprint, position)| (*fingerprint, Position(*position)))
    }
}

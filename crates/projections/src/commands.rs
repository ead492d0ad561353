//! Which commands have been recorded, and where: idempotency for ever at 16 bytes a command.

use hashbrown::HashTable;
use sigeyi_envelope::Position;

/// Fingerprints of command ids with the position of each command's first event. Two ids may share a fingerprint, so whoever asks
/// must read the event and compare the whole id.
#[derive(Debug, Clone, Default)]
pub struct CommandIndex {
    table: HashTable<(u64, u64)>,
}

impl CommandIndex {
    /// Room for this many commands.
    pub fn with_capacity(commands: usize) -> CommandIndex {
        CommandIndex { table: HashTable::with_capacity(commands) }
    }

    /// How many commands are known.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Adds a command that is not in it yet.
    pub fn insert(&mut self, fingerprint: u64, position: Position) {
        // Fingerprints are keyed, so they are as good as a hash of their own.
        self.table.insert_unique(fingerprint, (fingerprint, position.0), |(fingerprint, _)| *fingerprint);
    }

    /// Where commands with this fingerprint begin.
    pub fn find(&self, fingerprint: u64) -> impl Iterator<Item = Position> {
        self.table
            .iter_hash(fingerprint)
            .filter(move |(found, _)| *found == fingerprint)
            .map(|(_, at)| Position(*at))
    }

    /// Every command.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Position)> {
        self.table.iter().map(|(fingerprint, position)| (*fingerprint, Position(*position)))
    }
}

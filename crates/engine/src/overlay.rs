//! What has been decided but is not folded yet: the sequencer sees it, nobody else does.

use hashbrown::HashMap;
use sigeyi_domain::CitizenNumber;
use sigeyi_envelope::Position;
use sigeyi_projections::Row;
use uuid::Uuid;

/// A command that has been recorded, or is about to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownCommand {
    pub(crate) digest: [u8; 16],
    pub(crate) first: Position,
    pub(crate) events: u8,
    pub(crate) person: Uuid,
    pub(crate) version: u32,
}

/// Groups in flight. An entry is dropped once its events are in the read model.
#[derive(Default)]
pub(crate) struct Overlay {
    people: HashMap<Uuid, Row>,
    citizens: HashMap<CitizenNumber, Uuid>,
    commands: HashMap<Uuid, KnownCommand>,
    newest: Position,
}

/// Entries after which those that are folded are looked for one by one.
const SWEEP_AT: usize = 16_384;

impl Overlay {
    pub(crate) fn person(&self, id: Uuid) -> Option<&Row> {
        self.people.get(&id)
    }

    /// Nobody, if the person's data are erased in between.
    pub(crate) fn citizen(&self, citizen: CitizenNumber) -> Option<&Row> {
        let row = self.citizens.get(&citizen).and_then(|id| self.people.get(id))?;
        (row.person.citizen() == Some(citizen)).then_some(row)
    }

    pub(crate) fn command(&self, id: Uuid) -> Option<KnownCommand> {
        self.commands.get(&id).copied()
    }

    pub(crate) fn add(&mut self, command_id: Uuid, command: KnownCommand, row: Row) {
        self.newest = row.head.position;
        self.commands.insert(command_id, command);
        // What belongs to nobody leaves nobody behind.
        if row.id.is_nil() {
            return;
        }
        if let Some(citizen) = row.person.citizen() {
            self.citizens.insert(citizen, row.id);
        }
        self.people.insert(row.id, row);
    }

    /// Forgets what the read model has.
    pub(crate) fn forget(&mut self, folded: Position) {
        if self.commands.is_empty() {
            return;
        }
        if self.newest <= folded {
            self.people.clear();
            self.citizens.clear();
            self.commands.clear();
        } else if self.commands.len() > SWEEP_AT {
            self.people.retain(|_, row| row.head.position > folded);
            let people = &self.people;
            self.citizens.retain(|_, id| people.contains_key(id));
            self.commands.retain(|_, command| command.first.0 + u64::from(command.events) - 1 > folded.0);
        }
    }
}

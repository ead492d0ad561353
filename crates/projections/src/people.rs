//! Every person, by id and by citizen number.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use sigeyi_domain::{CitizenNumber, Person};
use uuid::Uuid;

use crate::{Entry, Folding, Head, KeyNumber, to_domain};

/// One person with the end of his or her chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Random id.
    pub id: Uuid,
    /// The key that seals the person's events.
    pub key: KeyNumber,
    /// The newest event.
    pub head: Head,
    /// The state.
    pub person: Person,
}

impl Row {
    /// A copy with room for so many more facts.
    pub fn to_evolve(&self, facts: usize) -> Row {
        let Row { id, key, head, person } = self;
        Row { id: *id, key: *key, head: *head, person: person.to_evolve(facts) }
    }
}

/// The people in the order of their enrolment: a person's row number never changes.
#[derive(Debug, Default)]
pub struct People {
    rows: Vec<Row>,
    by_id: HashTable<u32>,
    by_citizen: HashTable<u32>,
    /// Seeded at random, since citizen numbers come from outside.
    hasher: DefaultHashBuilder,
}

impl People {
    /// People limit: a row number is 32 bits.
    pub const PEOPLE_MAX: usize = u32::MAX as usize;

    /// How many people there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every person, in the order of enrolment.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// A person by row number.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.rows.get(number as usize)
    }

    /// A person's row number by id.
    pub fn find(&self, id: Uuid) -> Option<u32> {
        self.by_id.find(id_hash(id), |number| self.rows[*number as usize].id == id).copied()
    }

    /// A person's row number by citizen number. Nothing about numbers is stored: the index lives in memory.
    pub fn find_citizen(&self, citizen: CitizenNumber) -> Option<u32> {
        let same = |number: &u32| self.rows[*number as usize].person.citizen() == Some(citizen);
        self.by_citizen.find(self.hasher.hash_one(citizen), same).copied()
    }

    /// Folds an event into its person; gives the row number, or none for what belongs to nobody or is in the row already.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Option<u32> {
        self.apply_found(entry, self.find(entry.person))
    }

    /// The same, with the row number when the person has been found before.
    pub(crate) fn apply_found(&mut self, entry: &Entry, found: Option<u32>) -> Option<u32> {
        if entry.person.is_nil() {
            return None;
        }
        let number = match found.or_else(|| self.find(entry.person)) {
            Some(number) => number,
            None => self.add(Row {
                id: entry.person,
                key: entry.key.unwrap_or(KeyNumber::MAX),
                head: Head { position: sigeyi_envelope::Position::BEGINNING, leaf: [0; 32], version: 0 },
                person: Person::default(),
            }),
        };
        let row = &mut self.rows[number as usize];
        if entry.head.position <= row.head.position {
            return None;
        }
        let had_number = row.person.citizen().is_some();
        let position = to_domain(entry.head.position);
        match &entry.event {
            Folding::Type(event_type) => row.person.evolve_by_type(position, entry.effective, *event_type),
            Folding::Whole(event) => row.person.evolve(position, entry.effective, event),
        }
        row.head = entry.head;
        if !had_number {
            self.index_citizen(number);
        }
        Some(number)
    }

    /// Takes the rows of everybody, whose citizen numbers are not open yet; [`index_citizens`](Self::index_citizens) must follow.
    pub(crate) fn restore(&mut self, rows: Vec<Row>) {
        self.by_id.reserve(rows.len(), |_| 0);
        for (number, row) in (0..).zip(&rows) {
            self.by_id.insert_unique(id_hash(row.id), number, |number| id_hash(rows[*number as usize].id));
        }
        self.rows = rows;
    }

    pub(crate) fn index_citizens(&mut self) {
        self.by_citizen.reserve(self.rows.len(), |_| 0);
        for number in 0..self.rows.len() as u32 {
            self.index_citizen(number);
        }
    }

    pub(crate) fn rows_mut(&mut self) -> &mut [Row] {
        &mut self.rows
    }

    fn add(&mut self, row: Row) -> u32 {
        let number = self.rows.len() as u32;
        let rows = &self.rows;
        self.by_id.insert_unique(id_hash(row.id), number, |number| id_hash(rows[*number as usize].id));
        self.rows.push(row);
        number
    }

    fn index_citizen(&mut self, number: u32) {
        let rows = &self.rows;
        let hasher = &self.hasher;
        if let Some(citizen) = rows[number as usize].person.citizen() {
            let rehash = |number: &u32| {
                rows[*number as usize].person.citizen().map_or(0, |citizen| hasher.hash_one(citizen))
            };
            self.by_citizen.insert_unique(hasher.hash_one(citizen), number, rehash);
        }
    }
}

/// Ids are random, so half of one is as good as a hash.
fn id_hash(id: Uuid) -> u64 {
    id.as_u64_pair().1 ^ id.as_u64_pair().0.rotate_left(32)
}

//! Every person, by id and by citizen number.

use std::{collections::BTreeMap, hash::BuildHasher, ops::Bound};

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};
use sigeyi_domain::{CitizenNumber, DataStatus, Person, Position};
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
    /// Somebody who is not enrolled yet, and whoever an event belongs to that belongs to nobody.
    pub fn of_nobody(head: Head) -> Row {
        Row { id: Uuid::nil(), key: 0, head, person: Person::default() }
    }

    /// A copy with room for so many more facts.
    pub fn to_evolve(&self, facts: usize) -> Row {
        let Row { id, key, head, person } = self;
        Row { id: *id, key: *key, head: *head, person: person.to_evolve(facts) }
    }

    /// Whether the data may be shown: they are neither restricted nor erased. Nor are they shown of somebody whose key was destroyed, whatever the
    /// log says: it may have been restored from before the erasure.
    pub fn is_shown(&self) -> bool {
        self.person.data_status() == DataStatus::Open && self.person.citizen().is_some()
    }
}

/// The people in the order of their enrolment: a person's row number never changes.
#[derive(Debug, Default)]
pub struct People {
    rows: Vec<Row>,
    by_id: HashTable<u32>,
    by_citizen: HashTable<u32>,
    erased: Vec<u32>,
    withheld: HashSet<Uuid>,
    /// Whose request for a counsellor waits, by where it was recorded.
    counsellor_requests: BTreeMap<Position, u32>,
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

    /// Somebody whose data may be shown, by id.
    pub fn shown(&self, id: Uuid) -> Option<&Row> {
        self.find(id).and_then(|number| self.row(number)).filter(|row| row.is_shown())
    }

    /// Whether the data of this person must not be shown.
    pub fn is_withheld(&self, id: Uuid) -> bool {
        self.withheld.contains(&id)
    }

    /// Everybody whose data must not be shown, in no order.
    pub fn withheld(&self) -> impl Iterator<Item = &Row> {
        self.withheld.iter().filter_map(|id| self.find(*id)).filter_map(|number| self.row(number))
    }

    /// Whose data were erased.
    pub fn erased(&self) -> impl Iterator<Item = &Row> {
        self.erased.iter().filter_map(|number| self.row(*number))
    }

    /// Whose request for a counsellor waits and was recorded behind a position, longest first.
    pub fn counsellor_requests(&self, after: Position) -> impl Iterator<Item = &Row> {
        let behind = (Bound::Excluded(after), Bound::Unbounded);
        self.counsellor_requests.range(behind).filter_map(|(_, number)| self.row(*number))
    }

    /// A person's row number by citizen number; nobody is found by that of somebody whose data were erased. Nothing about numbers is stored: the
    /// index lives in memory.
    pub fn find_citizen(&self, citizen: CitizenNumber) -> Option<u32> {
        let same = |number: &u32| self.rows[*number as usize].person.citizen() == Some(citizen);
        self.by_citizen.find(self.hasher.hash_one(citizen), same).copied()
    }

    /// Folds an event into its person, with the row number if the person has been found before; gives the row number, or none for what belongs
    /// to nobody or is in the row already.
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
        let (had_number, was_shown) = (row.person.citizen(), row.is_shown());
        let was_erased = row.person.data_status() == DataStatus::Erased;
        let position = to_domain(entry.head.position);
        let concerns_request = entry.event.concerns_counsellor_request();
        if concerns_request && let Some(before) = row.person.counsellor_request() {
            self.counsellor_requests.remove(&before.position);
        }
        match &entry.event {
            Folding::Type(event_type) => row.person.evolve_by_type(position, entry.effective, *event_type),
            Folding::Whole(event) => row.person.evolve(position, entry.effective, event),
            // It belongs to nobody.
            Folding::Numbered(..) => {}
        }
        row.head = entry.head;
        if concerns_request && let Some(waiting) = row.person.counsellor_request() {
            self.counsellor_requests.insert(waiting.position, number);
        }
        let is_erased = row.person.data_status() == DataStatus::Erased;
        match (was_shown, row.is_shown()) {
            (false, true) => drop(self.withheld.remove(&entry.person)),
            (true, false) => drop(self.withheld.insert(entry.person)),
            // An enrolment that cannot be opened.
            (false, false) if entry.head.version == 1 => drop(self.withheld.insert(entry.person)),
            (false, false) | (true, true) => {}
        }
        match (had_number, row.person.citizen()) {
            (None, Some(_)) => self.index_citizen(number),
            (Some(citizen), None) => self.forget_citizen(citizen, number),
            (None, None) | (Some(_), Some(_)) => {}
        }
        if is_erased && !was_erased {
            self.erased.push(number);
        }
        Some(number)
    }

    /// How many people that are.
    pub fn erased_len(&self) -> usize {
        self.erased.len()
    }

    /// Takes the rows of everybody, whose citizen numbers are not open yet; [`index_citizens`](Self::index_citizens) must follow.
    pub(crate) fn restore(&mut self, rows: Vec<Row>) {
        self.by_id.reserve(rows.len(), |_| 0);
        for (number, row) in (0..).zip(&rows) {
            if row.person.data_status() == DataStatus::Erased {
                self.erased.push(number);
            }
            if let Some(waiting) = row.person.counsellor_request() {
                self.counsellor_requests.insert(waiting.position, number);
            }
            self.by_id.insert_unique(id_hash(row.id), number, |number| id_hash(rows[*number as usize].id));
        }
        self.rows = rows;
    }

    pub(crate) fn index_citizens(&mut self) {
        self.by_citizen.reserve(self.rows.len(), |_| 0);
        for number in 0..self.rows.len() as u32 {
            self.index_citizen(number);
            let row = &self.rows[number as usize];
            if !row.is_shown() {
                self.withheld.insert(row.id);
            }
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

    fn forget_citizen(&mut self, citizen: CitizenNumber, number: u32) {
        let found = self.by_citizen.find_entry(self.hasher.hash_one(citizen), |found| *found == number);
        if let Ok(entry) = found {
            entry.remove();
        }
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

//! The read model: people, commands, and a board for each plan.

use std::{ops::Range, sync::Arc};

use sigeyi_domain::{Day, Plan, View, access::RoleRegister, plans};
use sigeyi_envelope::Position;

use crate::{
    Board, CommandIndex, CountyProgress, Entry, ErasedSince, Folding, KeyNumber, People, board::scan,
    calendar::Calendar, to_domain,
};

/// People up to which one thread counts everybody faster than several.
const SETTLED_ALONE_MAX: usize = 4_096;

/// Everything that is answered from memory, as of one position.
#[derive(Debug)]
pub struct ReadModel {
    people: People,
    commands: CommandIndex,
    /// Shared with whoever decides on rights, so that nobody waits for the read model to do so.
    roles: Arc<RoleRegister>,
    boards: Vec<Board>,
    calendar: Calendar,
    business_day: Day,
    head: Position,
    recorded_at: i64,
    next_key: KeyNumber,
    /// While a log is replayed the boards rest; [`settle`](Self::settle) counts everybody once at the end.
    is_settled: bool,
}

impl Default for ReadModel {
    fn default() -> Self {
        ReadModel {
            people: People::default(),
            commands: CommandIndex::default(),
            roles: Arc::default(),
            boards: plans().iter().map(Board::new).collect(),
            calendar: Calendar::default(),
            business_day: Day::MIN,
            head: Position::BEGINNING,
            recorded_at: 0,
            next_key: 0,
            is_settled: false,
        }
    }
}

impl ReadModel {
    /// What a snapshot restored, not settled yet.
    pub(crate) fn restored(
        people: People,
        commands: CommandIndex,
        roles: RoleRegister,
        head: Position,
        recorded_at: i64,
    ) -> ReadModel {
        let next_key = people.rows().iter().map(|row| row.key).filter(|key| *key != KeyNumber::MAX).max();
        let next_key = next_key.map_or(0, |key| key + 1);
        let roles = Arc::new(roles);
        ReadModel { people, commands, roles, head, recorded_at, next_key, ..ReadModel::default() }
    }

    /// The people.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The commands.
    pub fn commands(&self) -> &CommandIndex {
        &self.commands
    }

    /// The register of roles.
    pub fn roles(&self) -> &Arc<RoleRegister> {
        &self.roles
    }

    /// The last event folded.
    pub fn head(&self) -> Position {
        self.head
    }

    /// When it was recorded, in µs since 1970-01-01T00:00:00Z.
    pub fn recorded_at(&self) -> i64 {
        self.recorded_at
    }

    /// The number of the next person's key.
    pub fn next_key(&self) -> KeyNumber {
        self.next_key
    }

    /// The day that "today" means.
    pub fn business_day(&self) -> Day {
        self.business_day
    }

    /// The counters and work lists of a plan; none of one that is not among those that ship, whatever its id.
    pub fn board(&self, plan: &Plan) -> Option<&Board> {
        self.boards.iter().find(|board| board.plan() == plan)
    }

    /// Folds the events of a log, one after the other as [`apply`](Self::apply) does each. It looks for all of their commands and people first:
    /// each lookup waits for memory, and next to each other they wait together.
    pub fn apply_all(&mut self, entries: &[Entry]) {
        let turns = |newest: &Entry| Day::in_china(newest.recorded_at) > self.business_day;
        if self.is_settled && entries.last().is_some_and(turns) {
            return entries.iter().for_each(|entry| self.apply(entry));
        }
        for entry in entries {
            self.note(entry);
        }
        let found: Vec<Option<u32>> = entries.iter().map(|entry| self.people.find(entry.person)).collect();
        for (entry, found) in entries.iter().zip(found) {
            self.apply_found(entry, found);
        }
    }

    /// Folds one event, and turns the day to that on which it was recorded.
    pub fn apply(&mut self, entry: &Entry) {
        if self.is_settled {
            self.turn_to(Day::in_china(entry.recorded_at));
        }
        self.note(entry);
        self.apply_found(entry, self.people.find(entry.person));
    }

    /// What an event says of the person, who was found before if there was one already.
    fn apply_found(&mut self, entry: &Entry, found: Option<u32>) {
        let Some(number) = self.people.apply_found(entry, found) else { return };
        self.use_key(entry);
        if !self.is_settled {
            return;
        }
        let Some(row) = self.people.row(number) else { return };
        for board in &mut self.boards {
            board.follow(number, &row.person);
        }
        if row.head.version == 1 {
            let plans = self.boards.iter().map(Board::plan);
            self.calendar.note(number, &row.person, plans, self.business_day);
        }
    }

    /// What an event says whomever it is about.
    fn note(&mut self, entry: &Entry) {
        if let (Some(fingerprint), true) = (entry.command, entry.head.position > self.head) {
            self.commands.insert(fingerprint, entry.head.position);
            if let Folding::Numbered(_, fingerprint) = entry.event {
                self.commands.insert(fingerprint, entry.head.position);
            }
        }
        if let (true, Folding::Whole(event)) = (entry.person.is_nil(), &entry.event) {
            let position = to_domain(entry.head.position);
            Arc::make_mut(&mut self.roles).evolve(position, entry.recorded_at, event);
        }
        self.head = self.head.max(entry.head.position);
        self.recorded_at = self.recorded_at.max(entry.recorded_at);
    }

    fn use_key(&mut self, entry: &Entry) {
        if let Some(key) = entry.key {
            self.next_key = self.next_key.max(key + 1);
        }
    }

    /// Turns the business day forward. Only those whose scope changes by age are looked at again, or everybody when a plan begins.
    pub fn turn_to(&mut self, day: Day) {
        if day <= self.business_day || !self.is_settled {
            return;
        }
        let due = self.calendar.due(day);
        let before = std::mem::replace(&mut self.business_day, day);
        for board in &mut self.boards {
            let begins = before < board.plan().from && board.plan().from <= day;
            if begins {
                board.settle(board.day_on(day), self.people.rows().iter().map(|row| &row.person));
            } else if board.day_on(day) != board.day() {
                board.set_day(board.day_on(day));
                for number in &due {
                    if let Some(row) = self.people.row(*number) {
                        board.update(*number, &row.person);
                    }
                }
            }
        }
    }

    /// Counts everybody on a business day. From here on the counters follow each event.
    pub fn settle(&mut self, day: Day) {
        self.business_day = day.max(Day::in_china(self.recorded_at));
        self.is_settled = true;
        self.calendar.clear();
        let ReadModel { people, boards, calendar, business_day: day, .. } = self;
        let (rows, day) = (people.rows(), *day);
        let plans: Vec<&Plan> = boards.iter().map(Board::plan).collect();
        let count = |board: &mut Board| board.settle(board.day_on(day), rows.iter().map(|row| &row.person));
        let mut note_ages = || {
            for (number, row) in (0..).zip(rows) {
                calendar.note(number, &row.person, plans.iter().copied(), day);
            }
        };
        if rows.len() <= SETTLED_ALONE_MAX {
            boards.iter_mut().for_each(count);
            return note_ages();
        }
        std::thread::scope(|scope| {
            for board in boards {
                scope.spawn(move || count(board));
            }
            note_ages();
        });
    }

    /// Who was known at a position and has been erased since: the figures of then are without them.
    pub fn erased_since(&self, known_at: Position) -> ErasedSince {
        let known_at = to_domain(known_at);
        let mut since = ErasedSince::default();
        for row in self.people.erased() {
            if let Some(erased) = row.person.erased()
                && erased.enrolled <= known_at
                && known_at < erased.erased
                && let Some(county) = erased.county
            {
                since.add(county);
            }
        }
        since
    }

    /// Counts some of the people under any plan and view. A caller who asks for slice after slice with the same `known_at` gets the
    /// figures of one position, however the log grows meanwhile.
    pub fn progress(&self, numbers: Range<usize>, plan: &Plan, view: View, into: &mut CountyProgress) {
        let rows = self.people.rows();
        let slice = &rows[numbers.start.min(rows.len())..numbers.end.min(rows.len())];
        scan(slice.iter().map(|row| &row.person), plan, view.as_of, view.known_at, into);
    }
}

//! The register of roles: who has been granted what, who asked for it, and who approved. Folded from events that belong to nobody.

use std::collections::BTreeMap;

use super::{Role, RoleGrant};
use crate::{Day, Event, Identifier, Position, Region, event::*};

/// Every role that was ever asked for or granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleRegister {
    entries: Vec<RegisterEntry>,
    /// Places in `entries`.
    of_subject: BTreeMap<Identifier, Vec<usize>>,
    through: Position,
}

/// One role of somebody, from the request to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry {
    /// Who asked for it, and where; none for the first managers, whom nobody asked for.
    pub asked: Option<Mark>,
    /// Whose.
    pub subject: Identifier,
    /// Which role, and where.
    pub role: RoleGrant,
    /// Its last day.
    pub until: Option<Day>,
    /// What became of it.
    pub state: RoleState,
}

/// Somebody's hand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where it was recorded.
    pub position: Position,
    /// When, in µs since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Who did it.
    pub by: Identifier,
}

/// What became of a role that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleState {
    /// Nobody has decided.
    Waiting,
    /// It was refused, or taken back.
    Declined(Mark),
    /// It was granted.
    Granted(Mark),
    /// It was granted, and withdrawn.
    Withdrawn {
        /// The grant.
        granted: Mark,
        /// The end of it.
        withdrawn: Mark,
    },
}

impl RoleRegister {
    /// Entries at most.
    pub const ENTRIES_MAX: usize = 100_000;

    /// Every entry, in the order in which they were begun.
    pub fn entries(&self) -> &[RegisterEntry] {
        &self.entries
    }

    /// The last event that is in it.
    pub fn through(&self) -> Position {
        self.through
    }

    /// Everything about one subject, in the order in which it was begun.
    pub fn of<'r>(&'r self, subject: &Identifier) -> impl Iterator<Item = &'r RegisterEntry> + use<'r> {
        let places = self.of_subject.get(subject).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.entries.get(*place))
    }

    /// The roles that somebody has on a day.
    pub fn granted(&self, subject: &Identifier, today: Day) -> Vec<RoleGrant> {
        self.of(subject).filter(|entry| entry.holds_on(today)).map(|entry| entry.role).collect()
    }

    /// The last day on which somebody has all the roles that he or she has now; none where no end is known.
    pub fn unchanged_until(&self, subject: &Identifier, today: Day) -> Option<Day> {
        self.of(subject).filter(|entry| entry.holds_on(today)).filter_map(|entry| entry.until).min()
    }

    /// The request that was recorded at a position, if it waits.
    pub fn waiting(&self, request: Position) -> Option<&RegisterEntry> {
        let entry = &self.entries[self.asked_at(request)?];
        (entry.state == RoleState::Waiting).then_some(entry)
    }

    /// The grant that was recorded at a position, if it was not withdrawn.
    pub fn standing(&self, grant: Position) -> Option<&RegisterEntry> {
        self.entries.iter().find(|entry| entry.is_granted_at(grant))
    }

    /// How many people manage the whole, for as long as nobody withdraws it.
    pub fn managers_of_the_whole(&self) -> usize {
        let whole = crate::divisions().whole();
        let manages = |entry: &&RegisterEntry| {
            matches!(entry.state, RoleState::Granted(_))
                && entry.until.is_none()
                && (entry.role.role(), entry.role.writes()) == (Role::Manager, Some(whole))
        };
        let mut managers: Vec<&Identifier> =
            self.entries.iter().filter(manages).map(|it| &it.subject).collect();
        managers.sort_unstable();
        managers.dedup();
        managers.len()
    }

    /// Folds one event. Total: what no command could have made changes nothing, and what is in it already is passed over.
    pub fn evolve(&mut self, position: Position, at: i64, event: &Event) {
        if position <= self.through {
            return;
        }
        let mark = |by: &Identifier| Mark { position, at, by: by.clone() };
        match event {
            Event::RoleRequested { clear, .. } => {
                let RoleRequested { maker, subject, role, reads, writes, until } = clear;
                self.begin(Some(mark(maker)), subject, (*role, *reads, *writes), *until, RoleState::Waiting);
            }
            Event::RoleGranted { clear, .. } => {
                let RoleGranted { checker, subject, role, reads, writes, until, request } = clear;
                let granted = RoleState::Granted(mark(checker));
                match request {
                    Some(request) => self.decide(*request, granted),
                    None => self.begin(None, subject, (*role, *reads, *writes), *until, granted),
                }
            }
            Event::RoleDeclined { clear, .. } => {
                self.decide(clear.request, RoleState::Declined(mark(&clear.checker)));
            }
            Event::RoleWithdrawn { clear, .. } => {
                let found = self.entries.iter_mut().find(|entry| entry.is_granted_at(clear.grant));
                if let Some(entry) = found
                    && let RoleState::Granted(granted) = &entry.state
                {
                    let (granted, withdrawn) = (granted.clone(), mark(&clear.maker));
                    entry.state = RoleState::Withdrawn { granted, withdrawn };
                }
            }
            _ => return,
        }
        self.through = position;
    }

    /// The events that it is folded from, in order: with them it is made again.
    pub fn events(&self) -> Vec<(Position, i64, Event)> {
        let mut events: Vec<_> = self.entries.iter().flat_map(RegisterEntry::events).collect();
        events.sort_by_key(|(position, ..)| *position);
        events
    }

    fn begin(
        &mut self,
        asked: Option<Mark>,
        subject: &Identifier,
        (role, reads, writes): (Role, Region, Option<Region>),
        until: Option<Day>,
        state: RoleState,
    ) {
        let Ok(role) = RoleGrant::new(role, reads, writes) else { return };
        self.of_subject.entry(subject.clone()).or_default().push(self.entries.len());
        self.entries.push(RegisterEntry { asked, subject: subject.clone(), role, until, state });
    }

    fn decide(&mut self, request: Position, state: RoleState) {
        if let Some(at) = self.asked_at(request)
            && self.entries[at].state == RoleState::Waiting
        {
            self.entries[at].state = state;
        }
    }

    fn asked_at(&self, request: Position) -> Option<usize> {
        self.entries
            .binary_search_by_key(&request, |entry| entry.begun())
            .ok()
            .filter(|at| self.entries[*at].asked.is_some())
    }
}

impl RegisterEntry {
    /// Whether the subject has the role on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        matches!(self.state, RoleState::Granted(_)) && self.until.is_none_or(|until| day <= until)
    }

    /// Where it was granted, if it ever was.
    pub fn granted(&self) -> Option<&Mark> {
        match &self.state {
            RoleState::Granted(granted) | RoleState::Withdrawn { granted, .. } => Some(granted),
            RoleState::Waiting | RoleState::Declined(_) => None,
        }
    }

    fn is_granted_at(&self, position: Position) -> bool {
        matches!(&self.state, RoleState::Granted(granted) if granted.position == position)
    }

    /// The first of its events.
    pub fn begun(&self) -> Position {
        self.asked.as_ref().or(self.granted()).map_or(Position::default(), |mark| mark.position)
    }

    fn events(&self) -> Vec<(Position, i64, Event)> {
        let RegisterEntry { asked, subject, role, until, state } = self;
        let (subject, until) = (subject.clone(), *until);
        let (role, reads, writes) = (role.role(), role.reads(), role.writes());
        let request = asked.as_ref().map(|asked| asked.position);
        let mut events = Vec::new();
        if let Some(Mark { position, at, by }) = asked {
            let (maker, subject) = (by.clone(), subject.clone());
            let clear = RoleRequested { maker, subject, role, reads, writes, until };
            events.push((*position, *at, Event::RoleRequested { clear, sealed: None }));
        }
        if let Some(Mark { position, at, by }) = self.granted() {
            let clear = RoleGranted { checker: by.clone(), subject, role, reads, writes, until, request };
            events.push((*position, *at, Event::RoleGranted { clear, sealed: None }));
        }
        match (state, request, self.granted()) {
            (RoleState::Declined(Mark { position, at, by }), Some(request), _) => {
                let clear = RoleDeclined { checker: by.clone(), request };
                events.push((*position, *at, Event::RoleDeclined { clear, sealed: None }));
            }
            (RoleState::Withdrawn { withdrawn: Mark { position, at, by }, .. }, _, Some(granted)) => {
                let clear = RoleWithdrawn { maker: by.clone(), grant: granted.position };
                events.push((*position, *at, Event::RoleWithdrawn { clear, sealed: None }));
            }
            _ => {}
        }
        events
    }
}

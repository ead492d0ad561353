//! The log as everybody may read it: headers and clear bodies, nothing sealed, and of people whose data must not be shown nothing but where.

use sigeyi_domain::{Day, EventType, Region, divisions};
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_store::{Direction, EventStore};
use uuid::Uuid;

use crate::{questions::QuestionError, reading::Reading};

/// Bytes of stored events that are read at a time.
const BYTES_AT_A_TIME: usize = 1 << 20;

/// One event as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// Where it stands.
    pub position: Position,
    /// Whom it belongs to; none for what belongs to nobody.
    pub person: Option<Uuid>,
    /// Person version.
    pub version: u32,
    /// What happened.
    pub event_type: EventType,
    /// Schema number of the bodies.
    pub schema: u8,
    /// When it happened.
    pub effective: Day,
    /// When it was recorded, in µs since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// The person's county as known when it was recorded.
    pub region: Option<Region>,
    /// Who recorded it.
    pub actor: String,
    /// For which office: its id.
    pub office: String,
    /// The command that recorded it.
    pub command: Uuid,
    /// The clear body, JSON.
    pub clear: String,
}

/// One place of the log as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEntry {
    /// What was recorded there.
    Event(Box<LogEvent>),
    /// Something about somebody whose data are restricted or erased.
    Withheld {
        /// Where it stands.
        position: Position,
    },
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LogFilter {
    /// Of one of these types; none of them means any.
    pub types: Vec<EventType>,
    /// Of people who were in one of these regions, as known when it was recorded. Without it the whole log, with what belongs to nobody.
    pub regions: Option<Vec<Region>>,
    /// Of this person.
    pub person: Option<Uuid>,
    /// Of what happened on this day or later.
    pub effective_from: Option<Day>,
    /// Of what happened on this day or earlier.
    pub effective_to: Option<Day>,
    /// Of what was recorded at this moment or later, in µs since 1970-01-01T00:00:00Z.
    pub recorded_from: Option<i64>,
    /// Of what was recorded before this moment: the next window begins with it.
    pub recorded_before: Option<i64>,
}

/// A piece of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// What of it matches. What is withheld matches no filter that asks for something: it would tell what it is.
    pub events: Vec<LogEntry>,
    /// The log has been looked through up to here.
    pub through: Position,
    /// Whether something of it is withheld, matching or not.
    pub has_withheld: bool,
}

impl LogEntry {
    /// Where it stands.
    pub fn position(&self) -> Position {
        match self {
            LogEntry::Event(event) => event.position,
            LogEntry::Withheld { position } => *position,
        }
    }
}

impl LogFilter {
    /// Whether it asks for everything.
    fn is_empty(&self) -> bool {
        *self == LogFilter::default()
    }

    fn matches(&self, event: &LogEvent) -> bool {
        let is_there = |regions: &Vec<Region>| {
            event.region.is_some_and(|county| regions.iter().any(|region| region.covers(county)))
        };
        (self.types.is_empty() || self.types.contains(&event.event_type))
            && self.regions.as_ref().is_none_or(is_there)
            && self.person.is_none_or(|person| event.person == Some(person))
            && self.effective_from.is_none_or(|from| from <= event.effective)
            && self.effective_to.is_none_or(|to| event.effective <= to)
            && self.recorded_from.is_none_or(|from| from <= event.recorded_at)
            && self.recorded_before.is_none_or(|before| event.recorded_at < before)
    }
}

impl Reading {
    /// The events after a position that match, at most `first` of them among the next `looked_at_max`, none after the request's position.
    pub fn events(
        &self,
        after: Position,
        filter: &LogFilter,
        first: usize,
        looked_at_max: usize,
    ) -> Result<LogPage, QuestionError> {
        let head = self.at().position;
        let last = Position(head.0.min(after.0.saturating_add(looked_at_max as u64)));
        let mut page = LogPage { events: Vec::new(), through: after, has_withheld: false };
        while page.through < last && page.events.len() < first {
            let wanted = (last.0 - page.through.0) as usize;
            // An unfiltered page needs no more than it gives.
            let wanted = if filter.is_empty() { wanted.min(first) } else { wanted };
            let stored = self.shared.store.read(page.through, Direction::Forward, wanted, BYTES_AT_A_TIME)?;
            if stored.is_empty() {
                return Err(QuestionError::Damaged(page.through.next()));
            }
            // After the reading, so that what has been restricted by now is withheld, whatever the request's position.
            let folded = self.unfixed();
            for bytes in &stored {
                if page.events.len() == first {
                    break;
                }
                let stored = StoredEvent::parse(bytes).ok();
                let event = stored.and_then(|stored| LogEvent::of(&stored));
                let event = event.ok_or(QuestionError::Damaged(page.through.next()))?;
                page.through = event.position;
                if event.person.is_some_and(|person| folded.model.people().is_withheld(person)) {
                    page.has_withheld = true;
                    if filter.is_empty() {
                        page.events.push(LogEntry::Withheld { position: event.position });
                    }
                } else if filter.matches(&event) {
                    page.events.push(LogEntry::Event(Box::new(event)));
                }
            }
        }
        Ok(page)
    }

    /// The places of everything that is withheld now, in order, none after the request's position.
    pub fn withheld(&self) -> Result<Vec<Position>, QuestionError> {
        let people: Vec<(Uuid, Position)> =
            self.look().0.model.people().withheld().map(|row| (row.id, row.head.position)).collect();
        let mut places = Vec::new();
        for (person, newest) in people {
            self.walk_from(person, newest, &[], |_, stored| {
                places.push(stored.parts().position);
                Ok(())
            })?;
        }
        places.sort_unstable();
        Ok(places)
    }

    /// One event. None beyond the request's position.
    pub fn event(&self, position: Position) -> Result<Option<LogEntry>, QuestionError> {
        if position == Position::BEGINNING || position > self.at().position {
            return Ok(None);
        }
        let before = Position(position.0 - 1);
        let page = self.events(before, &LogFilter::default(), 1, 1)?;
        Ok(page.events.into_iter().next())
    }
}

impl LogEvent {
    /// From its stored form; none when its type is unknown.
    pub(crate) fn of(stored: &StoredEvent<'_>) -> Option<LogEvent> {
        let parts = stored.parts();
        Some(LogEvent {
            position: parts.position,
            person: (!parts.person.is_nil()).then_some(parts.person),
            version: parts.version,
            event_type: EventType::from_number(parts.kind)?,
            schema: parts.schema,
            effective: Day::from_days(parts.effective_day),
            recorded_at: parts.recorded_at,
            region: divisions().region(parts.region),
            actor: parts.actor.to_owned(),
            office: parts.office.to_owned(),
            command: parts.command,
            clear: parts.clear.to_owned(),
        })
    }
}

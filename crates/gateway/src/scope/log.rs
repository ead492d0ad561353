//! The part of the log that somebody may read, for a question or for as long as somebody follows it.

use sigeyi_domain::{
    Identifier, Region,
    access::{Action, Denial, Resource},
    divisions,
};
use sigeyi_engine::{AccessAction, AccessPurpose, Engine, LogEntry, LogEvent, LogFilter, Position};
use uuid::Uuid;

use super::{Scope, Shown, purpose_of, reach_of};
use crate::subject::Subject;

/// Whom an event is about, for the access log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trace {
    whom: Option<Uuid>,
    is_pseudonymous: bool,
}

/// An event that may be shown. Only a [`ReadableLog`] or a [`Scope`] makes one.
#[derive(Debug, Clone)]
pub(crate) struct Readable {
    entry: LogEntry,
    trace: Trace,
}

/// Which events somebody may read of those that were asked for, and how. An event of a person belongs to the region as known when it was
/// recorded; what belongs to nobody is for those who read the whole.
#[derive(Debug, Clone)]
pub(crate) struct ReadableLog {
    filter: LogFilter,
    /// Where events are shown with their people's ids.
    masked: Vec<Region>,
    /// Where they are shown under pseudonyms.
    pseudonymous: Vec<Region>,
    /// Whose pseudonyms; each reader has others.
    reader: Identifier,
    purpose: AccessPurpose,
}

impl Readable {
    /// An event as it comes from the log; none where it is withheld.
    pub(crate) fn event(&self) -> Option<&LogEvent> {
        match &self.entry {
            LogEntry::Event(event) => Some(event),
            LogEntry::Withheld { .. } => None,
        }
    }

    /// What stands at its place, as it may be shown.
    pub(crate) fn entry(&self) -> &LogEntry {
        &self.entry
    }

    /// Its place in the log.
    pub(crate) fn position(&self) -> Position {
        self.entry.position()
    }

    /// Whom it is about.
    pub(crate) fn trace(&self) -> Trace {
        self.trace
    }

    /// Of somebody whose history may be seen.
    pub(super) fn of_history(event: LogEvent) -> Readable {
        Readable {
            trace: Trace { whom: event.person, is_pseudonymous: false },
            entry: LogEntry::Event(Box::new(event)),
        }
    }
}

impl ReadableLog {
    /// What a subject may read of what it asks for.
    pub(crate) fn of(subject: &Subject, asked: LogFilter) -> Result<ReadableLog, Denial> {
        let masked = reach_of(subject, Action::ReadEvents);
        // Whoever could ask for the pseudonym of somebody would need none.
        let pseudonymous = match asked.person {
            Some(_) => Vec::new(),
            None => reach_of(subject, Action::ReadPseudonymousStream),
        };
        let reach: Vec<Region> = masked.iter().chain(&pseudonymous).copied().collect();
        if reach.is_empty() {
            return Err(Denial::NotPermitted);
        }
        let covers = |named: &Region| reach.iter().any(|region| region.covers(*named));
        let regions = match asked.regions {
            Some(named) if named.iter().all(covers) => Some(named),
            Some(_) => return Err(Denial::OutsideRegion),
            None if reach.contains(&divisions().whole()) => None,
            None => Some(reach),
        };
        let action = if masked.is_empty() { Action::ReadPseudonymousStream } else { Action::ReadEvents };
        Ok(ReadableLog {
            filter: LogFilter { regions, ..asked },
            purpose: purpose_of(subject, action, Resource::WholeLog),
            masked,
            pseudonymous,
            reader: subject.actor.clone(),
        })
    }

    /// Which events to read.
    pub(crate) fn filter(&self) -> &LogFilter {
        &self.filter
    }

    /// An event as it may be shown; none if it may not. That something is withheld at a place is told to readers of the whole.
    pub(crate) fn show(&self, engine: &Engine, entry: LogEntry) -> Option<Readable> {
        let event = match entry {
            LogEntry::Event(event) => event,
            LogEntry::Withheld { .. } => {
                let whole = divisions().whole();
                let is_told = self.masked.contains(&whole) || self.pseudonymous.contains(&whole);
                return is_told
                    .then_some(Readable { entry, trace: Trace { whom: None, is_pseudonymous: false } });
            }
        };
        let whom = event.person;
        if lies_in(&event, &self.masked) {
            let trace = Trace { whom, is_pseudonymous: false };
            return Some(Readable { entry: LogEntry::Event(event), trace });
        }
        if event.person.is_none() || !lies_in(&event, &self.pseudonymous) {
            return None;
        }
        let pseudonym = |id: Uuid| {
            let parts = [b"pseudonym", self.reader.as_str().as_bytes(), &id.as_bytes()[..]];
            uuid::Builder::from_custom_bytes(engine.digest(&parts)).into_uuid()
        };
        let (person, command) = (event.person.map(pseudonym), pseudonym(event.command));
        let event = LogEvent { person, command, ..*event };
        Some(Readable {
            entry: LogEntry::Event(Box::new(event)),
            trace: Trace { whom, is_pseudonymous: true },
        })
    }

    /// Says that events are shown.
    pub(crate) fn note(&self, shown: &Shown, events: impl IntoIterator<Item = Trace>) {
        let (under_pseudonyms, by_id): (Vec<Trace>, Vec<Trace>) =
            events.into_iter().partition(|event| event.is_pseudonymous);
        let people = |events: Vec<Trace>| events.into_iter().filter_map(|event| event.whom);
        if !by_id.is_empty() {
            shown.shows(AccessAction::Events, self.purpose, people(by_id));
        }
        if !under_pseudonyms.is_empty() {
            shown.counts(AccessAction::Events, self.purpose, people(under_pseudonyms));
        }
    }

    /// The same for those who may read the same in the same way.
    pub(crate) fn key(&self) -> String {
        let reader = (!self.pseudonymous.is_empty()).then_some(&self.reader);
        format!("{:?} {:?} {:?} {reader:?}", self.filter, self.masked, self.pseudonymous)
    }
}

impl Scope<'_> {
    /// Requires the right to proofs somewhere.
    pub(crate) fn reads_proofs(&self) -> async_graphql::Result<()> {
        if self.reach(Action::ReadProofs).is_empty() {
            return Err(crate::schema::forbidden(Denial::NotPermitted));
        }
        Ok(())
    }

    /// Requires the right to the proof of an event, which has its person's id and its stored bytes in it: where it lies, and of what is shown by id.
    pub(crate) fn proves(&self, event: &Readable) -> async_graphql::Result<()> {
        let regions = self.reach(Action::ReadProofs);
        let is_allowed = match event.event() {
            Some(event) => lies_in(event, &regions),
            None => !regions.is_empty(),
        };
        if !is_allowed || event.trace.is_pseudonymous {
            self.shown.denies(AccessAction::Events, event.trace.whom);
            return Err(crate::schema::forbidden(Denial::NotPermitted));
        }
        Ok(())
    }

    /// What may be read of the events that are asked for.
    pub(crate) fn log(&self, asked: LogFilter) -> async_graphql::Result<ReadableLog> {
        ReadableLog::of(self.subject, asked).map_err(|denial| {
            self.shown.denies(AccessAction::Events, None);
            crate::schema::forbidden(denial)
        })
    }
}

fn lies_in(event: &LogEvent, regions: &[Region]) -> bool {
    match event.region {
        Some(county) => regions.iter().any(|region| region.covers(county)),
        None => regions.contains(&divisions().whole()),
    }
}

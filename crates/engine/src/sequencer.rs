//! The sequencer thread: it alone decides, and it alone assigns positions.

use std::sync::{
    Arc,
    mpsc::{Receiver, TryRecvError},
};

use bytes::Bytes;
use sigeyi_domain::{
    Command, Context, Day, Decided, EventType, Person, Plan, RecordRef, Rejection, decide, plans,
};
use sigeyi_envelope::{
    EncodeError, EventParts, Position, Previous, SUITE_INTERNATIONAL, SealedParts, StoredEvent,
    associated_data, encode,
};
use sigeyi_projections::{Entry, Head, Row, Secrets, to_domain};
use sigeyi_proof::{Sha256, TreeHash};
use sigeyi_store::EventStore;
use sigeyi_vault::KeyNumber;
use uuid::Uuid;

use crate::{
    answer::{Answer, CommandError, Recorded},
    clock::ClockGuard,
    group::Group,
    overlay::{KnownCommand, Overlay},
    shared::Shared,
    submission::{Submission, Target},
};

/// A command in the queue, with whom to answer.
pub(crate) struct Queued {
    pub(crate) submission: Submission,
    pub(crate) caller: oneshot::Sender<Answer>,
}

/// What one command adds to the log.
struct Commit {
    stored: Vec<(Vec<u8>, [u8; 32])>,
    entries: Vec<Entry>,
    row: Row,
    now: i64,
}

/// Decides one command after the other.
pub(crate) struct Sequencer {
    shared: Arc<Shared>,
    guard: ClockGuard,
    overlay: Overlay,
    head: Position,
    recorded_at: i64,
    next_key: u32,
}

impl Sequencer {
    pub(crate) fn new(shared: Arc<Shared>, guard: ClockGuard) -> Sequencer {
        let folded = shared.folded.read();
        let (head, recorded_at) = (folded.model.head(), folded.model.recorded_at());
        let next_key = folded.model.next_key();
        drop(folded);
        Sequencer { shared, guard, overlay: Overlay::default(), head, recorded_at, next_key }
    }

    /// Runs until the queue is closed and empty.
    pub(crate) fn run(mut self, queue: &Receiver<Queued>) {
        while let Some(Queued { submission, caller }) = self.next(queue) {
            let command_id = submission.command_id;
            match self.process(submission) {
                // Every answer goes through the writer: it may rest on events that are not durable yet.
                Err(error) => self.shared.exchange.add(|group| group.answers.push((caller, Err(error)))),
                Ok((recorded, None)) => {
                    self.shared.exchange.add(|group| group.answers.push((caller, Ok(recorded))));
                }
                Ok((recorded, Some(commit))) => self.add(command_id, recorded, commit, caller),
            }
        }
        self.shared.exchange.close();
    }

    /// The next command; once there is none at the moment, what has been decided is a group.
    fn next(&self, queue: &Receiver<Queued>) -> Option<Queued> {
        loop {
            match queue.try_recv() {
                Ok(queued) => return Some(queued),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) if self.shared.exchange.decided() => {}
                Err(TryRecvError::Empty) => return queue.recv().ok(),
            }
        }
    }

    fn process(&mut self, mut submission: Submission) -> Result<(Recorded, Option<Commit>), CommandError> {
        if let Some(stopped) = self.shared.stopped() {
            return Err(stopped);
        }
        self.overlay.forget(self.shared.folded_through());

        let id = self.resolve(submission.target);
        if id.is_none() && submission.command.enrols().is_none() {
            return Err(Rejection::UnknownPerson.into());
        }
        if let Some(known) = self.known_command(submission.command_id)? {
            return already(&known, &submission.content).map(|recorded| (recorded, None));
        }
        let Some(now) = self.guard.now(&*self.shared.clock) else { return Err(CommandError::ClockSuspect) };
        let now = now.max(self.recorded_at);
        self.resolve_record(&mut submission.command)?;
        let command = &submission.command;
        let today = Day::in_china(now);
        let effective = command.on().unwrap_or(today);
        let context = Context {
            today,
            plan: plans().iter().find(|plan: &&Plan| plan.covers(effective)),
            office: submission.office.name.as_ref(),
        };

        let (row, decided) = self.decide(id, &submission, command, &context)?;
        let Some(mut row) = row else {
            let (person, version) = decided.1;
            let recorded =
                Recorded { position: self.head, events: 0, person, version, already_recorded: true };
            return Ok((recorded, None));
        };
        if row.head.version == 0 {
            self.shared.keyring.take(self.next_key).map_err(CommandError::Stopped)?;
            row.id = Uuid::new_v4();
            row.key = self.next_key;
        }
        let commit = self.commit(row, &submission, decided.0, now)?;
        let recorded = Recorded {
            position: commit.row.head.position,
            events: commit.entries.len() as u8,
            person: commit.row.id,
            version: commit.row.head.version,
            already_recorded: false,
        };
        Ok((recorded, Some(commit)))
    }

    /// Decides against the newest state. Gives a copy of the row to go on with, or none where nothing is new.
    #[allow(clippy::type_complexity)]
    fn decide(
        &self,
        id: Option<Uuid>,
        submission: &Submission,
        command: &Command,
        context: &Context<'_>,
    ) -> Result<(Option<Row>, (Vec<Decided>, (Uuid, u32))), CommandError> {
        let folded;
        let row = match id {
            None => None,
            Some(id) => match self.overlay.person(id) {
                Some(row) => Some(row),
                None => {
                    folded = self.shared.folded.read();
                    let people = folded.model.people();
                    Some(
                        people
                            .find(id)
                            .and_then(|number| people.row(number))
                            .ok_or(Rejection::UnknownPerson)?,
                    )
                }
            },
        };
        let version = row.map_or(0, |row| row.head.version);
        if let Some(expected) = submission.expected_version
            && expected != version
        {
            return Err(CommandError::VersionConflict { expected, actual: version });
        }
        let nobody = Person::default();
        let decided = decide(row.map_or(&nobody, |row| &row.person), command, context)?;
        let about = (row.map_or(Uuid::nil(), |row| row.id), version);
        let copy = (!decided.is_empty()).then(|| {
            row.cloned().unwrap_or_else(|| Row {
                id: Uuid::nil(),
                key: 0,
                head: Head { position: Position::BEGINNING, leaf: [0; 32], version: 0 },
                person: Person::default(),
            })
        });
        Ok((copy, (decided, about)))
    }

    /// Seals, encodes and hashes the events, and evolves the row.
    fn commit(
        &mut self,
        mut row: Row,
        submission: &Submission,
        decided: Vec<Decided>,
        now: i64,
    ) -> Result<Commit, CommandError> {
        let count = decided.len() as u8;
        let region = region(&row.person, &decided);
        let (mut stored, mut entries) =
            (Vec::with_capacity(decided.len()), Vec::with_capacity(decided.len()));
        let mut position = self.head;
        for (index, Decided { event, effective }) in decided.into_iter().enumerate() {
            position = position.next();
            let kind = event.event_type() as u8;
            let index = index as u8;
            let sealed = match event.sealed_json() {
                Some(text) => {
                    let data = associated_data(
                        self.shared.log_id,
                        row.id,
                        submission.command_id,
                        index,
                        kind,
                        EventType::SCHEMA,
                    );
                    let sealed = self.shared.keyring.vault.seal(KeyNumber(row.key), &data, text.as_bytes());
                    Some(sealed.map_err(|error| CommandError::Stopped(error.to_string()))?)
                }
                None => None,
            };
            let previous = (row.head.version > 0)
                .then_some(Previous { position: row.head.position, leaf: row.head.leaf });
            let parts = EventParts {
                suite: SUITE_INTERNATIONAL,
                kind,
                schema: EventType::SCHEMA,
                position,
                person: row.id,
                version: row.head.version + 1,
                previous,
                effective_day: effective.days(),
                recorded_at: now,
                region,
                command: submission.command_id,
                digest: submission.content,
                commit_index: index,
                commit_count: count,
                actor: submission.actor.as_str(),
                office: submission.office.id.as_str(),
                clear: &event.clear_json(),
                sealed: sealed.as_ref().map(|sealed| SealedParts {
                    key_id: sealed.key_id,
                    nonce: sealed.nonce,
                    ciphertext: &sealed.ciphertext,
                }),
            };
            let bytes = encode(&parts).map_err(|error| match error {
                EncodeError::TooLong { .. } => CommandError::TooLong,
                other => CommandError::Stopped(other.to_string()),
            })?;
            let leaf = Sha256::leaf(&bytes);
            row.head = Head { position, leaf, version: row.head.version + 1 };
            row.person.evolve(to_domain(position), effective, &event);
            entries.push(Entry {
                person: row.id,
                head: row.head,
                key: sealed.is_some().then_some(row.key),
                command: (index == 0).then(|| self.shared.keyring.fingerprint(submission.command_id)),
                recorded_at: now,
                effective,
                event,
            });
            stored.push((bytes, leaf));
        }
        Ok(Commit { stored, entries, row, now })
    }

    fn add(&mut self, id: Uuid, recorded: Recorded, commit: Commit, caller: oneshot::Sender<Answer>) {
        let Commit { stored, entries, row, now } = commit;
        let Some(digest) = stored.first().and_then(|(bytes, _)| digest_of(bytes)) else { return };
        if row.head.version == u32::from(recorded.events) {
            self.next_key += 1;
        }
        let known = KnownCommand {
            digest,
            first: self.head.next(),
            events: recorded.events,
            person: row.id,
            version: row.head.version,
        };
        self.head = row.head.position;
        self.recorded_at = now;
        self.overlay.add(id, known, row);
        self.shared.exchange.add(|group: &mut Group| {
            for (bytes, leaf) in stored {
                group.events.push(&bytes, leaf);
            }
            group.entries.extend(entries);
            group.answers.push((caller, Ok(recorded)));
        });
    }

    fn resolve(&self, target: Target) -> Option<Uuid> {
        let people = |find: &dyn Fn(&sigeyi_projections::People) -> Option<u32>| {
            let folded = self.shared.folded.read();
            let people = folded.model.people();
            find(people).and_then(|number| people.row(number)).map(|row| row.id)
        };
        match target {
            Target::Person(id) => match self.overlay.person(id) {
                Some(row) => Some(row.id),
                None => people(&|people| people.find(id)),
            },
            Target::Citizen(citizen) => {
                self.overlay.citizen(citizen).or_else(|| people(&|people| people.find_citizen(citizen)))
            }
        }
    }

    /// The record that a voiding names by its command.
    fn resolve_record(&self, command: &mut Command) -> Result<(), CommandError> {
        if let Command::VoidRecord { record, .. } = command
            && let RecordRef::Command(id) = *record
        {
            let known = self.known_command(id)?;
            *record = known.map_or(RecordRef::None, |known| RecordRef::Position(to_domain(known.first)));
        }
        Ok(())
    }

    /// Looks a command up by its fingerprint, and confirms it by reading the event.
    fn known_command(&self, id: Uuid) -> Result<Option<KnownCommand>, CommandError> {
        if let Some(known) = self.overlay.command(id) {
            return Ok(Some(known));
        }
        let fingerprint = self.shared.keyring.fingerprint(id);
        let candidates: Vec<Position> =
            self.shared.folded.read().model.commands().find(fingerprint).collect();
        for position in candidates {
            let bytes = self.shared.store.read_one(position);
            let bytes: Option<Bytes> =
                bytes.map_err(|error| CommandError::Stopped(crate::writer::chain(&error)))?;
            let stored = bytes.as_ref().and_then(|bytes| StoredEvent::parse(bytes).ok());
            let Some(parts) = stored.as_ref().map(StoredEvent::parts) else {
                return Err(CommandError::Stopped(format!("event {position} cannot be read")));
            };
            if parts.command == id {
                return Ok(Some(KnownCommand {
                    digest: parts.digest,
                    first: position,
                    events: parts.commit_count,
                    person: parts.person,
                    version: parts.version + u32::from(parts.commit_count) - 1,
                }));
            }
        }
        Ok(None)
    }
}

/// The first answer again, or a conflict.
fn already(known: &KnownCommand, content: &[u8; 16]) -> Result<Recorded, CommandError> {
    if known.digest != *content {
        return Err(CommandError::CommandConflict);
    }
    Ok(Recorded {
        position: Position(known.first.0 + u64::from(known.events) - 1),
        events: known.events,
        person: known.person,
        version: known.version,
        already_recorded: true,
    })
}

/// The person's county as known when recorded: of an enrolment its own, else the newest that was known before.
fn region(person: &Person, decided: &[Decided]) -> u32 {
    let enrolled = decided.iter().find_map(|decided| match &decided.event {
        sigeyi_domain::Event::PersonEnrolled { clear, .. } => Some(clear.county),
        _ => None,
    });
    let latest = sigeyi_domain::View::latest(Day::MAX);
    enrolled.or_else(|| person.county(latest.as_of, latest.known_at)).map_or(0, |county| county.code())
}

fn digest_of(bytes: &[u8]) -> Option<[u8; 16]> {
    StoredEvent::parse(bytes).ok().map(|stored| stored.parts().digest)
}

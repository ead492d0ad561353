//! From decided events to stored bytes: sealed, encoded, chained and hashed.

use sigeyi_domain::{Day, Decided, Event, EventType, Person};
use sigeyi_envelope::{EncodeError, EventParts, Position, Previous, SealedParts, associated_data, encode};
use sigeyi_projections::{Entry, Head, Row, Secrets, to_domain};
use sigeyi_store::hash_algorithm;
use sigeyi_vault::KeyNumber;
use uuid::Uuid;

use crate::{answer::CommandError, roles::RoleSubmission, shared::Shared, submission::Submission};

/// What one command adds to the log.
pub(crate) struct Commit {
    pub(crate) stored: Vec<(Vec<u8>, [u8; 32])>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) row: Row,
    pub(crate) digest: [u8; 16],
    pub(crate) now: i64,
}

impl Commit {
    /// Seals, encodes and hashes the events, and evolves the row.
    pub(crate) fn of(
        shared: &Shared,
        mut row: Row,
        submission: &Submission,
        decided: Vec<Decided>,
        head: Position,
        now: i64,
    ) -> Result<Commit, CommandError> {
        let count = decided.len() as u8;
        let algorithm = hash_algorithm(shared.suite);
        let region = region(&row.person, &decided);
        let (mut stored, mut entries) =
            (Vec::with_capacity(decided.len()), Vec::with_capacity(decided.len()));
        let mut position = head;
        for (index, Decided { event, effective }) in decided.into_iter().enumerate() {
            position = position.next();
            let kind = event.event_type() as u8;
            let index = index as u8;
            let sealed = match event.sealed_json() {
                Some(text) => {
                    let data = associated_data(
                        shared.log_id,
                        row.id,
                        submission.command_id,
                        index,
                        kind,
                        EventType::SCHEMA,
                    );
                    let sealed = shared.keyring.vault.seal(KeyNumber(row.key), &data, text.as_bytes());
                    Some(sealed.map_err(|error| CommandError::Stopped(error.to_string()))?)
                }
                None => None,
            };
            let previous = (row.head.version > 0)
                .then_some(Previous { position: row.head.position, leaf: row.head.leaf });
            let parts = EventParts {
                suite: shared.suite,
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
            let leaf = algorithm.leaf(&bytes);
            row.head = Head { position, leaf, version: row.head.version + 1 };
            row.person.evolve(to_domain(position), effective, &event);
            entries.push(Entry {
                person: row.id,
                head: row.head,
                key: sealed.is_some().then_some(row.key),
                command: (index == 0).then(|| shared.keyring.fingerprint(submission.command_id)),
                recorded_at: now,
                effective,
                event: event.into(),
            });
            stored.push((bytes, leaf));
        }
        Ok(Commit { stored, entries, row, digest: submission.content, now })
    }

    /// The same of events that belong to nobody: nothing of them is sealed, and they are in no chain.
    pub(crate) fn of_nobody(
        shared: &Shared,
        submission: &RoleSubmission,
        events: Vec<Event>,
        (head, effective, now): (Position, Day, i64),
    ) -> Result<Commit, CommandError> {
        let algorithm = hash_algorithm(shared.suite);
        let count = events.len() as u8;
        let (mut stored, mut entries) = (Vec::with_capacity(events.len()), Vec::with_capacity(events.len()));
        let mut newest = Head { position: head, leaf: [0; 32], version: 0 };
        for (index, event) in (0..).zip(events) {
            let position = newest.position.next();
            let parts = EventParts {
                suite: shared.suite,
                kind: event.event_type() as u8,
                schema: EventType::SCHEMA,
                position,
                person: Uuid::nil(),
                version: 0,
                previous: None,
                effective_day: effective.days(),
                recorded_at: now,
                region: 0,
                command: submission.command_id,
                digest: submission.content,
                commit_index: index,
                commit_count: count,
                actor: submission.actor.as_str(),
                office: submission.office.id.as_str(),
                clear: &event.clear_json(),
                sealed: None,
            };
            let bytes = encode(&parts).map_err(|error| CommandError::Stopped(error.to_string()))?;
            newest = Head { position, leaf: algorithm.leaf(&bytes), version: 0 };
            entries.push(Entry {
                person: Uuid::nil(),
                head: newest,
                key: None,
                command: (index == 0).then(|| shared.keyring.fingerprint(submission.command_id)),
                recorded_at: now,
                effective,
                event: event.into(),
            });
            stored.push((bytes, newest.leaf));
        }
        let row = Row { id: Uuid::nil(), key: 0, head: newest, person: Person::default() };
        Ok(Commit { stored, entries, row, digest: submission.content, now })
    }
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

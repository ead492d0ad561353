//! From decided events to stored bytes: sealed, encoded, chained and hashed.

use sigeyi_domain::{Day, Decided, Event, EventType, Identifier, Person};
use sigeyi_envelope::{EncodeError, EventParts, Position, Previous, SealedParts, associated_data, encode};
use sigeyi_projections::{Entry, Folding, Head, Row, Secrets, to_domain};
use sigeyi_store::hash_algorithm;
use sigeyi_vault::KeyNumber;
use uuid::Uuid;

use crate::{answer::CommandError, shared::Shared, submission::Submission};

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
            let bytes = encode(&parts).map_err(not_stored)?;
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
        of: &OfNobody<'_>,
        events: Vec<Event>,
        (head, now): (Position, i64),
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
                effective_day: of.effective.days(),
                recorded_at: now,
                region: of.region,
                command: of.command_id,
                digest: of.content,
                commit_index: index,
                commit_count: count,
                actor: of.actor.as_str(),
                office: of.office.as_str(),
                clear: &event.clear_json(),
                sealed: None,
            };
            let bytes = encode(&parts).map_err(not_stored)?;
            newest = Head { position, leaf: algorithm.leaf(&bytes), version: 0 };
            entries.push(Entry {
                person: Uuid::nil(),
                head: newest,
                key: None,
                command: (index == 0).then(|| shared.keyring.fingerprint(of.command_id)),
                recorded_at: now,
                effective: of.effective,
                event: Folding::of(event, &shared.keyring),
            });
            stored.push((bytes, newest.leaf));
        }
        Ok(Commit { stored, entries, row: Row::of_nobody(newest), digest: of.content, now })
    }
}

/// What a commit of nobody says besides its events.
pub(crate) struct OfNobody<'a> {
    pub(crate) command_id: Uuid,
    pub(crate) content: [u8; 16],
    pub(crate) actor: &'a Identifier,
    pub(crate) office: &'a Identifier,
    /// Of which region it is, six digits; 0 for none.
    pub(crate) region: u32,
    pub(crate) effective: Day,
}

fn not_stored(error: EncodeError) -> CommandError {
    match error {
        EncodeError::TooLong { .. } => CommandError::TooLong,
        other => CommandError::Stopped(other.to_string()),
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

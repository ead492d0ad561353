//! Reading the log as an auditor would: event by event, everything opened, every rule applied again.

use std::collections::{HashMap, HashSet};

use sigeyi_domain::{Context, Day, Decided, Event, EventType, Person, Plan, RecordRef, decide, plans};
use sigeyi_envelope::{Position, Previous, StoredEvent, associated_data};
use sigeyi_projections::{Entry, Opened, ReadModel, Secrets, to_domain};
use sigeyi_proof::{CompactTree, HashAlgorithm};
use sigeyi_store::EventStore;
use uuid::Uuid;

use crate::{Engine, Submission, answer::Answer};

/// The stored bytes of every event.
pub(super) fn log(engine: &Engine) -> Vec<Vec<u8>> {
    let store = &engine.shared.store;
    let bytes = |position| store.read_one(Position(position)).unwrap().unwrap().to_vec();
    (1..=engine.head().0).map(bytes).collect()
}

/// A read model of the first events only.
pub(super) fn folded(engine: &Engine, log: &[Vec<u8>]) -> ReadModel {
    let mut model = ReadModel::default();
    for bytes in log {
        model.apply(&entry(engine, bytes));
    }
    model
}

/// An event as it is folded.
pub(super) fn entry(engine: &Engine, bytes: &[u8]) -> Entry {
    Entry::decode(bytes, HashAlgorithm::Sha256.leaf(bytes), engine.log_id(), &engine.shared.keyring).unwrap()
}

/// The event; none when the key that sealed it was destroyed.
fn opened(engine: &Engine, stored: &StoredEvent<'_>) -> Option<Event> {
    let parts = stored.parts();
    let body = match parts.sealed {
        None => None,
        Some(sealed) => {
            let key = engine.shared.keyring.key_number(&sealed.key_id).unwrap();
            let data = associated_data(
                engine.log_id(),
                parts.person,
                parts.command,
                parts.commit_index,
                parts.kind,
                parts.schema,
            );
            let keyring = &engine.shared.keyring;
            match keyring.open(key, Some(&sealed.key_id), &data, &sealed.nonce, sealed.ciphertext) {
                Opened::Clear(body) => Some(body),
                Opened::Erased => return None,
                Opened::Refused => panic!("event {} does not open", parts.position),
            }
        }
    };
    let body = body.as_ref().map(|body| body.as_slice());
    Some(Event::from_json(parts.kind, parts.schema, parts.clear, body).unwrap())
}

#[derive(Default)]
struct Chain {
    person: Person,
    version: u32,
    previous: Option<Previous>,
    key_id: Option<[u8; 32]>,
}

/// Decides every recorded command anew, one after the other in the order of the log: the same events must come of it, and positions,
/// chains, commits, times, answers and the tree must be right.
#[track_caller]
pub(super) fn assert_one_writer_could_have_made_it(engine: &Engine, sent: &[(Submission, Answer)]) {
    let log = log(engine);
    let sent: HashMap<Uuid, &(Submission, Answer)> = sent.iter().map(|one| (one.0.command_id, one)).collect();
    let mut chains: HashMap<Uuid, Chain> = HashMap::new();
    let mut citizens = HashMap::new();
    let mut first_of: HashMap<Uuid, u64> = HashMap::new();
    let (mut position, mut recorded_at) = (0, i64::MIN);
    let mut tree = CompactTree::new(HashAlgorithm::Sha256);
    let mut gone = HashSet::new();
    while (position as usize) < log.len() {
        let first = StoredEvent::parse(&log[position as usize]).unwrap();
        let first = *first.parts();
        assert!(first.recorded_at >= recorded_at, "time goes back at {}", first.position);
        recorded_at = first.recorded_at;
        // Nobody has sent it.
        if first.kind == EventType::HeadsCommitted as u8 {
            tree.push(HashAlgorithm::Sha256.leaf(&log[position as usize]));
            position += 1;
            continue;
        }
        let (submission, answer) = sent[&first.command];
        let chain = chains.entry(first.person).or_default();
        let mut decided = decide_again(submission, &chain.person, first.recorded_at, &first_of);
        assert_eq!(decided.len(), first.commit_count as usize);
        for (index, decided) in (0..).zip(decided.drain(..)) {
            let bytes = &log[position as usize];
            position += 1;
            let stored = StoredEvent::parse(bytes).unwrap();
            let parts = stored.parts();
            assert_eq!(parts.position, Position(position));
            assert_eq!((parts.person, parts.command), (first.person, first.command));
            assert_eq!((parts.commit_index, parts.commit_count), (index, first.commit_count));
            assert_eq!((parts.digest, parts.recorded_at), (submission.content, first.recorded_at));
            assert_eq!((parts.version, parts.previous), (chain.version + 1, chain.previous));
            assert_eq!(
                (parts.actor, parts.office),
                (submission.actor.as_str(), submission.office.id.as_str())
            );
            let effective = Day::from_days(parts.effective_day);
            // A sealed body with nothing in it is not stored.
            let sealed = decided.event.sealed_json();
            let event = Event::from_json(
                parts.kind,
                parts.schema,
                &decided.event.clear_json(),
                sealed.as_deref().map(str::as_bytes),
            );
            assert_eq!((parts.clear, effective), (decided.event.clear_json().as_str(), decided.effective));
            match opened(engine, &stored) {
                Some(opened) => assert_eq!(opened, event.unwrap()),
                None => drop(gone.insert(parts.person)),
            }
            if let Some(sealed) = parts.sealed {
                assert_eq!(*chain.key_id.get_or_insert(sealed.key_id), sealed.key_id, "one person, two keys");
            }
            let leaf = HashAlgorithm::Sha256.leaf(bytes);
            tree.push(leaf);
            chain.version += 1;
            chain.previous = Some(Previous { position: parts.position, leaf });
            chain.person.evolve(to_domain(parts.position), effective, &decided.event);
        }
        let Some(citizen) = chain.person.citizen() else {
            // From here on the number is nobody's.
            assert!(chain.person.erased().is_some());
            citizens.retain(|_, person| *person != first.person);
            let answer = answer.as_ref().unwrap();
            assert_eq!((answer.person, answer.version), (first.person, chain.version));
            assert!(first_of.insert(first.command, first.position.0).is_none(), "a command is there twice");
            continue;
        };
        assert_eq!(*citizens.entry(citizen).or_insert(first.person), first.person, "enrolled twice");
        let answer = answer.as_ref().unwrap();
        assert_eq!((answer.position, answer.events), (Position(position), first.commit_count));
        assert_eq!((answer.person, answer.version), (first.person, chain.version));
        assert!(first_of.insert(first.command, first.position.0).is_none(), "a command is there twice");
    }
    super::heads::assert_committed(HashAlgorithm::Sha256, &log);
    assert!(gone.iter().all(|person| chains[person].person.erased().is_some()), "a key is gone");
    let keys: HashSet<_> = chains.values().map(|chain| chain.key_id.unwrap()).collect();
    assert_eq!(keys.len(), chains.len(), "two persons, one key");
    assert_eq!(tree.root(), engine.shared.store.tree().root());
    for (id, (_, answer)) in sent {
        let is_new = answer.as_ref().is_ok_and(|recorded| recorded.events > 0);
        assert_eq!(is_new, first_of.contains_key(&id), "{answer:?}");
    }
}

fn decide_again(
    submission: &Submission,
    person: &Person,
    recorded_at: i64,
    first_of: &HashMap<Uuid, u64>,
) -> Vec<Decided> {
    let mut command = submission.command.clone();
    if let Some(record) = command.record_mut()
        && let RecordRef::Command(id) = *record
    {
        *record = RecordRef::Position(sigeyi_domain::Position(first_of[&id]));
    }
    let today = Day::in_china(recorded_at);
    let effective = command.on().unwrap_or(today);
    let plan = plans().iter().find(|plan: &&Plan| plan.covers(effective));
    let (actor, office) = (&submission.actor, submission.office.name.as_ref());
    decide(person, &command, &Context { today, plan, plans: plans(), actor, office }).unwrap()
}

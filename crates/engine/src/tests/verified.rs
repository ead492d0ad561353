//! Events whose checksums and roots are right, and that no writer writes: each rule that is broken is found.

use std::sync::Arc;

use sigeyi_envelope::{EventParts, Position, Previous, SealedParts, StoredEvent, Suite, encode};
use sigeyi_proof::{HashAlgorithm, Heads, PersonHead};
use sigeyi_store::{Direction, EncodedEvents, EventStore, JournalStore, Manifest, RealDisk, StoreOptions};
use uuid::Uuid;

use super::mended::{Ended, Told};
use crate::{FaultKind, VerifyOptions, verify};

const LOG: Uuid = Uuid::from_u128(0x00c0_ffee);

fn person(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The n-th event, the only one of its command, of a person whose events these alone are.
fn event(position: u64) -> EventParts<'static> {
    EventParts {
        suite: Suite::International,
        kind: 4,
        schema: 1,
        position: Position(position),
        person: person(position.into()),
        version: 1,
        previous: None,
        effective_day: 19_000,
        recorded_at: 1_700_000_000_000_000 + position as i64,
        region: 150_102,
        command: Uuid::from_u128(u128::from(position) << 64),
        digest: [7; 16],
        commit_index: 0,
        commit_count: 1,
        actor: "counsellor-1",
        office: "150102",
        clear: "{}",
        sealed: None,
    }
}

/// What is wrong with a log of these events, each in a frame of its own. There are no keys, which is said besides.
fn faults(events: &[EventParts<'_>]) -> Vec<(FaultKind, u64)> {
    let frames: Vec<Vec<EventParts<'_>>> = events.iter().map(|parts| vec![*parts]).collect();
    faults_in_frames(&frames)
}

fn faults_in_frames(frames: &[Vec<EventParts<'_>>]) -> Vec<(FaultKind, u64)> {
    let dir = tempfile::tempdir().unwrap();
    Manifest::create(&RealDisk, dir.path(), &Manifest::new(LOG, Suite::International, true, true)).unwrap();
    let options = StoreOptions {
        head_path: Some(dir.path().join("HEAD")),
        ..StoreOptions::new(dir.path().join("journal"), LOG)
    };
    let store = JournalStore::open(options, Arc::new(RealDisk)).unwrap();
    for frame in frames {
        let mut encoded = EncodedEvents::new();
        for parts in frame {
            let stored = encode(parts).unwrap();
            encoded.push(&stored, HashAlgorithm::Sha256.leaf(&stored));
        }
        store.append(store.head(), encoded).unwrap();
    }
    drop(store);
    let report = verify(dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
    let others = report.faults.iter().filter(|fault| fault.kind != FaultKind::Vault);
    others.map(|fault| (fault.kind, fault.position.unwrap())).collect()
}

fn leaf(parts: &EventParts<'_>) -> [u8; 32] {
    HashAlgorithm::Sha256.leaf(&encode(parts).unwrap())
}

/// The second event of the person of the first one.
fn second() -> EventParts<'static> {
    let previous = Some(Previous { position: Position(1), leaf: leaf(&event(1)) });
    EventParts { person: person(1), version: 2, previous, ..event(2) }
}

#[test]
fn a_log_as_a_writer_writes_it_has_no_fault() {
    assert_eq!(faults(&[event(1), second(), event(3)]), []);
    let nobody = EventParts { person: Uuid::nil(), version: 0, ..event(2) };
    assert_eq!(faults(&[event(1), nobody]), []);
    let commit = |index| EventParts {
        commit_index: index,
        commit_count: 3,
        command: Uuid::from_u128(9),
        ..event(2 + u64::from(index))
    };
    assert_eq!(faults_in_frames(&[vec![event(1)], vec![commit(0), commit(1), commit(2)]]), []);
}

#[test]
fn a_chain_that_does_not_go_back_to_the_persons_event_before_is_found() {
    let with = |change: fn(&mut EventParts<'static>)| {
        let mut parts = second();
        change(&mut parts);
        faults(&[event(1), parts])
    };
    let found = [(FaultKind::Chain, 2)];
    assert_eq!(with(|parts| parts.version = 3), found);
    assert_eq!(with(|parts| parts.previous = None), found);
    assert_eq!(with(|parts| parts.previous = Some(Previous { position: Position(1), leaf: [1; 32] })), found);
    assert_eq!(with(|parts| parts.person = person(77)), found);
    assert_eq!(with(|parts| (parts.person, parts.version) = (Uuid::nil(), 0)), found);
}

#[test]
fn a_commit_that_is_not_whole_is_found() {
    let commit = |position, index| EventParts {
        commit_index: index,
        commit_count: 2,
        command: Uuid::from_u128(9),
        ..event(position)
    };
    assert_eq!(faults_in_frames(&[vec![commit(1, 0)], vec![commit(2, 1)]])[0], (FaultKind::Commit, 1));
    assert_eq!(faults_in_frames(&[vec![commit(1, 1), event(2)]])[0], (FaultKind::Commit, 1));
    assert_eq!(faults_in_frames(&[vec![commit(1, 0), event(2)]])[0], (FaultKind::Commit, 2));
    let other_digest = EventParts { digest: [8; 16], ..commit(2, 1) };
    assert_eq!(faults_in_frames(&[vec![commit(1, 0), other_digest]])[0], (FaultKind::Commit, 2));
    let other_command = EventParts { command: Uuid::from_u128(10), ..commit(2, 1) };
    assert_eq!(faults_in_frames(&[vec![commit(1, 0), other_command]])[0], (FaultKind::Commit, 2));
}

#[test]
fn heads_that_are_not_those_of_the_events_before_them_are_found() {
    let heads = |number: u64, through: u64, people: u64, of: &[EventParts<'_>]| {
        let head = |parts: &EventParts<'_>| PersonHead {
            person: parts.person.into_bytes(),
            version: parts.version,
            position: parts.position.0,
            leaf: leaf(parts),
        };
        let root = Heads::new(HashAlgorithm::Sha256, of.iter().map(head).collect()).root();
        let root: String = root.iter().map(|byte| format!("{byte:02x}")).collect();
        let through = format!("\"through\":{through},\"people\":{people}");
        format!("{{\"number\":{number},\"day\":\"2023-11-15\",{through},\"root\":\"{root}\"}}")
    };
    fn committing(position: u64, clear: &str) -> EventParts<'_> {
        let effective_day = 19_676;
        EventParts { kind: 31, person: Uuid::nil(), version: 0, effective_day, clear, ..event(position) }
    }
    let log = |clear: &str| faults(&[event(1), second(), event(3), committing(4, clear)]);
    let now = [second(), event(3)];
    assert_eq!(log(&heads(1, 3, 2, &now)), []);
    // As of an earlier position, which a thread that takes them beside the log gives.
    assert_eq!(log(&heads(1, 1, 1, &[event(1)])), []);
    let found = [(FaultKind::PersonHeads, 4)];
    // Somebody's newest event left out, altered, or given to somebody else.
    assert_eq!(log(&heads(1, 3, 2, &[event(1), event(3)])), found);
    let altered = EventParts { region: 150_103, ..event(3) };
    assert_eq!(log(&heads(1, 3, 2, &[second(), altered])), found);
    assert_eq!(log(&heads(1, 3, 1, &[second()])), found);
    assert_eq!(log(&heads(1, 3, 3, &now)), found);
    assert_eq!(log(&heads(2, 3, 2, &now)), found);
    assert_eq!(log(&heads(1, 4, 2, &now)), found);
    let other_day = heads(1, 3, 2, &now).replace("11-15", "11-16");
    assert_eq!(log(&other_day), found);
    let other_days = EventParts { effective_day: 19_677, ..committing(4, &other_day) };
    assert_eq!(faults(&[event(1), second(), event(3), other_days]), found);
}

#[test]
fn recorded_time_that_goes_back_is_found() {
    let back = EventParts { recorded_at: 1_700_000_000_000_000, ..event(2) };
    assert_eq!(faults(&[event(1), back, event(3)]), [(FaultKind::RecordedTime, 2)]);
    assert_eq!(faults(&[event(1), EventParts { recorded_at: event(1).recorded_at, ..event(2) }]), []);
}

/// The journal of a directory written again with one event changed, everything else in it as it was.
fn with_changed(change: impl Fn(u64, &mut EventParts<'_>)) -> Vec<(FaultKind, Option<u64>)> {
    let told = Told::new(Ended::InOrder);
    let log_id = told.verify().log_id;
    let journal = told.path("journal");
    let store = JournalStore::open(StoreOptions::new(&journal, log_id), Arc::new(RealDisk)).unwrap();
    let events = store.read(Position(0), Direction::Forward, usize::MAX, usize::MAX).unwrap();
    drop(store);
    for name in ["journal", "mirror", "snapshots"] {
        std::fs::remove_dir_all(told.path(name)).unwrap();
    }
    std::fs::remove_file(told.path("HEAD")).unwrap();
    let options = StoreOptions { head_path: Some(told.path("HEAD")), ..StoreOptions::new(&journal, log_id) };
    let store = JournalStore::open(options, Arc::new(RealDisk)).unwrap();
    for bytes in &events {
        let stored = StoredEvent::parse(bytes).unwrap();
        let mut parts = *stored.parts();
        change(parts.position.0, &mut parts);
        let bytes = encode(&parts).unwrap();
        let mut encoded = EncodedEvents::new();
        encoded.push(&bytes, HashAlgorithm::Sha256.leaf(&bytes));
        store.append(store.head(), encoded).unwrap();
    }
    drop(store);
    told.verify().faults.iter().map(|fault| (fault.kind, fault.position)).collect()
}

#[test]
fn a_sealed_body_that_does_not_open_with_the_key_of_its_person_is_found() {
    assert!(with_changed(|_, _| {}).is_empty(), "written again unchanged it is as before");
    let found = with_changed(|position, parts| {
        if position == 1
            && let Some(sealed) = &mut parts.sealed
        {
            sealed.nonce[0] ^= 1;
        }
    });
    assert!(found.contains(&(FaultKind::SealedBody, Some(1))), "{found:?}");
    let found = with_changed(|position, parts| {
        if position == 1
            && let Some(sealed) = &mut parts.sealed
        {
            *sealed = SealedParts { key_id: [3; 32], ..*sealed };
        }
    });
    assert!(found.contains(&(FaultKind::SealedBody, Some(1))), "{found:?}");
    let found = with_changed(|position, parts| {
        if position == 1 {
            parts.clear = "{\"what\":\"no enrolment says\"}";
        }
    });
    assert!(found.contains(&(FaultKind::Event, Some(1))), "{found:?}");
}

/// As `docs/format.md` has it: what happened to somebody is never passed over, since every figure would be without it.
#[test]
fn an_event_of_a_type_or_schema_of_a_later_version_is_found_and_not_passed_over() {
    for (kind, schema) in [(99, 1), (4, 2)] {
        let found = with_changed(|position, parts| {
            if position == 2 {
                (parts.kind, parts.schema) = (kind, schema);
            }
        });
        assert!(found.contains(&(FaultKind::Event, Some(2))), "{found:?}");
    }
}

#[test]
fn a_snapshot_that_is_whole_and_says_something_else_than_a_replay_is_found() {
    let told = Told::new(Ended::InOrder);
    told.edit(&told.snapshot(), |bytes| {
        // The moment at which its last event was recorded.
        bytes[76] = 0x7f;
        let checksum = crc32c::crc32c(&bytes[..108]);
        bytes[108..112].copy_from_slice(&checksum.to_be_bytes());
    });
    let report = told.verify();
    assert_eq!(report.faults.len(), 1, "{:?}", report.faults);
    assert!(report.faults[0].kind == FaultKind::Snapshot && report.faults[0].what.contains("a replay"));
}

//! One suite for every event store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use sigeyi_envelope::{EVENT_BYTES_MAX, Position};
use sigeyi_proof::HashAlgorithm;

use crate::disk::RealDisk;
use crate::encoded_events::EncodedEvents;
use crate::event_store::{AppendError, Direction, EventStore};
use crate::frame::{FRAME_BYTES_MAX, FRAME_EVENTS_MAX};
use crate::journal_store::{JournalStore, StoreOptions};
use crate::memory_store::MemoryStore;
use crate::testing::{
    LOG, append, assert_events, encoded, encoded_from, stored, stored_with, tree_at, until,
};

const ALL: usize = usize::MAX;

/// Every law of an event store, each on an empty one.
fn suite(empty: &dyn Fn() -> Box<dyn EventStore>) {
    an_empty_log_has_nothing(&*empty());
    events_come_back_in_order_from_anywhere_in_both_directions(&*empty());
    a_read_stops_at_its_limits(&*empty());
    an_append_to_another_head_is_refused(&*empty());
    what_breaks_a_limit_is_refused(&*empty());
    head_and_root_are_those_of_all_events(&*empty());
    subscribers_get_every_event_once_while_it_is_written(&*empty());
    readers_see_only_whole_prefixes_while_it_is_written(&*empty());
    a_subscription_waits_until_its_time_is_over(&*empty());
}

fn an_empty_log_has_nothing(store: &dyn EventStore) {
    assert_eq!(store.head(), Position(0));
    for direction in [Direction::Forward, Direction::Backward] {
        for from in [0, 1, 5, u64::MAX] {
            assert!(store.read(Position(from), direction, ALL, ALL).unwrap().is_empty());
        }
    }
    assert_eq!(store.read_one(Position(0)).unwrap(), None);
    assert_eq!(store.read_one(Position(1)).unwrap(), None);
}

fn events_come_back_in_order_from_anywhere_in_both_directions(store: &dyn EventStore) {
    for count in [1, 2, 30, 1, 16, 50] {
        append(store, count).unwrap();
    }
    for from in 0..=102 {
        let forward = store.read(Position(from), Direction::Forward, ALL, ALL).unwrap();
        assert_events(&forward, from + 1..=100);
        let backward = store.read(Position(from), Direction::Backward, ALL, ALL).unwrap();
        assert_events(&backward, (1..from.min(101)).rev());
        let one = store.read_one(Position(from)).unwrap();
        assert_eq!(one.map(Vec::from), (1..=100).contains(&from).then(|| stored(from)));
    }
    let newest = store.read(Position(u64::MAX), Direction::Backward, 3, ALL).unwrap();
    assert_events(&newest, [100, 99, 98]);
    assert!(store.read(Position(u64::MAX), Direction::Forward, 3, ALL).unwrap().is_empty());
}

fn a_read_stops_at_its_limits(store: &dyn EventStore) {
    for count in [3, 7, 20] {
        append(store, count).unwrap();
    }
    let read = |from, direction, events, bytes| store.read(Position(from), direction, events, bytes).unwrap();
    for events in 0..=35 {
        assert_events(&read(4, Direction::Forward, events, ALL), (5..=30).take(events));
        assert_events(&read(20, Direction::Backward, events, ALL), (1..20).rev().take(events));
    }
    let three: usize = (11..=13).map(|position| stored(position).len()).sum();
    assert_events(&read(10, Direction::Forward, ALL, three), 11..=13);
    assert_events(&read(10, Direction::Forward, ALL, three - 1), 11..=12);
    assert_events(&read(14, Direction::Backward, ALL, three), [13, 12, 11]);
    assert_events(&read(14, Direction::Backward, ALL, three - 1), [13, 12]);
    // One event comes however little is asked for, unless none is.
    assert_events(&read(10, Direction::Forward, 5, 0), [11]);
    assert_events(&read(10, Direction::Backward, 5, 0), [9]);
    assert_events(&read(10, Direction::Forward, 0, ALL), []);
}

fn an_append_to_another_head_is_refused(store: &dyn EventStore) {
    append(store, 5).unwrap();
    for head in [4, 6] {
        let error = store.append(Position(head), encoded(head + 1..=head + 1)).unwrap_err();
        assert!(matches!(
            error,
            AppendError::WrongHead { expected, actual: Position(5) } if expected == Position(head)
        ));
    }
    append(store, 1).unwrap();
    assert_events(&store.read(Position(0), Direction::Forward, ALL, ALL).unwrap(), 1..=6);
}

fn what_breaks_a_limit_is_refused(store: &dyn EventStore) {
    let refused = |events: EncodedEvents| store.append(Position(0), events).unwrap_err();
    assert!(matches!(refused(EncodedEvents::new()), AppendError::Empty));
    let error = refused(encoded([1, 2, 4]));
    assert!(matches!(error, AppendError::WrongPosition { expected: Position(3), found: Position(4) }));
    let error = refused(encoded(2..=3));
    assert!(matches!(error, AppendError::WrongPosition { expected: Position(1), found: Position(2) }));
    let too_long = vec![0; EVENT_BYTES_MAX + 1];
    assert!(matches!(refused(encoded_from([too_long])), AppendError::EventTooLong { bytes: 6145 }));
    assert!(matches!(refused(encoded_from([vec![0; 70_000]])), AppendError::EventTooLong { bytes: 70_000 }));

    let many = encoded_from((1..=FRAME_EVENTS_MAX as u64 + 1).map(|position| stored_with(position, "")));
    assert!(matches!(refused(many), AppendError::FrameTooLarge { events: 16_385, .. }));
    let clear = "x".repeat(EVENT_BYTES_MAX - stored_with(1, "").len());
    let fitting = (FRAME_BYTES_MAX - 92) / (EVENT_BYTES_MAX + 2);
    let mut events = encoded_from((1..=fitting as u64).map(|position| stored_with(position, &clear)));
    assert!(!events.has_room_for(1, EVENT_BYTES_MAX));
    let whole = events.clone();
    let one_more = stored_with(fitting as u64 + 1, &clear);
    events.push(&one_more, HashAlgorithm::Sha256.leaf(&one_more));
    assert!(events.bytes() > FRAME_BYTES_MAX);
    assert!(matches!(refused(events), AppendError::FrameTooLarge { .. }));
    // Nothing of that stopped the store, and the largest frame is taken.
    assert_eq!(store.append(Position(0), whole).unwrap().head, Position(fitting as u64));
    assert_eq!(store.read(Position(0), Direction::Forward, ALL, ALL).unwrap().len(), fitting);
}

fn head_and_root_are_those_of_all_events(store: &dyn EventStore) {
    let mut head = 0;
    for count in [1, 4, 1, 20] {
        head += count;
        let appended = append(store, count).unwrap();
        assert_eq!((appended.head, appended.root), (Position(head), tree_at(head).root()));
        assert_eq!(store.head(), Position(head));
    }
}

fn subscribers_get_every_event_once_while_it_is_written(store: &dyn EventStore) {
    const EVENTS: u64 = 600;
    append(store, 40).unwrap();
    thread::scope(|scope| {
        for after in [0, 1, 39, 40, 41, 300] {
            let mut subscription = store.subscribe(Position(after));
            scope.spawn(move || {
                let mut found = Vec::new();
                until("all events followed", || {
                    found.extend(subscription.next(7, Duration::from_millis(100)).unwrap());
                    subscription.position() >= Position(EVENTS)
                });
                assert_events(&found, after + 1..=EVENTS);
            });
        }
        while store.head() < Position(EVENTS) {
            append(store, (EVENTS - store.head().0).min(1 + store.head().0 % 5)).unwrap();
        }
    });
}

fn readers_see_only_whole_prefixes_while_it_is_written(store: &dyn EventStore) {
    let written = AtomicBool::new(false);
    thread::scope(|scope| {
        for direction in [Direction::Forward, Direction::Backward] {
            let written = &written;
            scope.spawn(move || {
                while !written.load(Ordering::SeqCst) {
                    let before = store.head().0;
                    let from = if direction == Direction::Forward { 0 } else { u64::MAX };
                    let events = store.read(Position(from), direction, ALL, ALL).unwrap();
                    let found = events.len() as u64;
                    assert!(found >= before, "{found} events where {before} had been seen");
                    match direction {
                        Direction::Forward => assert_events(&events, 1..=found),
                        Direction::Backward => assert_events(&events, (1..=found).rev()),
                    }
                    assert_eq!(store.read_one(Position(before)).unwrap().is_some(), before > 0);
                }
            });
        }
        (0..60).for_each(|frame| _ = append(store, 1 + frame % 4).unwrap());
        written.store(true, Ordering::SeqCst);
    });
}

fn a_subscription_waits_until_its_time_is_over(store: &dyn EventStore) {
    let mut subscription = store.subscribe(Position(0));
    assert!(subscription.next(10, Duration::from_millis(1)).unwrap().is_empty());
    append(store, 3).unwrap();
    // It does not wait when there is something, and not for more than one.
    assert_events(&subscription.next(10, Duration::MAX).unwrap(), 1..=3);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| subscription.next(10, Duration::MAX).unwrap());
        append(store, 1).unwrap();
        assert_events(&waiting.join().unwrap(), [4]);
    });
}

#[test]
fn in_memory() {
    suite(&|| Box::new(MemoryStore::new()));
}

/// A store whose folder goes with it.
struct InFolder(JournalStore, #[expect(dead_code, reason = "removes the folder")] tempfile::TempDir);

impl EventStore for InFolder {
    fn append(&self, expected_head: Position, events: EncodedEvents) -> Result<crate::Appended, AppendError> {
        self.0.append(expected_head, events)
    }
    fn read(
        &self,
        from: Position,
        direction: Direction,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<bytes::Bytes>, crate::ReadError> {
        self.0.read(from, direction, max_events, max_bytes)
    }
    fn read_one(&self, position: Position) -> Result<Option<bytes::Bytes>, crate::ReadError> {
        self.0.read_one(position)
    }
    fn head(&self) -> Position {
        self.0.head()
    }
    fn subscribe(&self, after: Position) -> crate::Subscription {
        self.0.subscribe(after)
    }
}

fn in_folder(change: impl Fn(&mut StoreOptions) + 'static) -> impl Fn() -> Box<dyn EventStore> {
    move || {
        let folder = tempfile::tempdir().unwrap();
        let mut options = StoreOptions::new(folder.path().join("journal"), LOG);
        options.mirror_dir = Some(folder.path().join("mirror"));
        change(&mut options);
        Box::new(InFolder(JournalStore::open(options, Arc::new(RealDisk)).unwrap(), folder))
    }
}

#[test]
fn in_a_directory() {
    suite(&in_folder(|_| {}));
}

#[test]
fn in_small_segments_without_anything_in_memory() {
    suite(&in_folder(|options| {
        options.segment_bytes_max = 10_000;
        options.tail_bytes_max = 0;
    }));
}

#[test]
fn in_small_segments_without_a_mirror() {
    suite(&in_folder(|options| {
        options.segment_bytes_max = 3_000;
        options.tail_bytes_max = 5_000;
        options.mirror_dir = None;
    }));
}

//! Appending and reading, across segments and through faults.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sigeyi_envelope::Position;

use crate::disk::{Disk, RealDisk};
use crate::event_store::{AppendError, Direction, EventStore, ReadError};
use crate::journal_fault::OpenError;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::testing::{Faults, FaultyDisk, LOG, append, assert_events, encoded, tree_at};

const ALL: usize = usize::MAX;

/// Small segments, nothing in memory, no mirror: every read goes to the segments.
fn options(dir: &Path) -> StoreOptions {
    StoreOptions {
        segment_bytes_max: 4_000,
        tail_bytes_max: 0,
        ahead_bytes: 1_000,
        ..StoreOptions::new(dir.join("journal"), LOG)
    }
}

fn open(dir: &Path) -> Result<JournalStore, OpenError> {
    JournalStore::open(options(dir), Arc::new(RealDisk))
}

#[track_caller]
fn assert_holds(store: &JournalStore, events: u64) {
    assert_eq!(store.head(), Position(events));
    assert_events(&store.read(Position(0), Direction::Forward, ALL, ALL).unwrap(), 1..=events);
    let backward = store.read(Position(u64::MAX), Direction::Backward, ALL, ALL).unwrap();
    assert_events(&backward, (1..=events).rev());
    let (tree, head) = store.tree_and_head();
    assert_eq!((tree.root(), head), (tree_at(events).root(), Position(events)));
}

#[test]
fn segments_roll_and_are_read_across_both_ways_before_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    (0..40).for_each(|frame| _ = append(&store, 1 + frame % 9).unwrap());
    let head = store.head().0;
    let names = RealDisk.list(&dir.path().join("journal")).unwrap();
    assert!(names.len() > 5, "{names:?}");
    assert_eq!(names[1], "0000000002.log");
    assert_holds(&store, head);
    let bytes = store.journal_bytes();
    drop(store);

    let length = |name: &String| fs::metadata(dir.path().join("journal").join(name)).unwrap().len();
    assert_eq!(names.iter().map(length).sum::<u64>(), bytes, "what is closed has nothing but frames");
    let store = open(dir.path()).unwrap();
    assert_eq!(store.journal_bytes(), bytes);
    assert_holds(&store, head);
    for from in 0..=head {
        assert_events(
            &store.read(Position(from), Direction::Forward, 3, ALL).unwrap(),
            (from + 1..=head).take(3),
        );
        assert_events(
            &store.read(Position(from), Direction::Backward, 3, ALL).unwrap(),
            (1..from).rev().take(3),
        );
    }
    append(&store, 10).unwrap();
    assert_holds(&store, head + 10);
}

#[test]
fn a_read_far_into_a_segment_takes_a_small_part_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let (disk, faults) = FaultyDisk::new();
    let options = StoreOptions { segment_bytes_max: 1 << 20, ..options(dir.path()) };
    let store = JournalStore::open(options, disk).unwrap();
    while store.journal_bytes() < 900_000 {
        append(&store, 20).unwrap();
    }
    let middle = store.head().0 / 2;
    faults.read.store(0, Ordering::SeqCst);
    assert_events(&[store.read_one(Position(middle)).unwrap().unwrap()], [middle]);
    let one = faults.read.load(Ordering::SeqCst);
    assert!(one > 0 && one < 100_000, "{one} bytes were read");
    // What lies beside it is at hand.
    assert_events(&[store.read_one(Position(middle + 1)).unwrap().unwrap()], [middle + 1]);
    assert!(faults.read.load(Ordering::SeqCst) < 2 * 100_000);
}

#[test]
fn an_append_is_one_write_and_one_sync() {
    let dir = tempfile::tempdir().unwrap();
    let (disk, faults) = FaultyDisk::new();
    let store = JournalStore::open(StoreOptions::new(dir.path(), LOG), disk).unwrap();
    store.write_ahead().unwrap();
    let before = (faults.writes.load(Ordering::SeqCst), faults.syncs.load(Ordering::SeqCst));
    append(&store, 1_024).unwrap();
    let after = (faults.writes.load(Ordering::SeqCst), faults.syncs.load(Ordering::SeqCst));
    assert_eq!(after, (before.0 + 1, before.1 + 1));
}

/// Fails an append and checks everything that must hold then. Gives how many events a restart may find.
fn poisoned(fault: impl Fn(&Faults), found_after: &[u64]) {
    let dir = tempfile::tempdir().unwrap();
    let (disk, faults) = FaultyDisk::new();
    let store = JournalStore::open(options(dir.path()), disk).unwrap();
    append(&store, 10).unwrap();
    let root = store.tree().root();
    fault(&faults);
    let error = append(&store, 10).unwrap_err();
    assert!(matches!(error, AppendError::Io(_)), "{error}");
    for _ in 0..3 {
        assert!(matches!(append(&store, 10).unwrap_err(), AppendError::Poisoned));
    }
    // Nobody sees what was not synced, and reads go on.
    assert_holds(&store, 10);
    assert_eq!(store.tree().root(), root);
    drop(store);

    let store = open(dir.path()).unwrap();
    assert!(found_after.contains(&store.head().0), "{} events after the restart", store.head());
    assert_holds(&store, store.head().0);
    append(&store, 10).unwrap();
    assert_holds(&store, store.head().0);
}

#[test]
fn a_failed_write_poisons() {
    poisoned(|faults| faults.write_in.store(1, Ordering::SeqCst), &[10]);
}

#[test]
fn a_failed_sync_poisons() {
    // The frame may be there or not; the file system of this test has kept it.
    poisoned(|faults| faults.sync_in.store(1, Ordering::SeqCst), &[10, 20]);
}

#[test]
fn a_failed_roll_poisons() {
    for fault in [
        (|faults: &Faults| faults.write_in.store(1, Ordering::SeqCst)) as fn(&Faults),
        |faults| faults.sync_in.store(1, Ordering::SeqCst),
        |faults| faults.write_in.store(2, Ordering::SeqCst),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (disk, faults) = FaultyDisk::new();
        let options = StoreOptions { segment_bytes_max: 100, ..options(dir.path()) };
        let store = JournalStore::open(options, disk).unwrap();
        append(&store, 10).unwrap();
        fault(&faults);
        assert!(matches!(append(&store, 10).unwrap_err(), AppendError::Io(_)));
        assert!(matches!(append(&store, 10).unwrap_err(), AppendError::Poisoned));
        assert_holds(&store, 10);
        drop(store);
        let store = open(dir.path()).unwrap();
        assert_holds(&store, 10);
        append(&store, 10).unwrap();
        assert_holds(&store, 20);
        drop(store);
        assert_holds(&open(dir.path()).unwrap(), 20);
    }
}

#[test]
fn a_refused_append_does_not_poison() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.append(Position(0), encoded([2])).unwrap_err();
    store.append(Position(1), encoded([2])).unwrap_err();
    append(&store, 1).unwrap();
    assert_holds(&store, 1);
}

#[test]
fn damage_that_comes_while_it_runs_is_an_error_and_never_fewer_events() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    (0..20).for_each(|_| _ = append(&store, 5).unwrap());
    drop(store);
    let store = open(dir.path()).unwrap();
    let path = dir.path().join("journal/0000000002.log");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let error = store.read(Position(0), Direction::Forward, ALL, ALL).unwrap_err();
    assert!(matches!(&error, ReadError::Damaged(damage) if damage.path == path), "{error}");
    assert!(store.read(Position(u64::MAX), Direction::Backward, ALL, ALL).is_err());
    assert_events(&store.read(Position(0), Direction::Forward, 5, ALL).unwrap(), 1..=5);
}

#[test]
fn what_fits_into_memory_is_not_read_from_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (disk, faults) = FaultyDisk::new();
    let options = StoreOptions { tail_bytes_max: 1 << 20, ..options(dir.path()) };
    let store = JournalStore::open(options, disk).unwrap();
    (0..20).for_each(|_| _ = append(&store, 10).unwrap());
    faults.read.store(0, Ordering::SeqCst);
    assert_holds(&store, 200);
    assert_eq!(faults.read.load(Ordering::SeqCst), 0);
}

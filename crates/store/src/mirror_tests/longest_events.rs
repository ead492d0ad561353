//! sled keeps what is long in files of their own that it never syncs: nothing is that long.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sigeyi_envelope::{EVENT_BYTES_MAX, Position};

use super::{open, options};
use crate::disk::RealDisk;
use crate::event_store::EventStore;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::testing::{encoded_from, stored_with, until};

/// Files beside sled's main file that it never syncs.
fn blobs(mirror: &Path) -> usize {
    fs::read_dir(mirror.join("blobs")).map_or(0, |files| files.count())
}

/// The longest event that there may be.
fn longest(position: u64) -> Vec<u8> {
    let frame = stored_with(position, "").len();
    let event = stored_with(position, &"x".repeat(EVENT_BYTES_MAX - frame));
    assert_eq!(event.len(), EVENT_BYTES_MAX);
    event
}

#[test]
fn sled_puts_nothing_into_files_of_its_own_however_long_the_events_and_large_the_batches() {
    // What the test looks for does happen with longer values.
    let control = tempfile::tempdir().unwrap();
    let db = sled::open(control.path()).unwrap();
    (0..200_u64).for_each(|key| _ = db.insert(key.to_be_bytes(), vec![1; 32_000]).unwrap());
    assert!(blobs(control.path()) > 0);

    let dir = tempfile::tempdir().unwrap();
    let mirror = dir.path().join("mirror");
    let alone = StoreOptions { mirror_dir: None, ..options(dir.path()) };
    let store = JournalStore::open(alone, Arc::new(RealDisk)).unwrap();
    // Longest events, then the longest and the shortest in turn, then the shortest: more than a batch of each, taken in at once.
    let shapes: [fn(u64) -> Vec<u8>; 3] = [
        longest,
        |position| if position % 2 == 0 { longest(position) } else { stored_with(position, "{}") },
        |position| stored_with(position, "{}"),
    ];
    for (shape, count) in shapes.into_iter().zip([1_500, 1_500, 25_000]) {
        for part in 0..2 {
            let head = store.head().0;
            let positions = head + 1..=head + count / 2 + part;
            store.append(Position(head), encoded_from(positions.map(shape))).unwrap();
        }
    }
    store.close();
    let store = open(dir.path());
    let enough = store.head().0 - 64;
    until("all of it is in sled", || {
        assert_eq!(blobs(&mirror), 0);
        store.mirrored_through().0 > enough
    });
    assert!(mirror.join("blobs").is_dir(), "this is where they would be");
    store.close();
    let store = open(dir.path());
    until("it follows", || store.mirrored_through().0 > enough);
    assert_eq!(blobs(&mirror), 0);
    assert_eq!(store.mirror_report().unwrap().failures, 0);
}

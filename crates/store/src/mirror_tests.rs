//! sled behind the journal: it catches up, stays right, and never gets in the way, also where it fails, panics, hangs, loses and vanishes.

mod damaged;
mod failing;
mod following;
mod hanging;
mod longest_events;
mod lost_journal;
mod told_sled;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sigeyi_envelope::Position;

use crate::disk::RealDisk;
use crate::event_store::{Direction, EventStore};
use crate::journal_store::{JournalStore, StoreOptions};
use crate::mirror::{MirrorReport, MirrorState};
use crate::run::Run;
use crate::testing::{LOG, assert_events, stored, until};

/// Nothing in memory: what does not come from the mirror comes from the segments.
fn options(dir: &Path) -> StoreOptions {
    StoreOptions {
        mirror_dir: Some(dir.join("mirror")),
        tail_bytes_max: 0,
        segment_bytes_max: 20_000,
        ..StoreOptions::new(dir.join("journal"), LOG)
    }
}

fn open(dir: &Path) -> JournalStore {
    JournalStore::open(options(dir), Arc::new(RealDisk)).unwrap()
}

fn opened(store: &JournalStore) -> MirrorState {
    until("sled opened", || store.mirror_state() != MirrorState::Opening);
    store.mirror_state()
}

/// Where full blocks of the first events end.
fn full_blocks_end(events: u64) -> u64 {
    let (mut bytes, mut end) = (0, 0);
    for position in 1..=events {
        let length = stored(position).len();
        if bytes + length > 6_144 {
            (bytes, end) = (0, position - 1);
        }
        bytes += length;
    }
    end
}

/// A busy machine may take longer than a reader waits.
#[track_caller]
fn from_mirror(store: &JournalStore, position: u64) -> Run {
    let mut run = None;
    until("a block of the mirror", || {
        run = store.mirror().run_at(position);
        run.is_some()
    });
    run.unwrap()
}

#[track_caller]
fn assert_mirrored(store: &JournalStore) {
    let end = full_blocks_end(store.head().0);
    until("the mirror has every full block", || store.mirror().readable_through() == Position(end));
    until("the mirror is durable", || store.mirrored_through() == Position(end));
    for position in 1..=end {
        let run = from_mirror(store, position);
        assert_eq!(run.get(position).unwrap(), stored(position));
    }
    assert!(store.mirror().run_at(end + 1).is_none());
    assert_eq!(store.mirror_state(), MirrorState::Following);
}

#[track_caller]
fn assert_readable(store: &JournalStore) {
    let head = store.head().0;
    let all = usize::MAX;
    assert_events(&store.read(Position(0), Direction::Forward, all, all).unwrap(), 1..=head);
    let backward = store.read(Position(u64::MAX), Direction::Backward, all, all).unwrap();
    assert_events(&backward, (1..=head).rev());
}

/// sled lets go of its files on a thread of its own, so they may be held a moment longer than the store.
fn open_sled(mirror: &Path) -> sled::Db {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match sled::open(mirror) {
            Ok(db) => return db,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    }
}

/// The last event in a mirror that is opened by itself.
fn last_in_sled(mirror: &Path) -> u64 {
    let db = open_sled(mirror);
    let (key, value) = db.open_tree("blocks").unwrap().last().unwrap().unwrap();
    let first = u64::from_be_bytes(key[..].try_into().unwrap());
    first + u64::from(u16::from_be_bytes([value[0], value[1]])) - 1
}

fn report(store: &JournalStore) -> MirrorReport {
    store.mirror_report().unwrap()
}

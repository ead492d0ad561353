//! sled behind the journal: it catches up, stays right, and never gets in the way.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sigeyi_envelope::{EVENT_BYTES_MAX, Position};

use crate::disk::RealDisk;
use crate::event_store::{Direction, EventStore};
use crate::journal_fault::OpenError;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::mirror::{MirrorReport, MirrorState};
use crate::run::Run;
use crate::testing::{LOG, append, assert_events, encoded_from, stored, stored_with, until};

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
    assert_eq!(opened(store), MirrorState::Following);
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

#[test]
fn it_follows_survives_a_restart_and_reads_as_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    (0..50).for_each(|frame| _ = append(&store, 1 + frame % 30).unwrap());
    assert_mirrored(&store);
    assert_readable(&store);
    store.close();

    let store = open(dir.path());
    assert_mirrored(&store);
    append(&store, 500).unwrap();
    assert_mirrored(&store);
    assert_readable(&store);
}

#[test]
fn what_the_mirror_has_is_read_from_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    assert_mirrored(&store);
    // Without the segments only the mirror can give them.
    for entry in fs::read_dir(dir.path().join("journal")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let end = store.mirrored_through().0;
    let read = |from, direction| {
        let mut found = Vec::new();
        until("all of it in time", || {
            match store.read(Position(from), direction, end as usize, usize::MAX) {
                Ok(events) => {
                    found = events;
                    true
                }
                Err(_) => false,
            }
        });
        found
    };
    assert_events(&read(0, Direction::Forward), 1..=end);
    assert_events(&read(end + 1, Direction::Backward), (1..=end).rev());
}

#[test]
fn what_is_at_hand_is_given_in_the_order_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    (0..40).for_each(|_| _ = append(&store, 25).unwrap());
    assert_mirrored(&store);
    let head = store.head().0;
    let beyond = store.mirror().readable_through().0 + 1;
    let asked: Vec<u64> =
        (1..=head).rev().step_by(7).chain([0, head + 1, u64::MAX, beyond, 3, 3, 2]).collect();
    let positions: Vec<Position> = asked.iter().map(|position| Position(*position)).collect();
    let found = store.read_at_hand(&positions);
    assert_eq!(found.len(), asked.len());
    for (event, position) in found.iter().zip(asked) {
        match event {
            Some(event) => assert_eq!(*event, stored(position)),
            None => assert!(position == 0 || position >= beyond, "{position} is in the mirror"),
        }
    }
    assert_eq!(store.mirror_state(), MirrorState::Following, "asking for what is not there is no fault");
}

#[test]
fn a_close_takes_in_what_is_full_and_makes_it_durable() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    opened(&store);
    append(&store, 15_000).unwrap();
    append(&store, 16_000).unwrap();
    store.close();
    assert_eq!(last_in_sled(&dir.path().join("mirror")), full_blocks_end(31_000));
}

#[test]
fn a_deleted_folder_is_filled_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 12_000).unwrap();
    append(&store, 12_000).unwrap();
    store.close();
    fs::remove_dir_all(dir.path().join("mirror")).unwrap();
    let store = open(dir.path());
    assert_readable(&store);
    assert_mirrored(&store);
}

/// The last event in a mirror that is opened by itself.
fn last_in_sled(mirror: &Path) -> u64 {
    let db = open_sled(mirror);
    let (key, value) = db.open_tree("blocks").unwrap().last().unwrap().unwrap();
    let first = u64::from_be_bytes(key[..].try_into().unwrap());
    first + u64::from(u16::from_be_bytes([value[0], value[1]])) - 1
}

/// Copies a mirror as a power cut would leave it: while sled has it open.
fn copy_unclean(from: &Path, to: &Path) {
    _ = fs::remove_dir_all(to);
    fs::create_dir_all(to.join("blobs")).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn what_is_mirrored_is_in_sleds_files_and_not_in_its_memory() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for _ in 0..5 {
        append(&store, 200).unwrap();
        assert_mirrored(&store);
        copy_unclean(&dir.path().join("mirror"), &dir.path().join("unclean"));
        assert_eq!(last_in_sled(&dir.path().join("unclean")), store.mirrored_through().0);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_sleds_files_reaches_no_reader_and_no_writer() {
    let dir = tempfile::tempdir().unwrap();
    let unclean = dir.path().join("unclean");
    let store = open(dir.path());
    (0..6).for_each(|_| _ = append(&store, 3_000).unwrap());
    assert_mirrored(&store);
    copy_unclean(&dir.path().join("mirror"), &unclean);
    store.close();
    let db = dir.path().join("mirror/db");
    let length = fs::metadata(unclean.join("db")).unwrap().len() as usize;
    let trials = 12;
    for trial in 0..trials {
        copy_unclean(&unclean, &dir.path().join("mirror"));
        let mut bytes = fs::read(&db).unwrap();
        bytes[trial * length / trials + 7 * trial % 100] ^= 1 << (trial % 8);
        fs::write(&db, bytes).unwrap();
        let store = open(dir.path());
        opened(&store);
        append(&store, 10).unwrap();
        assert_readable(&store);
    }
}

/// The mirror failed for such a reason, and there is a new one.
#[track_caller]
fn assert_built_anew(store: &JournalStore, why: &str) {
    until("it failed", || report(store).failures > 0);
    until("it is built anew", || report(store).rebuilt == 1);
    let report = report(store);
    assert!(report.last_failure.as_ref().is_some_and(|told| told.contains(why)), "{report:?}");
    append(store, 500).unwrap();
    assert_mirrored(store);
    assert_readable(store);
}

fn report(store: &JournalStore) -> MirrorReport {
    store.mirror_report().unwrap()
}

#[test]
fn damaged_sled_files_are_kept_and_reads_and_writes_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    let db = dir.path().join("mirror/db");
    let bytes: Vec<u8> = fs::read(&db).unwrap().iter().map(|byte| byte ^ 0x55).collect();
    fs::write(&db, &bytes).unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    assert_readable(&store);
    assert_mirrored(&store);
    // sled may also take such a file for an empty one, and is filled again then.
    assert_eq!(dir.path().join("mirror.set-aside/db").exists(), report(&store).failures > 0);
}

#[test]
fn a_file_that_sled_cannot_open_is_set_aside_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    fs::remove_file(dir.path().join("mirror/db")).unwrap();
    fs::create_dir(dir.path().join("mirror/db")).unwrap();
    let store = open(dir.path());
    assert_built_anew(&store, "sled failed: ");
    assert!(dir.path().join("mirror.set-aside/db").is_dir());
}

#[test]
fn a_damaged_block_is_never_given_out() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    {
        let db = open_sled(&dir.path().join("mirror"));
        let blocks = db.open_tree("blocks").unwrap();
        let (key, value) = blocks.get_gt(1_u64.to_be_bytes()).unwrap().unwrap();
        let mut value = value.to_vec();
        value[200] ^= 1;
        blocks.insert(key, value).unwrap();
    }
    let store = open(dir.path());
    until("it follows", || store.mirror_state() == MirrorState::Following);
    assert_readable(&store);
    assert_built_anew(&store, "damaged");
    assert!(!dir.path().join("mirror.set-aside").exists(), "the journal has all of it");
}

#[test]
fn a_missing_block_is_never_fewer_events() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    {
        let db = open_sled(&dir.path().join("mirror"));
        let blocks = db.open_tree("blocks").unwrap();
        let (key, _) = blocks.get_gt(1_u64.to_be_bytes()).unwrap().unwrap();
        blocks.remove(key).unwrap();
    }
    let store = open(dir.path());
    until("it follows", || store.mirror_state() == MirrorState::Following);
    assert_readable(&store);
    assert_built_anew(&store, "is missing in the mirror");
}

#[test]
fn while_the_journal_cannot_be_read_a_mirror_is_left_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    // More than is kept of the segments in memory.
    (0..60).for_each(|_| _ = append(&store, 100).unwrap());
    assert_mirrored(&store);
    // A sealed segment is damaged, and there is more to copy from it.
    let path = dir.path().join("journal/0000000001.log");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let blocks = dir.path().join("mirror");
    fs::rename(&blocks, dir.path().join("elsewhere")).unwrap();
    append(&store, 500).unwrap();
    until("it is missed, and cannot be built", || {
        report(&store).last_failure.is_some_and(|why| why.contains("cannot read the journal"))
    });
    assert!(!dir.path().join("mirror.set-aside").exists());
    assert!(blocks.join("db").exists(), "what was built is left");
}

#[test]
fn a_mirror_beyond_the_journal_says_so_and_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 20).unwrap();
    let before = store.journal_bytes();
    append(&store, 500).unwrap();
    store.close();
    // The newest segment files are lost.
    for number in 2..100 {
        _ = fs::remove_file(dir.path().join(format!("journal/{number:010}.log")));
    }
    let first = fs::OpenOptions::new().write(true).open(dir.path().join("journal/0000000001.log")).unwrap();
    first.set_len(before).unwrap();
    let mirror = Position(full_blocks_end(520));
    for _ in 0..2 {
        let store = open(dir.path());
        assert_eq!(opened(&store), MirrorState::Ahead { mirror, journal: Position(20) });
        assert_eq!(store.mirrored_through(), Position(0));
        assert_readable(&store);
        assert!(dir.path().join("mirror/db").exists() && !dir.path().join("mirror.set-aside").exists());
    }
}

/// Otherwise the next start would trust a `HEAD` that was made from what is left, and append over what is lost.
#[test]
fn a_journal_that_lost_its_end_and_its_head_is_not_said_to_end_there() {
    let dir = tempfile::tempdir().unwrap();
    let head_path = dir.path().join("HEAD");
    let open = || {
        let options = StoreOptions { head_path: Some(head_path.clone()), ..options(dir.path()) };
        JournalStore::open(options, Arc::new(RealDisk)).unwrap()
    };
    let store = open();
    append(&store, 20).unwrap();
    let before = store.journal_bytes();
    append(&store, 90).unwrap();
    assert_eq!(opened(&store), MirrorState::Following);
    store.close();
    assert!(head_path.exists());
    let first = fs::OpenOptions::new().write(true).open(dir.path().join("journal/0000000001.log")).unwrap();
    first.set_len(before).unwrap();
    fs::remove_file(&head_path).unwrap();
    for waits in [false, true, false] {
        let store = open();
        if waits {
            assert!(matches!(opened(&store), MirrorState::Ahead { .. }));
        }
        assert_eq!(store.head(), Position(20));
        store.close();
        assert!(!head_path.exists());
    }
}

#[test]
fn a_journal_that_is_gone_is_not_begun_anew_beside_its_mirror() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    let error = JournalStore::open(options(dir.path()), Arc::new(RealDisk)).err().unwrap();
    assert!(matches!(error, OpenError::JournalLost { .. }), "{error}");
    assert!(!dir.path().join("journal").exists());
}

#[test]
fn a_store_can_be_closed_and_opened_at_once_many_times() {
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=10 {
        let store = open(dir.path());
        append(&store, 30).unwrap();
        if round % 2 == 0 {
            assert_eq!(opened(&store), MirrorState::Following);
        }
        assert_eq!(store.head(), Position(round * 30));
    }
    let store = open(dir.path());
    assert_mirrored(&store);
}

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

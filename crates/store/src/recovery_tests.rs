//! What a start cuts, what it refuses, and what it reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sigeyi_envelope::Position;
use uuid::Uuid;

use crate::disk::RealDisk;
use crate::event_store::{Direction, EventStore};
use crate::frame::FrameFault;
use crate::journal_fault::{JournalFault, OpenError};
use crate::journal_store::{JournalStore, StoreOptions};
use crate::recovery::Resume;
use crate::segment_header::SegmentHeader;
use crate::testing::{FaultyDisk, LOG, append, assert_events, encoded, encoded_from, stored_with, tree_at};

fn options(dir: &Path) -> StoreOptions {
    StoreOptions { segment_bytes_max: 2_000, ahead_bytes: 1_000, ..StoreOptions::new(dir, LOG) }
}

fn open(dir: &Path) -> Result<JournalStore, OpenError> {
    JournalStore::open(options(dir), Arc::new(RealDisk))
}

fn open_from(dir: &Path, position: u64) -> Result<JournalStore, OpenError> {
    resume(dir, Resume { position: Position(position), tree: tree_at(position) })
}

fn resume(dir: &Path, resume: Resume) -> Result<JournalStore, OpenError> {
    JournalStore::open(StoreOptions { resume: Some(resume), ..options(dir) }, Arc::new(RealDisk))
}

fn segment(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:010}.log"))
}

#[track_caller]
fn assert_holds(store: &JournalStore, events: u64) {
    assert_eq!(store.head(), Position(events));
    let found = store.read(Position(0), Direction::Forward, usize::MAX, usize::MAX).unwrap();
    assert_events(&found, 1..=events);
    assert_eq!(store.tree().root(), tree_at(events).root());
}

/// Opening must be refused as damage, and the file stay as it is.
#[track_caller]
fn assert_refused(opened: Result<JournalStore, OpenError>, path: &Path, bytes: &[u8]) -> JournalFault {
    match opened.map(|store| store.head()) {
        Err(OpenError::Damaged(damage)) => {
            assert!(fs::read(path).unwrap() == bytes, "the file was changed");
            damage.fault
        }
        Err(error) => panic!("{error}"),
        Ok(head) => panic!("opened with {head} events"),
    }
}

/// One segment with frames of 3, 4 and 2 events. Gives its bytes and where the last frame begins.
fn three_frames() -> (tempfile::TempDir, PathBuf, Vec<u8>, usize) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    append(&store, 3).unwrap();
    append(&store, 4).unwrap();
    let last = store.journal_bytes() as usize;
    append(&store, 2).unwrap();
    drop(store);
    let path = segment(dir.path(), 1);
    let bytes = fs::read(&path).unwrap();
    (dir, path, bytes, last)
}

/// Twenty frames of five events, in several segments.
fn many_segments() -> (tempfile::TempDir, u32) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    (0..20).for_each(|_| _ = append(&store, 5).unwrap());
    drop(store);
    let segments = fs::read_dir(dir.path()).unwrap().count() as u32;
    assert!(segments > 4);
    (dir, segments)
}

#[test]
fn a_last_frame_cut_at_any_byte_is_cut_and_everything_before_it_stays() {
    let (dir, path, bytes, last) = three_frames();
    for end in last..bytes.len() {
        fs::write(&path, &bytes[..end]).unwrap();
        let store = open(dir.path()).unwrap();
        assert_holds(&store, 7);
        assert_eq!(fs::read(&path).unwrap(), bytes[..last], "cut at {end}");
        append(&store, 6).unwrap();
        assert_holds(&store, 13);
        drop(store);
        assert_holds(&open(dir.path()).unwrap(), 13);
    }
}

#[test]
fn a_zeroed_tail_is_cut() {
    let (dir, path, bytes, last) = three_frames();
    for (kept, zeros, events) in [(last, bytes.len() - last, 7), (last, 5_000, 7), (bytes.len(), 4_096, 9)] {
        let mut zeroed = bytes[..kept].to_vec();
        zeroed.resize(kept + zeros, 0);
        fs::write(&path, zeroed).unwrap();
        assert_holds(&open(dir.path()).unwrap(), events);
        assert_eq!(fs::read(&path).unwrap(), bytes[..kept]);
    }
}

#[test]
fn any_byte_altered_in_any_frame_is_refused_and_kept() {
    let (dir, path, bytes, _) = three_frames();
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 0x20;
        fs::write(&path, &bad).unwrap();
        assert_refused(open(dir.path()), &path, &bad);
    }
}

#[test]
fn anything_else_behind_the_last_frame_is_refused() {
    let (dir, path, bytes, last) = three_frames();
    let mut garbage = bytes.clone();
    garbage.extend([7; 88]);
    // Less than a sector, so this is no frame whose writing was not finished.
    let mut zeros_in_it = bytes.clone();
    zeros_in_it[last + 100..last + 200].fill(0);
    let mut frame_twice = bytes.clone();
    frame_twice.extend_from_slice(&bytes[last..]);
    let mut torn_middle = bytes[..last - 5].to_vec();
    torn_middle.extend_from_slice(&bytes[last..]);
    for bad in [garbage, zeros_in_it, frame_twice, torn_middle] {
        fs::write(&path, &bad).unwrap();
        assert_refused(open(dir.path()), &path, &bad);
    }
}

#[test]
fn a_sealed_segment_that_is_cut_missing_or_exchanged_is_refused() {
    let (dir, _) = many_segments();
    let two = segment(dir.path(), 2);
    let good = fs::read(&two).unwrap();
    for bad in [&good[..good.len() - 1], &good[..good.len() / 2], &good[..96], &good[..40], &[]] {
        fs::write(&two, bad).unwrap();
        assert_refused(open(dir.path()), &two, bad);
    }
    let three = fs::read(segment(dir.path(), 3)).unwrap();
    fs::write(&two, &three).unwrap();
    assert_refused(open(dir.path()), &two, &three);
    fs::remove_file(&two).unwrap();
    let three_path = segment(dir.path(), 3);
    let fault = assert_refused(open(dir.path()), &three_path, &three);
    assert_eq!(fault, JournalFault::SegmentMissing { number: 2 });
    fs::write(&two, &good).unwrap();
    assert_holds(&open(dir.path()).unwrap(), 100);
}

#[test]
fn events_that_were_exchanged_under_good_checksums_do_not_fit_the_tree() {
    let (dir, path, bytes, last) = three_frames();
    let other = tempfile::tempdir().unwrap();
    let store = open(other.path()).unwrap();
    // The same log, the same lengths, but another event 8.
    append(&store, 3).unwrap();
    append(&store, 4).unwrap();
    store.append(Position(7), encoded_from([stored_with(8, "{\"n\":\"x\"}"), stored_with(9, "{}")])).unwrap();
    append(&store, 1).unwrap();
    drop(store);
    let forged = fs::read(segment(other.path(), 1)).unwrap();
    let tail = forged[last..].to_vec();
    fs::write(&path, [&bytes[..last], &tail].concat()).unwrap();
    // As a whole it is a journal. Beside the tree of a snapshot it is not the one that the snapshot knew.
    assert_eq!(open(dir.path()).unwrap().head(), Position(10));
    let opened = open_from(dir.path(), 9);
    let bad = [&bytes[..last], &tail].concat();
    assert_eq!(assert_refused(opened, &path, &bad), JournalFault::SnapshotRoot);
    // The frame with event 10 after the true 9 has a root that the true events do not have.
    let second = tail.len() - {
        let whole = open(other.path()).unwrap().journal_bytes() as usize;
        let one = encoded([10]).bytes();
        assert_eq!(whole, forged.len());
        one
    };
    let bad = [&bytes[..], &tail[second..]].concat();
    fs::write(&path, &bad).unwrap();
    assert_eq!(assert_refused(open(dir.path()), &path, &bad), JournalFault::Root);
}

#[test]
fn a_segment_whose_creation_was_cut_off_is_removed_and_created_when_it_is_needed() {
    let (dir, segments) = many_segments();
    let next = segment(dir.path(), segments + 1);
    // The last one was torn twice: the second time only its length was there.
    let twice = [&b"SGYSEGMT"[..], &[0; 88]].concat();
    for left in [vec![], vec![1; 40], vec![0; 96], twice] {
        fs::write(&next, left).unwrap();
        assert_holds(&open(dir.path()).unwrap(), 100);
        assert_holds(&open_from(dir.path(), 100).unwrap(), 100);
        assert_holds(&open(dir.path()).unwrap(), 100);
        assert!(!next.exists());
    }
    let store = open(dir.path()).unwrap();
    let before = store.head().0;
    while !next.exists() {
        append(&store, 5).unwrap();
    }
    let head = store.head().0;
    assert!(before < head);
    drop(store);
    assert_holds(&open(dir.path()).unwrap(), head);

    // The very first one.
    let dir = tempfile::tempdir().unwrap();
    fs::write(segment(dir.path(), 1), [0; 50]).unwrap();
    append(&open(dir.path()).unwrap(), 5).unwrap();
    assert_holds(&open(dir.path()).unwrap(), 5);
}

#[test]
fn a_segment_that_begins_under_another_root_is_refused() {
    let (dir, segments) = many_segments();
    let path = segment(dir.path(), segments + 1);
    for (position, fault) in [(0, JournalFault::Root), (100, JournalFault::SnapshotRoot)] {
        let header = SegmentHeader { log_id: LOG, number: segments + 1, first: 101, root: [5; 32] };
        fs::write(&path, header.encode()).unwrap();
        assert_eq!(assert_refused(open_from(dir.path(), position), &path, &header.encode()), fault);
    }
}

#[test]
fn the_sealed_segment_before_a_cut_off_creation_is_not_cut() {
    let (dir, segments) = many_segments();
    fs::write(segment(dir.path(), segments + 1), []).unwrap();
    let path = segment(dir.path(), segments);
    let bytes = fs::read(&path).unwrap();
    let bad = &bytes[..bytes.len() - 3];
    fs::write(&path, bad).unwrap();
    assert_eq!(assert_refused(open(dir.path()), &path, bad), JournalFault::Frame(FrameFault::Cut));
}

#[test]
fn a_resumed_start_finds_the_same_from_every_position() {
    let (dir, _) = many_segments();
    for position in 0..=100 {
        let store = open_from(dir.path(), position).unwrap();
        assert_holds(&store, 100);
    }
}

#[test]
fn a_resumed_start_reads_only_what_it_needs() {
    let (dir, segments) = many_segments();
    let bytes_from = |position: u64| {
        let (disk, faults) = FaultyDisk::new();
        let resume = Some(Resume { position: Position(position), tree: tree_at(position) });
        JournalStore::open(StoreOptions { resume, ..options(dir.path()) }, disk).unwrap();
        faults.read.load(Ordering::SeqCst) as u64
    };
    let length = |number| fs::metadata(segment(dir.path(), number)).unwrap().len();
    let headers = u64::from(segments) * 96;
    let all: u64 = (1..=segments).map(length).sum();
    assert_eq!(bytes_from(0), headers + all);
    assert_eq!(bytes_from(100), headers + length(segments));
    let middle = bytes_from(50);
    assert!(middle > headers + length(segments) && middle < headers + all);
    // Damage in what it does not read is not its business.
    let mut bytes = fs::read(segment(dir.path(), 1)).unwrap();
    bytes[500] ^= 1;
    fs::write(segment(dir.path(), 1), &bytes).unwrap();
    open_from(dir.path(), 90).unwrap();
    assert_refused(open_from(dir.path(), 0), &segment(dir.path(), 1), &bytes);
}

#[test]
fn a_resumed_start_refuses_a_wrong_tree() {
    let (dir, segments) = many_segments();
    for position in (1..=100).filter(|position| position % 7 == 0 || position % 5 == 0) {
        let mut tree = tree_at(position - 1);
        tree.push([1; 32]);
        let opened = resume(dir.path(), Resume { position: Position(position), tree });
        assert!(matches!(opened.err(), Some(OpenError::Damaged(_))), "from {position}");
    }
    let other_size = Resume { position: Position(50), tree: tree_at(49) };
    let path = segment(dir.path(), segments);
    let bytes = fs::read(&path).unwrap();
    assert_refused(resume(dir.path(), other_size), &path, &bytes);
}

#[test]
fn a_journal_that_ends_before_the_snapshot_is_refused() {
    let (dir, segments) = many_segments();
    let path = segment(dir.path(), segments);
    // A torn tail is not cut either.
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend([0; 10]);
    fs::write(&path, &bytes).unwrap();
    let fault = assert_refused(open_from(dir.path(), 101), &path, &bytes);
    assert_eq!(fault.to_string(), "the snapshot knows 101 events, the journal ends at 100");

    let empty = tempfile::tempdir().unwrap();
    let opened = open_from(empty.path(), 3);
    let Err(OpenError::Damaged(damage)) = opened else { panic!("opened") };
    assert_eq!(damage.fault, JournalFault::SnapshotAhead { snapshot: 3, journal: 0 });
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn another_log_or_format_is_refused() {
    let (dir, path, mut bytes, _) = three_frames();
    let other = StoreOptions { log_id: Uuid::nil(), ..options(dir.path()) };
    let fault = assert_refused(JournalStore::open(other, Arc::new(RealDisk)), &path, &bytes);
    assert_eq!(fault, JournalFault::SegmentField("log id"));
    bytes[8] = 99;
    let checksum = crc32c::crc32c(&bytes[..92]);
    bytes[92..96].copy_from_slice(&checksum.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    let error = open(dir.path()).err().unwrap();
    assert!(error.to_string().starts_with("made by format 99, which is newer"), "{error}");
}

#[test]
fn a_segment_longer_than_any_is_refused_before_it_is_read() {
    let (dir, path, bytes, _) = three_frames();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let Err(OpenError::Damaged(damage)) = open(dir.path()) else { panic!("opened") };
    assert_eq!(damage.fault, JournalFault::SegmentTooLong { bytes: 1 << 40 });
    file.set_len(bytes.len() as u64).unwrap();
    assert_holds(&open(dir.path()).unwrap(), 9);
}

//! Damage of every kind to a journal of several segments: what is found, what comes back, and what is said to be lost.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sigeyi_envelope::Position;
use sigeyi_proof::{CompactTree, HashAlgorithm};
use tempfile::TempDir;

use super::*;
use crate::disk::{DiskError, RealDisk};
use crate::event_store::{Direction, EventStore};
use crate::frame::FRAME_HEADER_BYTES;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::segment::segment_path;
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::testing::{LOG, append, assert_events, encoded_from, stored_with, tree_at, until};

const EVENTS: u64 = 400;
const SEGMENT_BYTES: u64 = 9_000;

/// A journal of several segments beside its mirror.
struct Place {
    dir: TempDir,
    segments: u32,
    mirror: OnceCell<MirrorCopy>,
}

/// Events in each frame, over and over.
const FRAMES: [u64; 4] = [3, 1, 7, 2];

/// Made once, and copied by each test.
fn made() -> &'static TempDir {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    MADE.get_or_init(|| {
        let place = Place { dir: tempfile::tempdir().unwrap(), segments: 0, mirror: OnceCell::new() };
        let store = place.open();
        for count in FRAMES.into_iter().cycle() {
            let left = EVENTS - store.head().0;
            if left == 0 {
                break;
            }
            append(&store, count.min(left)).unwrap();
        }
        drop(store);
        until("sled lets go", || {
            MirrorCopy::open(&place.mirror()).is_ok_and(|copy| copy.unwrap().last() + 48 > EVENTS)
        });
        place.dir
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        copy(made().path(), dir.path());
        let segments = fs::read_dir(dir.path().join("journal")).unwrap().count() as u32;
        assert!(segments > 5);
        Place { dir, segments, mirror: OnceCell::new() }
    }

    fn mirrored(&self) -> &MirrorCopy {
        self.mirror.get_or_init(|| MirrorCopy::open(&self.mirror()).unwrap().unwrap())
    }

    fn open(&self) -> JournalStore {
        let options = StoreOptions {
            mirror_dir: Some(self.mirror()),
            segment_bytes_max: SEGMENT_BYTES,
            ..StoreOptions::new(self.journal(), LOG)
        };
        JournalStore::open(options, Arc::new(RealDisk)).unwrap()
    }

    fn journal(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    fn mirror(&self) -> PathBuf {
        self.dir.path().join("mirror")
    }

    fn segment(&self, number: u32) -> PathBuf {
        segment_path(&self.journal(), number)
    }

    /// The journal as it is, to be put back.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        (1..=self.segments)
            .map(|number| (self.segment(number), fs::read(self.segment(number)).unwrap()))
            .collect()
    }

    fn walk(&self, known: &[(u64, bool)], cut_at: Option<u64>, has_mirror: bool) -> Seen {
        let mirror: Vec<&MirrorCopy> = has_mirror.then(|| self.mirrored()).into_iter().collect();
        let mut witnesses = Witnesses::default();
        for (position, is_end) in known {
            let root = (*position <= EVENTS).then(|| tree_at(*position).root());
            witnesses.add(Witness { position: *position, root, is_end: *is_end, name: "HEAD".to_owned() });
        }
        let options = WalkOptions {
            log_id: LOG,
            algorithm: HashAlgorithm::Sha256,
            mirrors: &mirror,
            witnesses: &witnesses,
            cut_at,
            rebuild: true,
            segment_bytes_max: SEGMENT_BYTES,
        };
        let mut seen = Seen::default();
        let end = walk(&RealDisk, &self.journal(), options, &mut seen).unwrap();
        seen.end = Some(end);
        seen
    }

    /// Writes what a walk has made.
    fn put(&self, seen: &Seen) {
        for (path, becomes) in &seen.segments {
            match becomes {
                Becomes::Same => {}
                Becomes::New(bytes) => fs::write(path, bytes).unwrap(),
                Becomes::Gone => fs::remove_file(path).unwrap(),
            }
        }
    }

    #[track_caller]
    fn assert_holds(&self, events: u64) {
        let options = StoreOptions::new(self.journal(), LOG);
        let store = JournalStore::open(options, Arc::new(RealDisk)).unwrap();
        assert_eq!(store.head(), Position(events));
        let found = store.read(Position(0), Direction::Forward, usize::MAX, usize::MAX).unwrap();
        assert_events(&found, 1..=events);
    }
}

#[derive(Default)]
struct Seen {
    events: u64,
    damages: Vec<JournalDamage>,
    differing: usize,
    segments: Vec<(PathBuf, Becomes)>,
    end: Option<WalkEnd>,
}

impl Seen {
    fn loss(&self) -> Option<&Loss> {
        self.end.as_ref().unwrap().loss.as_ref()
    }

    fn tree(&self) -> &CompactTree {
        &self.end.as_ref().unwrap().tree
    }
}

impl Walker for Seen {
    fn event(&mut self, event: &FoundEvent<'_>) {
        self.events += 1;
        assert_eq!((event.position, event.stored), (self.events, &crate::testing::stored(self.events)[..]));
    }
    fn damage(&mut self, damage: JournalDamage) {
        self.damages.push(damage);
    }
    fn differs(&mut self, _: &Witness) {
        self.differing += 1;
    }
    fn segment(&mut self, done: SegmentDone) -> Result<(), DiskError> {
        self.segments.push((done.path, done.becomes));
        Ok(())
    }
}

/// Where each frame of a segment begins, with its end.
fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut at, mut frames) = (SEGMENT_HEADER_BYTES, Vec::new());
    while at + FRAME_HEADER_BYTES < bytes.len() && bytes[at] == b'S' {
        let length = u32::from_be_bytes(*bytes[at + 8..].first_chunk().unwrap()) as usize;
        frames.push((at, at + length));
        at += length;
    }
    frames
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_whole_journal_is_walked_through_and_nothing_is_to_be_done() {
    let place = Place::new();
    let seen = place.walk(&[(EVENTS, true), (123, false)], None, true);
    assert_eq!((seen.events, seen.damages, seen.differing), (EVENTS, vec![], 0));
    let end = seen.end.unwrap();
    assert!(end.loss.is_none() && end.torn.is_none() && end.tree.root() == tree_at(EVENTS).root());
    assert!(seen.segments.iter().all(|(_, becomes)| *becomes == Becomes::Same));
    assert_eq!(end.segments, u64::from(place.segments));
}

#[test]
fn one_bit_flipped_anywhere_comes_back_without_any_other_copy() {
    let place = Place::new();
    let before = place.files();
    for number in [1, 3, place.segments] {
        let path = place.segment(number);
        let right = fs::read(&path).unwrap();
        let all = frames(&right);
        let in_frames = [all[0], all[all.len() / 2], all[all.len() - 1]];
        let spots = in_frames.iter().flat_map(|(at, end)| {
            [
                *at,
                at + 5,
                at + 9,
                at + 30,
                at + 41,
                at + 60,
                at + 86,
                at + 88,
                at + 89,
                (at + end) / 2,
                end - 5,
                end - 1,
            ]
        });
        for at in [0, 9, 20, 40, 60, 85, 95].into_iter().chain(spots) {
            let mut bad = right.clone();
            bad[at] ^= 0x08;
            write(&path, &bad);
            let seen = place.walk(&[(EVENTS, false)], None, false);
            assert_eq!(seen.damages.len(), 1, "segment {number} byte {at}: {:?}", seen.damages);
            assert!(seen.loss().is_none() && seen.damages[0].mended.is_some(), "segment {number} byte {at}");
            place.put(&seen);
            assert!(place.files() == before, "segment {number} byte {at} came back otherwise");
        }
    }
}

#[test]
fn zeroed_cut_and_missing_stretches_come_back_from_the_mirror() {
    let place = Place::new();
    let before = place.files();
    for number in 1..place.segments - 1 {
        let path = place.segment(number);
        let right = fs::read(&path).unwrap();
        let mut zeroed = right.clone();
        zeroed[1_024..1_536].fill(0);
        let mut beginning = right.clone();
        beginning[..512].fill(0);
        let mut noise = right.clone();
        noise[2_000..6_000].iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 31) as u8);
        let (frame, _) = frames(&right)[3];
        for bad in [
            zeroed,
            beginning,
            noise,
            right[..right.len() - 1].to_vec(),
            right[..frame].to_vec(),
            right[..frame + 20].to_vec(),
            right[..SEGMENT_HEADER_BYTES].to_vec(),
            right[..50].to_vec(),
            vec![],
        ] {
            write(&path, &bad);
            let seen = place.walk(&[(EVENTS, true)], None, true);
            assert!(seen.loss().is_none() && !seen.damages.is_empty());
            assert!(seen.damages.iter().all(|damage| damage.mended.is_some()), "{:?}", seen.damages);
            assert_eq!(seen.tree().root(), tree_at(EVENTS).root());
            place.put(&seen);
            place.assert_holds(EVENTS);
            before.iter().for_each(|(path, bytes)| write(path, bytes));
        }
    }
}

#[test]
fn zeros_behind_a_segment_that_was_not_cut_when_the_next_began_are_no_damage() {
    let place = Place::new();
    let path = place.segment(2);
    write(&path, &[&fs::read(&path).unwrap()[..], &[0; 700]].concat());
    let seen = place.walk(&[(EVENTS, true)], None, false);
    assert!(seen.loss().is_none() && seen.damages.is_empty());
}

#[test]
fn segments_that_are_missing_come_back_from_the_mirror() {
    let place = Place::new();
    let before = place.files();
    let last = place.segments;
    for gone in [vec![1], vec![3], vec![2, 3, 4], vec![1, 2, 4], (1..last).collect()] {
        gone.iter().for_each(|number| fs::remove_file(place.segment(*number)).unwrap());
        let seen = place.walk(&[(EVENTS, true)], None, true);
        assert!(seen.loss().is_none(), "{gone:?}: {:?} {:?}", seen.loss(), seen.damages);
        place.put(&seen);
        place.assert_holds(EVENTS);
        before.iter().for_each(|(path, bytes)| write(path, bytes));
    }
}

#[test]
fn of_a_journal_that_is_lost_whole_everything_comes_back_that_the_mirror_has() {
    let place = Place::new();
    fs::remove_dir_all(place.journal()).unwrap();
    let mirrored = place.mirrored().last();
    assert!(mirrored > EVENTS - 48 && mirrored < EVENTS);
    let seen = place.walk(&[(EVENTS, true)], None, true);
    let loss = seen.loss().unwrap();
    assert_eq!((loss.first, loss.last, loss.known_by.as_str()), (mirrored + 1, EVENTS, "HEAD"));
    let seen = place.walk(&[(EVENTS, true)], Some(mirrored), true);
    assert!(seen.loss().is_none());
    fs::create_dir(place.journal()).unwrap();
    place.put(&seen);
    place.assert_holds(mirrored);
    assert!(seen.segments.len() > 3, "in segments of the usual length");

    // Without anybody who knows better, what the mirror has is all there is.
    fs::remove_dir_all(place.journal()).unwrap();
    assert!(place.walk(&[], None, true).loss().is_none());
    let nothing = place.walk(&[(EVENTS, true)], None, false);
    assert_eq!(nothing.loss().map(|loss| (loss.first, loss.last)), Some((1, EVENTS)));
}

#[test]
fn a_mirror_ahead_of_the_journal_gives_its_events_back() {
    let place = Place::new();
    let mirrored = place.mirrored().last();
    fs::remove_file(place.segment(place.segments)).unwrap();
    let path = place.segment(place.segments - 1);
    let right = fs::read(&path).unwrap();
    for end in [right.len(), frames(&right)[4].1, frames(&right)[4].1 - 30, frames(&right)[4].0 + 10] {
        write(&path, &right[..end]);
        let seen = place.walk(&[], None, true);
        assert!(seen.loss().is_none());
        assert_eq!(seen.tree().size(), mirrored);
        place.put(&seen);
        place.assert_holds(mirrored);
        assert!(
            fs::read(&path).unwrap().len() as u64 <= SEGMENT_BYTES + 3_000,
            "the segment stays in its measure"
        );
        let _ = fs::remove_file(place.segment(place.segments));
    }
}

#[test]
fn a_last_frame_that_nobody_else_has_is_lost_and_counted() {
    let place = Place::new();
    let before = place.files();
    let path = place.segment(place.segments);
    let right = fs::read(&path).unwrap();
    let (at, end) = *frames(&right).last().unwrap();
    let first = EVENTS + 1 - u64::from(u32::from_be_bytes(*right[at + 40..].first_chunk().unwrap()));
    // Two bytes: no single bit, and no header that helps.
    for (spot, last, known) in
        [(at + 100, EVENTS, "the header of the frame"), (at + 10, first, "bytes behind the last frame")]
    {
        let mut bad = right.clone();
        bad[spot] ^= 0x41;
        bad[end - 20] ^= 0x41;
        for is_known in [false, true] {
            write(&path, &bad);
            let witnesses: &[(u64, bool)] = if is_known { &[(EVENTS, true)] } else { &[] };
            let seen = place.walk(witnesses, None, false);
            let loss = seen.loss().unwrap_or_else(|| panic!("{spot} {is_known} {:?}", seen.damages));
            let (last, known) = if is_known && last != EVENTS { (EVENTS, "HEAD") } else { (last, known) };
            assert_eq!((loss.first, loss.last, loss.known_by.as_str()), (first, last, known));
            let seen = place.walk(witnesses, Some(first - 1), false);
            place.put(&seen);
            place.assert_holds(first - 1);
            before.iter().for_each(|(path, bytes)| write(path, bytes));
        }
    }
}

#[test]
fn a_write_that_was_not_finished_is_no_damage_unless_somebody_knows_its_events() {
    let place = Place::new();
    let path = place.segment(place.segments);
    let right = fs::read(&path).unwrap();
    let (at, end) = *frames(&right).last().unwrap();
    let before = EVENTS - u64::from(u32::from_be_bytes(*right[at + 40..].first_chunk().unwrap()));
    for kept in [1, 50, 88, 89, end - at - 5] {
        write(&path, &right[..at + kept]);
        let seen = place.walk(&[(before, false)], None, false);
        assert!(seen.damages.is_empty() && seen.loss().is_none(), "{kept}: {:?}", seen.damages);
        assert_eq!(seen.end.as_ref().unwrap().torn, Some((path.clone(), at as u64)));
        assert!(seen.segments.iter().all(|(_, becomes)| *becomes == Becomes::Same));

        let seen = place.walk(&[(EVENTS, false)], None, false);
        assert_eq!(seen.loss().map(|loss| (loss.first, loss.last)), Some((before + 1, EVENTS)), "{kept}");
    }
    write(&path, &[&right[..], &[0; 5_000]].concat());
    let seen = place.walk(&[(EVENTS, false)], None, false);
    assert!(seen.damages.is_empty() && seen.loss().is_none() && seen.tree().size() == EVENTS);
}

#[test]
fn a_gap_in_the_middle_that_nobody_can_fill_is_told_with_what_lies_behind_it() {
    let place = Place::new();
    let right = fs::read(place.segment(3)).unwrap();
    let (at, end) = frames(&right)[2];
    let mut bad = right.clone();
    bad[at + 4..end].fill(0x55);
    write(&place.segment(3), &bad);
    let seen = place.walk(&[(EVENTS, true)], None, false);
    let loss = seen.loss().unwrap().clone();
    assert_eq!(loss.last, EVENTS);
    assert!(loss.whole_behind > 200 && loss.first + loss.whole_behind < EVENTS);
    let seen = place.walk(&[(EVENTS, true)], Some(loss.first - 1), false);
    place.put(&seen);
    place.assert_holds(loss.first - 1);
    assert!(!place.segment(4).exists());
}

#[test]
fn a_witness_of_other_events_is_told_apart_from_a_damaged_journal() {
    let place = Place::new();
    let mut witnesses = Witnesses::default();
    witnesses.add(Witness {
        position: 50,
        root: Some([9; 32]),
        is_end: false,
        name: "a snapshot".to_owned(),
    });
    let options = WalkOptions {
        log_id: LOG,
        algorithm: HashAlgorithm::Sha256,
        mirrors: &[],
        witnesses: &witnesses,
        cut_at: None,
        rebuild: false,
        segment_bytes_max: SEGMENT_BYTES,
    };
    let mut seen = Seen::default();
    let end = walk(&RealDisk, &place.journal(), options, &mut seen).unwrap();
    assert!(seen.differing == 1 && seen.damages.is_empty() && end.loss.is_none());
}

#[test]
fn a_commit_of_which_the_mirror_has_the_beginning_alone_is_lost_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, mirror) = (dir.path().join("journal"), dir.path().join("mirror"));
    let options = StoreOptions { mirror_dir: Some(mirror.clone()), ..StoreOptions::new(&journal, LOG) };
    let store = JournalStore::open(options, Arc::new(RealDisk)).unwrap();
    // Three to a block of the mirror, two to a commit.
    let clear = format!("{{\"n\":\"{}\"}}", "x".repeat(1_600));
    for first in (1..18).step_by(2) {
        let commit = [(first, 0), (first + 1, 1)].map(|(position, index)| {
            let mut event = stored_with(position, &clear);
            event[88..104].copy_from_slice(&u128::from(first).to_be_bytes());
            (event[120], event[121]) = (index, 2);
            event
        });
        store.append(Position(first - 1), encoded_from(commit)).unwrap();
    }
    until("the mirror", || store.mirrored_through() == Position(15));
    drop(store);
    fs::remove_dir_all(&journal).unwrap();

    let mirror = MirrorCopy::open(&mirror).unwrap().unwrap();
    let witnesses = Witnesses::default();
    let options = WalkOptions {
        log_id: LOG,
        algorithm: HashAlgorithm::Sha256,
        mirrors: &[&mirror],
        witnesses: &witnesses,
        cut_at: None,
        rebuild: false,
        segment_bytes_max: SEGMENT_BYTES,
    };
    struct Nobody;
    impl Walker for Nobody {
        fn event(&mut self, _: &FoundEvent<'_>) {}
        fn damage(&mut self, _: JournalDamage) {}
        fn differs(&mut self, _: &Witness) {}
        fn segment(&mut self, _: SegmentDone) -> Result<(), DiskError> {
            Ok(())
        }
    }
    let end = walk(&RealDisk, &journal, options, &mut Nobody).unwrap();
    let loss = end.loss.unwrap();
    assert_eq!((end.tree.size(), loss.first, loss.last, loss.known_by.as_str()), (14, 15, 15, "the mirror"));
}

//! What nobody else has is lost, told, and counted.

use std::fs;
use std::sync::Arc;

use sigeyi_envelope::Position;
use sigeyi_proof::HashAlgorithm;

use super::*;
use crate::disk::{DiskError, RealDisk};
use crate::event_store::EventStore;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::testing::{LOG, encoded_from, stored_with, until};

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

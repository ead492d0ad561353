//! What comes back, from the frame itself or from the mirror, and what is no damage.

use std::fs;

use super::*;
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::testing::tree_at;

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

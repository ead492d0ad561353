//! It follows, is read from, and is there again after a restart.

use std::fs;

use sigeyi_envelope::Position;

use super::{assert_mirrored, assert_readable, full_blocks_end, last_in_sled, open, opened};
use crate::event_store::{Direction, EventStore};
use crate::mirror::MirrorState;
use crate::testing::{append, assert_events, stored, until};

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

//! A snapshot is a hint, never a truth.

use std::{fs, path::PathBuf};

use super::{
    any::{PEOPLE, certificate, enrolment, seventeen, verification},
    world::{World, answers, send, submission},
};
use crate::{Engine, Options, Position};

/// Where the world's snapshot is taken, and where its log ends.
const TAKEN: Position = Position(PEOPLE as u64 * 2);
const END: Position = Position(TAKEN.0 + 1);

/// Everybody enrolled and verified, a snapshot, and a little more.
fn world() -> (World, PathBuf) {
    let world = World::new();
    for who in 0..PEOPLE {
        let number = who as u128 * 10;
        let command = enrolment(certificate(&seventeen(who), "42"));
        send(world.engine(), &submission(number + 1, who, command)).unwrap();
        send(world.engine(), &submission(number + 2, who, verification())).unwrap();
    }
    let position = world.take_snapshot();
    send(world.engine(), &submission(1_000, 0, verification())).unwrap();
    let path = world.snapshots().dir.join(format!("{position:020}.snapshot"));
    (world, path)
}

#[test]
fn a_damaged_snapshot_is_passed_over_for_an_older_one_or_a_replay() {
    let (mut world, older) = world();
    let newer = world.take_snapshot();
    let newer = world.snapshots().dir.join(format!("{newer:020}.snapshot"));
    let before = answers(world.engine());
    let loaded = |world: &World| {
        let report = world.engine().start_report();
        (report.snapshot, report.passed_over.len())
    };
    world.reopen(false);
    assert_eq!(loaded(&world), (Some(END), 0));
    for (path, expected) in [(&newer, (Some(TAKEN), 1)), (&older, (None, 2))] {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
        world.reopen(false);
        assert_eq!(loaded(&world), expected);
        assert_eq!(answers(world.engine()), before);
    }
    // The next one is whole again, although it would begin with the last one's sealed section.
    world.take_snapshot();
    world.reopen(false);
    assert_eq!(loaded(&world).0, Some(END));
    assert_eq!(answers(world.engine()), before);
}

#[test]
fn a_snapshot_cut_anywhere_changes_no_answer() {
    let (mut world, path) = world();
    let before = answers(world.engine());
    let bytes = fs::read(&path).unwrap();
    let people = u64::from_be_bytes(bytes[100..108].try_into().unwrap()) as usize;
    let tree = u64::from_be_bytes(bytes[84..92].try_into().unwrap()) as usize;
    let commands = u64::from_be_bytes(bytes[92..100].try_into().unwrap()) as usize;
    let sealed = 112 + tree + 4 + commands + 4 + people + 4;
    // Behind its first four zeros the sealed section looks like an empty one with its checksum.
    for length in [0, 50, 111, 112, sealed, sealed + 4, sealed + 5, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        world.reopen(false);
        assert_eq!(world.engine().start_report().snapshot, None, "cut to {length}");
        assert_eq!(world.engine().start_report().passed_over.len(), 1);
        assert_eq!(answers(world.engine()), before);
    }
}

#[test]
fn a_snapshot_of_another_log_is_passed_over() {
    let (mut world, path) = world();
    let before = answers(world.engine());
    let (other, foreign) = self::world();
    fs::copy(foreign, &path).unwrap();
    drop(other);
    world.reopen(false);
    let report = world.engine().start_report();
    assert_eq!(report.snapshot, None);
    assert!(report.passed_over[0].contains("another log"), "{:?}", report.passed_over);
    assert_eq!(answers(world.engine()), before);
}

#[test]
fn a_snapshot_that_knows_more_than_the_log_does_not_hide_that_events_are_missing() {
    let (mut world, _) = world();
    let journal = world.dir.path().join("journal/0000000001.log");
    let shorter = fs::read(&journal).unwrap();
    send(world.engine(), &submission(1_001, 1, verification())).unwrap();
    world.take_snapshot();
    world.engine = None;
    // As if an older copy of the journal had been put back.
    fs::write(&journal, shorter).unwrap();
    let opened = Engine::open(world.dir.path(), Options::default());
    assert!(opened.is_err(), "HEAD knows it");
    fs::remove_file(world.dir.path().join("HEAD")).unwrap();
    let opened = Engine::open(world.dir.path(), Options::default());
    assert!(opened.is_err(), "opened at {}", opened.map(|engine| engine.head()).unwrap_or_default());
    // Whoever knows what is missing can go on without it.
    fs::remove_dir_all(world.dir.path().join("snapshots")).unwrap();
    world.reopen(false);
    assert_eq!(world.engine().head(), END);
}

/// What snapshots cost an event does not grow with the log.
#[test]
fn a_long_log_has_its_snapshots_further_apart() {
    let due_after = |head| crate::snapshots::due_after(Position(head));
    assert_eq!([0, 1_000_000, 10_000_000].map(due_after), [1_000_000; 3]);
    assert_eq!(due_after(20_000_000), 2_000_000);
}

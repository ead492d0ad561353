//! sled fails, panics, lies and vanishes: writers and readers go on, and there is a mirror again.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use sigeyi_envelope::Position;

use super::told_sled::{Call, Fault, PACE, World, goes_on};
use super::{assert_mirrored, assert_readable, report};
use crate::disk::RealDisk;
use crate::event_store::EventStore;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::mirror::MirrorState;
use crate::mirror_thread::Pace;
use crate::testing::{LOG, append, encoded_from, stored_with, until};

#[test]
fn whatever_call_fails_or_panics_a_new_mirror_is_built_while_everything_goes_on() {
    for fault in [Fault::Error, Fault::Panic] {
        for call in [Call::Open, Call::First, Call::Last, Call::At, Call::Insert, Call::Flush] {
            let world = World::new();
            let store = world.open();
            append(&store, 300).unwrap();
            assert_mirrored(&store);
            store.close();

            world.told.once(call, fault);
            let store = world.open();
            goes_on(&store);
            until("the fault was met", || {
                assert_readable(&store);
                append(&store, 100).unwrap();
                report(&store).failures == 1
            });
            assert_mirrored(&store);
            until("it was counted", || report(&store).rebuilt == 1);
            let report = report(&store);
            assert_eq!(report.failures, 1);
            let told = report.last_failure.unwrap();
            assert!(told.contains(&format!("{call:?} is told to")), "{told}");
            // What was seen to be a copy of the journal is gone again; what could not be looked at is kept.
            let was_seen = matches!(call, Call::At | Call::Insert | Call::Flush);
            assert_eq!(world.aside().exists(), !was_seen, "{call:?} {fault:?}");
            assert_eq!(report.set_aside.is_some(), !was_seen);
            goes_on(&store);
        }
    }
}

#[test]
fn a_mirror_that_does_not_give_back_what_was_written_is_built_anew() {
    let world = World::new();
    let store = world.open();
    world.told.once(Call::Insert, Fault::Lie);
    append(&store, 300).unwrap();
    until("the lie is found", || report(&store).failures == 1);
    assert!(report(&store).last_failure.unwrap().contains("does not give back"));
    assert_mirrored(&store);
}

#[test]
fn a_mirror_whose_files_vanish_is_built_anew() {
    for all in [false, true] {
        let world = World::new();
        let store = world.open();
        append(&store, 300).unwrap();
        assert_mirrored(&store);
        if all {
            fs::remove_dir_all(world.mirror()).unwrap();
        } else {
            fs::remove_file(world.mirror().join("db")).unwrap();
        }
        append(&store, 300).unwrap();
        until("it is missed", || report(&store).failures > 0);
        assert_mirrored(&store);
        assert!(world.mirror().join("db").exists());
        assert_readable(&store);
    }
}

#[test]
fn a_sled_that_never_works_is_tried_less_and_less_and_stops_nobody() {
    let world = World::new();
    world.told.for_ever(Call::Open, Fault::Panic);
    let store = world.open_at(Pace { failures_per_hour_max: 3, ..PACE });
    until("it was tried", || report(&store).failures == 4);
    goes_on(&store);
    // One more than the limit shows that there is one; after that, nothing for an hour.
    let tried = Instant::now();
    until("a while", || tried.elapsed() > Duration::from_millis(100));
    assert_eq!(world.told.opens.load(SeqCst), 4);
    assert!(matches!(store.mirror_state(), MirrorState::Failed(why) if why.contains("told to panic")));
    goes_on(&store);
}

#[test]
fn pauses_between_attempts_grow() {
    let pauses: Vec<_> =
        (1..8).map(|failures| Pace::USUAL.pause(failures).map(|pause| pause.as_secs())).collect();
    assert_eq!(pauses, [Some(0), Some(5), Some(10), Some(20), Some(40), Some(80), None]);
}

#[test]
fn of_mirrors_that_cannot_be_opened_one_is_kept_and_a_later_one_that_is_a_copy_makes_room() {
    let world = World::new();
    let store = world.open();
    append(&store, 300).unwrap();
    assert_mirrored(&store);
    store.close();
    fs::write(world.mirror().join("first"), "").unwrap();
    world.told.once(Call::Open, Fault::Error);
    let store = world.open();
    assert_mirrored(&store);
    until("it is complete", || report(&store).rebuilt == 1);
    assert!(world.aside().join("first").exists());
    store.close();
    // The new one was complete, so the older one holds nothing that nobody else has.
    fs::write(world.mirror().join("second"), "").unwrap();
    world.told.once(Call::Open, Fault::Error);
    let store = world.open();
    assert_mirrored(&store);
    until("it is complete", || report(&store).rebuilt == 1);
    assert!(world.aside().join("second").exists() && !world.aside().join("first").exists());
}

#[test]
fn a_mirror_of_other_events_is_set_aside_and_kept() {
    let world = World::new();
    let store = world.open();
    append(&store, 500).unwrap();
    assert_mirrored(&store);
    store.close();
    fs::remove_dir_all(world.dir.path().join("journal")).unwrap();
    let alone = StoreOptions::new(world.dir.path().join("journal"), LOG);
    let other = JournalStore::open(alone, Arc::new(RealDisk)).unwrap();
    other.append(Position(0), encoded_from((1..=600).map(|n| stored_with(n, "{}")))).unwrap();
    other.close();
    let store = world.open();
    until("a new one", || store.mirrored_through() > Position(500));
    assert!(report(&store).last_failure.unwrap().contains("is not the journal's"));
    assert_eq!(store.read_one(Position(1)).unwrap().unwrap(), stored_with(1, "{}"));
    assert!(world.aside().join("db").exists());
}

#[test]
fn when_the_disk_is_nearly_full_the_mirror_takes_in_nothing_and_serves_what_it_has() {
    let world = World::new();
    let store = world.open();
    append(&store, 300).unwrap();
    assert_mirrored(&store);
    let through = store.mirrored_through();
    store.close();
    let store = world.open_at(Pace { free_bytes_min: u64::MAX, ..PACE });
    until("it is seen", || store.mirror_state() == MirrorState::DiskLow);
    goes_on(&store);
    assert_eq!((store.mirrored_through(), store.mirror().readable_through()), (through, through));
    until("a read", || store.mirror().run_at(1).is_some());
}

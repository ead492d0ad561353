//! sled hangs, for a while or for ever: nobody waits for it, and there is a mirror again.

use std::fs;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use sigeyi_envelope::Position;

use super::told_sled::{AT_ONCE, Call, Fault, PACE, World, goes_on};
use super::{assert_mirrored, report};
use crate::event_store::EventStore;
use crate::mirror::MirrorState;
use crate::mirror_thread::Pace;
use crate::mirror_watch::LEFT_MAX;
use crate::testing::{append, stored, until};

#[test]
fn a_sled_that_hangs_has_no_reader_and_no_writer_and_is_used_again_when_it_comes_back() {
    let world = World::new();
    let store = world.open();
    append(&store, 300).unwrap();
    assert_mirrored(&store);
    world.told.once(Call::At, Fault::Hang);
    // The first ones wait a moment, at the same time, fewer than may wait; then nobody does.
    std::thread::scope(|scope| {
        for reader in 0..10 {
            let store = &store;
            scope.spawn(move || {
                let started = Instant::now();
                let position = Position(1 + reader % 200);
                assert_eq!(store.read_one(position).unwrap().unwrap(), stored(position.0));
                assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
            });
        }
    });
    assert_eq!(store.mirror_state(), MirrorState::Stalled);
    assert_eq!(world.told.hanging.load(SeqCst), 1);
    assert!(report(&store).reads_given_up > 0);
    let given_up = report(&store).reads_given_up;
    (0..10).for_each(|_| goes_on(&store));
    assert_eq!(report(&store).reads_given_up, given_up, "nobody waits any more");
    world.told.let_go();
    assert_mirrored(&store);
    assert_eq!(report(&store).failures, 0);
}

#[test]
fn a_sled_that_hangs_while_it_is_opened_or_written_stops_nobody() {
    for call in [Call::Open, Call::Insert, Call::Flush] {
        let world = World::new();
        world.told.once(call, Fault::Hang);
        let store = world.open();
        append(&store, 300).unwrap();
        until("it hangs", || world.told.hanging.load(SeqCst) == 1);
        (0..3).for_each(|_| goes_on(&store));
        if call != Call::Open {
            until("it is said", || store.mirror_state() == MirrorState::Stalled);
        }
        world.told.let_go();
        assert_mirrored(&store);
    }
}

/// So short that nothing else is taken for a hang only because nobody else runs in these tests.
const LEFT: Pace = Pace { left_after: Duration::from_millis(400), ..PACE };

#[test]
fn a_sled_that_hangs_for_ever_is_left_behind_and_a_new_mirror_is_built() {
    for call in [Call::Open, Call::Last, Call::At, Call::Insert, Call::Flush] {
        let world = World::new();
        let store = world.open();
        append(&store, 300).unwrap();
        assert_mirrored(&store);
        store.close();
        fs::write(world.mirror().join("first"), "").unwrap();

        world.told.once(call, Fault::HangAlone);
        let store = world.open_at(LEFT);
        until("it hangs", || {
            goes_on(&store);
            world.told.hanging.load(SeqCst) == 1
        });
        goes_on(&store);
        until("it is left", || report(&store).failures == 1);
        let told = report(&store).last_failure.unwrap();
        assert!(told.contains("has not come back from a call"), "{told}");
        assert_mirrored(&store);
        until("it was counted", || report(&store).rebuilt == 1);
        assert!(!world.mirror().join("first").exists(), "it is a new one");
        // What was seen to be a copy of the journal is gone; what could not be looked at is kept.
        let was_seen = matches!(call, Call::At | Call::Insert | Call::Flush);
        assert_eq!(world.aside().exists(), !was_seen, "{call:?}");
        assert_eq!(world.told.hanging.load(SeqCst), 1, "it still hangs");

        // It comes back after all, and harms nobody.
        world.told.let_go();
        until("it has come back", || world.told.hanging.load(SeqCst) == 0);
        goes_on(&store);
        assert_mirrored(&store);
        assert_eq!(report(&store).failures, 1, "{:?}", report(&store).last_failure);
        store.close();
        let store = world.open();
        assert_mirrored(&store);
        assert_eq!(report(&store).failures, 0, "{:?}", report(&store).last_failure);
    }
}

#[test]
fn of_sleds_that_hang_for_ever_a_few_are_left_behind_and_no_more() {
    let world = World::new();
    world.told.for_ever(Call::Open, Fault::HangAlone);
    let store = world.open_at(Pace { left_after: Duration::from_millis(40), ..PACE });
    until("all of them hang", || world.told.hanging.load(SeqCst) == LEFT_MAX + 1);
    goes_on(&store);
    let seen = Instant::now();
    until("a while", || seen.elapsed() > Duration::from_millis(200));
    assert_eq!((world.told.hanging.load(SeqCst), report(&store).failures), (LEFT_MAX + 1, LEFT_MAX as u64));
    let started = Instant::now();
    assert!(!store.mirror().stop(), "it says that a thread is left behind");
    store.close();
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    world.told.let_go();
}

#[test]
fn a_sled_that_never_comes_back_does_not_hold_up_the_end() {
    for call in [Call::Open, Call::Insert, Call::At] {
        let world = World::new();
        let store = world.open();
        append(&store, 300).unwrap();
        assert_mirrored(&store);
        world.told.once(call, Fault::Hang);
        let store = if call == Call::Open {
            store.close();
            world.open()
        } else {
            store
        };
        append(&store, 300).unwrap();
        _ = store.read_one(Position(1)).unwrap();
        until("it hangs", || world.told.hanging.load(SeqCst) == 1);
        let started = Instant::now();
        assert!(!store.mirror().stop(), "it says that a thread is left behind");
        store.close();
        assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
        world.told.let_go();
    }
}

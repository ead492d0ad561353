//! Writes and syncs that fail once, for ever, or lie.

use std::collections::BTreeSet;

use sigeyi_envelope::Position;

use super::life::{Promises, begun, chain, dir, empty_disk, live, open};
use crate::disk::Disk;
use crate::event_store::{AppendError, Direction, EventStore, ReadError};
use crate::journal_fault::OpenError;
use crate::journal_store::JournalStore;
use crate::simulated_disk::{Dice, Fault, SimulatedDisk, Step, seeds};

/// A store with a few events on a disk whose journal is about to go wrong.
fn about_to_fail(dice: &mut Dice) -> (SimulatedDisk, JournalStore, Promises) {
    let (disk, mut promises) = begun(dice);
    let store = open(&disk, None).unwrap();
    for _ in 0..1 + dice.below(12) {
        promises.append(&store, 1 + dice.below(9)).unwrap();
    }
    (disk, store, promises)
}

/// Appends until one fails; what failed is known to the promises as unanswered.
#[track_caller]
fn append_until_it_fails(store: &JournalStore, promises: &mut Promises) {
    for _ in 0..40 {
        if let Err(error) = promises.append(store, 3) {
            let is_io = matches!(error.downcast_ref(), Some(AppendError::Io(_)));
            assert!(is_io, "{error}");
            return;
        }
    }
    panic!("nothing failed");
}

#[test]
fn after_a_write_or_sync_that_failed_nothing_is_taken_reads_go_on_and_a_restart_finds_what_is_there() {
    for seed in seeds(150) {
        let mut dice = Dice::new(seed.number);
        let (disk, store, mut promises) = about_to_fail(&mut dice);
        let step = if dice.percent(50) { Step::Write } else { Step::Sync };
        let fault = if dice.percent(50) { Fault::FailsOnce } else { Fault::FailsForEver };
        disk.plan_fault(".log", step, 1 + dice.below(5), fault);
        append_until_it_fails(&store, &mut promises);
        let unanswered = promises.clone();
        for _ in 0..3 {
            let mut promises = promises.clone();
            let again = promises.append(&store, 1).unwrap_err();
            assert!(matches!(again.downcast_ref(), Some(AppendError::Poisoned)), "{again}");
        }
        // Whoever reads sees what was acknowledged and nothing of what failed.
        let read = store.read(Position(0), Direction::Forward, usize::MAX, usize::MAX).unwrap();
        assert!(read.iter().eq(&promises.log));
        // Closing must not say that it was closed in good order.
        drop(store);

        disk.mend();
        let after = if dice.percent(50) { disk.process_end() } else { disk.power_cut(dice.any()) };
        promises = unanswered;
        if let Err(error) = live(&after, &mut promises, &mut dice, 4) {
            panic!("{}", chain(&*error));
        }
        // What the restart found, it has made durable.
        if let Err(error) = live(&after.power_cut(dice.any()), &mut promises, &mut dice, 2) {
            panic!("{}", chain(&*error));
        }
    }
}

/// A frame that the cache has and the disk has not: the system took it for clean when its sync failed.
#[test]
fn what_a_restart_reads_from_the_cache_after_a_failed_sync_it_writes_again() {
    for seed in seeds(50) {
        let mut dice = Dice::new(seed.number);
        let (disk, store, mut promises) = about_to_fail(&mut dice);
        disk.plan_fault(".log", Step::Sync, 1, Fault::FailsOnce);
        append_until_it_fails(&store, &mut promises);
        drop(store);
        let disk = disk.process_end();
        let store = open(&disk, None).unwrap();
        let before = promises.log.len();
        promises.take_in(&store).unwrap();
        let found = promises.log.len() - before;
        // A roll may have been what failed; then nothing of the group was written.
        assert!(found == 0 || found == 3, "{found}");
        let after = disk.power_cut(seed.number);
        let store = open(&after, None).unwrap();
        promises.take_in(&store).unwrap();
    }
}

/// What a start made of a journal whose disk had lied.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Everything,
    Refused,
    FewerEvents,
}

#[track_caller]
fn found(disk: &SimulatedDisk, promises: &Promises) -> Found {
    match open(disk, None) {
        Ok(store) if store.head().0 < promises.log.len() as u64 => Found::FewerEvents,
        Ok(store) => {
            promises.clone().take_in(&store).unwrap();
            Found::Everything
        }
        Err(OpenError::JournalBehind { journal, known }) => {
            assert!(journal < known && known <= promises.log.len() as u64);
            Found::Refused
        }
        Err(OpenError::Damaged(_)) => Found::Refused,
        Err(error) => panic!("{}", chain(&error)),
    }
}

/// A disk whose journal says for a while that it has synced, and has not; HEAD is told in between, or not.
fn lied_to(seed: u64, head_is_told: bool) -> BTreeSet<Found> {
    let mut dice = Dice::new(seed);
    let (disk, store, mut promises) = about_to_fail(&mut dice);
    let step = if dice.percent(50) { Step::Sync } else { Step::Write };
    disk.plan_fault(".log", step, 1 + dice.below(3), Fault::LiesForEver);
    for _ in 0..1 + dice.below(20) {
        promises.append(&store, 1 + dice.below(6)).unwrap();
    }
    // As long as the cache lives nobody notices.
    promises.take_in(&store).unwrap();
    if head_is_told {
        store.save_head().unwrap();
    }
    if dice.percent(50) {
        // Without HEAD it is a process that is killed: an orderly closing tells HEAD.
        if head_is_told { store.close() } else { disk.kill(|| drop(store)) }
    } else {
        disk.kill(|| drop(store));
    }
    (0..10).map(|_| found(&disk.power_cut(dice.any()), &promises)).collect()
}

#[test]
fn events_that_a_lying_disk_has_lost_are_missed_by_head() {
    let (mut all, mut runs) = (BTreeSet::new(), 0);
    for seed in seeds(100) {
        runs += 1;
        let found = lied_to(seed.number, true);
        assert!(!found.contains(&Found::FewerEvents), "{found:?}");
        all.extend(found);
    }
    assert!(runs == 1 || all == BTreeSet::from([Found::Everything, Found::Refused]), "{all:?}");
}

/// Without a second witness a lie cannot be told from a write that was not finished: this is what HEAD is for.
#[test]
fn events_that_a_lying_disk_has_lost_since_head_was_told_cannot_be_missed() {
    let all: BTreeSet<_> = (0..40).flat_map(|seed| lied_to(seed, false)).collect();
    assert!(all.contains(&Found::FewerEvents), "{all:?}");
}

#[test]
fn a_snapshot_knows_what_a_lying_disk_has_lost_though_head_is_lost_too() {
    let (mut refused, mut runs) = (0, 0);
    for seed in seeds(60) {
        runs += 1;
        let mut dice = Dice::new(seed.number);
        let (disk, store, mut promises) = about_to_fail(&mut dice);
        disk.plan_fault(".log", Step::Sync, 1, Fault::LiesForEver);
        (0..4).for_each(|_| promises.append(&store, 3).unwrap());
        disk.kill(|| drop(store));
        let resume = promises.whole();
        let after = disk.power_cut(dice.any());
        after.remove(&dir().join("HEAD")).unwrap();
        match open(&after, Some(resume)) {
            // Segments that the snapshot covers are looked at when they are read.
            Ok(store) => match promises.take_in(&store) {
                Ok(()) => {}
                Err(error) => {
                    assert!(matches!(error.downcast_ref(), Some(ReadError::Damaged(_))), "{error}");
                    refused += 1;
                }
            },
            Err(OpenError::Damaged(_)) => refused += 1,
            Err(error) => panic!("{}", chain(&error)),
        }
    }
    assert!(runs == 1 || refused > 0);
}

/// The vault's file, the snapshots, HEAD and the manifest: a fault in any of them loses nothing that was promised of any other.
#[test]
fn a_fault_anywhere_once_or_for_ever_loses_nothing_that_was_acknowledged() {
    for seed in seeds(200) {
        let mut dice = Dice::new(seed.number);
        let disk = empty_disk();
        let mut promises = Promises::default();
        if let Err(error) = live(&disk, &mut promises, &mut dice, 6) {
            panic!("{}", chain(&*error));
        }
        let step = if dice.percent(50) { Step::Write } else { Step::Sync };
        let fault = if dice.percent(70) { Fault::FailsOnce } else { Fault::FailsForEver };
        disk.plan_fault("", step, 1 + dice.below(30), fault);
        // It stops where it is: that is its right.
        let _ = live(&disk, &mut promises, &mut dice, 12);
        let after = if dice.percent(50) { disk.process_end() } else { disk.power_cut(dice.any()) };
        if let Err(error) = live(&after, &mut promises, &mut dice, 4) {
            panic!("{}", chain(&*error));
        }
        if let Err(error) = live(&after.power_cut(dice.any()), &mut promises, &mut dice, 2) {
            panic!("{}", chain(&*error));
        }
    }
}

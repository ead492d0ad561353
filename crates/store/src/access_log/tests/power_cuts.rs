//! The power is cut, or the process killed, at any boundary: what was acknowledged is there, and it goes on.

use sigeyi_envelope::Suite;

use super::life::{Promises, chain, dir, empty_disk, head_path, live};
use crate::access_log::{AccessSegmentFile, inspect_access_log};
use crate::simulated_disk::{Dice, SimulatedDisk, seeds};
use crate::testing::LOG;

/// Runs one process that may be ended by the disk and by nothing else.
#[track_caller]
fn lived(disk: &SimulatedDisk, promises: &mut Promises, dice: &mut Dice, groups: u64) {
    if let Err(error) = live(disk, promises, dice, groups)
        && !disk.is_frozen()
    {
        panic!("refused after {} processes: {}", promises.lives, chain(&*error));
    }
}

/// Two processes on an empty disk that roll several times, ended at an operation.
fn small_workload(ends_at: Option<u64>) -> (SimulatedDisk, Promises) {
    let disk = empty_disk();
    if let Some(operation) = ends_at {
        disk.freeze_at(operation);
    }
    let (mut promises, mut dice) = (Promises::default(), Dice::new(5));
    for _ in 0..2 {
        lived(&disk, &mut promises, &mut dice, 14);
        if disk.is_frozen() {
            break;
        }
    }
    (disk, promises)
}

#[test]
fn a_cut_at_every_boundary_loses_no_entry_that_was_acknowledged() {
    let (whole, promises) = small_workload(None);
    let boundaries = whole.operations();
    let segments = AccessSegmentFile::list(&whole, dir()).unwrap().len();
    assert!(promises.log.len() > 40 && segments > 3, "{} entries, {segments} segments", promises.log.len());
    for seed in seeds(4 * (boundaries + 1)) {
        let mut dice = Dice::new(seed.number);
        let (ended, mut promises) = small_workload(Some(1 + seed.number % (boundaries + 1)));
        let disk = ended.power_cut(dice.any());
        lived(&disk, &mut promises, &mut dice, 4);
        lived(&disk.power_cut(dice.any()), &mut promises, &mut dice, 1);
    }
}

#[test]
fn a_kill_at_every_boundary_and_a_cut_after_the_next_start_lose_no_entry_that_was_read() {
    let boundaries = small_workload(None).0.operations();
    for seed in seeds(3 * (boundaries + 1)) {
        let mut dice = Dice::new(seed.number);
        let (ended, mut promises) = small_workload(Some(1 + seed.number % (boundaries + 1)));
        // The next process finds in the cache what is not on the disk.
        let disk = ended.process_end();
        let groups = dice.below(3);
        lived(&disk, &mut promises, &mut dice, groups);
        lived(&disk.power_cut(dice.any()), &mut promises, &mut dice, 2);
    }
}

#[test]
fn whatever_becomes_of_many_processes_one_after_the_other_no_entry_is_lost_and_all_is_sound() {
    for seed in seeds(150) {
        let mut dice = Dice::new(seed.number);
        let (mut disk, mut promises) = (empty_disk(), Promises::default());
        for _ in 0..6 {
            if dice.percent(80) {
                disk.freeze_at(disk.operations() + 1 + dice.below(40));
            }
            let groups = dice.below(16);
            lived(&disk, &mut promises, &mut dice, groups);
            disk = if dice.percent(60) { disk.power_cut(dice.any()) } else { disk.process_end() };
        }
        lived(&disk, &mut promises, &mut dice, 3);
        let found = inspect_access_log(&disk, dir(), head_path(), LOG, Suite::default()).unwrap();
        assert_eq!(found.entries, promises.log.len() as u64);
        assert!(found.bad_checkpoints.is_empty());
    }
}

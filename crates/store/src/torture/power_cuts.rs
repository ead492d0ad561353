//! The power is cut, or the process killed, at any boundary: what was acknowledged is there, and it goes on.

use super::life::{Promises, chain, empty_disk, live};
use crate::simulated_disk::{Dice, SimulatedDisk, seeds};

/// Runs one process that may be ended by the disk and by nothing else.
#[track_caller]
fn lived(disk: &SimulatedDisk, promises: &mut Promises, dice: &mut Dice, steps: u64) {
    if let Err(error) = live(disk, promises, dice, steps)
        && !disk.is_frozen()
    {
        panic!("refused after {} processes: {}", promises.lives(), chain(&*error));
    }
}

/// A process that does everything once or more, on an empty disk, which ends at an operation.
fn small_workload(ends_at: Option<u64>) -> (SimulatedDisk, Promises) {
    let disk = empty_disk();
    if let Some(operation) = ends_at {
        disk.freeze_at(operation);
    }
    let mut promises = Promises::default();
    let mut dice = Dice::new(3);
    for _ in 0..2 {
        lived(&disk, &mut promises, &mut dice, 14);
        if disk.is_frozen() {
            break;
        }
    }
    (disk, promises)
}

#[test]
fn a_cut_at_every_boundary_loses_nothing_that_was_acknowledged() {
    let (whole, promises) = small_workload(None);
    let boundaries = whole.operations();
    assert!(promises.does_everything(), "{promises:?}");
    for seed in seeds(4 * (boundaries + 1)) {
        let mut dice = Dice::new(seed.number);
        let (ended, mut promises) = small_workload(Some(1 + seed.number % (boundaries + 1)));
        let disk = ended.power_cut(dice.any());
        lived(&disk, &mut promises, &mut dice, 4);
        lived(&disk.power_cut(dice.any()), &mut promises, &mut dice, 1);
    }
}

#[test]
fn a_kill_at_every_boundary_and_a_cut_after_the_next_start_lose_nothing_that_was_read() {
    let boundaries = small_workload(None).0.operations();
    for seed in seeds(3 * (boundaries + 1)) {
        let mut dice = Dice::new(seed.number);
        let (ended, mut promises) = small_workload(Some(1 + seed.number % (boundaries + 1)));
        // The next process finds in the cache what is not on the disk.
        let disk = ended.process_end();
        let steps = dice.below(3);
        lived(&disk, &mut promises, &mut dice, steps);
        lived(&disk.power_cut(dice.any()), &mut promises, &mut dice, 2);
    }
}

#[test]
fn a_cut_at_every_boundary_of_the_start_after_a_cut_loses_nothing() {
    let boundaries = small_workload(None).0.operations();
    for seed in seeds(60) {
        let mut dice = Dice::new(seed.number);
        let (ended, promises) = small_workload(Some(1 + dice.below(boundaries + 1)));
        let first = ended.power_cut(dice.any());
        let mut boundary = 1;
        loop {
            let mut promises = promises.clone();
            let mut dice = dice.clone();
            // The same cut again, and another in the start that follows it.
            let disk = first.process_end();
            disk.freeze_at(disk.operations() + boundary);
            lived(&disk, &mut promises, &mut dice, 1);
            let is_through = !disk.is_frozen();
            let disk = disk.power_cut(dice.any());
            lived(&disk, &mut promises, &mut dice, 2);
            if is_through {
                break;
            }
            boundary += 1;
        }
    }
}

#[test]
fn whatever_becomes_of_many_processes_one_after_the_other_nothing_is_lost() {
    for seed in seeds(300) {
        let mut dice = Dice::new(seed.number);
        let mut disk = empty_disk();
        let mut promises = Promises::default();
        for _ in 0..6 {
            if dice.percent(80) {
                disk.freeze_at(disk.operations() + 1 + dice.below(60));
            }
            let steps = dice.below(20);
            lived(&disk, &mut promises, &mut dice, steps);
            disk = if dice.percent(60) { disk.power_cut(dice.any()) } else { disk.process_end() };
        }
        lived(&disk, &mut promises, &mut dice, 3);
    }
}

//! A disk that fails or is full, and a log that is lost.

use std::error::Error;

use super::life::{Promises, chain, dir, empty_disk, head_path, live, open};
use crate::access_log::{AccessAppendError, AccessLog, AccessOpenError, AccessSegmentFile};
use crate::disk::Disk;
use crate::simulated_disk::{Dice, Fault, SimulatedDisk, Step, seeds};

fn begun(dice: &mut Dice) -> (SimulatedDisk, Promises) {
    let (disk, mut promises) = (empty_disk(), Promises::default());
    live(&disk, &mut promises, dice, 6).unwrap();
    (disk, promises)
}

/// Appends until it is refused.
#[track_caller]
fn until_refused(log: &AccessLog, promises: &mut Promises, dice: &mut Dice) -> Box<dyn Error> {
    for _ in 0..1_000 {
        if let Err(error) = promises.append(log, dice) {
            return error;
        }
    }
    panic!("nothing was refused");
}

#[test]
fn after_a_write_or_sync_that_failed_it_takes_nothing_until_a_restart_that_finds_what_is_there() {
    for seed in seeds(100) {
        let mut dice = Dice::new(seed.number);
        let (disk, mut promises) = begun(&mut dice);
        let log = open(&disk).unwrap();
        let step = if dice.percent(50) { Step::Write } else { Step::Sync };
        let fault = if dice.percent(50) { Fault::FailsOnce } else { Fault::FailsForEver };
        disk.plan_fault(".log", step, 1 + dice.below(5), fault);
        let error = until_refused(&log, &mut promises, &mut dice);
        assert!(matches!(error.downcast_ref(), Some(AccessAppendError::Io(_))), "{}", chain(&*error));
        let unanswered = promises.clone();
        for _ in 0..3 {
            let again = promises.append(&log, &mut dice).unwrap_err();
            assert!(matches!(again.downcast_ref(), Some(AccessAppendError::Poisoned)), "{again}");
        }
        // It must not say that it was closed in good order.
        assert!(matches!(log.close(), Err(AccessAppendError::Poisoned)));

        disk.mend();
        let after = if dice.percent(50) { disk.process_end() } else { disk.power_cut(dice.any()) };
        promises = unanswered;
        live(&after, &mut promises, &mut dice, 3).unwrap();
        live(&after.power_cut(dice.any()), &mut promises, &mut dice, 1).unwrap();
    }
}

#[test]
fn a_full_disk_refuses_tears_nothing_and_goes_on_by_itself() {
    for seed in seeds(60) {
        let mut dice = Dice::new(seed.number);
        // Also before the first entry.
        let (disk, mut promises) =
            if dice.percent(80) { begun(&mut dice) } else { (empty_disk(), Promises::default()) };
        let log = open(&disk).unwrap();
        for _ in 0..4 {
            disk.set_capacity(disk.used_bytes() + dice.below(9_000));
            let error = until_refused(&log, &mut promises, &mut dice);
            assert!(
                matches!(error.downcast_ref(), Some(AccessAppendError::DiskFull { .. })),
                "{}",
                chain(&*error)
            );
            // Nothing of the refused group is there.
            promises.unanswered.clear();
            promises.take_in(&log).unwrap();
            for after in [disk.process_end(), disk.power_cut(dice.any())] {
                let mut promises = promises.clone();
                promises.take_in(&open(&after).unwrap()).unwrap();
            }
            disk.set_capacity(u64::MAX);
            promises.append(&log, &mut dice).unwrap();
        }
        live(&disk.power_cut(dice.any()), &mut promises, &mut dice, 2).unwrap();
    }
}

#[test]
fn a_log_that_is_lost_or_has_lost_its_end_is_missed() {
    let mut dice = Dice::new(1);
    let (disk, mut promises) = begun(&mut dice);
    let log = open(&disk).unwrap();
    until_at_least(&log, &mut promises, &mut dice, 20);
    log.close().unwrap();
    let entries = promises.log.len() as u64;
    let segments = AccessSegmentFile::list(&disk, dir()).unwrap();

    // All of it, as far as the folder goes.
    let lost = disk.process_end();
    lost.list(dir()).unwrap().iter().for_each(|name| lost.remove(&dir().join(name)).unwrap());
    let error = open(&lost).err().unwrap();
    assert!(matches!(error, AccessOpenError::Behind { found: 0, known } if known == entries), "{error}");

    // The last segment.
    let lost = disk.process_end();
    lost.remove(&segments.last().unwrap().path).unwrap();
    let error = open(&lost).err().unwrap();
    assert!(matches!(error, AccessOpenError::Behind { found, known } if found < known), "{error}");

    // One in the middle, and the first.
    for index in [0, 1] {
        let lost = disk.process_end();
        lost.remove(&segments[index].path).unwrap();
        let error = open(&lost).err().unwrap();
        assert!(matches!(error, AccessOpenError::Damaged(_)), "{error}");
    }

    // Nobody but HEAD.access can know.
    let lost = disk.process_end();
    lost.list(dir()).unwrap().iter().for_each(|name| lost.remove(&dir().join(name)).unwrap());
    lost.remove(head_path()).unwrap();
    assert_eq!(open(&lost).unwrap().last(), 0);
}

fn until_at_least(log: &AccessLog, promises: &mut Promises, dice: &mut Dice, more: usize) {
    let entries = promises.log.len() + more;
    while promises.log.len() < entries {
        promises.append(log, dice).unwrap();
    }
}

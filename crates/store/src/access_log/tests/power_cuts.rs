//! The power is cut, or the process killed, at any boundary: what was acknowledged is there, and it goes on.

use sigeyi_envelope::Suite;

use super::life::{Promises, chain, dir, empty_disk, head_path, live, open, options};
use crate::access_log::{AccessAppendError, AccessLog, AccessSegmentFile, inspect_access_log};
use crate::disk::Disk;
use crate::segment_header::SEGMENT_HEADER_BYTES;
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

/// Another program was faster, or a quota counts otherwise: there was room for the next segment when it was measured.
#[test]
fn a_cut_while_a_roll_is_put_off_loses_no_entry_and_is_no_damage() {
    let (mut cut, mut tried) = (0, 0);
    for seed in seeds(300) {
        let mut dice = Dice::new(seed.number);
        let (disk, mut promises) = (empty_disk(), Promises::default());
        lived(&disk, &mut promises, &mut dice, 2);
        let log = open(&disk).unwrap();
        put_off_a_roll(&disk, &log, &mut promises, &mut dice);
        // Somewhere between the roll that is tried again and the sync of the frame.
        disk.freeze_at(disk.operations() + 3 + dice.below(5));
        while promises.append(&log, &mut dice).is_ok() {}
        drop(log);
        let after = if dice.percent(20) { disk.process_end() } else { disk.power_cut(dice.any()) };
        after.set_quota(u64::MAX);
        inspect_access_log(&after, dir(), head_path(), LOG, Suite::default())
            .unwrap_or_else(|error| panic!("{}", chain(&error)));
        let log = open(&after).unwrap();
        tried += 1;
        cut += u64::from(log.found().unfinished.is_some());
        drop(log);
        lived(&after, &mut promises, &mut dice, 8);
    }
    assert!(cut > 5 || tried < 300, "{cut} writes of {tried} were cut");
}

/// Appends under a quota until the next segment should have been begun and there was no room for its header.
fn put_off_a_roll(disk: &SimulatedDisk, log: &AccessLog, promises: &mut Promises, dice: &mut Dice) {
    let is_put_off = || {
        let last = AccessSegmentFile::list(disk, dir()).unwrap().pop().unwrap();
        let bytes = disk.read(&last.path).unwrap();
        bytes.iter().rposition(|byte| *byte != 0) > Some(options().segment_bytes_max as usize)
    };
    for _ in 0..1_000 {
        disk.set_quota(disk.used_bytes() + dice.below(SEGMENT_HEADER_BYTES as u64));
        if let Err(error) = promises.append(log, dice) {
            let is_full = matches!(error.downcast_ref(), Some(AccessAppendError::DiskFull { .. }));
            assert!(is_full, "{}", chain(&*error));
            promises.unanswered.clear();
            disk.set_quota(u64::MAX);
            promises.append(log, dice).unwrap();
        } else if is_put_off() {
            return;
        }
    }
    panic!("no roll was put off");
}

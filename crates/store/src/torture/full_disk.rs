//! A disk that fills up: refused before anything is torn, reads go on, and it goes on by itself.

use super::life::{Promises, begun, chain, empty_disk, live, open, options};
use crate::disk::Disk;
use crate::event_store::AppendError;
use crate::journal_store::JournalStore;
use crate::simulated_disk::{Dice, SimulatedDisk, seeds};

/// Appends until the disk is full.
#[track_caller]
fn fill(store: &JournalStore, promises: &mut Promises, dice: &mut Dice) {
    for _ in 0..1_000 {
        if let Err(error) = promises.append(store, 1 + dice.below(9)) {
            assert_is_full(&*error);
            return;
        }
    }
    panic!("it never became full");
}

#[track_caller]
fn assert_is_full(error: &(dyn std::error::Error + 'static)) {
    let is_full = matches!(error.downcast_ref(), Some(AppendError::DiskFull { .. }));
    assert!(is_full, "{}", chain(error));
}

fn leave_free(disk: &SimulatedDisk, bytes: u64) {
    disk.set_capacity(disk.used_bytes() + bytes);
}

#[test]
fn a_full_disk_refuses_tears_nothing_and_goes_on_after_space_is_freed() {
    for seed in seeds(60) {
        let mut dice = Dice::new(seed.number);
        let (disk, mut promises) = begun(&mut dice);
        let store = open(&disk, None).unwrap();
        promises.append(&store, 3).unwrap();
        for _ in 0..4 {
            leave_free(&disk, dice.below(30_000));
            fill(&store, &mut promises, &mut dice);
            // Nothing of the refused group is there, and what is there is read: here, and by whoever starts now.
            promises.refused();
            promises.take_in(&store).unwrap();
            for after in [disk.process_end(), disk.power_cut(dice.any())] {
                let mut promises = promises.clone();
                let store = open(&after, None).unwrap();
                promises.take_in(&store).unwrap();
            }
            let again = promises.append(&store, 40).unwrap_err();
            assert_is_full(&*again);
            promises.refused();
        }
        disk.set_capacity(u64::MAX);
        promises.append(&store, 40).unwrap();
        promises.take_in(&store).unwrap();
        drop(store);
        if let Err(error) = live(&disk.power_cut(dice.any()), &mut promises, &mut dice, 6) {
            panic!("{}", chain(&*error));
        }
    }
}

#[test]
fn what_is_kept_free_is_kept_free() {
    let disk = empty_disk();
    disk.set_capacity(200_000);
    let options = crate::StoreOptions { keep_free_bytes: 50_000, ..options() };
    let store = JournalStore::open(options, std::sync::Arc::new(disk.clone())).unwrap();
    let mut promises = Promises::default();
    fill(&store, &mut promises, &mut Dice::new(1));
    let free = disk.free_bytes(super::life::dir()).unwrap();
    assert!((50_000..60_000).contains(&free), "{free} bytes are free");
}

/// A journal without room for a byte: opened, read, and closed without a loss, cut or not.
#[test]
fn a_start_on_a_full_disk_can_read() {
    for seed in seeds(60) {
        let mut dice = Dice::new(seed.number);
        let disk = empty_disk();
        let mut promises = Promises::default();
        let _ = live(&disk, &mut promises, &mut dice, 12);
        let after = if dice.percent(50) { disk.process_end() } else { disk.power_cut(dice.any()) };
        leave_free(&after, 0);
        let store = open(&after, None).unwrap();
        promises.take_in(&store).unwrap();
        let refused = (0..10).find_map(|_| promises.append(&store, 30).err());
        assert_is_full(&*refused.unwrap());
        promises.refused();
        promises.take_in(&store).unwrap();
        drop(store);
        after.set_capacity(u64::MAX);
        if let Err(error) = live(&after, &mut promises, &mut dice, 4) {
            panic!("{}", chain(&*error));
        }
    }
}

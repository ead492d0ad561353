//! A disk that fills up: refused before anything is torn, reads go on, and it goes on by itself.

use super::life::{Promises, begun, chain, empty_disk, live, open, options};
use crate::disk::{Disk, DiskError};
use crate::event_store::AppendError;
use crate::inspection::{
    FoundEvent, JournalDamage, SegmentDone, WalkOptions, Walker, Witness, Witnesses, walk,
};
use crate::journal_store::JournalStore;
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::simulated_disk::{Dice, SimulatedDisk, seeds};
use crate::testing::LOG;
use sigeyi_proof::HashAlgorithm;

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

/// Appends little by little under a quota, until the next segment should have been begun and there was no room for its header.
fn put_off_a_roll(disk: &SimulatedDisk, store: &JournalStore, promises: &mut Promises, dice: &mut Dice) {
    let dir = super::life::dir().join("journal");
    let is_put_off = || {
        let last = dir.join(disk.list(&dir).unwrap().pop().unwrap());
        let bytes = disk.read(&last).unwrap();
        bytes.iter().rposition(|byte| *byte != 0) > Some(options().segment_bytes_max as usize)
    };
    for _ in 0..1_000 {
        disk.set_quota(disk.used_bytes() + dice.below(SEGMENT_HEADER_BYTES as u64));
        if let Err(error) = promises.append(store, 1 + dice.below(2)) {
            assert_is_full(&*error);
            promises.refused();
            disk.set_quota(u64::MAX);
            promises.append(store, 1).unwrap();
        } else if is_put_off() {
            return;
        }
    }
    panic!("no roll was put off");
}

struct NoDamage;

impl Walker for NoDamage {
    fn event(&mut self, _event: &FoundEvent<'_>) {}

    fn damage(&mut self, damage: JournalDamage) {
        panic!("{damage:?}");
    }

    fn differs(&mut self, witness: &Witness) {
        panic!("{witness:?}");
    }

    fn segment(&mut self, _done: SegmentDone) -> Result<(), DiskError> {
        Ok(())
    }
}

#[track_caller]
fn assert_walk_finds_no_damage(disk: &SimulatedDisk) {
    let witnesses = Witnesses::default();
    let options = WalkOptions {
        log_id: LOG,
        algorithm: HashAlgorithm::Sha256,
        mirrors: &[],
        witnesses: &witnesses,
        cut_at: None,
        rebuild: false,
        segment_bytes_max: options().segment_bytes_max,
    };
    let end = walk(disk, &super::life::dir().join("journal"), options, &mut NoDamage).unwrap();
    assert_eq!(end.loss, None);
}

/// Another program was faster, or a quota counts otherwise: there was room when it was measured.
#[test]
fn a_cut_while_a_roll_is_put_off_loses_nothing_and_is_no_damage() {
    let (mut cut, mut tried) = (0, 0);
    for seed in seeds(300) {
        let mut dice = Dice::new(seed.number);
        let (disk, mut promises) = begun(&mut dice);
        let store = open(&disk, None).unwrap();
        put_off_a_roll(&disk, &store, &mut promises, &mut dice);
        // Somewhere between the roll that is tried again and the sync of the frame.
        disk.freeze_at(disk.operations() + 3 + dice.below(5));
        while promises.append(&store, 1 + dice.below(3)).is_ok() {}
        drop(store);
        let after = if dice.percent(20) { disk.process_end() } else { disk.power_cut(dice.any()) };
        after.set_quota(u64::MAX);
        assert_walk_finds_no_damage(&after);
        let store = open(&after, None).unwrap_or_else(|error| panic!("{}", chain(&error)));
        tried += 1;
        cut += u64::from(store.found().unfinished.is_some());
        promises.take_in(&store).unwrap();
        assert_walk_finds_no_damage(&after);
        drop(store);
        if let Err(error) = live(&after, &mut promises, &mut dice, 8) {
            panic!("{}", chain(&*error));
        }
    }
    assert!(cut > 5 || tried < 300, "{cut} writes of {tried} were cut");
}

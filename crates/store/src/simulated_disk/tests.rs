//! The model itself: what may come back, and that everything which may does for some seed.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::*;
use crate::disk::{Access, Disk, DiskFile};

const SEEDS: u64 = 2_000;

fn dir() -> &'static Path {
    Path::new("/d")
}

fn path(name: &str) -> PathBuf {
    dir().join(name)
}

/// A disk with one durable file.
fn disk_with(name: &str, bytes: &[u8]) -> (SimulatedDisk, std::sync::Arc<dyn DiskFile>) {
    let disk = SimulatedDisk::new(dir());
    let file = disk.create(&path(name), Access::Shared).unwrap();
    file.append(bytes).unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(dir()).unwrap();
    (disk, file)
}

/// Every content of a file that some power cut leaves.
fn contents(disk: &SimulatedDisk, name: &str) -> BTreeSet<Vec<u8>> {
    (0..SEEDS).map(|seed| disk.power_cut(seed).read(&path(name)).unwrap()).collect()
}

/// Every set of names that some power cut leaves.
fn names(disk: &SimulatedDisk) -> BTreeSet<Vec<String>> {
    (0..SEEDS).map(|seed| disk.power_cut(seed).list(dir()).unwrap()).collect()
}

#[test]
fn what_was_synced_is_there_after_every_cut() {
    let (disk, _file) = disk_with("a", b"synced");
    assert_eq!(contents(&disk, "a"), BTreeSet::from([b"synced".to_vec()]));
    assert_eq!(names(&disk), BTreeSet::from([vec!["a".to_owned()]]));
}

#[test]
fn sectors_that_were_not_synced_are_each_old_or_new_whatever_became_of_the_others() {
    let (disk, file) = disk_with("a", &[1; 3 * SECTOR_BYTES]);
    file.write_at(100, &[2; 2 * SECTOR_BYTES]).unwrap();
    let mut expected = BTreeSet::new();
    for kept in 0..8 {
        let mut bytes = vec![1; 3 * SECTOR_BYTES];
        for sector in (0..3).filter(|sector| kept >> sector & 1 == 1) {
            let (start, end) = (sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
            bytes[start.max(100)..end.min(100 + 2 * SECTOR_BYTES)].fill(2);
        }
        expected.insert(bytes);
    }
    assert_eq!(contents(&disk, "a"), expected);
    file.sync_data().unwrap();
    assert_eq!(contents(&disk, "a").len(), 1);
}

#[test]
fn a_sector_written_twice_is_as_at_any_moment_and_never_the_second_without_the_first() {
    let (disk, file) = disk_with("a", &[1; SECTOR_BYTES]);
    file.write_at(0, &[2; 10]).unwrap();
    file.write_at(20, &[3; 10]).unwrap();
    let found = contents(&disk, "a");
    let beginnings: BTreeSet<_> = found.iter().map(|bytes| (bytes[0], bytes[20])).collect();
    assert_eq!(beginnings, BTreeSet::from([(1, 1), (2, 1), (2, 3)]));
}

#[test]
fn a_file_that_grew_has_any_length_between_and_zeros_where_its_sectors_were_lost() {
    let (disk, file) = disk_with("a", &[1; 300]);
    file.append(&[2; 2 * SECTOR_BYTES]).unwrap();
    let found = contents(&disk, "a");
    let lengths: BTreeSet<_> = found.iter().map(Vec::len).collect();
    assert!(lengths.contains(&300) && lengths.contains(&(300 + 2 * SECTOR_BYTES)) && lengths.len() > 100);
    for bytes in &found {
        assert!(bytes[..300] == [1; 300]);
        for (at, byte) in bytes.iter().enumerate().skip(300) {
            let first = (at / SECTOR_BYTES * SECTOR_BYTES).max(300);
            assert!(*byte == bytes[first] && (*byte == 0 || *byte == 2), "byte {at}");
        }
    }
    let whole: BTreeSet<_> = found.iter().filter(|bytes| bytes.len() == 300 + 2 * SECTOR_BYTES).collect();
    assert_eq!(whole.len(), 8, "each of three sectors there or not");
}

#[test]
fn a_file_that_was_cut_is_as_long_as_before_or_shorter() {
    let (disk, file) = disk_with("a", &[1; 2_000]);
    file.truncate(700).unwrap();
    let lengths: BTreeSet<_> = contents(&disk, "a").iter().map(Vec::len).collect();
    assert!(lengths.iter().all(|length| (700..=2_000).contains(length)));
    assert!(lengths.contains(&700) && lengths.contains(&2_000));
    // What was cut off does not come back when the file grows again.
    file.append(&[2; 10]).unwrap();
    file.sync_data().unwrap();
    file.truncate(2_000).unwrap();
    let now = disk.read(&path("a")).unwrap();
    assert!(now[..700] == [1; 700] && now[700..710] == [2; 10] && now[710..] == [0; 1_290]);
}

#[test]
fn a_name_is_durable_when_its_folder_is_synced() {
    let (disk, _file) = disk_with("a", b"a");
    let new = disk.create(&path("b"), Access::Shared).unwrap();
    new.append(b"b").unwrap();
    new.sync_data().unwrap();
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&disk), BTreeSet::from([list(&["a"]), list(&["a", "b"])]));
    disk.remove(&path("a")).unwrap();
    let any = [&[][..], &["a"], &["b"], &["a", "b"]].map(list);
    assert_eq!(names(&disk), BTreeSet::from(any));
    disk.sync_dir(dir()).unwrap();
    assert_eq!(names(&disk), BTreeSet::from([list(&["b"])]));
}

#[test]
fn a_rename_is_there_wholly_or_not_at_all() {
    let (disk, _file) = disk_with("a", b"old");
    let new = disk.create(&path("a.new"), Access::Shared).unwrap();
    new.append(b"new").unwrap();
    new.sync_data().unwrap();
    disk.rename(&path("a.new"), &path("a")).unwrap();
    let mut found = BTreeSet::new();
    for seed in 0..SEEDS {
        let after = disk.power_cut(seed);
        found.insert((after.list(dir()).unwrap(), after.read(&path("a")).unwrap()));
    }
    let is = |names: &[&str], bytes: &[u8]| {
        (names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), bytes.to_vec())
    };
    assert_eq!(found, BTreeSet::from([is(&["a"], b"old"), is(&["a", "a.new"], b"old"), is(&["a"], b"new")]));
}

#[test]
fn what_lies_in_a_folder_goes_with_its_name() {
    let disk = SimulatedDisk::new(dir());
    disk.create_dir_all(&path("x/y")).unwrap();
    let file = disk.create(&path("x/y/a"), Access::Shared).unwrap();
    file.append(b"a").unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(&path("x/y")).unwrap();
    disk.sync_dir(&path("x")).unwrap();
    let there: BTreeSet<_> =
        (0..SEEDS).map(|seed| disk.power_cut(seed).exists(&path("x/y/a")).unwrap()).collect();
    assert_eq!(there, BTreeSet::from([false, true]));
    disk.sync_dir(dir()).unwrap();
    assert!((0..SEEDS).all(|seed| disk.power_cut(seed).exists(&path("x/y/a")).unwrap()));
}

#[test]
fn the_same_seed_gives_the_same_disk_again_and_what_came_back_is_durable() {
    let (disk, file) = disk_with("a", b"");
    (0..20).for_each(|_| file.append(&[7; 100]).unwrap());
    for seed in 0..50 {
        let after = disk.power_cut(seed);
        let bytes = after.read(&path("a")).unwrap();
        assert_eq!(disk.power_cut(seed).read(&path("a")).unwrap(), bytes);
        assert_eq!(after.power_cut(seed + 1).read(&path("a")).unwrap(), bytes);
    }
}

#[test]
fn from_the_operation_at_which_it_is_frozen_everything_fails() {
    let (disk, file) = disk_with("a", b"a");
    let before = disk.operations();
    assert_eq!(before, 4, "created, written, synced, and its folder synced");
    disk.freeze_at(before + 2);
    file.append(b"b").unwrap();
    file.sync_data().unwrap_err();
    assert!(disk.is_frozen());
    assert!(file.append(b"c").is_err() && file.len().is_err() && disk.read(&path("a")).is_err());
    // Another process reads what was written; a power cut may leave it or not.
    let after = disk.process_end();
    assert_eq!(after.read(&path("a")).unwrap(), b"ab");
    assert_eq!(contents(&after, "a"), BTreeSet::from([b"a".to_vec(), b"a\0".to_vec(), b"ab".to_vec()]));
}

#[test]
fn after_a_failed_sync_the_data_is_gone_though_a_later_sync_succeeds() {
    let (disk, file) = disk_with("a", b"");
    disk.plan_fault("a", Step::Sync, 2, Fault::FailsOnce);
    file.append(b"one").unwrap();
    file.sync_data().unwrap();
    file.append(&[2; 2 * SECTOR_BYTES]).unwrap();
    file.sync_data().unwrap_err();
    assert_eq!(disk.read(&path("a")).unwrap().len(), 3 + 2 * SECTOR_BYTES);
    file.sync_data().unwrap();
    let mut zeroed = b"one".to_vec();
    zeroed.resize(3 + 2 * SECTOR_BYTES, 0);
    assert_eq!(contents(&disk, "a"), BTreeSet::from([zeroed]));
}

#[test]
fn a_sync_that_lies_leaves_everything_to_the_next_honest_one() {
    let (disk, file) = disk_with("a", b"");
    disk.plan_fault("a", Step::Sync, 1, Fault::LiesOnce);
    file.append(b"x").unwrap();
    file.sync_data().unwrap();
    assert!(contents(&disk, "a").contains(&b""[..]));
    file.sync_data().unwrap();
    assert_eq!(contents(&disk, "a"), BTreeSet::from([b"x".to_vec()]));
    disk.plan_fault("", Step::Sync, 1, Fault::LiesForEver);
    file.append(b"y").unwrap();
    file.sync_data().unwrap();
    file.sync_data().unwrap();
    assert!(contents(&disk, "a").contains(&b"x"[..]));
    disk.mend();
    file.sync_data().unwrap();
    assert_eq!(contents(&disk, "a").len(), 1);
}

#[test]
fn a_write_that_lies_can_be_read_and_is_never_on_the_disk() {
    let (disk, file) = disk_with("a", b"old");
    disk.plan_fault("", Step::Write, 1, Fault::LiesOnce);
    file.write_at(0, b"new").unwrap();
    file.sync_data().unwrap();
    assert_eq!(disk.read(&path("a")).unwrap(), b"new");
    assert_eq!(contents(&disk, "a"), BTreeSet::from([b"old".to_vec()]));
}

#[test]
fn a_write_that_fails_leaves_the_sectors_of_its_first_half_once_or_for_ever() {
    let (disk, file) = disk_with("a", &[1; 2_000]);
    disk.plan_fault("b", Step::Write, 1, Fault::FailsOnce);
    disk.plan_fault("a", Step::Write, 2, Fault::FailsOnce);
    disk.plan_fault("a", Step::Write, 4, Fault::FailsForEver);
    file.write_at(0, &[2; 10]).unwrap();
    file.write_at(100, &[3; 1_900]).unwrap_err();
    file.write_at(1_900, &[4; 10]).unwrap();
    for _ in 0..3 {
        file.write_at(1_990, &[5; 10]).unwrap_err();
    }
    let mut expected = vec![1; 2_000];
    expected[..10].fill(2);
    expected[100..1_024].fill(3);
    expected[1_900..1_910].fill(4);
    assert!(disk.read(&path("a")).unwrap() == expected);
}

#[test]
fn a_full_disk_takes_what_there_is_room_for_and_more_after_space_is_freed() {
    let (disk, file) = disk_with("a", &[1; 90]);
    disk.set_capacity(100);
    assert_eq!((disk.free_bytes(dir()).unwrap(), disk.used_bytes()), (10, 90));
    assert_eq!(file.append(&[2; 20]).unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(disk.read(&path("a")).unwrap().len(), 100);
    assert_eq!(file.append(b"x").unwrap_err().kind(), ErrorKind::StorageFull);
    // What is there can be written over.
    file.write_at(0, &[3; 100]).unwrap();
    file.truncate(50).unwrap();
    file.append(&[4; 50]).unwrap();
    disk.set_capacity(1_000);
    file.append(&[5; 20]).unwrap();
    assert_eq!(disk.free_bytes(dir()).unwrap(), 880);
}

#[test]
fn it_refuses_what_a_file_system_refuses() {
    let (disk, file) = disk_with("a", b"a");
    let kind = |result: std::io::Result<()>| result.unwrap_err().kind();
    assert_eq!(kind(disk.create(&path("a"), Access::Shared).map(drop)), ErrorKind::AlreadyExists);
    assert_eq!(kind(disk.create(&path("x/a"), Access::Shared).map(drop)), ErrorKind::NotFound);
    assert_eq!(kind(disk.open_read(&path("b")).map(drop)), ErrorKind::NotFound);
    assert_eq!(kind(disk.open_write(&path("b")).map(drop)), ErrorKind::NotFound);
    assert_eq!(kind(disk.read(&path("b")).map(drop)), ErrorKind::NotFound);
    assert_eq!(kind(disk.remove(&path("b"))), ErrorKind::NotFound);
    assert_eq!(kind(disk.rename(&path("b"), &path("c"))), ErrorKind::NotFound);
    assert_eq!(kind(disk.list(&path("x")).map(drop)), ErrorKind::NotFound);
    assert_eq!(kind(disk.sync_dir(&path("x"))), ErrorKind::NotFound);
    assert_eq!(kind(disk.create_dir_all(&path("a/b"))), ErrorKind::NotADirectory);
    assert_eq!(kind(file.read_at(0, &mut [0; 2])), ErrorKind::UnexpectedEof);
    assert_eq!(kind(file.read_at(u64::MAX, &mut [0])), ErrorKind::UnexpectedEof);
    assert_eq!(kind(file.write_at(2, b"x")), ErrorKind::InvalidInput);
}

//! What is wrong in sled's files reaches no reader and no writer.

use std::fs;
use std::path::Path;

use super::{assert_mirrored, assert_readable, last_in_sled, open, open_sled, opened, report};
use crate::journal_store::JournalStore;
use crate::mirror::MirrorState;
use crate::testing::{append, until};

/// Copies a mirror as a power cut would leave it: while sled has it open.
fn copy_unclean(from: &Path, to: &Path) {
    _ = fs::remove_dir_all(to);
    fs::create_dir_all(to.join("blobs")).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn what_is_mirrored_is_in_sleds_files_and_not_in_its_memory() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for _ in 0..5 {
        append(&store, 200).unwrap();
        assert_mirrored(&store);
        copy_unclean(&dir.path().join("mirror"), &dir.path().join("unclean"));
        assert_eq!(last_in_sled(&dir.path().join("unclean")), store.mirrored_through().0);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_sleds_files_reaches_no_reader_and_no_writer() {
    let dir = tempfile::tempdir().unwrap();
    let unclean = dir.path().join("unclean");
    let store = open(dir.path());
    (0..6).for_each(|_| _ = append(&store, 3_000).unwrap());
    assert_mirrored(&store);
    copy_unclean(&dir.path().join("mirror"), &unclean);
    store.close();
    let db = dir.path().join("mirror/db");
    let length = fs::metadata(unclean.join("db")).unwrap().len() as usize;
    let trials = 12;
    for trial in 0..trials {
        copy_unclean(&unclean, &dir.path().join("mirror"));
        let mut bytes = fs::read(&db).unwrap();
        bytes[trial * length / trials + 7 * trial % 100] ^= 1 << (trial % 8);
        fs::write(&db, bytes).unwrap();
        let store = open(dir.path());
        opened(&store);
        append(&store, 10).unwrap();
        assert_readable(&store);
    }
}

/// The mirror failed for such a reason, and there is a new one.
#[track_caller]
fn assert_built_anew(store: &JournalStore, why: &str) {
    until("it failed", || report(store).failures > 0);
    until("it is built anew", || report(store).rebuilt == 1);
    let report = report(store);
    assert!(report.last_failure.as_ref().is_some_and(|told| told.contains(why)), "{report:?}");
    append(store, 500).unwrap();
    assert_mirrored(store);
    assert_readable(store);
}

#[test]
fn damaged_sled_files_are_kept_and_reads_and_writes_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    let db = dir.path().join("mirror/db");
    let bytes: Vec<u8> = fs::read(&db).unwrap().iter().map(|byte| byte ^ 0x55).collect();
    fs::write(&db, &bytes).unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    assert_readable(&store);
    assert_mirrored(&store);
    // sled may also take such a file for an empty one, and is filled again then.
    assert_eq!(dir.path().join("mirror.set-aside/db").exists(), report(&store).failures > 0);
}

#[test]
fn a_file_that_sled_cannot_open_is_set_aside_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    fs::remove_file(dir.path().join("mirror/db")).unwrap();
    fs::create_dir(dir.path().join("mirror/db")).unwrap();
    let store = open(dir.path());
    assert_built_anew(&store, "sled failed: ");
    assert!(dir.path().join("mirror.set-aside/db").is_dir());
}

#[test]
fn a_damaged_block_is_never_given_out() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    {
        let db = open_sled(&dir.path().join("mirror"));
        let blocks = db.open_tree("blocks").unwrap();
        let (key, value) = blocks.get_gt(1_u64.to_be_bytes()).unwrap().unwrap();
        let mut value = value.to_vec();
        value[200] ^= 1;
        blocks.insert(key, value).unwrap();
    }
    let store = open(dir.path());
    until("it follows", || store.mirror_state() == MirrorState::Following);
    assert_readable(&store);
    assert_built_anew(&store, "damaged");
    assert!(!dir.path().join("mirror.set-aside").exists(), "the journal has all of it");
}

#[test]
fn a_missing_block_is_never_fewer_events() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    {
        let db = open_sled(&dir.path().join("mirror"));
        let blocks = db.open_tree("blocks").unwrap();
        let (key, _) = blocks.get_gt(1_u64.to_be_bytes()).unwrap().unwrap();
        blocks.remove(key).unwrap();
    }
    let store = open(dir.path());
    until("it follows", || store.mirror_state() == MirrorState::Following);
    assert_readable(&store);
    assert_built_anew(&store, "is missing in the mirror");
}

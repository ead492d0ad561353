//! The journal is damaged, cut or gone beside its mirror.

use std::fs;
use std::sync::Arc;

use sigeyi_envelope::Position;

use super::{assert_mirrored, assert_readable, full_blocks_end, open, opened, options, report};
use crate::disk::RealDisk;
use crate::event_store::EventStore;
use crate::journal_fault::OpenError;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::mirror::MirrorState;
use crate::testing::{append, until};

#[test]
fn while_the_journal_cannot_be_read_a_mirror_is_left_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    // More than is kept of the segments in memory.
    (0..60).for_each(|_| _ = append(&store, 100).unwrap());
    assert_mirrored(&store);
    // A sealed segment is damaged, and there is more to copy from it.
    let path = dir.path().join("journal/0000000001.log");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    let blocks = dir.path().join("mirror");
    fs::rename(&blocks, dir.path().join("elsewhere")).unwrap();
    append(&store, 500).unwrap();
    until("it is missed, and cannot be built", || {
        report(&store).last_failure.is_some_and(|why| why.contains("cannot read the journal"))
    });
    assert!(!dir.path().join("mirror.set-aside").exists());
    assert!(blocks.join("db").exists(), "what was built is left");
}

#[test]
fn a_mirror_beyond_the_journal_says_so_and_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 20).unwrap();
    let before = store.journal_bytes();
    append(&store, 500).unwrap();
    store.close();
    // The newest segment files are lost.
    for number in 2..100 {
        _ = fs::remove_file(dir.path().join(format!("journal/{number:010}.log")));
    }
    let first = fs::OpenOptions::new().write(true).open(dir.path().join("journal/0000000001.log")).unwrap();
    first.set_len(before).unwrap();
    let mirror = Position(full_blocks_end(520));
    for _ in 0..2 {
        let store = open(dir.path());
        assert_eq!(opened(&store), MirrorState::Ahead { mirror, journal: Position(20) });
        assert_eq!(store.mirrored_through(), Position(0));
        assert_readable(&store);
        assert!(dir.path().join("mirror/db").exists() && !dir.path().join("mirror.set-aside").exists());
    }
}

/// Otherwise the next start would trust a `HEAD` that was made from what is left, and append over what is lost.
#[test]
fn a_journal_that_lost_its_end_and_its_head_is_not_said_to_end_there() {
    let dir = tempfile::tempdir().unwrap();
    let head_path = dir.path().join("HEAD");
    let open = || {
        let options = StoreOptions { head_path: Some(head_path.clone()), ..options(dir.path()) };
        JournalStore::open(options, Arc::new(RealDisk)).unwrap()
    };
    let store = open();
    append(&store, 20).unwrap();
    let before = store.journal_bytes();
    append(&store, 90).unwrap();
    assert_eq!(opened(&store), MirrorState::Following);
    store.close();
    assert!(head_path.exists());
    let first = fs::OpenOptions::new().write(true).open(dir.path().join("journal/0000000001.log")).unwrap();
    first.set_len(before).unwrap();
    fs::remove_file(&head_path).unwrap();
    for waits in [false, true, false] {
        let store = open();
        if waits {
            assert!(matches!(opened(&store), MirrorState::Ahead { .. }));
        }
        assert_eq!(store.head(), Position(20));
        store.close();
        assert!(!head_path.exists());
    }
}

#[test]
fn a_journal_that_is_gone_is_not_begun_anew_beside_its_mirror() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    append(&store, 500).unwrap();
    store.close();
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    let error = JournalStore::open(options(dir.path()), Arc::new(RealDisk)).err().unwrap();
    assert!(matches!(error, OpenError::JournalLost { .. }), "{error}");
    assert!(!dir.path().join("journal").exists());
}

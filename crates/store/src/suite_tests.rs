//! Journals of either suite, and of both mixed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sigeyi_envelope::{Position, Suite};
use sigeyi_proof::CompactTree;
use uuid::Uuid;

use crate::disk::RealDisk;
use crate::encoded_events::EncodedEvents;
use crate::event_store::{EventStore, ReadError};
use crate::frame::FrameFault;
use crate::journal_fault::{Damage, JournalFault, OpenError};
use crate::journal_store::{JournalStore, StoreOptions};
use crate::segment_check::SegmentFile;
use crate::suite::{hash_algorithm, suite_of_journal};
use crate::testing::{LOG, stored_in};

fn open(dir: &Path, suite: Suite) -> Result<JournalStore, OpenError> {
    JournalStore::open(StoreOptions { suite, ..StoreOptions::new(dir, LOG) }, Arc::new(RealDisk))
}

/// Appends an event of a suite.
fn append(store: &JournalStore, suite: Suite) {
    let head = store.head();
    let stored = stored_in(suite, head.0 + 1, "{}");
    let mut events = EncodedEvents::new();
    events.push(&stored, hash_algorithm(suite).leaf(&stored));
    store.append(head, events).unwrap();
}

fn other(suite: Suite) -> Suite {
    match suite {
        Suite::International => Suite::Guomi,
        Suite::Guomi => Suite::International,
    }
}

/// The journal says that it is of a suite, where it is to be of the other.
#[track_caller]
fn assert_journal_of(suite: Suite, fault: JournalFault) {
    let (expected, found) = (other(suite).number(), suite.number());
    assert_eq!(fault, JournalFault::Suite { expected, found });
}

#[track_caller]
fn assert_other_suite(error: OpenError, position: u64, suite: Suite) {
    let (expected, found) = (suite.number(), other(suite).number());
    let OpenError::Damaged(Damage { fault: JournalFault::Frame(fault), .. }) = error else {
        panic!("{error}");
    };
    assert_eq!(fault, FrameFault::Suite { position, expected, found });
    let says = format!("event {position} is of suite {found}, but its log of suite {expected}");
    assert_eq!(fault.to_string(), says);
}

#[test]
fn a_journal_of_either_suite_goes_on_and_is_not_opened_as_one_of_the_other() {
    for suite in Suite::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = CompactTree::new(hash_algorithm(suite));
        for count in 0..5 {
            let store = open(dir.path(), suite).unwrap();
            assert_eq!((store.head(), store.tree().root()), (Position(count), tree.root()));
            append(&store, suite);
            tree.push(hash_algorithm(suite).leaf(&stored_in(suite, count + 1, "{}")));
        }
        let path = dir.path().join("0000000001.log");
        let before = fs::read(&path).unwrap();
        let refused = open(dir.path(), other(suite)).err().unwrap();
        let OpenError::Damaged(Damage { fault, .. }) = refused else { panic!("{refused}") };
        assert_journal_of(suite, fault);
        assert_eq!(fs::read(&path).unwrap(), before);

        let file = SegmentFile::of(dir.path(), 1);
        let mut tree = CompactTree::new(hash_algorithm(other(suite)));
        let refused = file.check(&before, LOG, &mut tree, |_, _| ()).unwrap_err();
        assert_journal_of(suite, refused.fault);
    }
}

/// Every event that comes later would be hashed by the algorithms of one suite, behind a header of the other.
#[test]
fn a_journal_without_events_is_not_begun_by_the_algorithms_of_the_other_suite() {
    for suite in Suite::ALL {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path(), suite).unwrap());
        let refused = open(dir.path(), other(suite)).err().unwrap();
        let OpenError::Damaged(Damage { fault, .. }) = refused else { panic!("{refused}") };
        assert_journal_of(suite, fault);
        assert_eq!(open(dir.path(), suite).unwrap().head(), Position(0));
    }
}

#[test]
fn a_single_event_of_another_suite_is_refused_although_everything_else_fits() {
    for suite in Suite::ALL {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), suite).unwrap();
        append(&store, suite);
        append(&store, other(suite));
        // While it is open, by the one who reads it again.
        let mut pass = store.pass();
        let read = loop {
            match pass.step(|_, _| ()) {
                Ok(Some(_)) => {}
                ended => break ended,
            }
        };
        let Err(ReadError::Damaged(damage)) = read else { panic!("{read:?}") };
        assert_other_suite(damage.into(), 2, suite);
        drop((store, pass));
        assert_other_suite(open(dir.path(), suite).err().unwrap(), 2, suite);

        let file = SegmentFile::of(dir.path(), 1);
        let bytes = file.read(&RealDisk, None).unwrap();
        let mut tree = CompactTree::new(hash_algorithm(suite));
        let damage = file.check(&bytes, LOG, &mut tree, |_, _| ()).unwrap_err();
        assert_other_suite(damage.into(), 2, suite);
    }
}

#[test]
fn a_journal_tells_its_suite_from_its_first_segment_on() {
    for suite in Suite::ALL {
        let dir = tempfile::tempdir().unwrap();
        let found = || suite_of_journal(&RealDisk, dir.path(), LOG).unwrap();
        assert_eq!(found(), None);
        let store = open(dir.path(), suite).unwrap();
        assert_eq!(found(), Some(suite));
        append(&store, suite);
        assert_eq!(found(), Some(suite));
        assert_eq!(suite_of_journal(&RealDisk, dir.path(), Uuid::nil()).unwrap(), None);
    }
}

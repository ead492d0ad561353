//! A journal that the store itself has written.

use std::sync::Arc;

use sigeyi_envelope::{Position, Suite};
use sigeyi_store::{EncodedEvents, EventStore, JournalStore, Manifest, RealDisk, StoreOptions};
use sigeyi_verifier::{Fixed, verify_directory};

use crate::invented::*;
use crate::journal::LOG;

#[test]
fn a_journal_of_the_store_is_verified_while_it_is_open_and_when_it_is_closed() {
    let (folder, log) = (tempfile::tempdir().unwrap(), small_log());
    let disk = Arc::new(RealDisk);
    Manifest::create(&*disk, folder.path(), &Manifest::new(LOG, Suite::International, false, false)).unwrap();
    let options = StoreOptions {
        segment_bytes_max: 1_000,
        head_path: Some(folder.path().join("HEAD")),
        ..StoreOptions::new(folder.path().join("journal"), LOG)
    };
    let store = JournalStore::open(options, disk).unwrap();
    let verify = || verify_directory(folder.path(), None, Some(trusted(&log[..3])));
    for group in [0..3, 3..5, 5..8, 8..12] {
        let mut events = EncodedEvents::new();
        log[group.clone()].iter().for_each(|event| events.push(event, SHA256.leaf(event)));
        store.append(Position(group.start as u64), events).unwrap();
        let verified = verify().unwrap();
        assert_eq!((verified.end.events, verified.end.fixed), (group.end as u64, Fixed::Through(3)));
        assert_eq!(verified.end.root, store.tree().root());
    }
    store.close();
    let verified = verify().unwrap();
    assert_eq!((verified.end.events, verified.end.people), (12, 3));
    assert!(verified.segments > 1, "{}", verified.segments);
}

//! What a journal and its `HEAD` say of each other, and the zeros ahead.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sigeyi_envelope::Position;

use crate::disk::RealDisk;
use crate::event_store::{AppendError, EventStore};
use crate::head_file::{FoundHead, HeadFile, KnownHead};
use crate::journal_fault::{JournalFault, OpenError};
use crate::journal_store::{JournalStore, StoreOptions};
use crate::testing::{FaultyDisk, LOG, append, tree_at};

/// A directory whose journal holds frames of 3, 4 and 2 events.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn closed() -> Place {
        let place = Place { dir: tempfile::tempdir().unwrap() };
        let store = place.open().unwrap();
        [3, 4, 2].into_iter().for_each(|events| _ = append(&store, events).unwrap());
        place
    }

    fn options(&self) -> StoreOptions {
        StoreOptions {
            head_path: Some(self.head()),
            ahead_bytes: 4_000,
            ..StoreOptions::new(self.dir.path().join("journal"), LOG)
        }
    }

    fn open(&self) -> Result<JournalStore, OpenError> {
        JournalStore::open(self.options(), Arc::new(RealDisk))
    }

    fn head(&self) -> PathBuf {
        self.dir.path().join("HEAD")
    }

    fn journal(&self) -> PathBuf {
        self.dir.path().join("journal/0000000001.log")
    }

    fn known(&self) -> KnownHead {
        known(&self.head())
    }

    /// What a kill leaves: a copy of the files while they are in use.
    fn after_kill(store: &JournalStore, place: &Place) -> Place {
        let copy = Place { dir: tempfile::tempdir().unwrap() };
        assert_eq!(store.head(), Position(9), "it is in use");
        fs::create_dir(copy.dir.path().join("journal")).unwrap();
        fs::copy(place.journal(), copy.journal()).unwrap();
        fs::copy(place.head(), copy.head()).unwrap();
        copy
    }

    #[track_caller]
    fn is_refused(&self) -> OpenError {
        let files = || (fs::read(self.journal()).unwrap(), fs::read(self.head()).unwrap());
        let before = files();
        let error = self.open().err().expect("it is refused");
        assert!(files() == before, "nothing was changed");
        error
    }
}

fn known(path: &Path) -> KnownHead {
    let (_, found) = HeadFile::open(Arc::new(RealDisk), path, LOG).unwrap();
    *found.known().unwrap()
}

#[test]
fn closing_says_where_the_journal_ends_and_cuts_the_zeros() {
    let place = Place::closed();
    let length = fs::metadata(place.journal()).unwrap().len();
    let root = tree_at(9).root();
    let expected = KnownHead { position: Position(9), root, segment: 1, end: length, is_closed: true };
    assert_eq!(place.known(), expected);

    let store = place.open().unwrap();
    assert_eq!(store.found().head, FoundHead::Known(expected));
    assert_eq!(place.known(), expected, "a start that appends nothing changes nothing");
    append(&store, 1).unwrap();
    assert_eq!(place.known(), KnownHead { is_closed: false, ..expected }, "said before the first frame");
    assert!(fs::metadata(place.journal()).unwrap().len() >= store.journal_bytes() + 4_000);
    drop(store);
    let known = place.known();
    assert_eq!((known.position, known.is_closed), (Position(10), true));
    assert_eq!(fs::metadata(place.journal()).unwrap().len(), known.end);
}

#[test]
fn a_closed_journal_that_is_cut_or_zeroed_anywhere_is_refused() {
    let place = Place::closed();
    let whole = fs::read(place.journal()).unwrap();
    for end in 96..whole.len() {
        for zeros in [0, whole.len() - end] {
            let mut bad = whole[..end].to_vec();
            bad.resize(end + zeros, 0);
            fs::write(place.journal(), bad).unwrap();
            match place.is_refused() {
                OpenError::JournalBehind { journal: 0 | 3 | 7, known: 9 } | OpenError::Damaged(_) => {}
                other => panic!("cut at {end}: {other}"),
            }
        }
    }
    fs::remove_file(place.journal()).unwrap();
    let error = place.open().err().unwrap();
    assert_eq!(
        error.to_string(),
        "the journal ends at event 0, but 9 events were durable: 9 are missing, run `sigeyi repair`"
    );
    assert!(!place.journal().exists(), "none is made in its place");
}

#[test]
fn after_a_kill_only_what_is_behind_the_known_head_is_cut() {
    let place = Place::closed();
    fs::remove_file(place.journal()).unwrap();
    fs::remove_file(place.head()).unwrap();
    let store = place.open().unwrap();
    append(&store, 3).unwrap();
    append(&store, 4).unwrap();
    store.save_head().unwrap();
    let known = place.known();
    append(&store, 2).unwrap();
    let frames = store.journal_bytes() as usize;
    let killed = Place::after_kill(&store, &place);
    drop(store);
    let (whole, head) = (fs::read(killed.journal()).unwrap(), fs::read(killed.head()).unwrap());
    assert!(whole.len() > frames, "zeros are ahead");
    for end in (known.end as usize - 200)..whole.len() {
        fs::write(killed.journal(), &whole[..end]).unwrap();
        fs::write(killed.head(), &head).unwrap();
        if end < known.end as usize {
            let error = killed.is_refused();
            assert!(matches!(error, OpenError::JournalBehind { known: 7, .. }), "cut at {end}: {error}");
            continue;
        }
        let store = killed.open().unwrap();
        let (events, cut) = if end < frames { (7, end > known.end as usize) } else { (9, false) };
        assert_eq!(store.head(), Position(events), "cut at {end}");
        assert_eq!(store.found().unfinished.is_some(), cut, "cut at {end}");
    }
}

#[test]
fn frames_behind_a_closing_are_refused() {
    let place = Place::closed();
    let closed = fs::read(place.head()).unwrap();
    append(&place.open().unwrap(), 1).unwrap();
    fs::write(place.head(), closed).unwrap();
    let error = place.is_refused();
    let OpenError::Damaged(damage) = error else { panic!("{error}") };
    assert_eq!(damage.fault, JournalFault::BeyondClosing { closed: 9, journal: 10 });
}

#[test]
fn a_head_with_another_root_is_refused() {
    for position in [3, 7, 9] {
        let place = Place::closed();
        let (mut file, _) = HeadFile::open(Arc::new(RealDisk), &place.head(), LOG).unwrap();
        let wrong =
            KnownHead { position: Position(position), root: [1; 32], is_closed: false, ..place.known() };
        file.save(wrong).unwrap();
        let error = place.is_refused();
        let OpenError::Damaged(damage) = error else { panic!("{error}") };
        assert_eq!(damage.fault, JournalFault::HeadRoot);
    }
}

#[test]
fn a_head_that_is_gone_or_damaged_is_made_again() {
    for (left, found) in [(None, FoundHead::Missing), (Some(vec![7; 700]), FoundHead::Damaged)] {
        let place = Place::closed();
        let before = place.known();
        match left {
            None => fs::remove_file(place.head()).unwrap(),
            Some(bytes) => fs::write(place.head(), bytes).unwrap(),
        }
        let store = place.open().unwrap();
        assert_eq!((store.head(), store.found().head), (Position(9), found));
        drop(store);
        assert_eq!(place.known(), before);
    }
}

#[test]
fn without_a_mirror_an_append_saves_a_head_that_is_old() {
    let place = Place::closed();
    let options = StoreOptions { head_age_max: Duration::ZERO, ..place.options() };
    let store = JournalStore::open(options, Arc::new(RealDisk)).unwrap();
    for events in 10..20 {
        append(&store, 1).unwrap();
        let known = place.known();
        assert_eq!((known.position, known.is_closed), (Position(events - 1), false), "before the frame");
    }
}

#[test]
fn a_disk_without_space_is_met_before_a_frame_is_begun() {
    let place = Place::closed();
    let (disk, faults) = FaultyDisk::new();
    // A segment that is full goes on as long as there is room in it.
    let options = StoreOptions { segment_bytes_max: 1_000, ..place.options() };
    let store = JournalStore::open(options, disk).unwrap();
    store.write_ahead().unwrap();
    faults.taken.store(u64::MAX, Ordering::SeqCst);
    // Several groups find room in what was written ahead.
    let mut recorded = store.head().0;
    let refused = loop {
        match append(&store, 2) {
            Ok(appended) => recorded = appended.head.0,
            Err(error) => break error,
        }
    };
    assert!(recorded > 15, "{recorded} events");
    assert!(matches!(refused, AppendError::DiskFull { free_bytes: 0, .. }), "{refused}");
    assert!(matches!(store.write_ahead(), Err(AppendError::DiskFull { .. })));
    assert_eq!(store.head(), Position(recorded), "readers go on");

    faults.taken.store(0, Ordering::SeqCst);
    append(&store, 2).unwrap();
    assert_eq!(store.head(), Position(recorded + 2), "it goes on by itself");
    drop(store);
    assert_eq!(place.open().unwrap().head(), Position(recorded + 2));
}

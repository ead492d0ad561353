//! sled fails, panics, hangs, loses and vanishes: writers and readers go on, and there is a mirror again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use sigeyi_envelope::Position;

use crate::block::FullBlock;
use crate::disk::RealDisk;
use crate::event_store::{Direction, EventStore};
use crate::journal_store::{JournalStore, StoreOptions};
use crate::mirror::{MirrorReport, MirrorState};
use crate::mirror_fault::MirrorFault;
use crate::mirror_sled::{Blocks, OpenBlocks, Sled};
use crate::mirror_thread::Pace;
use crate::mirror_watch::LEFT_MAX;
use crate::testing::{LOG, append, assert_events, encoded_from, stored, stored_with, until};

/// A call into sled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Open,
    First,
    Last,
    At,
    Insert,
    Flush,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Error,
    Panic,
    /// It does not come back until it is let go.
    Hang,
    /// The same, of one call alone: others of its kind come back.
    HangAlone,
    /// It says that it was done, and was not.
    Lie,
}

/// sled, with faults as they are told.
#[derive(Default)]
struct Told {
    fault: Mutex<Option<(Call, Fault)>>,
    /// Whether the fault stays.
    stays: AtomicBool,
    opens: AtomicUsize,
    hanging: AtomicUsize,
    /// Whether those that hang alone come back.
    come_back: AtomicBool,
    let_go: Condvar,
}

struct ToldSled(Arc<Told>);

struct ToldBlocks {
    inner: Arc<dyn Blocks>,
    told: Arc<Told>,
}

impl Told {
    fn once(&self, call: Call, fault: Fault) {
        *self.fault.lock() = Some((call, fault));
    }

    fn for_ever(&self, call: Call, fault: Fault) {
        self.stays.store(true, SeqCst);
        self.once(call, fault);
    }

    fn let_go(&self) {
        self.come_back.store(true, SeqCst);
        *self.fault.lock() = None;
        self.let_go.notify_all();
    }

    /// True when the call is to be left out.
    fn meet(&self, call: Call) -> Result<bool, MirrorFault> {
        let mut told = self.fault.lock();
        let Some((_, fault)) = told.filter(|(faulty, _)| *faulty == call) else { return Ok(false) };
        if fault == Fault::Hang {
            self.hanging.fetch_add(1, SeqCst);
            while told.is_some() {
                self.let_go.wait(&mut told);
            }
            self.hanging.fetch_sub(1, SeqCst);
            return Ok(false);
        }
        if !self.stays.load(SeqCst) {
            *told = None;
        }
        if fault == Fault::HangAlone {
            self.hanging.fetch_add(1, SeqCst);
            while !self.come_back.load(SeqCst) {
                self.let_go.wait(&mut told);
            }
            self.hanging.fetch_sub(1, SeqCst);
            return Ok(false);
        }
        drop(told);
        match fault {
            Fault::Error => Err(sled::Error::Unsupported(format!("{call:?} is told to fail")).into()),
            Fault::Panic => panic!("{call:?} is told to panic"),
            Fault::Lie | Fault::Hang | Fault::HangAlone => Ok(true),
        }
    }
}

impl OpenBlocks for ToldSled {
    fn open(&self, dir: &Path, cache_bytes: u64) -> Result<Arc<dyn Blocks>, MirrorFault> {
        self.0.opens.fetch_add(1, SeqCst);
        self.0.meet(Call::Open)?;
        Ok(Arc::new(ToldBlocks { inner: Sled.open(dir, cache_bytes)?, told: self.0.clone() }))
    }
}

impl Blocks for ToldBlocks {
    fn first(&self) -> Result<Option<u64>, MirrorFault> {
        self.told.meet(Call::First)?;
        self.inner.first()
    }
    fn last(&self) -> Result<Option<(u64, Bytes)>, MirrorFault> {
        self.told.meet(Call::Last)?;
        self.inner.last()
    }
    fn at(&self, position: u64) -> Result<Option<(u64, Bytes)>, MirrorFault> {
        self.told.meet(Call::At)?;
        self.inner.at(position)
    }
    fn insert(&self, blocks: Vec<FullBlock>) -> Result<(), MirrorFault> {
        if self.told.meet(Call::Insert)? { Ok(()) } else { self.inner.insert(blocks) }
    }
    fn flush(&self) -> Result<(), MirrorFault> {
        self.told.meet(Call::Flush)?;
        self.inner.flush()
    }
}

const PACE: Pace = Pace {
    first_pause: Duration::from_millis(1),
    free_bytes_min: 0,
    write_stall: Duration::from_millis(50),
    stop_stuck_max: Duration::from_millis(200),
    ..Pace::USUAL
};
/// Much longer than anything takes that does not wait for sled, on however busy a machine.
const AT_ONCE: Duration = Duration::from_secs(5);

struct World {
    dir: tempfile::TempDir,
    told: Arc<Told>,
}

impl World {
    fn new() -> World {
        World { dir: tempfile::tempdir().unwrap(), told: Arc::default() }
    }

    fn open(&self) -> JournalStore {
        self.open_at(PACE)
    }

    /// Nothing in memory: what does not come from the mirror comes from the segments.
    fn open_at(&self, pace: Pace) -> JournalStore {
        let options = StoreOptions {
            mirror_dir: Some(self.mirror()),
            tail_bytes_max: 0,
            segment_bytes_max: 20_000,
            ..StoreOptions::new(self.dir.path().join("journal"), LOG)
        };
        let sled = Arc::new(ToldSled(self.told.clone()));
        JournalStore::open_on(options, Arc::new(RealDisk), sled, pace).unwrap()
    }

    fn mirror(&self) -> PathBuf {
        self.dir.path().join("mirror")
    }

    fn aside(&self) -> PathBuf {
        self.dir.path().join("mirror.set-aside")
    }
}

fn report(store: &JournalStore) -> MirrorReport {
    store.mirror_report().unwrap()
}

#[track_caller]
fn assert_readable(store: &JournalStore) {
    let found = store.read(Position(0), Direction::Forward, usize::MAX, usize::MAX).unwrap();
    assert_events(&found, 1..=store.head().0);
}

/// It has every full block, durable, and gives it.
#[track_caller]
fn assert_mirrored(store: &JournalStore) {
    // Blocks of events as short as these hold fewer than this.
    let nearly = store.head().0.saturating_sub(64);
    until("a durable mirror", || store.mirrored_through().0 > nearly);
    assert_eq!(store.mirror_state(), MirrorState::Following);
    for position in 1..=nearly {
        until("a block of it in time", || match store.mirror().run_at(position) {
            Some(run) => run.get(position).unwrap() == stored(position),
            None => false,
        });
    }
}

/// Writes and reads, neither of which may wait for sled.
#[track_caller]
fn goes_on(store: &JournalStore) {
    let started = Instant::now();
    append(store, 100).unwrap();
    assert!(started.elapsed() < AT_ONCE, "writers wait: {:?}", started.elapsed());
    assert_readable(store);
    assert!(started.elapsed() < AT_ONCE, "readers wait: {:?}", started.elapsed());
}

#[test]
fn whatever_call_fails_or_panics_a_new_mirror_is_built_while_everything_goes_on() {
    for fault in [Fault::Error, Fault::Panic] {
        for call in [Call::Open, Call::First, Call::Last, Call::At, Call::Insert, Call::Flush] {
            let world = World::new();
            let store = world.open();
            append(&store, 300).unwrap();
            assert_mirrored(&store);
            store.close();

            world.told.once(call, fault);
            let store = world.open();
            goes_on(&store);
            until("the fault was met", || {
                assert_readable(&store);
                append(&store, 100).unwrap();
                report(&store).failures == 1
            });
            assert_mirrored(&store);
            until("it was counted", || report(&store).rebuilt == 1);
            let report = report(&store);
            assert_eq!(report.failures, 1);
            let told = report.last_failure.unwrap();
            assert!(told.contains(&format!("{call:?} is told to")), "{told}");
            // What was seen to be a copy of the journal is gone again; what could not be looked at is kept.
            let was_seen = matches!(call, Call::At | Call::Insert | Call::Flush);
            assert_eq!(world.aside().exists(), !was_seen, "{call:?} {fault:?}");
            assert_eq!(report.set_aside.is_some(), !was_seen);
            goes_on(&store);
        }
    }
}

#[test]
fn a_mirror_that_does_not_give_back_what_was_written_is_built_anew() {
    let world = World::new();
    let store = world.open();
    world.told.once(Call::Insert, Fault::Lie);
    append(&store, 300).unwrap();
    until("the lie is found", || report(&store).failures == 1);
    assert!(report(&store).last_failure.unwrap().contains("does not give back"));
    assert_mirrored(&store);
}

#[test]
fn a_mirror_whose_files_vanish_is_built_anew() {
    for all in [false, true] {
        let world = World::new();
        let store = world.open();
        append(&store, 300).unwrap();
        assert_mirrored(&store);
        if all {
            fs::remove_dir_all(world.mirror()).unwrap();
        } else {
            fs::remove_file(world.mirror().join("db")).unwrap();
        }
        append(&store, 300).unwrap();
        until("it is missed", || report(&store).failures > 0);
        assert_mirrored(&store);
        assert!(world.mirror().join("db").exists());
        assert_readable(&store);
    }
}

#[test]
fn a_sled_that_never_works_is_tried_less_and_less_and_stops_nobody() {
    let world = World::new();
    world.told.for_ever(Call::Open, Fault::Panic);
    let store = world.open_at(Pace { failures_per_hour_max: 3, ..PACE });
    until("it was tried", || report(&store).failures == 4);
    goes_on(&store);
    // One more than the limit shows that there is one; after that, nothing for an hour.
    let tried = Instant::now();
    until("a while", || tried.elapsed() > Duration::from_millis(100));
    assert_eq!(world.told.opens.load(SeqCst), 4);
    assert!(matches!(store.mirror_state(), MirrorState::Failed(why) if why.contains("told to panic")));
    goes_on(&store);
}

#[test]
fn pauses_between_attempts_grow() {
    let pauses: Vec<_> =
        (1..8).map(|failures| Pace::USUAL.pause(failures).map(|pause| pause.as_secs())).collect();
    assert_eq!(pauses, [Some(0), Some(5), Some(10), Some(20), Some(40), Some(80), None]);
}

#[test]
fn a_sled_that_hangs_has_no_reader_and_no_writer_and_is_used_again_when_it_comes_back() {
    let world = World::new();
    let store = world.open();
    append(&store, 300).unwrap();
    assert_mirrored(&store);
    world.told.once(Call::At, Fault::Hang);
    // The first ones wait a moment, at the same time, fewer than may wait; then nobody does.
    std::thread::scope(|scope| {
        for reader in 0..10 {
            let store = &store;
            scope.spawn(move || {
                let started = Instant::now();
                let position = Position(1 + reader % 200);
                assert_eq!(store.read_one(position).unwrap().unwrap(), stored(position.0));
                assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
            });
        }
    });
    assert_eq!(store.mirror_state(), MirrorState::Stalled);
    assert_eq!(world.told.hanging.load(SeqCst), 1);
    assert!(report(&store).reads_given_up > 0);
    let given_up = report(&store).reads_given_up;
    (0..10).for_each(|_| goes_on(&store));
    assert_eq!(report(&store).reads_given_up, given_up, "nobody waits any more");
    world.told.let_go();
    assert_mirrored(&store);
    assert_eq!(report(&store).failures, 0);
}

#[test]
fn a_sled_that_hangs_while_it_is_opened_or_written_stops_nobody() {
    for call in [Call::Open, Call::Insert, Call::Flush] {
        let world = World::new();
        world.told.once(call, Fault::Hang);
        let store = world.open();
        append(&store, 300).unwrap();
        until("it hangs", || world.told.hanging.load(SeqCst) == 1);
        (0..3).for_each(|_| goes_on(&store));
        if call != Call::Open {
            until("it is said", || store.mirror_state() == MirrorState::Stalled);
        }
        world.told.let_go();
        assert_mirrored(&store);
    }
}

/// So short that nothing else is taken for a hang only because nobody else runs in these tests.
const LEFT: Pace = Pace { left_after: Duration::from_millis(400), ..PACE };

#[test]
fn a_sled_that_hangs_for_ever_is_left_behind_and_a_new_mirror_is_built() {
    for call in [Call::Open, Call::Last, Call::At, Call::Insert, Call::Flush] {
        let world = World::new();
        let store = world.open();
        append(&store, 300).unwrap();
        assert_mirrored(&store);
        store.close();
        fs::write(world.mirror().join("first"), "").unwrap();

        world.told.once(call, Fault::HangAlone);
        let store = world.open_at(LEFT);
        until("it hangs", || {
            goes_on(&store);
            world.told.hanging.load(SeqCst) == 1
        });
        goes_on(&store);
        until("it is left", || report(&store).failures == 1);
        let told = report(&store).last_failure.unwrap();
        assert!(told.contains("has not come back from a call"), "{told}");
        assert_mirrored(&store);
        until("it was counted", || report(&store).rebuilt == 1);
        assert!(!world.mirror().join("first").exists(), "it is a new one");
        // What was seen to be a copy of the journal is gone; what could not be looked at is kept.
        let was_seen = matches!(call, Call::At | Call::Insert | Call::Flush);
        assert_eq!(world.aside().exists(), !was_seen, "{call:?}");
        assert_eq!(world.told.hanging.load(SeqCst), 1, "it still hangs");

        // It comes back after all, and harms nobody.
        world.told.let_go();
        until("it has come back", || world.told.hanging.load(SeqCst) == 0);
        goes_on(&store);
        assert_mirrored(&store);
        assert_eq!(report(&store).failures, 1, "{:?}", report(&store).last_failure);
        store.close();
        let store = world.open();
        assert_mirrored(&store);
        assert_eq!(report(&store).failures, 0, "{:?}", report(&store).last_failure);
    }
}

#[test]
fn of_sleds_that_hang_for_ever_a_few_are_left_behind_and_no_more() {
    let world = World::new();
    world.told.for_ever(Call::Open, Fault::HangAlone);
    let store = world.open_at(Pace { left_after: Duration::from_millis(40), ..PACE });
    until("all of them hang", || world.told.hanging.load(SeqCst) == LEFT_MAX + 1);
    goes_on(&store);
    let seen = Instant::now();
    until("a while", || seen.elapsed() > Duration::from_millis(200));
    assert_eq!((world.told.hanging.load(SeqCst), report(&store).failures), (LEFT_MAX + 1, LEFT_MAX as u64));
    let started = Instant::now();
    assert!(!store.mirror().stop(), "it says that a thread is left behind");
    store.close();
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    world.told.let_go();
}

#[test]
fn a_sled_that_never_comes_back_does_not_hold_up_the_end() {
    for call in [Call::Open, Call::Insert, Call::At] {
        let world = World::new();
        let store = world.open();
        append(&store, 300).unwrap();
        assert_mirrored(&store);
        world.told.once(call, Fault::Hang);
        let store = if call == Call::Open {
            store.close();
            world.open()
        } else {
            store
        };
        append(&store, 300).unwrap();
        _ = store.read_one(Position(1)).unwrap();
        until("it hangs", || world.told.hanging.load(SeqCst) == 1);
        let started = Instant::now();
        assert!(!store.mirror().stop(), "it says that a thread is left behind");
        store.close();
        assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
        world.told.let_go();
    }
}

#[test]
fn of_mirrors_that_cannot_be_opened_one_is_kept_and_a_later_one_that_is_a_copy_makes_room() {
    let world = World::new();
    let store = world.open();
    append(&store, 300).unwrap();
    assert_mirrored(&store);
    store.close();
    fs::write(world.mirror().join("first"), "").unwrap();
    world.told.once(Call::Open, Fault::Error);
    let store = world.open();
    assert_mirrored(&store);
    until("it is complete", || report(&store).rebuilt == 1);
    assert!(world.aside().join("first").exists());
    store.close();
    // The new one was complete, so the older one holds nothing that nobody else has.
    fs::write(world.mirror().join("second"), "").unwrap();
    world.told.once(Call::Open, Fault::Error);
    let store = world.open();
    assert_mirrored(&store);
    until("it is complete", || report(&store).rebuilt == 1);
    assert!(world.aside().join("second").exists() && !world.aside().join("first").exists());
}

#[test]
fn a_mirror_of_other_events_is_set_aside_and_kept() {
    let world = World::new();
    let store = world.open();
    append(&store, 500).unwrap();
    assert_mirrored(&store);
    store.close();
    fs::remove_dir_all(world.dir.path().join("journal")).unwrap();
    let alone = StoreOptions::new(world.dir.path().join("journal"), LOG);
    let other = JournalStore::open(alone, Arc::new(RealDisk)).unwrap();
    other.append(Position(0), encoded_from((1..=600).map(|n| stored_with(n, "{}")))).unwrap();
    other.close();
    let store = world.open();
    until("a new one", || store.mirrored_through() > Position(500));
    assert!(report(&store).last_failure.unwrap().contains("is not the journal's"));
    assert_eq!(store.read_one(Position(1)).unwrap().unwrap(), stored_with(1, "{}"));
    assert!(world.aside().join("db").exists());
}

#[test]
fn when_the_disk_is_nearly_full_the_mirror_takes_in_nothing_and_serves_what_it_has() {
    let world = World::new();
    let store = world.open();
    append(&store, 300).unwrap();
    assert_mirrored(&store);
    let through = store.mirrored_through();
    store.close();
    let store = world.open_at(Pace { free_bytes_min: u64::MAX, ..PACE });
    until("it is seen", || store.mirror_state() == MirrorState::DiskLow);
    goes_on(&store);
    assert_eq!((store.mirrored_through(), store.mirror().readable_through()), (through, through));
    until("a read", || store.mirror().run_at(1).is_some());
}

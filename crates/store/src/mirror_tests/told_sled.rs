//! A sled that fails, panics, hangs and lies as it is told, and a store on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};

use super::{assert_readable, options};
use crate::block::FullBlock;
use crate::disk::RealDisk;
use crate::journal_store::JournalStore;
use crate::mirror_fault::MirrorFault;
use crate::mirror_sled::{Blocks, OpenBlocks, Sled};
use crate::mirror_thread::Pace;
use crate::testing::append;

/// A call into sled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Open,
    First,
    Last,
    At,
    Insert,
    Flush,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
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
pub(super) struct Told {
    fault: Mutex<Option<(Call, Fault)>>,
    /// Whether the fault stays.
    stays: AtomicBool,
    pub(super) opens: AtomicUsize,
    pub(super) hanging: AtomicUsize,
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
    pub(super) fn once(&self, call: Call, fault: Fault) {
        *self.fault.lock() = Some((call, fault));
    }

    pub(super) fn for_ever(&self, call: Call, fault: Fault) {
        self.stays.store(true, SeqCst);
        self.once(call, fault);
    }

    pub(super) fn let_go(&self) {
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

pub(super) const PACE: Pace = Pace {
    first_pause: Duration::from_millis(1),
    free_bytes_min: 0,
    write_stall: Duration::from_millis(50),
    stop_stuck_max: Duration::from_millis(200),
    ..Pace::USUAL
};
/// Much longer than anything takes that does not wait for sled, on however busy a machine.
pub(super) const AT_ONCE: Duration = Duration::from_secs(5);

pub(super) struct World {
    pub(super) dir: tempfile::TempDir,
    pub(super) told: Arc<Told>,
}

impl World {
    pub(super) fn new() -> World {
        World { dir: tempfile::tempdir().unwrap(), told: Arc::default() }
    }

    pub(super) fn open(&self) -> JournalStore {
        self.open_at(PACE)
    }

    pub(super) fn open_at(&self, pace: Pace) -> JournalStore {
        let sled = Arc::new(ToldSled(self.told.clone()));
        JournalStore::open_on(options(self.dir.path()), Arc::new(RealDisk), sled, pace).unwrap()
    }

    pub(super) fn mirror(&self) -> PathBuf {
        self.dir.path().join("mirror")
    }

    pub(super) fn aside(&self) -> PathBuf {
        self.dir.path().join("mirror.set-aside")
    }
}

/// Writes and reads, neither of which may wait for sled.
#[track_caller]
pub(super) fn goes_on(store: &JournalStore) {
    let started = Instant::now();
    append(store, 100).unwrap();
    assert!(started.elapsed() < AT_ONCE, "writers wait: {:?}", started.elapsed());
    assert_readable(store);
    assert!(started.elapsed() < AT_ONCE, "readers wait: {:?}", started.elapsed());
}

//! A clock that says what it is told, and a disk that fails when it is told to.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use sigeyi_store::{Access, Disk, DiskFile, RealDisk};

use crate::{Clock, Engine, Options, open::Machine};

pub(super) const HOUR: i64 = 3_600_000_000;

/// A clock that claims to be the machine's.
#[derive(Default)]
pub(super) struct ToldClock {
    micros: AtomicI64,
    reads: AtomicUsize,
}

impl ToldClock {
    pub(super) fn say(&self, micros: i64) {
        self.micros.store(micros, SeqCst);
    }

    /// How often it was read: every new command reads it once.
    pub(super) fn reads(&self) -> usize {
        self.reads.load(SeqCst)
    }
}

impl Clock for ToldClock {
    fn now(&self) -> i64 {
        self.reads.fetch_add(1, SeqCst);
        self.micros.load(SeqCst)
    }

    fn is_simulated(&self) -> bool {
        false
    }
}

/// The real disk, but syncs of the journal fail, or wait, once it is told so.
#[derive(Default)]
pub(super) struct ToldDisk {
    told: Arc<Told>,
}

#[derive(Default)]
pub(super) struct Told {
    fails: AtomicBool,
    /// How long a sync takes, in µs.
    sync_micros: AtomicU64,
    syncs: AtomicUsize,
    is_held: Mutex<bool>,
    changed: Condvar,
}

struct ToldFile {
    inner: Arc<dyn DiskFile>,
    told: Arc<Told>,
}

impl ToldDisk {
    /// Every sync fails from now on.
    pub(super) fn fail(&self) {
        self.told.fails.store(true, SeqCst);
    }

    /// Every sync takes so long from now on.
    pub(super) fn slow(&self, sync: Duration) {
        self.told.sync_micros.store(sync.as_micros() as u64, SeqCst);
    }

    /// Syncs of the journal so far.
    pub(super) fn syncs(&self) -> usize {
        self.told.syncs.load(SeqCst)
    }

    /// No sync returns until what is given here is dropped: what was decided stays in flight.
    pub(super) fn hold(&self) -> Held {
        *self.told.is_held.lock() = true;
        Held(self.told.clone())
    }

    /// The vault's files are left alone.
    fn file(&self, path: &Path, inner: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        if path.extension().is_some_and(|extension| extension == "log") {
            Arc::new(ToldFile { inner, told: self.told.clone() })
        } else {
            inner
        }
    }
}

/// A disk that is held. It is let go even by a test that fails, since an engine that is closed waits for it.
pub(super) struct Held(Arc<Told>);

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.is_held.lock() = false;
        self.0.changed.notify_all();
    }
}

impl Disk for ToldDisk {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        RealDisk.create_dir_all(dir)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(dir)
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        RealDisk.exists(path)
    }
    fn create(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.file(path, RealDisk.create(path, access)?))
    }
    fn open_write(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.file(path, RealDisk.open_write(path)?))
    }
    fn open_read(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        RealDisk.open_read(path)
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealDisk.read(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        RealDisk.sync_dir(dir)
    }
    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        RealDisk.free_bytes(dir)
    }
}

impl DiskFile for ToldFile {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.read_at(offset, buffer)
    }
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.inner.append(bytes)
    }
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_at(offset, bytes)
    }
    fn sync_data(&self) -> io::Result<()> {
        let mut is_held = self.told.is_held.lock();
        while *is_held {
            self.told.changed.wait(&mut is_held);
        }
        drop(is_held);
        self.told.syncs.fetch_add(1, SeqCst);
        std::thread::sleep(Duration::from_micros(self.told.sync_micros.load(SeqCst)));
        if self.told.fails.load(SeqCst) {
            return Err(io::Error::other("the disk is gone"));
        }
        self.inner.sync_data()
    }
    fn truncate(&self, length: u64) -> io::Result<()> {
        self.inner.truncate(length)
    }
}

/// A real directory, on a machine with this clock and disk.
pub(super) fn open_on(
    dir: &Path,
    clock: &Arc<ToldClock>,
    disk: Arc<dyn Disk>,
) -> Result<Engine, crate::OpenError> {
    let options = Options { create: true, ..Options::default() };
    crate::open::open_on(Machine { disk, clock: clock.clone() }, dir, options)
}

/// Waits until something is so, without sleeping.
#[track_caller]
pub(super) fn until(so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < deadline, "not within 20 seconds");
        std::thread::yield_now();
    }
}

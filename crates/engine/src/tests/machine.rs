//! A clock that says what it is told, and a disk that fails when it is told to.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

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

/// The real disk, whose syncs of the journal fail once it is told so.
#[derive(Default)]
pub(super) struct FailingDisk {
    fails: Arc<AtomicBool>,
}

struct FailingFile {
    inner: Arc<dyn DiskFile>,
    fails: Arc<AtomicBool>,
}

impl FailingDisk {
    pub(super) fn fail(&self) {
        self.fails.store(true, SeqCst);
    }

    fn file(&self, inner: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        Arc::new(FailingFile { inner, fails: self.fails.clone() })
    }
}

impl Disk for FailingDisk {
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
        Ok(self.file(RealDisk.create(path, access)?))
    }
    fn open_append(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.file(RealDisk.open_append(path)?))
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
}

impl DiskFile for FailingFile {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.read_at(offset, buffer)
    }
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.inner.append(bytes)
    }
    fn sync_data(&self) -> io::Result<()> {
        if self.fails.load(SeqCst) {
            Err(io::Error::other("the disk is gone"))
        } else {
            self.inner.sync_data()
        }
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
    let deadline = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < deadline, "not within a minute");
        std::thread::yield_now();
    }
}

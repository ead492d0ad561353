//! A repair that is stopped at any of its steps, and run again.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use sigeyi_store::{Access, Disk, DiskFile, RealDisk};

use super::mended::{Ended, Told, files};
use crate::{RepairOptions, maintenance::repair_on};

/// The real disk until so many changes have been made; then nothing is changed any more, as after a kill. The change at the border is
/// made by half where it can be.
struct StoppingDisk(Arc<AtomicI64>);

struct StoppingFile {
    inner: Arc<dyn DiskFile>,
    left: Arc<AtomicI64>,
}

/// How a change turns out.
enum Turn {
    Made,
    Half,
    Refused,
}

fn turn(left: &AtomicI64) -> Turn {
    match left.fetch_sub(1, Ordering::SeqCst) {
        1.. => Turn::Made,
        0 => Turn::Half,
        _ => Turn::Refused,
    }
}

fn stopped() -> io::Error {
    io::Error::other("stopped here")
}

impl StoppingDisk {
    fn change<T>(&self, change: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        match turn(&self.0) {
            Turn::Made => change(),
            Turn::Half | Turn::Refused => Err(stopped()),
        }
    }

    fn file(&self, inner: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        Arc::new(StoppingFile { inner, left: self.0.clone() })
    }
}

impl Disk for StoppingDisk {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        if dir.exists() { Ok(()) } else { self.change(|| RealDisk.create_dir_all(dir)) }
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(dir)
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        RealDisk.exists(path)
    }
    fn create(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        self.change(|| Ok(self.file(RealDisk.create(path, access)?)))
    }
    fn open_write(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.file(RealDisk.open_write(path)?))
    }
    fn open_read(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        RealDisk.open_read(path)
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealDisk.read(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(|| RealDisk.rename(from, to))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        if !path.exists() {
            return RealDisk.remove(path);
        }
        self.change(|| RealDisk.remove(path))
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(|| RealDisk.sync_dir(dir))
    }
    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        RealDisk.free_bytes(dir)
    }
}

impl DiskFile for StoppingFile {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.read_at(offset, buffer)
    }
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.write_at(self.inner.len()?, bytes)
    }
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        match turn(&self.left) {
            Turn::Made => self.inner.write_at(offset, bytes),
            Turn::Half => {
                self.inner.write_at(offset, &bytes[..bytes.len() / 2])?;
                Err(stopped())
            }
            Turn::Refused => Err(stopped()),
        }
    }
    fn sync_data(&self) -> io::Result<()> {
        match turn(&self.left) {
            Turn::Made => self.inner.sync_data(),
            Turn::Half | Turn::Refused => Err(stopped()),
        }
    }
    fn truncate(&self, length: u64) -> io::Result<()> {
        match turn(&self.left) {
            Turn::Made => self.inner.truncate(length),
            Turn::Half | Turn::Refused => Err(stopped()),
        }
    }
}

/// Runs it with ever more steps until it gets to its end; after each stop it is run again, and `then` looks at what came out.
fn stop_everywhere(accept_loss: bool, damage: impl Fn(&Told), then: impl Fn(&Told, &str)) -> i64 {
    for steps in 0.. {
        let told = Told::new(Ended::InOrder);
        damage(&told);
        let left = Arc::new(AtomicI64::new(steps));
        let options = RepairOptions { accept_loss, ..RepairOptions::default() };
        let repaired = repair_on(Arc::new(StoppingDisk(left)), told.dir.path(), &options, &mut |_, _| {});
        // What could not be written at the very end is said by the check that follows.
        let stopped = !repaired.is_ok_and(|report| report.after.is_sound());
        if stopped {
            // Whoever looks at it now sees a damaged directory or a whole one, and a repair gets to its end.
            let again = told.repair(accept_loss).unwrap();
            assert!(again.after.is_sound(), "after {steps} steps: {:?}", again.after.faults);
        }
        then(&told, &format!("after {steps} steps"));
        if !stopped {
            return steps;
        }
    }
    0
}

#[test]
fn a_repair_stopped_at_any_step_and_run_again_has_lost_nothing() {
    let damage = |told: &Told| {
        told.edit(&told.journal(), |bytes| bytes[20_480..20_992].fill(0));
        told.edit(&told.path("MANIFEST"), |bytes| bytes[3] ^= 1);
        told.edit(&told.path("vault/keys.2"), |bytes| bytes.truncate(9_000));
        told.edit(&told.snapshot(), |bytes| bytes[600] ^= 1);
        told.edit(&told.path("HEAD"), |bytes| bytes.fill(1));
    };
    let head = Told::new(Ended::InOrder).verify().head;
    let steps = stop_everywhere(false, damage, |told, when| {
        let report = told.verify();
        assert!(report.is_sound() && report.head == head, "{when}: {:?}", report.faults);
    });
    assert!(steps > 30, "{steps} steps");
}

#[test]
fn giving_up_what_is_lost_stopped_at_any_step_gives_up_no_more() {
    let told = Told::new(Ended::InOrder);
    let (at, end) = *told.frames().last().unwrap();
    let damage = |told: &Told| {
        told.edit(&told.journal(), |bytes| {
            (bytes[at + 120], bytes[end - 9]) = (!bytes[at + 120], !bytes[end - 9])
        });
    };
    damage(&told);
    let kept = told.verify().head;
    let steps = stop_everywhere(true, damage, |told, when| {
        let report = told.verify();
        assert!(report.is_sound() && report.head == kept, "{when}: {} {:?}", report.head, report.faults);
    });
    assert!(steps > 10, "{steps} steps");
}

#[test]
fn a_directory_that_is_held_is_neither_verified_nor_repaired() {
    let told = Told::new(Ended::InOrder);
    let held = sigeyi_store::DirectoryLock::acquire(told.dir.path()).unwrap();
    let before = files(told.dir.path());
    let error = told.repair(false).unwrap_err();
    assert!(error.to_string().contains("another process holds"), "{error}");
    assert!(files(told.dir.path()) == before);
    drop(held);
    fs::remove_file(told.path("LOCK")).unwrap();
    assert!(told.verify().is_sound());
}

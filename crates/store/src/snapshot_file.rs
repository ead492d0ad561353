//! Files of read models at a position. What is in them is not known here.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigeyi_envelope::Position;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::{create_folder, names_if_there, replace_file, with_suffix};

/// How many snapshots are kept: the newest, and one in case that is damaged.
pub const SNAPSHOTS_KEPT: usize = 2;

/// Behind the name of a snapshot that is being written.
const UNFINISHED: &str = ".new";
/// Bytes that are collected before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// Writes a snapshot: it is there whole and durable when this returns, or not at all. Older ones go, two stay. It is given up rather than
/// leave less than `keep_free_bytes` on the disk: a snapshot is a hint, and whatever is recorded meanwhile needs the room. One thread writes
/// into a folder.
pub fn write_snapshot(
    disk: &dyn Disk,
    dir: &Path,
    position: Position,
    keep_free_bytes: u64,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), DiskError> {
    create_folder(disk, dir)?;
    remove_unfinished(disk, dir)?;
    let path = dir.join(format!("{position:020}.snapshot"));
    let written = replace_file(disk, &path, Access::Shared, |file| {
        let appender = Appender { disk, dir, file, keep_free_bytes };
        let mut writer = io::BufWriter::with_capacity(BUFFER_BYTES, appender);
        write(&mut writer).and_then(|()| io::Write::flush(&mut writer)).doing("write", &path)
    });
    if written.is_err() {
        // At once, since others may wait for the room; if it fails the next snapshot does it.
        let _ = disk.remove(&with_suffix(&path, UNFINISHED));
    }
    written?;
    disk.sync_dir(dir).doing("sync", dir)?;
    let others = snapshots(disk, dir).into_iter().filter(|(_, other)| *other != path);
    for (_, old) in others.skip(SNAPSHOTS_KEPT - 1) {
        disk.remove(&old).doing("remove", &old)?;
    }
    Ok(())
}

/// Removes what a process that was killed, or a disk that was full, has left of a snapshot: under its own name nobody would write it again.
fn remove_unfinished(disk: &dyn Disk, dir: &Path) -> Result<(), DiskError> {
    for name in names_if_there(disk, dir)? {
        if name.strip_suffix(UNFINISHED).and_then(snapshot_position).is_some() {
            let path = dir.join(name);
            disk.remove(&path).doing("remove", &path)?;
        }
    }
    Ok(())
}

/// The snapshots in a folder, newest first. None when the folder cannot be listed: snapshots are hints.
pub fn snapshots(disk: &dyn Disk, dir: &Path) -> Vec<(Position, PathBuf)> {
    let names = names_if_there(disk, dir).unwrap_or_default();
    let mut found: Vec<_> =
        names.iter().filter_map(|name| Some((snapshot_position(name)?, dir.join(name)))).collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found
}

fn snapshot_position(name: &str) -> Option<Position> {
    let digits = name.strip_suffix(".snapshot")?;
    let all_digits = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok().map(Position))?
}

struct Appender<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    file: &'a Arc<dyn DiskFile>,
    keep_free_bytes: u64,
}

impl io::Write for Appender<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let needed = self.keep_free_bytes.saturating_add(bytes.len() as u64);
        if self.disk.free_bytes(self.dir)? < needed {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.append(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::RealDisk;
    use crate::simulated_disk::SimulatedDisk;
    use crate::testing::FaultyDisk;

    fn write(disk: &dyn Disk, dir: &Path, position: u64) -> Result<(), DiskError> {
        write_snapshot(disk, dir, Position(position), 0, |out| write!(out, "read models at {position}"))
    }

    fn positions(dir: &Path) -> Vec<u64> {
        snapshots(&RealDisk, dir).iter().map(|(position, _)| position.0).collect()
    }

    #[test]
    fn the_two_newest_are_kept_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("snapshots");
        assert_eq!(positions(&dir), [0; 0]);
        for position in [9, 10, 100] {
            write(&RealDisk, &dir, position).unwrap();
        }
        assert_eq!(positions(&dir), [100, 10]);
        let (_, newest) = &snapshots(&RealDisk, &dir)[0];
        assert!(newest.ends_with("00000000000000000100.snapshot"));
        assert_eq!(RealDisk.read(newest).unwrap(), b"read models at 100");
        // The one just written is never the one that goes.
        write(&RealDisk, &dir, 50).unwrap();
        assert_eq!(positions(&dir), [100, 50]);
    }

    #[test]
    fn one_that_was_not_finished_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let (disk, faults) = FaultyDisk::new();
        write(&*disk, dir.path(), 1).unwrap();
        faults.write_in.store(1, std::sync::atomic::Ordering::SeqCst);
        write(&*disk, dir.path(), 2).unwrap_err();
        faults.sync_in.store(1, std::sync::atomic::Ordering::SeqCst);
        write(&*disk, dir.path(), 2).unwrap_err();
        let failed = write_snapshot(&*disk, dir.path(), Position(2), 0, |_| Err(io::Error::other("no")));
        failed.unwrap_err();
        assert_eq!(positions(dir.path()), [1]);
        write(&*disk, dir.path(), 2).unwrap();
        assert_eq!(positions(dir.path()), [2, 1]);
        assert_eq!(RealDisk.list(dir.path()).unwrap().len(), 2);
    }

    #[test]
    fn one_that_finds_no_room_is_given_up_and_leaves_nothing_and_what_a_kill_has_left_goes_with_the_next() {
        let dir = Path::new("/data/snapshots");
        let disk = SimulatedDisk::new(Path::new("/data"));
        let large = |position, keep_free_bytes| {
            write_snapshot(&disk, dir, Position(position), keep_free_bytes, |out| {
                (0..5).try_for_each(|_| out.write_all(&vec![7; BUFFER_BYTES]))
            })
        };
        write(&disk, dir, 1).unwrap();
        let used = disk.used_bytes();
        // A disk that is full, and one of which so much is to stay free.
        for (free, keep_free_bytes) in [(3 << 20, 0), (6 << 20, 2 << 20)] {
            disk.set_capacity(used + free);
            let error = large(2, keep_free_bytes).unwrap_err();
            assert_eq!(error.source.kind(), io::ErrorKind::StorageFull);
            assert_eq!(disk.used_bytes(), used);
            assert_eq!(disk.list(dir).unwrap().len(), 1);
        }
        disk.set_capacity(u64::MAX);
        disk.freeze_at(disk.operations() + 4);
        large(3, 0).unwrap_err();
        let disk = disk.process_end();
        assert_eq!(disk.list(dir).unwrap().len(), 2);
        write(&disk, dir, 4).unwrap();
        let found = snapshots(&disk, dir);
        assert_eq!(found.iter().map(|(position, _)| position.0).collect::<Vec<_>>(), [4, 1]);
        assert_eq!(disk.list(dir).unwrap().len(), 2);
    }
}

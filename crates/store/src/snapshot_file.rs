//! Files of read models at a position. What is in them is not known here.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigeyi_envelope::Position;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::{create_folder, names_if_there, replace_file};

/// How many snapshots are kept: the newest, and one in case that is damaged.
pub const SNAPSHOTS_KEPT: usize = 2;

/// Bytes that are collected before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// Writes a snapshot: it is there whole and durable when this returns, or not at all. Older ones go, two stay.
pub fn write_snapshot(
    disk: &dyn Disk,
    dir: &Path,
    position: Position,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), DiskError> {
    create_folder(disk, dir)?;
    let path = dir.join(format!("{position:020}.snapshot"));
    replace_file(disk, &path, Access::Shared, |file| {
        let mut writer = io::BufWriter::with_capacity(BUFFER_BYTES, Appender(file));
        write(&mut writer).and_then(|()| io::Write::flush(&mut writer)).doing("write", &path)
    })?;
    disk.sync_dir(dir).doing("sync", dir)?;
    let others = snapshots(disk, dir).into_iter().filter(|(_, other)| *other != path);
    for (_, old) in others.skip(SNAPSHOTS_KEPT - 1) {
        disk.remove(&old).doing("remove", &old)?;
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

struct Appender<'a>(&'a Arc<dyn DiskFile>);

impl io::Write for Appender<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::RealDisk;
    use crate::testing::FaultyDisk;

    fn write(disk: &dyn Disk, dir: &Path, position: u64) -> Result<(), DiskError> {
        write_snapshot(disk, dir, Position(position), |out| write!(out, "read models at {position}"))
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
        let failed = write_snapshot(&*disk, dir.path(), Position(2), |_| Err(io::Error::other("no")));
        failed.unwrap_err();
        assert_eq!(positions(dir.path()), [1]);
        write(&*disk, dir.path(), 2).unwrap();
        assert_eq!(positions(dir.path()), [2, 1]);
        assert_eq!(RealDisk.list(dir.path()).unwrap().len(), 2);
    }
}

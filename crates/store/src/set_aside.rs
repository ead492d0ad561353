//! Where a repair keeps what it replaces: `DIR/set-aside/NNNN/`, one folder a run, made when the first file comes into it.
//!
//! What is in use is replaced by a rename, after a copy of it is durable; so whenever the power goes, either the old or the new is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::{create_folder, names_if_there, replace_file, replace_with};

const FOLDER: &str = "set-aside";
/// Bytes that are copied at a time.
const PIECE_BYTES: u64 = 1 << 20;

/// Keeps what one run of a repair replaces.
pub struct SetAside {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl SetAside {
    /// The folder of a new run in a data directory; nothing is made yet.
    pub fn new(disk: Arc<dyn Disk>, data_dir: &Path) -> Result<SetAside, DiskError> {
        let folder = data_dir.join(FOLDER);
        let newest = names_if_there(&*disk, &folder)?.iter().filter_map(|name| name.parse().ok()).max();
        let dir = folder.join(format!("{:04}", newest.unwrap_or(0_u32) + 1));
        Ok(SetAside { disk, dir })
    }

    /// Where this run keeps things.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Gives a file a new content; the old one, if there is one, is kept in a folder of this name.
    pub fn replace(&self, path: &Path, folder: &str, access: Access, bytes: &[u8]) -> Result<(), DiskError> {
        self.copy(path, folder, access)?;
        replace_with(&*self.disk, path, access, bytes)?;
        self.sync_parent(path)
    }

    /// Takes a file away, across file systems too.
    pub fn take(&self, path: &Path, folder: &str, access: Access) -> Result<(), DiskError> {
        self.copy(path, folder, access)?;
        self.disk.remove(path).doing("remove", path)?;
        self.sync_parent(path)
    }

    /// Takes a folder of the data directory away, in one step.
    pub fn take_folder(&self, path: &Path) -> Result<(), DiskError> {
        let target = self.dir.join(path.file_name().unwrap_or_default());
        create_folder(&*self.disk, &self.dir)?;
        self.disk.rename(path, &target).doing("rename", path)?;
        self.disk.sync_dir(&self.dir).doing("sync", &self.dir)?;
        self.sync_parent(path)
    }

    /// Keeps a copy of a file. Nothing is done when there is no such file.
    pub fn copy(&self, path: &Path, folder: &str, access: Access) -> Result<(), DiskError> {
        if !self.disk.exists(path).doing("look for", path)? {
            return Ok(());
        }
        let target_dir = self.dir.join(folder);
        create_folder(&*self.disk, &target_dir)?;
        let target = target_dir.join(path.file_name().unwrap_or_default());
        let source = self.disk.open_read(path).doing("open", path)?;
        replace_file(&*self.disk, &target, access, |file| copy_bytes(&source, path, file, &target))?;
        self.disk.sync_dir(&target_dir).doing("sync", &target_dir)
    }

    fn sync_parent(&self, path: &Path) -> Result<(), DiskError> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        self.disk.sync_dir(parent).doing("sync", parent)
    }
}

fn copy_bytes(
    source: &Arc<dyn DiskFile>,
    path: &Path,
    file: &Arc<dyn DiskFile>,
    target: &Path,
) -> Result<(), DiskError> {
    let length = source.len().doing("measure", path)?;
    let (mut at, mut piece) = (0, Vec::new());
    while at < length {
        piece.resize(PIECE_BYTES.min(length - at) as usize, 0);
        source.read_at(at, &mut piece).doing("read", path)?;
        file.append(&piece).doing("write", target)?;
        at += piece.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::disk::RealDisk;

    #[test]
    fn what_is_replaced_or_taken_is_kept_run_by_run() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        for (run, old, new) in [(1, "one", "two"), (2, "two", "three")] {
            fs::write(&file, old).unwrap();
            let aside = SetAside::new(Arc::new(RealDisk), dir.path()).unwrap();
            assert!(!aside.dir().exists());
            aside.replace(&file, "journal", Access::Shared, new.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), new);
            let kept = dir.path().join(format!("set-aside/000{run}/journal/file"));
            assert_eq!(fs::read_to_string(kept).unwrap(), old);
        }
        let aside = SetAside::new(Arc::new(RealDisk), dir.path()).unwrap();
        aside.take(&file, "journal", Access::Shared).unwrap();
        fs::create_dir(dir.path().join("mirror")).unwrap();
        fs::write(dir.path().join("mirror/db"), "sled").unwrap();
        aside.take_folder(&dir.path().join("mirror")).unwrap();
        assert!(!file.exists() && !dir.path().join("mirror").exists());
        assert_eq!(fs::read_to_string(aside.dir().join("mirror/db")).unwrap(), "sled");
    }
}

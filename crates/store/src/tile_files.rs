//! Full tiles of the tree on the disk: a file for each level. `docs/format.md` draws them. They follow from the journal: whoever loses them makes them anew.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use sigeyi_envelope::FORMAT;
use sigeyi_proof::{HashAlgorithm, TILE_BYTES, TILE_HASHES, Tile, TileId};
use uuid::Uuid;

use crate::disk::{Access, Disk, DiskError, DiskFile, While};
use crate::durable::create_folder;

/// Levels of tiles that are kept at most: a tree has fewer than 2^64 leaves.
pub(crate) const TILE_LEVELS: usize = 8;
/// Tiles that may be written between two syncs: so many are looked at when the files are opened, since a power cut may have torn them.
pub const TILES_UNSYNCED_MAX: usize = 512;

const MAGIC: &[u8; 8] = b"SGYTILES";
pub(crate) const HEADER_BYTES: usize = 64;
pub(crate) const RECORD_BYTES: usize = TILE_BYTES + 4;

/// The full tiles of one log.
pub struct TileFiles {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    log_id: Uuid,
    algorithm: HashAlgorithm,
    levels: RwLock<Vec<Level>>,
}

#[derive(Clone)]
struct Level {
    path: PathBuf,
    file: Arc<dyn DiskFile>,
    /// Tiles that are whole.
    tiles: u64,
    is_synced: bool,
}

/// A tile that cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum TileFileError {
    /// It is not there.
    #[error("{0} is not kept")]
    Missing(TileId),
    /// It is not what was written.
    #[error("{0} is damaged")]
    Damaged(TileId),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
}

impl TileFiles {
    /// Opens what is there in a folder; files of another log, suite or version are made anew, and the end that a power cut may have torn is looked at.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        log_id: Uuid,
        algorithm: HashAlgorithm,
    ) -> Result<TileFiles, DiskError> {
        create_folder(&*disk, &dir)?;
        let files = TileFiles { disk, dir, log_id, algorithm, levels: RwLock::default() };
        let mut levels = Vec::new();
        for number in 0..TILE_LEVELS {
            match files.open_level(number)? {
                Some(level) => levels.push(level),
                None => break,
            }
        }
        *files.levels.write() = levels;
        Ok(files)
    }

    /// Leaves of the largest tree, a multiple of 256, whose full tiles are all here.
    pub fn leaves(&self) -> u64 {
        let levels = self.levels.read();
        let tiles = |level: usize| levels.get(level).map_or(0, |level| level.tiles);
        let mut leaves = tiles(0).saturating_mul(TILE_HASHES as u64);
        for level in 1..TILE_LEVELS as u8 {
            // The leaves at which the first tile that is missing would be full.
            let end = TileId { level, index: tiles(usize::from(level)) }.end();
            if u128::from(leaves) >= end {
                leaves = (end - TILE_HASHES as u128) as u64;
            }
        }
        leaves
    }

    /// Reads a tile.
    pub fn tile(&self, id: TileId) -> Result<Tile, TileFileError> {
        let level = self.levels.read().get(usize::from(id.level)).cloned();
        let level = level.filter(|level| id.index < level.tiles).ok_or(TileFileError::Missing(id))?;
        level.read(id)
    }

    /// Writes a tile, at the end of its level or over what is there; [`sync`](Self::sync) makes it durable.
    pub fn write(&self, id: TileId, tile: &Tile) -> Result<(), TileFileError> {
        let mut levels = self.levels.write();
        while levels.len() <= usize::from(id.level) {
            let level = self.create_level(levels.len())?;
            levels.push(level);
        }
        let level = levels.get_mut(usize::from(id.level)).ok_or(TileFileError::Missing(id))?;
        if id.index > level.tiles {
            return Err(TileFileError::Missing(TileId { index: level.tiles, ..id }));
        }
        let record = [tile.bytes(), &checksum(id, tile.bytes())].concat();
        level.is_synced = false;
        level.file.write_at(offset(id.index), &record).doing("write", &level.path)?;
        level.tiles = level.tiles.max(id.index + 1);
        Ok(())
    }

    /// Makes durable what was written.
    pub fn sync(&self) -> Result<(), DiskError> {
        let levels = self.levels.read().clone();
        for (number, level) in levels.iter().enumerate().filter(|(_, level)| !level.is_synced) {
            level.file.sync_data().doing("sync", &level.path)?;
            if let Some(level) = self.levels.write().get_mut(number) {
                level.is_synced = true;
            }
        }
        Ok(())
    }

    /// Forgets all tiles, as when they are not those of the log.
    pub fn clear(&self) -> Result<(), DiskError> {
        let mut levels = self.levels.write();
        for level in levels.drain(..) {
            self.remove(&level.path)?;
        }
        self.disk.sync_dir(&self.dir).doing("sync", &self.dir)
    }

    fn path(&self, level: usize) -> PathBuf {
        level_path(&self.dir, level)
    }

    fn open_level(&self, number: usize) -> Result<Option<Level>, DiskError> {
        let path = self.path(number);
        let file = match self.disk.open_write(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).doing("open", &path),
        };
        let length = file.len().doing("measure", &path)?;
        let mut header = [0; HEADER_BYTES];
        if length >= HEADER_BYTES as u64 {
            file.read_at(0, &mut header).doing("read", &path)?;
        }
        if header != self.header(number) {
            drop(file);
            self.remove(&path)?;
            return Ok(None);
        }
        let tiles = (length - HEADER_BYTES as u64) / RECORD_BYTES as u64;
        let mut level = Level { path, file, tiles, is_synced: false };
        for index in tiles.saturating_sub(TILES_UNSYNCED_MAX as u64)..tiles {
            match level.read(TileId { level: number as u8, index }) {
                Ok(_) => {}
                Err(TileFileError::Io(error)) => return Err(error),
                Err(TileFileError::Damaged(_) | TileFileError::Missing(_)) => {
                    level.tiles = index;
                    break;
                }
            }
        }
        Ok(Some(level))
    }

    fn create_level(&self, number: usize) -> Result<Level, DiskError> {
        let path = self.path(number);
        self.remove(&path)?;
        let file = self.disk.create(&path, Access::Shared).doing("create", &path)?;
        file.append(&self.header(number)).doing("write", &path)?;
        file.sync_data().doing("sync", &path)?;
        self.disk.sync_dir(&self.dir).doing("sync", &self.dir)?;
        Ok(Level { path, file, tiles: 0, is_synced: true })
    }

    fn remove(&self, path: &Path) -> Result<(), DiskError> {
        match self.disk.remove(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("remove", path),
            _ => Ok(()),
        }
    }

    fn header(&self, level: usize) -> [u8; HEADER_BYTES] {
        header(self.log_id, self.algorithm, level)
    }
}

/// What stands at the beginning of the file of a level.
pub(crate) fn header(log_id: Uuid, algorithm: HashAlgorithm, level: usize) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8] = FORMAT;
    bytes[10] = level as u8;
    bytes[11] = algorithm.suite();
    bytes[12..28].copy_from_slice(log_id.as_bytes());
    let checksum = crc32c::crc32c(&bytes[..60]);
    bytes[60..].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

impl Level {
    fn read(&self, id: TileId) -> Result<Tile, TileFileError> {
        read_tile(&*self.file, &self.path, id)
    }
}

/// Reads a tile of a level's file.
pub(crate) fn read_tile(file: &dyn DiskFile, path: &Path, id: TileId) -> Result<Tile, TileFileError> {
    let mut record = vec![0; RECORD_BYTES];
    file.read_at(offset(id.index), &mut record).doing("read", path)?;
    let (bytes, stated) = record.split_at(TILE_BYTES);
    if checksum(id, bytes) != stated {
        return Err(TileFileError::Damaged(id));
    }
    Tile::parse(bytes).map_err(|_| TileFileError::Damaged(id))
}

/// Where the tiles of a level lie.
pub(crate) fn level_path(dir: &Path, level: usize) -> PathBuf {
    dir.join(format!("{level}.tiles"))
}

/// Where a tile begins in its file, in bytes.
pub(crate) fn offset(index: u64) -> u64 {
    HEADER_BYTES as u64 + index * RECORD_BYTES as u64
}

/// Over the place too, so that a tile in the place of another is noticed.
fn checksum(id: TileId, bytes: &[u8]) -> [u8; 4] {
    let place = crc32c::crc32c(&id.index.to_be_bytes());
    crc32c::crc32c_append(place, bytes).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use sigeyi_proof::TileMaker;

    use super::*;
    use crate::RealDisk;

    const SHA: HashAlgorithm = HashAlgorithm::Sha256;

    fn files(dir: &Path) -> TileFiles {
        TileFiles::open(Arc::new(RealDisk), dir.to_owned(), Uuid::from_u128(7), SHA).unwrap()
    }

    /// Everything that fills up with so many leaves, written and synced.
    fn write(files: &TileFiles, leaves: u64) -> Vec<(TileId, Tile)> {
        let (mut maker, mut made) = (TileMaker::new(SHA), Vec::new());
        (0..leaves).for_each(|n| maker.push(SHA.leaf(&n.to_be_bytes()), |id, tile| made.push((id, tile))));
        made.iter().for_each(|(id, tile)| files.write(*id, tile).unwrap());
        files.sync().unwrap();
        made
    }

    #[test]
    fn tiles_are_there_again_when_the_files_are_opened_again() {
        let dir = tempfile::tempdir().unwrap();
        let made = write(&files(dir.path()), 66_000);
        let files = files(dir.path());
        assert_eq!(files.leaves(), 65_792);
        made.iter().for_each(|(id, tile)| assert_eq!(&files.tile(*id).unwrap(), tile));
        let missing = files.tile(TileId { level: 0, index: 257 });
        assert!(matches!(missing, Err(TileFileError::Missing(_))));
    }

    #[test]
    fn where_a_level_lacks_its_last_tile_the_tree_is_as_large_as_the_others_allow() {
        let dir = tempfile::tempdir().unwrap();
        write(&files(dir.path()), 66_000);
        std::fs::remove_file(dir.path().join("1.tiles")).unwrap();
        assert_eq!(files(dir.path()).leaves(), 65_536 - 256);
    }

    #[test]
    fn a_torn_tile_and_what_is_behind_it_are_not_there_and_a_damaged_one_is_never_given() {
        let dir = tempfile::tempdir().unwrap();
        write(&files(dir.path()), 10 * 256);
        let opened = files(dir.path());
        let path = dir.path().join("0.tiles");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[HEADER_BYTES + 4 * RECORD_BYTES + 99] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let damaged = opened.tile(TileId { level: 0, index: 4 });
        assert!(matches!(damaged, Err(TileFileError::Damaged(_))));
        assert_eq!(files(dir.path()).leaves(), 4 * 256);
        // Exchanged tiles have good bytes in the wrong place.
        let other = bytes[HEADER_BYTES + RECORD_BYTES..HEADER_BYTES + 2 * RECORD_BYTES].to_vec();
        bytes[HEADER_BYTES..HEADER_BYTES + RECORD_BYTES].copy_from_slice(&other);
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(files(dir.path()).leaves(), 0);
    }

    #[test]
    fn files_of_another_log_or_suite_are_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        write(&files(dir.path()), 300);
        let other = |log, algorithm| {
            TileFiles::open(Arc::new(RealDisk), dir.path().to_owned(), Uuid::from_u128(log), algorithm)
        };
        assert_eq!(other(7, SHA).unwrap().leaves(), 256);
        assert_eq!(other(8, SHA).unwrap().leaves(), 0);
        write(&files(dir.path()), 300);
        assert_eq!(other(7, HashAlgorithm::Sm3).unwrap().leaves(), 0);
    }
}

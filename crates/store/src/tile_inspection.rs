//! Tiles as they lie there, for a check: nothing is made, mended or removed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sigeyi_proof::{HashAlgorithm, Tile, TileId};
use uuid::Uuid;

use crate::disk::{Disk, DiskError, DiskFile, While};
use crate::tile_files::{
    HEADER_BYTES, RECORD_BYTES, TILE_LEVELS, TileFileError, header, level_path, offset, read_tile,
};

/// The tiles that a folder holds.
pub struct TileInspection {
    levels: Vec<Option<Level>>,
    dir: PathBuf,
    foreign: Vec<PathBuf>,
}

struct Level {
    path: PathBuf,
    file: Arc<dyn DiskFile>,
    /// Tiles for which there is room in the file, whole or not.
    tiles: u64,
}

impl TileInspection {
    /// Looks at what is there; nothing is where no tile was ever written.
    pub fn open(
        disk: &dyn Disk,
        dir: &Path,
        log_id: Uuid,
        algorithm: HashAlgorithm,
    ) -> Result<TileInspection, DiskError> {
        let mut found = TileInspection { levels: Vec::new(), dir: dir.to_owned(), foreign: Vec::new() };
        for number in 0..TILE_LEVELS {
            let path = level_path(dir, number);
            if !disk.exists(&path).doing("look for", &path)? {
                found.levels.push(None);
                continue;
            }
            let file = disk.open_read(&path).doing("open", &path)?;
            let length = file.len().doing("measure", &path)?;
            let mut start = [0; HEADER_BYTES];
            if length >= HEADER_BYTES as u64 {
                file.read_at(0, &mut start).doing("read", &path)?;
            }
            if start == [0; HEADER_BYTES] {
                // A power cut came before its header was on the disk: there is no such level yet.
                found.levels.push(None);
            } else if start == header(log_id, algorithm, number) {
                let tiles = (length - HEADER_BYTES as u64) / RECORD_BYTES as u64;
                found.levels.push(Some(Level { path, file, tiles }));
            } else {
                found.foreign.push(path);
                found.levels.push(None);
            }
        }
        Ok(found)
    }

    /// Files that do not begin as those of this log: a start makes them anew.
    pub fn foreign(&self) -> &[PathBuf] {
        &self.foreign
    }

    /// The files that are there, those of another log among them.
    pub fn files(&self) -> Vec<PathBuf> {
        self.levels.iter().flatten().map(|level| &level.path).chain(&self.foreign).cloned().collect()
    }

    /// Where a tile lies, or would: its file, and the byte in it.
    pub fn place(&self, id: TileId) -> (PathBuf, u64) {
        (level_path(&self.dir, usize::from(id.level)), offset(id.index))
    }

    /// A tile; [`TileFileError::Missing`] where there is none.
    pub fn tile(&self, id: TileId) -> Result<Tile, TileFileError> {
        let level = self.levels.get(usize::from(id.level)).and_then(Option::as_ref);
        let level = level.filter(|level| id.index < level.tiles).ok_or(TileFileError::Missing(id))?;
        read_tile(&*level.file, &level.path, id)
    }

    /// The first tile that is there although a tree of this size does not have it in full.
    pub fn first_beyond(&self, size: u64) -> Option<TileId> {
        let beyond = |(number, level): (usize, &Option<Level>)| {
            let tiles = level.as_ref()?.tiles;
            let level = number as u8;
            let full = u128::from(size) / TileId { level, index: 0 }.leaves();
            let index = u64::try_from(full).ok()?;
            (index < tiles).then_some(TileId { level, index })
        };
        self.levels.iter().enumerate().find_map(beyond)
    }
}

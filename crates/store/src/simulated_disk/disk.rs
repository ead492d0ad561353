//! The disk itself.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::content::{Content, SECTOR_BYTES};
use super::dice::Dice;
use super::fault::{Due, Fault, Faults, Step};
use super::names::{Names, Node};
use crate::disk::{Access, Disk, DiskFile};

/// A disk in memory. Clones are the same disk.
#[derive(Debug, Clone)]
pub struct SimulatedDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone)]
struct State {
    names: Names,
    files: Vec<Content>,
    faults: Faults,
    /// Bytes that all files together may take.
    capacity: u64,
    /// The same, by a rule that nobody who measures the disk learns of.
    quota: u64,
}

impl SimulatedDisk {
    /// An empty disk without a limit, on which one folder is durably there.
    pub fn new(dir: &Path) -> SimulatedDisk {
        let faults = Faults::default();
        let names = Names::with_folder(dir);
        State { names, files: Vec::new(), faults, capacity: u64::MAX, quota: u64::MAX }.into()
    }

    /// One of the disks that may come back when the power is cut now. This one stays as it is, so that it can be cut again otherwise.
    pub fn power_cut(&self, seed: u64) -> SimulatedDisk {
        let state = self.state.lock();
        let mut dice = Dice::new(seed);
        let names = state.names.power_cut(&mut dice);
        let mut files = state.files.clone();
        // Whoever has no name is gone; its number is left free.
        let mut is_named = vec![false; files.len()];
        names.files().for_each(|file| is_named[file] = true);
        for (file, is_named) in files.iter_mut().zip(is_named) {
            *file = if is_named { file.power_cut(&mut dice) } else { Content::default() };
        }
        let (capacity, quota) = (state.capacity, state.quota);
        State { names, files, faults: Faults::default(), capacity, quota }.into()
    }

    /// The disk as another process finds it when this one has ended: everything that was written can be read, and what was not synced
    /// is still not durable.
    pub fn process_end(&self) -> SimulatedDisk {
        State { faults: Faults::default(), ..self.state.lock().clone() }.into()
    }

    /// How many operations there were that change or sync something.
    pub fn operations(&self) -> u64 {
        self.state.lock().faults.operations
    }

    /// Ends the process: the n-th operation that changes or syncs something, counted from the disk's first, does nothing and fails, and so
    /// does everything after it.
    pub fn freeze_at(&self, operation: u64) {
        self.state.lock().faults.freeze_at = Some(operation);
    }

    /// True once the process has ended.
    pub fn is_frozen(&self) -> bool {
        self.state.lock().faults.is_frozen
    }

    /// Lets a process that is killed let go of what it has open: nothing that it still tries reaches the disk.
    pub fn kill(&self, let_go: impl FnOnce()) {
        let was_frozen = std::mem::replace(&mut self.state.lock().faults.is_frozen, true);
        let_go();
        self.state.lock().faults.is_frozen = was_frozen;
    }

    /// Has the n-th step from now, from 1, go wrong among the files and folders whose path ends so.
    pub fn plan_fault(&self, path_end: &str, step: Step, nth: u64, fault: Fault) {
        self.state.lock().faults.plan(path_end, step, nth, fault);
    }

    /// Lets nothing go wrong from now on. What was lost stays lost.
    pub fn mend(&self) {
        self.state.lock().faults.mend();
    }

    /// How many bytes all files may take. Fewer than they take is a full disk.
    pub fn set_capacity(&self, bytes: u64) {
        self.state.lock().capacity = bytes;
    }

    /// How many bytes all files may take although the disk has more free: a write finds that out.
    pub fn set_quota(&self, bytes: u64) {
        self.state.lock().quota = bytes;
    }

    /// How many bytes all files take.
    pub fn used_bytes(&self) -> u64 {
        self.state.lock().used()
    }
}

impl From<State> for SimulatedDisk {
    fn from(state: State) -> SimulatedDisk {
        SimulatedDisk { state: Arc::new(Mutex::new(state)) }
    }
}

impl State {
    fn used(&self) -> u64 {
        self.names.files().map(|file| self.files[file].bytes().len() as u64).sum()
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.names.get(path) {
            Some(Node::File(file)) => Ok(file),
            Some(Node::Folder) => Err(ErrorKind::IsADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    fn folder_of(&self, path: &Path) -> io::Result<()> {
        let is_there = path.parent().is_some_and(|parent| self.names.has_folder(parent));
        if is_there { Ok(()) } else { Err(ErrorKind::NotFound.into()) }
    }
}

impl Disk for SimulatedDisk {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.faults.alive()?;
        let missing: Vec<_> = dir.ancestors().take_while(|folder| !state.names.has_folder(folder)).collect();
        for folder in missing.into_iter().rev() {
            if state.names.get(folder).is_some() {
                return Err(ErrorKind::NotADirectory.into());
            }
            state.faults.count()?;
            state.names.make(folder, Node::Folder);
        }
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state.lock();
        state.faults.alive()?;
        if !state.names.has_folder(dir) {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(state.names.list(dir))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let state = self.state.lock();
        state.faults.alive()?;
        Ok(state.names.get(path).is_some())
    }

    fn create(&self, path: &Path, _access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state.lock();
        state.faults.alive()?;
        state.folder_of(path)?;
        if state.names.get(path).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        state.faults.count()?;
        let file = state.files.len();
        state.files.push(Content::default());
        state.names.make(path, Node::File(file));
        Ok(self.opened(file, path))
    }

    fn open_write(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.open_read(path)
    }

    fn open_read(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let state = self.state.lock();
        state.faults.alive()?;
        Ok(self.opened(state.file(path)?, path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.state.lock();
        state.faults.alive()?;
        Ok(state.files[state.file(path)?].bytes().to_vec())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.faults.alive()?;
        // A folder would take along all that lies in it; nothing here renames one.
        let node = Node::File(state.file(from)?);
        state.folder_of(to)?;
        state.faults.count()?;
        state.names.rename(from, to, node);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.faults.alive()?;
        state.file(path)?;
        state.faults.count()?;
        state.names.remove(path);
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        state.faults.count()?;
        if !state.names.has_folder(dir) {
            return Err(ErrorKind::NotFound.into());
        }
        match state.faults.due(Step::Sync, dir) {
            Due::Nothing => state.names.sync(dir),
            Due::Failure => return Err(io::Error::other("the disk could not sync")),
            Due::Lie => {}
        }
        Ok(())
    }

    fn free_bytes(&self, _dir: &Path) -> io::Result<u64> {
        let state = self.state.lock();
        state.faults.alive()?;
        Ok(state.capacity.saturating_sub(state.used()))
    }
}

impl SimulatedDisk {
    fn opened(&self, file: usize, path: &Path) -> Arc<dyn DiskFile> {
        Arc::new(SimulatedFile { state: self.state.clone(), file, path: path.to_owned() })
    }
}

/// An open file. It stays open although its name goes, until the power is cut.
struct SimulatedFile {
    state: Arc<Mutex<State>>,
    file: usize,
    path: PathBuf,
}

impl DiskFile for SimulatedFile {
    fn len(&self) -> io::Result<u64> {
        let state = self.state.lock();
        state.faults.alive()?;
        Ok(state.files[self.file].bytes().len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let state = self.state.lock();
        state.faults.alive()?;
        let bytes = state.files[self.file].bytes();
        let found = usize::try_from(offset).ok().and_then(|start| bytes.get(start..)?.get(..buffer.len()));
        buffer.copy_from_slice(found.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock();
        let end = state.files[self.file].bytes().len() as u64;
        state.write(self.file, &self.path, end, bytes)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.state.lock().write(self.file, &self.path, offset, bytes)
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.faults.count()?;
        match state.faults.due(Step::Sync, &self.path) {
            Due::Nothing => state.files[self.file].sync(),
            Due::Failure => {
                state.files[self.file].lose_dirty();
                return Err(io::Error::other("the disk could not sync"));
            }
            Due::Lie => {}
        }
        Ok(())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let mut state = self.state.lock();
        state.faults.count()?;
        let before = state.files[self.file].bytes().len() as u64;
        if length.saturating_sub(before) > state.capacity.min(state.quota).saturating_sub(state.used()) {
            return Err(ErrorKind::StorageFull.into());
        }
        state.files[self.file].truncate(length);
        Ok(())
    }
}

impl State {
    /// Writes as much as there is room for.
    fn write(&mut self, file: usize, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.faults.count()?;
        let length = self.files[file].bytes().len() as u64;
        if offset > length {
            return Err(io::Error::new(ErrorKind::InvalidInput, "a write beyond the end of the file"));
        }
        let due = self.faults.due(Step::Write, path);
        let room = self.capacity.min(self.quota).saturating_sub(self.used());
        let room = (length - offset).saturating_add(room);
        let taken = usize::try_from(room).map_or(bytes.len(), |room| room.min(bytes.len()));
        match due {
            Due::Nothing => self.files[file].write(offset, &bytes[..taken], true),
            Due::Lie => self.files[file].write(offset, &bytes[..taken], false),
            Due::Failure => {
                // Systems give up between two pages.
                let middle = offset + bytes.len() as u64 / 2;
                let written = (middle - middle % SECTOR_BYTES as u64).saturating_sub(offset) as usize;
                self.files[file].write(offset, &bytes[..taken.min(written)], true);
                return Err(io::Error::other("the disk could not write"));
            }
        }
        if taken < bytes.len() { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

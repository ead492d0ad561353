//! Events and disks for tests.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sigeyi_envelope::{EventParts, Position, Suite, encode};
use sigeyi_proof::{CompactTree, HashAlgorithm};
use uuid::Uuid;

use crate::disk::{Access, Disk, DiskFile, RealDisk};
use crate::encoded_events::EncodedEvents;
use crate::event_store::{AppendError, Appended, EventStore};

/// The log that the tests write.
pub(crate) const LOG: Uuid = Uuid::from_u128(0x00c0_ffee);

/// An event that can be told from every other, of a length that varies with its position.
pub(crate) fn stored(position: u64) -> Vec<u8> {
    let clear = format!("{{\"n\":\"{}\"}}", position.to_string().repeat(1 + position as usize % 13));
    stored_with(position, &clear)
}

pub(crate) fn stored_with(position: u64, clear: &str) -> Vec<u8> {
    stored_in(Suite::International, position, clear)
}

pub(crate) fn stored_in(suite: Suite, position: u64, clear: &str) -> Vec<u8> {
    encode(&EventParts {
        suite,
        kind: 4,
        schema: 1,
        position: Position(position),
        person: Uuid::from_u128(1),
        version: 1,
        previous: None,
        effective_day: 20_000,
        recorded_at: 1_700_000_000_000_000,
        region: 150_102,
        command: Uuid::from_u128(u128::from(position)),
        digest: [7; 16],
        commit_index: 0,
        commit_count: 1,
        actor: "counsellor-1",
        office: "150102",
        clear,
        sealed: None,
    })
    .unwrap()
}

pub(crate) fn encoded(positions: impl IntoIterator<Item = u64>) -> EncodedEvents {
    encoded_from(positions.into_iter().map(stored))
}

pub(crate) fn encoded_from(events: impl IntoIterator<Item = Vec<u8>>) -> EncodedEvents {
    let mut encoded = EncodedEvents::new();
    for event in events {
        encoded.push(&event, HashAlgorithm::Sha256.leaf(&event));
    }
    encoded
}

/// Appends the next `count` events.
pub(crate) fn append(store: &dyn EventStore, count: u64) -> Result<Appended, AppendError> {
    let head = store.head();
    store.append(head, encoded(head.0 + 1..=head.0 + count))
}

/// The tree over the first events.
pub(crate) fn tree_at(position: u64) -> CompactTree {
    let mut tree = CompactTree::new(HashAlgorithm::Sha256);
    (1..=position).for_each(|position| tree.push(HashAlgorithm::Sha256.leaf(&stored(position))));
    tree
}

/// Checks that these are the events at these positions, byte for byte.
#[track_caller]
pub(crate) fn assert_events(found: &[Bytes], positions: impl IntoIterator<Item = u64>) {
    let expected: Vec<Vec<u8>> = positions.into_iter().map(stored).collect();
    assert_eq!(found.len(), expected.len(), "count of events");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        std::thread::yield_now();
    }
}

/// The real disk, failing when it is told to, and counting.
#[derive(Default)]
pub(crate) struct FaultyDisk {
    faults: Arc<Faults>,
}

#[derive(Default)]
pub(crate) struct Faults {
    /// Syncs of files until one fails; 0 is never.
    pub(crate) sync_in: AtomicUsize,
    /// Writes until one is torn; 0 is never.
    pub(crate) write_in: AtomicUsize,
    /// Syncs of files so far.
    pub(crate) syncs: AtomicUsize,
    /// Writes so far.
    pub(crate) writes: AtomicUsize,
    /// Bytes read so far.
    pub(crate) read: AtomicUsize,
    /// Space that is said to be taken by somebody else, in bytes.
    pub(crate) taken: AtomicU64,
}

impl FaultyDisk {
    pub(crate) fn new() -> (Arc<FaultyDisk>, Arc<Faults>) {
        let disk = FaultyDisk::default();
        let faults = disk.faults.clone();
        (Arc::new(disk), faults)
    }

    fn file(&self, inner: Arc<dyn DiskFile>) -> Arc<dyn DiskFile> {
        Arc::new(FaultyFile { inner, faults: self.faults.clone() })
    }
}

/// True when the count has come down to its end.
fn due(count: &AtomicUsize) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1)) == Ok(1)
}

impl Disk for FaultyDisk {
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
    fn open_write(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.file(RealDisk.open_write(path)?))
    }
    fn open_read(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.file(RealDisk.open_read(path)?))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = RealDisk.read(path)?;
        self.faults.read.fetch_add(bytes.len(), Ordering::SeqCst);
        Ok(bytes)
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
        Ok(RealDisk.free_bytes(dir)?.saturating_sub(self.faults.taken.load(Ordering::SeqCst)))
    }
}

struct FaultyFile {
    inner: Arc<dyn DiskFile>,
    faults: Arc<Faults>,
}

impl DiskFile for FaultyFile {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.faults.read.fetch_add(buffer.len(), Ordering::SeqCst);
        self.inner.read_at(offset, buffer)
    }
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.write_at(self.inner.len()?, bytes)
    }
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.faults.writes.fetch_add(1, Ordering::SeqCst);
        if due(&self.faults.write_in) {
            self.inner.write_at(offset, &bytes[..bytes.len() / 2])?;
            return Err(io::Error::other("the disk is gone"));
        }
        self.inner.write_at(offset, bytes)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.faults.syncs.fetch_add(1, Ordering::SeqCst);
        if due(&self.faults.sync_in) {
            return Err(io::Error::other("the disk is gone"));
        }
        self.inner.sync_data()
    }
    fn truncate(&self, length: u64) -> io::Result<()> {
        self.inner.truncate(length)
    }
}

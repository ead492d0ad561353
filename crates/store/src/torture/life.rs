//! One process after another on the same directory, and what each was promised by those before it.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use sigeyi_envelope::{Position, Suite};
use sigeyi_proof::{CompactTree, HashAlgorithm};

use crate::disk::Disk;
use crate::event_store::{Direction, EventStore};
use crate::journal_store::{JournalStore, StoreOptions};
use crate::ledger::TwinFile;
use crate::manifest::Manifest;
use crate::recovery::Resume;
use crate::simulated_disk::{Dice, SimulatedDisk};
use crate::snapshot_file::{snapshots, write_snapshot};
use crate::testing::{LOG, encoded_from, stored_with};

const ALL: usize = usize::MAX;

/// What was answered, and what was handed in last without an answer.
#[derive(Debug, Clone)]
pub(super) struct Promises {
    /// Every event that was acknowledged, or read by anybody.
    pub(super) log: Vec<Vec<u8>>,
    tree: CompactTree,
    /// Events of the append that got no answer: all of them are there, or none.
    unanswered: Vec<Vec<u8>>,
    records: Vec<Vec<u8>>,
    unanswered_record: Option<Vec<u8>>,
    has_manifest: bool,
    /// Position of the newest snapshot that was written.
    snapshot: u64,
    /// Processes so far: events of two of them differ, so that none can pass for the other.
    lives: u64,
}

// Nothing promised yet.
impl Default for Promises {
    fn default() -> Promises {
        Promises {
            log: Vec::new(),
            tree: CompactTree::new(HashAlgorithm::Sha256),
            unanswered: Vec::new(),
            records: Vec::new(),
            unanswered_record: None,
            has_manifest: false,
            snapshot: 0,
            lives: 0,
        }
    }
}

type Lived = Result<(), Box<dyn Error>>;

/// The folder of everything.
pub(super) fn dir() -> &'static Path {
    Path::new("/data/sigeyi")
}

/// An empty disk, on which the folder above is there.
pub(super) fn empty_disk() -> SimulatedDisk {
    SimulatedDisk::new(Path::new("/data"))
}

/// A disk on which a directory was made.
pub(super) fn begun(dice: &mut Dice) -> (SimulatedDisk, Promises) {
    let (disk, mut promises) = (empty_disk(), Promises::default());
    live(&disk, &mut promises, dice, 1).unwrap();
    (disk, promises)
}

/// Small segments, so that they roll, and few zeros ahead, so that they are used up.
pub(super) fn options() -> StoreOptions {
    StoreOptions {
        segment_bytes_max: 6_000,
        tail_bytes_max: 0,
        head_path: Some(dir().join("HEAD")),
        ahead_bytes: 4_096,
        keep_free_bytes: 0,
        ..StoreOptions::new(dir().join("journal"), LOG)
    }
}

pub(super) fn open(disk: &SimulatedDisk, resume: Option<Resume>) -> Result<JournalStore, crate::OpenError> {
    JournalStore::open(StoreOptions { resume, ..options() }, Arc::new(disk.clone()))
}

fn tree(log: &[Vec<u8>]) -> CompactTree {
    let mut tree = CompactTree::new(HashAlgorithm::Sha256);
    log.iter().for_each(|event| tree.push(HashAlgorithm::Sha256.leaf(event)));
    tree
}

/// Starts, checks that everything promised is there, and works for so many steps. An error is the disk's; whatever is not as promised
/// is a panic.
pub(super) fn live(disk: &SimulatedDisk, promises: &mut Promises, dice: &mut Dice, steps: u64) -> Lived {
    promises.lives += 1;
    promises.open_manifest(disk)?;
    let mut twin = promises.open_twin(disk)?;
    // Making the folder of the keys has made the manifest's names durable, whoever wrote it.
    promises.has_manifest = true;
    let resume = promises.resume(disk, dice)?;
    let store = open(disk, resume)?;
    promises.take_in(&store)?;
    for _ in 0..steps {
        match dice.below(10) {
            0 => promises.add_record(&mut twin, dice)?,
            1 => promises.take_snapshot(disk)?,
            2 => store.save_head()?,
            3 => store.write_ahead()?,
            4 => promises.append(&store, 20 + dice.below(30))?,
            _ => promises.append(&store, 1 + dice.below(6))?,
        }
    }
    promises.take_in(&store)?;
    if dice.percent(50) {
        store.close();
    } else {
        disk.kill(|| drop(store));
    }
    Ok(())
}

impl Promises {
    pub(super) fn lives(&self) -> u64 {
        self.lives
    }

    /// The last append was refused: nothing of it is ever there.
    pub(super) fn refused(&mut self) {
        self.unanswered.clear();
    }

    /// What a snapshot of everything would know.
    pub(super) fn whole(&self) -> Resume {
        Resume { position: Position(self.log.len() as u64), tree: self.tree.clone() }
    }

    /// Whether every kind of file was written.
    pub(super) fn does_everything(&self) -> bool {
        self.log.len() > 60 && self.records.len() > 1 && self.snapshot > 0 && self.has_manifest
    }

    fn open_manifest(&mut self, disk: &SimulatedDisk) -> Lived {
        match Manifest::open(disk, dir())? {
            Some(manifest) => assert_eq!(manifest.log_id, LOG),
            None => {
                assert!(!self.has_manifest, "the manifest is gone");
                Manifest::create(disk, dir(), &Manifest::new(LOG, Suite::default(), true, false))?;
            }
        }
        Ok(())
    }

    fn open_twin(&mut self, disk: &SimulatedDisk) -> Result<TwinFile, Box<dyn Error>> {
        let (twin, found) = TwinFile::open(disk, &dir().join("vault"), "keys", LOG)?;
        let may_be = self.records.iter().chain(&self.unanswered_record);
        assert!(found.len() >= self.records.len(), "{} records of {}", found.len(), self.records.len());
        assert!(found.iter().eq(may_be.take(found.len())), "other records than were appended");
        self.records = found;
        self.unanswered_record = None;
        Ok(twin)
    }

    /// The newest snapshot, now and then, or none.
    fn resume(&self, disk: &SimulatedDisk, dice: &mut Dice) -> Result<Option<Resume>, Box<dyn Error>> {
        let found = snapshots(disk, &dir().join("snapshots"));
        let newest = found.first().map_or(0, |(position, _)| position.0);
        assert!(disk.is_frozen() || newest >= self.snapshot, "the snapshot at {} is gone", self.snapshot);
        assert!(newest <= self.log.len() as u64, "a snapshot at {newest} of what was never there");
        for (position, path) in &found {
            assert_eq!(disk.read(path)?, snapshot_text(position.0), "a snapshot that is not whole");
        }
        let known = || tree(&self.log[..newest as usize]);
        let is_used = newest > 0 && dice.percent(50);
        Ok(is_used.then(|| Resume { position: Position(newest), tree: known() }))
    }

    /// Everything promised is there byte for byte, of what got no answer all or nothing; and whatever was read is promised from now on.
    pub(super) fn take_in(&mut self, store: &JournalStore) -> Lived {
        let head = store.head();
        let found = store.read(Position(0), Direction::Forward, ALL, ALL)?;
        assert_eq!(found.len() as u64, head.0);
        let promised = self.log.len();
        assert!(found.len() >= promised, "{} of {promised} events are there", found.len());
        assert!(
            found.iter().zip(&self.log).all(|(found, promised)| found == promised),
            "an event is another"
        );
        if found.len() > promised {
            assert!(found[promised..].iter().eq(&self.unanswered), "a part of a group, or what nobody sent");
            self.promise();
        }
        self.unanswered.clear();
        let backward = store.read(Position(u64::MAX), Direction::Backward, ALL, ALL)?;
        assert!(backward.iter().rev().eq(&found));
        let (found, at) = store.tree_and_head();
        assert_eq!((found.root(), at), (self.tree.root(), head));
        Ok(())
    }

    pub(super) fn append(&mut self, store: &JournalStore, count: u64) -> Lived {
        let head = self.log.len() as u64;
        let life = self.lives;
        let event = |position: u64| {
            let clear =
                format!(r#"{{"life":{life},"n":"{}"}}"#, "x".repeat(1 + (position * 37 % 150) as usize));
            stored_with(position, &clear)
        };
        self.unanswered = (head + 1..=head + count).map(event).collect();
        let appended = store.append(Position(head), encoded_from(self.unanswered.clone()))?;
        self.promise();
        assert_eq!(appended.head.0, self.log.len() as u64);
        assert_eq!(appended.root, self.tree.root());
        Ok(())
    }

    /// What got no answer is there, as is known now.
    fn promise(&mut self) {
        self.unanswered.iter().for_each(|event| self.tree.push(HashAlgorithm::Sha256.leaf(event)));
        self.log.append(&mut self.unanswered);
    }

    fn add_record(&mut self, twin: &mut TwinFile, dice: &mut Dice) -> Lived {
        let record = vec![self.records.len() as u8 + 1; 1 + dice.below(3_000) as usize];
        self.unanswered_record = Some(record.clone());
        twin.append(&record)?;
        self.unanswered_record = None;
        self.records.push(record);
        Ok(())
    }

    fn take_snapshot(&mut self, disk: &SimulatedDisk) -> Lived {
        let position = self.log.len() as u64;
        write_snapshot(disk, &dir().join("snapshots"), Position(position), 0, |out| {
            out.write_all(&snapshot_text(position))
        })?;
        self.snapshot = position;
        Ok(())
    }
}

fn snapshot_text(position: u64) -> Vec<u8> {
    format!("read models at {position}\n").repeat(100).into_bytes()
}

/// The error with its causes, for a test that fails.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

//! Taking snapshots while the log grows, and finding one at a start.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64, atomic::Ordering},
};

use hashbrown::HashSet;
use parking_lot::{Condvar, Mutex};
use sigeyi_domain::{DataStatus, Divisions};
use sigeyi_envelope::{Position, StoredEvent, Suite};
use sigeyi_projections::{
    Secrets, Snapshot, SnapshotError, SnapshotHeader, SnapshotSource, SnapshotWriter, folds_sealed, without,
    write_sealed,
};
use sigeyi_store::{Direction, Disk, DiskFile, EventStore, hash_algorithm, snapshots, write_snapshot};
use uuid::Uuid;

use crate::{shared::Shared, writer::chain};

/// Events after which a running engine takes a snapshot, at least.
const SNAPSHOT_EVERY: u64 = 1_000_000;
/// A snapshot costs as much as the log is long, so that a long log has one for each such part of it: what snapshots cost an event stays the same.
const SNAPSHOT_LOG_PARTS: u64 = 10;
/// Events after which one is taken when the engine is closed.
const SNAPSHOT_AT_CLOSE: u64 = 10_000;
/// A snapshot leaves so many times the room that the journal keeps free: it must never be what stops the log.
const KEEPS_FREE_TIMES: u64 = 2;
/// Rows that are copied under one lock: about a millisecond.
const ROWS_AT_A_TIME: usize = 4_096;
/// Events that are read at a time for the sealed section.
const EVENTS_AT_A_TIME: usize = 4_096;

/// An open snapshot.
pub(crate) struct SnapshotFile(Arc<dyn DiskFile>);

impl SnapshotFile {
    pub(crate) fn new(file: Arc<dyn DiskFile>) -> SnapshotFile {
        SnapshotFile(file)
    }
}

impl SnapshotSource for SnapshotFile {
    fn length(&self) -> std::io::Result<u64> {
        self.0.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        self.0.read_at(offset, buffer)
    }
}

/// Tells the snapshot thread when to work.
#[derive(Default)]
pub(crate) struct SnapshotTrigger {
    since: AtomicU64,
    /// After how many events the next one is due.
    every: AtomicU64,
    /// What the directory was opened with instead of the usual distance.
    told: Option<u64>,
    state: Mutex<bool>,
    changed: Condvar,
}

/// Where snapshots lie.
pub(crate) struct Snapshots {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) dir: PathBuf,
    /// Of the log: what is hashed in them is hashed by it.
    pub(crate) suite: Suite,
    /// What stays free on the disk, in bytes.
    pub(crate) keep_free_bytes: u64,
}

impl SnapshotTrigger {
    pub(crate) fn starting_with(replayed: u64, head: Position, told: Option<u64>) -> SnapshotTrigger {
        let (since, every) = (AtomicU64::new(replayed), AtomicU64::new(told.unwrap_or(due_after(head))));
        SnapshotTrigger { since, every, told, ..SnapshotTrigger::default() }
    }

    pub(crate) fn appended(&self, events: u64) {
        if self.since.fetch_add(events, Ordering::SeqCst) + events >= self.every() {
            self.changed.notify_one();
        }
    }

    fn every(&self) -> u64 {
        self.every.load(Ordering::SeqCst)
    }

    /// One is about to be taken of so many events: whatever comes meanwhile counts for the next one.
    fn begin(&self, events: u64, head: Position) {
        self.since.fetch_sub(events, Ordering::SeqCst);
        self.every.store(self.told.unwrap_or(due_after(head)), Ordering::SeqCst);
    }

    /// It was not taken: its events count again, so that a start has one at the end, and the next is tried after as many as ever.
    fn give_up(&self, events: u64) {
        self.every.fetch_add(events, Ordering::SeqCst);
        self.since.fetch_add(events, Ordering::SeqCst);
    }

    pub(crate) fn close(&self) {
        *self.state.lock() = true;
        self.changed.notify_one();
    }
}

/// The snapshot thread: one whenever enough events have come, and a last one at the end. A snapshot is a hint: one that fails is
/// said in the log and tried again later.
pub(crate) fn run(shared: &Shared, snapshots: &Snapshots, trigger: &SnapshotTrigger) {
    loop {
        let is_closed = {
            let mut is_closed = trigger.state.lock();
            while !*is_closed && trigger.since.load(Ordering::SeqCst) < trigger.every() {
                trigger.changed.wait(&mut is_closed);
            }
            *is_closed
        };
        let since = trigger.since.load(Ordering::SeqCst);
        let is_due = if is_closed { since >= SNAPSHOT_AT_CLOSE } else { since >= trigger.every() };
        if is_due && shared.stopped().is_none() {
            trigger.begin(since, shared.store.head());
            if let Err(reason) = snapshots.take(shared) {
                trigger.give_up(since);
                shared.note(&format!("no snapshot was taken: {reason}"));
            }
        }
        if is_closed {
            return;
        }
    }
}

impl Snapshots {
    /// In a directory whose journal keeps so many bytes free.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        dir: &Path,
        suite: Suite,
        journal_keep_free_bytes: u64,
    ) -> Snapshots {
        let keep_free_bytes = journal_keep_free_bytes.saturating_mul(KEEPS_FREE_TIMES);
        Snapshots { disk, dir: dir.join("snapshots"), suite, keep_free_bytes }
    }

    /// The newest snapshot of this log with which something could be done, and why newer ones were passed over.
    pub(crate) fn newest<T>(
        &self,
        log_id: Uuid,
        mut usable: impl FnMut(Snapshot<SnapshotFile>) -> Result<T, SnapshotError>,
    ) -> (Option<T>, Vec<String>) {
        let mut passed_over = Vec::new();
        for (_, path) in snapshots(&*self.disk, &self.dir) {
            let file = self.disk.open_read(&path).map(SnapshotFile).map_err(|error| error.to_string());
            let used = file.and_then(|file| {
                let parsed = Snapshot::parse(file, log_id, divisions_hash(self.suite));
                parsed.and_then(&mut usable).map_err(|error| error.to_string())
            });
            match used {
                Ok(used) => return (Some(used), passed_over),
                Err(reason) => passed_over.push(format!("{}: {reason}", path.display())),
            }
        }
        (None, passed_over)
    }

    /// Copies the rows slice by slice, then the sealed bytes of the events that they may hold.
    pub(crate) fn take(&self, shared: &Shared) -> Result<Position, String> {
        let (mut header, tree, commands, roles) = {
            let folded = shared.folded_whole();
            let header = SnapshotHeader {
                log_id: shared.log_id,
                position: folded.model.head(),
                touched_through: folded.model.head(),
                divisions: divisions_hash(self.suite),
                recorded_at: folded.model.recorded_at(),
            };
            let (commands, roles) = (folded.model.snapshot_commands(), folded.model.snapshot_roles());
            (header, folded.tree.encode(), commands, roles)
        };
        let mut people = Vec::new();
        let mut from = 0;
        loop {
            let folded = shared.folded.read();
            folded.model.snapshot_rows(from..from + ROWS_AT_A_TIME, &mut people);
            header.touched_through = folded.model.head();
            from += ROWS_AT_A_TIME;
            if from >= folded.model.people().len() {
                break;
            }
        }
        // What is copied from the one before is read twice, so that damage in it is not handed on.
        let (before, _) = self.newest(shared.log_id, |before| before.verify_sealed().map(|()| before));
        // What it has of people who were erased since ends with it.
        let erased = erased(shared);
        write_snapshot(&*self.disk, &self.dir, header.position, self.keep_free_bytes, |out| {
            let mut writer = SnapshotWriter::new(out, &header, &tree, &commands, &people, &roles)?;
            let mut after = Position::BEGINNING;
            if let Some(before) = &before {
                before.sealed(|block| match erased.is_empty() {
                    true => writer.sealed(block),
                    false => writer.sealed(
                        &without(block, |number| erased.contains(&number)).map_err(std::io::Error::other)?,
                    ),
                })?;
                after = before.header().touched_through;
            }
            self.write_new_sealed(shared, after, header.touched_through, &mut writer)?;
            writer.finish()
        })
        .map_err(|error| chain(&error))?;
        Ok(header.position)
    }

    fn write_new_sealed(
        &self,
        shared: &Shared,
        mut after: Position,
        through: Position,
        writer: &mut SnapshotWriter<'_>,
    ) -> std::io::Result<()> {
        let mut part = Vec::new();
        while after < through {
            let most = EVENTS_AT_A_TIME.min((through.0 - after.0) as usize);
            let events = shared
                .store
                .read(after, Direction::Forward, most, usize::MAX)
                .map_err(std::io::Error::other)?;
            if events.is_empty() {
                return Err(std::io::Error::other("the log is shorter than the read model"));
            }
            let folded = shared.folded.read();
            for bytes in &events {
                let stored = StoredEvent::parse(bytes).map_err(std::io::Error::other)?;
                if !folds_sealed(&stored) {
                    continue;
                }
                let people = folded.model.people();
                if let Some(number) = people.find(stored.parts().person)
                    && let Some(row) = people.row(number)
                    && row.person.data_status() != DataStatus::Erased
                {
                    // The key that the event's id commits to: a snapshot keeps the number alone.
                    let named =
                        stored.parts().sealed.and_then(|sealed| shared.keyring.key_number(&sealed.key_id));
                    write_sealed(&mut part, number, named.unwrap_or(row.key), &stored);
                }
            }
            drop(folded);
            after = Position(after.0 + events.len() as u64);
            writer.sealed(&part)?;
            part.clear();
        }
        Ok(())
    }
}

/// The row numbers of the people whose data were erased.
fn erased(shared: &Shared) -> HashSet<u32> {
    let folded = shared.folded.read();
    let people = folded.model.people();
    people.erased().filter_map(|row| people.find(row.id)).collect()
}

/// How many events after a snapshot the next one is due.
pub(crate) fn due_after(head: Position) -> u64 {
    SNAPSHOT_EVERY.max(head.0 / SNAPSHOT_LOG_PARTS)
}

/// The list that numbers the counties.
pub(crate) fn divisions_hash(suite: Suite) -> [u8; 32] {
    hash_algorithm(suite).digest(Divisions::SOURCE.as_bytes())
}

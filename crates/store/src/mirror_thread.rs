//! The thread that brings sled up to the journal and keeps it there.

use std::fs::{self, File};
use std::io;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sigeyi_envelope::Position;

use crate::block::{BlockBuilder, parse_block};
use crate::event_store::ReadError;
use crate::journal::Journal;
use crate::mirror::{Shared, first_position};
use crate::mirror_fault::{MirrorFault, guarded};
use crate::run::Run;

pub(crate) const TREE: &str = "blocks";
/// One batch at most.
const BATCH_EVENTS_MAX: u64 = 10_000;
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Between passes that find less than a batch, so that a busy journal is not followed event by event.
const PASS_PAUSE: Duration = Duration::from_millis(20);
/// Between syncs of sled's files.
const SYNC_PAUSE: Duration = Duration::from_secs(1);
/// How long a stop goes on taking in what the journal is ahead. The next start takes in the rest.
const STOP_CATCH_UP_MAX: Duration = Duration::from_secs(10);
/// How long sled's own lock may still be held by one that was closed just before.
const SLED_LOCK_WAIT_MAX: Duration = Duration::from_secs(10);

/// Runs until the mirror is stopped or fails.
pub(crate) fn run_mirror(shared: &Shared, journal: &Journal) {
    let opened = guarded(|| open_sled(shared));
    let db = match opened {
        // Unwinding must not drop it: sled flushes then, and a second panic would end the process.
        Ok(db) => ManuallyDrop::new(db),
        Err(fault) => return shared.fail(&fault),
    };
    let followed = guarded(|| follow(shared, journal, &db));
    shared.shut();
    if let Err(fault) = &followed {
        shared.fail(fault);
        if matches!(fault, MirrorFault::Panicked(_)) {
            return;
        }
    }
    if let Err(fault) = guarded(|| {
        drop(ManuallyDrop::into_inner(db));
        Ok(())
    }) {
        shared.fail(&fault);
    }
}

fn open_sled(shared: &Shared) -> Result<sled::Db, MirrorFault> {
    let config =
        sled::Config::new().path(&shared.dir).cache_capacity(shared.cache_bytes).flush_every_ms(None);
    let deadline = Instant::now() + SLED_LOCK_WAIT_MAX;
    loop {
        match config.open() {
            // sled says it by text alone.
            Err(sled::Error::Io(error))
                if error.to_string().contains("could not acquire lock")
                    && Instant::now() < deadline
                    && !shared.stopping() =>
            {
                thread::park_timeout(PASS_PAUSE);
            }
            opened => return Ok(opened?),
        }
    }
}

fn follow(shared: &Shared, journal: &Journal, db: &sled::Db) -> Result<(), MirrorFault> {
    let blocks = db.open_tree(TREE)?;
    let (last, block) = last_block(&blocks)?;
    let head = journal.head();
    if last > head {
        shared.ahead(last, head);
        return Ok(());
    }
    if let Some(block) = &block {
        compare(block, journal)?;
    }
    // What an earlier process flushed need not have been durable.
    sync_files(&shared.dir)?;
    let mut writing = Writing {
        shared,
        journal,
        db,
        blocks: &blocks,
        block: BlockBuilder::new(last.0 + 1),
        taken: last.0,
        written: last.0,
        durable: last.0,
        synced_at: Instant::now(),
    };
    shared.follow(blocks.clone(), last.0);
    writing.run()
}

/// Where the mirror ends, with its last block.
fn last_block(blocks: &sled::Tree) -> Result<(Position, Option<Run>), MirrorFault> {
    let (Some((first, _)), Some((key, value))) = (blocks.first()?, blocks.last()?) else {
        return Ok((Position::BEGINNING, None));
    };
    if first_position(&first)? != 1 {
        return Err(MirrorFault::Beginning);
    }
    let run = parse_block(first_position(&key)?, Bytes::from_owner(value))?;
    Ok((Position(run.last()), Some(run)))
}

/// A mirror of another journal, or one that sled has garbled, differs at its end.
fn compare(block: &Run, journal: &Journal) -> Result<(), MirrorFault> {
    for position in block.first()..=block.last() {
        if journal_run(journal, position)?.get(position) != block.get(position) {
            return Err(MirrorFault::Differs { position });
        }
    }
    Ok(())
}

fn journal_run(journal: &Journal, position: u64) -> Result<Arc<Run>, ReadError> {
    match journal.run_in_memory(position) {
        Some(run) => Ok(run),
        None => journal.run_on_disk(position),
    }
}

/// How far the mirror is.
struct Writing<'a> {
    shared: &'a Shared,
    journal: &'a Journal,
    db: &'a sled::Db,
    blocks: &'a sled::Tree,
    /// The block that is not full yet.
    block: BlockBuilder,
    /// Last position taken from the journal, into a block that may not be full yet.
    taken: u64,
    /// Last position written to sled and flushed.
    written: u64,
    /// Last position synced.
    durable: u64,
    synced_at: Instant,
}

impl Writing<'_> {
    fn run(&mut self) -> Result<(), MirrorFault> {
        let mut stop_by = None;
        while self.shared.following() {
            let stopping = self.shared.stopping();
            if stopping {
                stop_by.get_or_insert_with(|| Instant::now() + STOP_CATCH_UP_MAX);
            }
            let full = self.pass()?;
            let stop = stop_by.is_some_and(|by| !full || Instant::now() >= by);
            if self.written > self.durable && (stop || self.synced_at.elapsed() >= SYNC_PAUSE) {
                sync_files(&self.shared.dir)?;
                (self.durable, self.synced_at) = (self.written, Instant::now());
                self.shared.set_durable(self.durable);
            }
            if stop {
                return Ok(());
            }
            if !full && !stopping {
                self.pause();
            }
        }
        Ok(())
    }

    /// Writes one batch. True when there was more in the journal than it takes.
    fn pass(&mut self) -> Result<bool, MirrorFault> {
        let head = self.journal.head().0;
        let end = head.min(self.taken + BATCH_EVENTS_MAX);
        let mut batch = sled::Batch::default();
        let (mut bytes, mut through) = (0, self.written);
        while self.taken < end && bytes < BATCH_BYTES_MAX {
            let run = journal_run(self.journal, self.taken + 1)?;
            while self.taken < end
                && bytes < BATCH_BYTES_MAX
                && let Some(event) = run.get(self.taken + 1)
            {
                if let Some(full) = self.block.push(&event) {
                    bytes += full.value.len();
                    through = full.last;
                    batch.insert(&full.first.to_be_bytes(), full.value);
                }
                self.taken += 1;
            }
        }
        if through > self.written {
            self.blocks.apply_batch(batch)?;
            self.db.flush()?;
            self.written = through;
            self.shared.set_readable(through);
        }
        Ok(self.taken < head)
    }

    /// Waits for more to do.
    fn pause(&self) {
        thread::park_timeout(PASS_PAUSE);
        let sync_due = (self.written > self.durable).then(|| self.synced_at + SYNC_PAUSE);
        let taken = Position(self.taken);
        self.journal.live().wait(sync_due, |head| head > taken || self.shared.stopping());
    }
}

/// Makes durable what sled has written: its own flush does not.
fn sync_files(dir: &Path) -> Result<(), MirrorFault> {
    sync_folder(dir)?;
    // Without it a folder that somebody has deleted would pass for durable.
    if !dir.join("db").try_exists()? {
        return Err(MirrorFault::Gone);
    }
    Ok(())
}

fn sync_folder(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folder(&entry.path())?;
            continue;
        }
        match File::open(entry.path()) {
            Ok(file) => file.sync_data()?,
            // sled replaces its own snapshot files at any time.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    File::open(dir)?.sync_all()
}

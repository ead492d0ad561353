//! Copying the journal into sled, block by block, and making it durable.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use sigeyi_envelope::Position;

use crate::block::{BlockBuilder, parse_block};
use crate::disk::{Disk, RealDisk};
use crate::mirror_fault::MirrorFault;
use crate::mirror_set_aside::superseded;
use crate::mirror_shared::Shared;
use crate::mirror_sled::Blocks;
use crate::mirror_thread::{Known, journal_run};

/// One batch at most.
const BATCH_EVENTS_MAX: u64 = 10_000;
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Between passes that find less than a batch, so that a busy journal is not followed event by event.
const PASS_PAUSE: Duration = Duration::from_millis(100);
/// Between syncs of sled's files.
const SYNC_PAUSE: Duration = Duration::from_secs(1);
/// How long a stop goes on taking in what the journal is ahead. The next start takes in the rest.
const STOP_CATCH_UP_MAX: Duration = Duration::from_secs(10);

/// How far the mirror is.
pub(crate) struct Writing<'a> {
    shared: &'a Shared,
    blocks: &'a dyn Blocks,
    /// The block that is not full yet.
    block: BlockBuilder,
    /// Last position taken from the journal, into a block that may not be full yet.
    taken: u64,
    /// Last position written to sled and flushed.
    written: u64,
    /// Last position synced.
    durable: u64,
    synced_at: Instant,
    /// When the room on the disk was looked at.
    room_seen_at: Option<Instant>,
    known: Known,
    /// It has had all that the journal has, and is durable.
    is_complete: bool,
}

impl<'a> Writing<'a> {
    /// Of a mirror that ends at a position and is durable up to it.
    pub(crate) fn new(shared: &'a Shared, blocks: &'a dyn Blocks, last: u64, known: Known) -> Writing<'a> {
        Writing {
            shared,
            blocks,
            block: BlockBuilder::new(last + 1),
            taken: last,
            written: last,
            durable: last,
            synced_at: Instant::now(),
            room_seen_at: None,
            known,
            is_complete: false,
        }
    }

    /// Until it is stopped, or a reader meets a fault.
    pub(crate) fn run(&mut self) -> Result<(), MirrorFault> {
        let mut stop_by = None;
        while self.shared.following() {
            let stopping = self.shared.stopping();
            if stopping {
                stop_by.get_or_insert_with(|| Instant::now() + STOP_CATCH_UP_MAX);
            }
            self.shared.save_head()?;
            let is_behind = self.has_room()? && self.pass()?;
            let stop = stop_by.is_some_and(|by| !is_behind || Instant::now() >= by);
            let is_first = !self.is_complete && !is_behind;
            if self.written > self.durable && (stop || is_first || self.synced_at.elapsed() >= SYNC_PAUSE) {
                self.sync()?;
            }
            if is_first && !self.shared.is_disk_low.load(Ordering::Relaxed) {
                self.complete()?;
            }
            if stop {
                return Ok(());
            }
            if !is_behind && !stopping {
                self.pause();
            }
        }
        Ok(())
    }

    /// Whether the disk has room for what the mirror takes in; looked at once a second.
    fn has_room(&mut self) -> Result<bool, MirrorFault> {
        if self.room_seen_at.is_none_or(|at| at.elapsed() >= SYNC_PAUSE) {
            self.shared.check_main_file()?;
            let free = RealDisk.free_bytes(&self.shared.dir)?;
            let is_low = free < self.shared.pace.free_bytes_min;
            if self.shared.is_disk_low.swap(is_low, Ordering::Relaxed) != is_low && is_low {
                tracing::warn!(
                    free,
                    "the disk is nearly full: the mirror takes in nothing until there is room"
                );
            }
            self.room_seen_at = Some(Instant::now());
        }
        Ok(!self.shared.is_disk_low.load(Ordering::Relaxed))
    }

    /// Writes one batch. True when there was more in the journal than it takes.
    fn pass(&mut self) -> Result<bool, MirrorFault> {
        let journal = &self.shared.journal;
        let head = journal.head().0;
        let end = head.min(self.taken + BATCH_EVENTS_MAX);
        let mut batch = Vec::new();
        let (mut bytes, mut through) = (0, self.written);
        while self.taken < end && bytes < BATCH_BYTES_MAX {
            let run = journal_run(journal, self.taken + 1)?;
            while self.taken < end
                && bytes < BATCH_BYTES_MAX
                && let Some(event) = run.get(self.taken + 1)
            {
                if let Some(full) = self.block.push(&event) {
                    bytes += full.value.len();
                    through = full.last;
                    batch.push(full);
                }
                self.taken += 1;
            }
        }
        if through > self.written {
            self.shared.writing.during(|| {
                self.blocks.insert(batch)?;
                self.blocks.flush()
            })?;
            self.written = through;
            self.shared.set_readable(through);
        }
        Ok(self.taken < head)
    }

    /// Makes durable what was written, and looks whether sled gives it back: a thread of its own may have died.
    fn sync(&mut self) -> Result<(), MirrorFault> {
        // First, so that the mirror is never durable beyond what is known of the journal.
        self.shared.save_head_through(self.written)?;
        sync_files(self.shared)?;
        let last = self.shared.writing.during(|| self.blocks.last())?;
        let found = last.map(|(first, value)| parse_block(first, value)).transpose()?.map(|run| run.last());
        if found != Some(self.written) {
            return Err(MirrorFault::ReadBack { expected: self.written, found });
        }
        (self.durable, self.synced_at) = (self.written, Instant::now());
        self.shared.set_durable(self.durable);
        Ok(())
    }

    /// It has all that the journal has.
    fn complete(&mut self) -> Result<(), MirrorFault> {
        self.is_complete = true;
        if self.shared.is_left() {
            return Ok(());
        }
        superseded(&self.shared.dir, self.known.is_copy_aside).map_err(MirrorFault::SetAside)?;
        if self.known.is_new {
            self.shared.rebuilt.fetch_add(1, Ordering::Relaxed);
            tracing::info!(through = self.durable, "the new mirror is complete");
        }
        Ok(())
    }

    /// Waits for more to do.
    fn pause(&self) {
        thread::park_timeout(PASS_PAUSE);
        let is_low = self.shared.is_disk_low.load(Ordering::Relaxed);
        let has_more = is_low || self.written > self.durable || self.shared.has_more_than_its_head();
        let look_again = has_more.then(|| Instant::now() + SYNC_PAUSE / 4);
        let taken = Position(self.taken);
        self.shared.journal.live().wait(look_again, |head| {
            (!is_low && head > taken) || self.shared.stopping() || !self.shared.following()
        });
    }
}

/// Makes durable what sled has written: its own flush does not.
pub(crate) fn sync_files(shared: &Shared) -> Result<(), MirrorFault> {
    // Without it a folder that somebody has deleted would pass for durable.
    shared.check_main_file()?;
    sync_folder(&shared.dir)?;
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

//! The event store of a directory: the journal, and sled behind it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use sigeyi_envelope::{Position, Suite};
use sigeyi_proof::CompactTree;
use uuid::Uuid;

use crate::disk::{Disk, DiskError, While};
use crate::encoded_events::EncodedEvents;
use crate::event_store::{AppendError, Appended, Direction, EventStore, ReadError};
use crate::journal::{
    AHEAD_BYTES, Found, HEAD_AGE_MAX, Journal, JournalOptions, KEEP_FREE_BYTES, SEGMENT_BYTES_MAX,
};
use crate::journal_fault::OpenError;
use crate::journal_pass::JournalPass;
use crate::mirror::{MIRROR_CACHE_BYTES, MirrorReport, MirrorState, main_file};
use crate::mirror_set_aside::set_aside_dir;
use crate::mirror_sled::{OpenBlocks, Sled};
use crate::mirror_thread::Pace;
use crate::mirror_watch::Mirror;
use crate::page::Page;
use crate::recovery::{Resume, segment_numbers};
use crate::run::Run;
use crate::subscription::{Followed, Subscription};
use crate::tail::TAIL_BYTES_MAX;

/// What a store is opened with.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where the segments are.
    pub journal_dir: PathBuf,
    /// Where sled is; without it there is no second copy, and reads come from the journal.
    pub mirror_dir: Option<PathBuf>,
    /// Which log it is, from the manifest.
    pub log_id: Uuid,
    /// Which algorithms its events are hashed and sealed by, from the manifest. Events of another are refused.
    pub suite: Suite,
    /// What a snapshot knows already.
    pub resume: Option<Resume>,
    /// How much memory sled may keep pages in, in bytes.
    pub mirror_cache_bytes: u64,
    /// How much of the newest events is kept in memory, in bytes.
    pub tail_bytes_max: usize,
    /// A segment that is longer takes no more frames; smaller in tests.
    pub segment_bytes_max: u64,
    /// Where `HEAD` is; without it nobody else knows where the journal ends.
    pub head_path: Option<PathBuf>,
    /// So many bytes of zeros are written ahead of the frames.
    pub ahead_bytes: u64,
    /// The journal takes no more events when its file system would be left with less, in bytes.
    pub keep_free_bytes: u64,
    /// An append that finds `HEAD` older than this saves it first.
    pub head_age_max: Duration,
}

impl StoreOptions {
    /// The usual limits, the international suite, no snapshot, no mirror, no `HEAD`.
    pub fn new(journal_dir: impl Into<PathBuf>, log_id: Uuid) -> StoreOptions {
        StoreOptions {
            journal_dir: journal_dir.into(),
            mirror_dir: None,
            log_id,
            suite: Suite::default(),
            resume: None,
            mirror_cache_bytes: MIRROR_CACHE_BYTES,
            tail_bytes_max: TAIL_BYTES_MAX,
            segment_bytes_max: SEGMENT_BYTES_MAX,
            head_path: None,
            ahead_bytes: AHEAD_BYTES,
            keep_free_bytes: KEEP_FREE_BYTES,
            head_age_max: HEAD_AGE_MAX,
        }
    }
}

/// A directory's log. Dropping it closes it.
pub struct JournalStore {
    log: Arc<Log>,
}

struct Log {
    journal: Arc<Journal>,
    mirror: Option<Mirror>,
    /// What was read last: whoever goes through the log event by event asks for the next in the same block.
    newest_read: Mutex<Option<Arc<Run>>>,
}

impl JournalStore {
    /// Opens or creates the log. The journal is checked before this returns; sled opens behind it.
    pub fn open(options: StoreOptions, disk: Arc<dyn Disk>) -> Result<JournalStore, OpenError> {
        // The journal is given what room there is before the mirror.
        let free_bytes_min = options.keep_free_bytes.saturating_mul(2);
        JournalStore::open_on(options, disk, Arc::new(Sled), Pace { free_bytes_min, ..Pace::USUAL })
    }

    /// As [`open`](Self::open), with another sled.
    pub(crate) fn open_on(
        options: StoreOptions,
        disk: Arc<dyn Disk>,
        sled: Arc<dyn OpenBlocks>,
        pace: Pace,
    ) -> Result<JournalStore, OpenError> {
        let StoreOptions { journal_dir, mirror_dir, log_id, resume, .. } = options;
        // The mirror is made after the first segment, so one without the other is a loss and not a beginning.
        if let Some(mirror_dir) = &mirror_dir {
            let is_begun = !segment_numbers(&*disk, &journal_dir)?.is_empty();
            for mirror_dir in [mirror_dir, &set_aside_dir(mirror_dir)] {
                let sled_file = main_file(mirror_dir);
                if !is_begun && sled_file.try_exists().doing("look for", &sled_file)? {
                    return Err(OpenError::JournalLost { journal_dir, mirror_dir: mirror_dir.clone() });
                }
            }
        }
        let journal_options = JournalOptions {
            suite: options.suite,
            segment_bytes_max: options.segment_bytes_max,
            tail_bytes_max: options.tail_bytes_max,
            ahead_bytes: options.ahead_bytes,
            keep_free_bytes: options.keep_free_bytes,
            head_age_max: options.head_age_max,
        };
        let head_path = options.head_path.as_deref();
        let journal = Journal::open_with(disk, &journal_dir, head_path, log_id, resume, journal_options)?;
        let journal = Arc::new(journal);
        let mirror =
            mirror_dir.map(|dir| Mirror::start(dir, options.mirror_cache_bytes, journal.clone(), sled, pace));
        Ok(JournalStore { log: Arc::new(Log { journal, mirror, newest_read: Mutex::default() }) })
    }

    /// The stored bytes of at most `max_events` events after a position, oldest first: as [`EventStore::read`], but from the journal and never
    /// from sled, for whoever folds the log anew. Whoever goes on behind the last of them has every frame read and checked once.
    pub fn read_journal(&self, after: Position, max_events: usize) -> Result<Vec<Bytes>, ReadError> {
        let journal = &self.log.journal;
        let mut page = Page::new(after, Direction::Forward, journal.head(), max_events, usize::MAX);
        while let Some(position) = page.wanted() {
            let run = match journal.run_in_memory(position) {
                Some(run) => run,
                None => journal.run_on_disk(position)?,
            };
            if !page.take(&run) {
                return Err(journal.missing(position));
            }
        }
        Ok(page.into_events())
    }

    /// A reading of everything that is durable now, from the disk: [`JournalPass`].
    pub fn pass(&self) -> JournalPass {
        JournalPass::new(self.log.journal.clone())
    }

    /// The tree over all events up to the head.
    pub fn tree(&self) -> CompactTree {
        self.log.journal.tree()
    }

    /// The tree, and the head that it is over.
    pub fn tree_and_head(&self) -> (CompactTree, Position) {
        let tree = self.tree();
        let head = Position(tree.size());
        (tree, head)
    }

    /// The last position of which the mirror is a durable copy; 0 while it opens or after it failed to.
    pub fn mirrored_through(&self) -> Position {
        self.log.mirror.as_ref().map_or(Position::BEGINNING, Mirror::mirrored_through)
    }

    /// What the mirror is doing.
    pub fn mirror_state(&self) -> MirrorState {
        self.log.mirror.as_ref().map_or(MirrorState::Off, Mirror::state)
    }

    /// What has become of the mirror since the store was opened; none when there is no mirror.
    pub fn mirror_report(&self) -> Option<MirrorReport> {
        self.log.mirror.as_ref().map(Mirror::report)
    }

    /// Whether it is known that the journal has not lost its end: its head was known when it was opened, or sled has been asked. Until then nothing
    /// should be appended.
    pub fn knows_its_end(&self) -> bool {
        self.log.journal.had_head() || self.log.mirror.as_ref().is_none_or(Mirror::has_opened)
    }

    /// The stored bytes of some events, in the order asked for, of those that are in memory or in the mirror: for whoever knows which events are
    /// wanted next. What is not given is read by [`read_one`](EventStore::read_one).
    pub fn read_at_hand(&self, positions: &[Position]) -> Vec<Option<Bytes>> {
        let head = self.head();
        let mut found: Vec<Option<Bytes>> = Vec::with_capacity(positions.len());
        let (mut missing, mut places) = (Vec::new(), Vec::new());
        for (place, position) in positions.iter().enumerate() {
            let run = self.log.journal.run_in_memory(position.0);
            found.push(run.and_then(|run| run.get(position.0)));
            if found[place].is_none() && *position <= head && *position > Position::BEGINNING {
                missing.push(position.0);
                places.push(place);
            }
        }
        if let Some(mirror) = self.log.mirror.as_ref().filter(|_| !missing.is_empty()) {
            let wanted = missing.clone();
            for ((run, position), place) in mirror.runs_at(missing).into_iter().zip(wanted).zip(places) {
                found[place] = run.and_then(|run| run.get(position));
            }
        }
        found
    }

    /// What the start found besides the events.
    pub fn found(&self) -> &Found {
        self.log.journal.found()
    }

    /// Has room for what comes next; an error of a full disk comes while there is still room for several groups.
    pub fn write_ahead(&self) -> Result<(), AppendError> {
        self.log.journal.write_ahead()
    }

    /// Makes durable in `HEAD` how far the journal is. The mirror does so once a second while events come.
    pub fn save_head(&self) -> Result<(), DiskError> {
        self.log.journal.save_head(false)
    }

    /// Length of all frames and headers, in bytes. The last file is longer while it is open.
    pub fn journal_bytes(&self) -> u64 {
        self.log.journal.bytes()
    }

    /// Lets the mirror take in what is full and make it durable, stops it, and closes the journal. Dropping does the same.
    pub fn close(self) {
        drop(self);
    }

    #[cfg(test)]
    pub(crate) fn mirror(&self) -> &Mirror {
        self.log.mirror.as_ref().expect("opened with a mirror")
    }
}

impl Drop for JournalStore {
    fn drop(&mut self) {
        // Subscriptions may keep the log itself a while longer, and can still read from it.
        if let Some(mirror) = &self.log.mirror {
            mirror.stop();
        }
        // A journal that cannot be closed in good order is one that the next start looks at more closely.
        if self.log.is_end_confirmed() {
            let _ = self.log.journal.close();
        }
    }
}

impl EventStore for JournalStore {
    fn append(&self, expected_head: Position, events: EncodedEvents) -> Result<Appended, AppendError> {
        self.log.journal.append(expected_head, events)
    }

    fn read(
        &self,
        from: Position,
        direction: Direction,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        self.log.read(from, direction, max_events, max_bytes)
    }

    fn read_one(&self, position: Position) -> Result<Option<Bytes>, ReadError> {
        if position == Position::BEGINNING || position > self.head() {
            return Ok(None);
        }
        let event = self.log.run_at(position.0)?.get(position.0);
        event.map(Some).ok_or_else(|| self.log.journal.missing(position.0))
    }

    fn head(&self) -> Position {
        self.log.journal.head()
    }

    fn subscribe(&self, after: Position) -> Subscription {
        Subscription::new(self.log.clone(), after)
    }
}

impl Log {
    /// Whether the journal may be said to end where it does. When `HEAD` was lost, sled alone can know of events behind that end: a start that has
    /// not asked it must not write a `HEAD` that the next one trusts.
    fn is_end_confirmed(&self) -> bool {
        match self.mirror.as_ref().map(Mirror::state) {
            Some(MirrorState::Ahead { .. }) => false,
            Some(MirrorState::Opening | MirrorState::Failed(_)) => self.journal.has_head(),
            None
            | Some(MirrorState::Off | MirrorState::Following | MirrorState::Stalled | MirrorState::DiskLow) => {
                true
            }
        }
    }

    /// The events around a position: from memory, else from the mirror, else from the segments.
    fn run_at(&self, position: u64) -> Result<Arc<Run>, ReadError> {
        if let Some(run) = self.journal.run_in_memory(position) {
            return Ok(run);
        }
        // Whoever finds it locked reads for itself.
        if let Some(run) =
            self.newest_read.try_lock().and_then(|run| run.clone().filter(|run| run.holds(position)))
        {
            return Ok(run);
        }
        let run = match self.mirror.as_ref().and_then(|mirror| mirror.run_at(position)) {
            Some(run) => Arc::new(run),
            None => self.journal.run_on_disk(position)?,
        };
        if let Some(mut newest_read) = self.newest_read.try_lock() {
            *newest_read = Some(run.clone());
        }
        Ok(run)
    }
}

impl Followed for Log {
    fn read(
        &self,
        from: Position,
        direction: Direction,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        let mut page = Page::new(from, direction, self.journal.head(), max_events, max_bytes);
        while let Some(position) = page.wanted() {
            if !page.take(&*self.run_at(position)?) {
                return Err(self.journal.missing(position));
            }
        }
        Ok(page.into_events())
    }

    fn wait_beyond(&self, position: Position, deadline: Instant) {
        self.journal.live().wait(Some(deadline), |head| head > position);
    }
}

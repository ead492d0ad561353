//! One open directory.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{SyncSender, TrySendError},
    },
    thread::JoinHandle,
    time::Duration,
};

use sigeyi_domain::{Day, Region};
use sigeyi_envelope::{Position, Suite};
use sigeyi_store::{DirectoryLock, EventStore, MirrorReport, MirrorState};
use uuid::Uuid;

use crate::{
    Clock,
    access_log::AccessKeeper,
    answer::{AsyncTicket, CommandError, Ticket},
    checkpoints::Checkpoints,
    open::{OpenError, Options, StartReport},
    scrub::Scrub,
    sequencer::Queued,
    shared::Shared,
    snapshots::SnapshotTrigger,
    submission::Submission,
    sync_times::SyncTimes,
};

/// How often a command that waits for sled to open looks again, and when one that does not wait should come again.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// A directory that is held by this process. Dropping it finishes what was accepted.
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
    pub(crate) queue: Option<SyncSender<Queued>>,
    /// Takes heads; it may send one more command when the engine is closed.
    pub(crate) heads: Option<JoinHandle<()>>,
    /// Sequencer, writer.
    pub(crate) writers: Vec<JoinHandle<()>>,
    /// Key maker, snapshots, erasures, checkpoints, scrub.
    pub(crate) helpers: Vec<JoinHandle<()>>,
    pub(crate) access: AccessKeeper,
    /// None for a log that signs nothing.
    pub(crate) checkpoints: Option<Arc<Checkpoints>>,
    /// Tells when people were looked at, also where the events' time is that of a story.
    pub(crate) machine_clock: Arc<dyn Clock>,
    /// None where the journal is not read again.
    pub(crate) scrub: Option<Arc<Scrub>>,
    pub(crate) trigger: Arc<SnapshotTrigger>,
    pub(crate) report: StartReport,
    pub(crate) is_synthetic: bool,
    /// Released last.
    pub(crate) _lock: DirectoryLock,
}

impl Engine {
    /// Commands that wait at most. One more is refused with [`CommandError::Overloaded`].
    pub const QUEUE_MAX: usize = 8_192;
    /// Memory that sled may keep pages in, in bytes.
    pub const MIRROR_CACHE_BYTES: u64 = sigeyi_store::MIRROR_CACHE_BYTES;

    /// Opens a directory, or makes one.
    pub fn open(dir: &Path, options: Options) -> Result<Engine, OpenError> {
        crate::open::open(dir, options)
    }

    /// What the start found.
    pub fn start_report(&self) -> &StartReport {
        &self.report
    }

    /// Whether every person in it is invented.
    pub fn is_synthetic(&self) -> bool {
        self.is_synthetic
    }

    /// Sends a command; refused when the queue is full.
    pub fn submit(&self, submission: Submission) -> Result<Ticket, CommandError> {
        let (caller, answer) = oneshot::channel();
        self.try_send(Queued::about_somebody(submission, None, caller))?;
        Ok(Ticket { answer })
    }

    /// Sends a command whose answer is awaited; refused when the queue is full. Whoever stops awaiting does not undo it.
    pub fn submit_async(&self, submission: Submission) -> Result<AsyncTicket, CommandError> {
        let (caller, answer) = oneshot::async_channel();
        self.try_send(Queued::about_somebody(submission, None, caller))?;
        Ok(AsyncTicket { answer })
    }

    /// The same, recorded only of somebody who is in one of the regions when it is decided, so that nobody slips out between a look and a
    /// command: refused with [`CommandError::OutsideRegion`] otherwise.
    pub fn submit_async_within(
        &self,
        submission: Submission,
        regions: Vec<Region>,
    ) -> Result<AsyncTicket, CommandError> {
        let (caller, answer) = oneshot::async_channel();
        self.try_send(Queued::about_somebody(submission, Some(regions), caller))?;
        Ok(AsyncTicket { answer })
    }

    /// Refuses until it is known that the journal has not lost its end.
    fn check_end(&self) -> Result<(), CommandError> {
        if self.shared.knows_its_end() {
            return Ok(());
        }
        Err(CommandError::Starting { again_after: LOOK_AGAIN_AFTER })
    }

    pub(crate) fn try_send(&self, queued: Queued) -> Result<(), CommandError> {
        let queue =
            self.queue.as_ref().ok_or_else(|| CommandError::Stopped("the engine is closed".into()))?;
        self.check_end()?;
        queue.try_send(queued).map_err(|error| match error {
            TrySendError::Full(_) => {
                CommandError::Overloaded { again_after: self.shared.load.again_after(Engine::QUEUE_MAX) }
            }
            TrySendError::Disconnected(_) => CommandError::Stopped("the sequencer has ended".into()),
        })
    }

    /// Sends a command, waiting for room in the queue: for a whole file, where waiting is what is wanted.
    pub fn submit_waiting(&self, submission: Submission) -> Result<Ticket, CommandError> {
        self.send_waiting(submission, None)
    }

    /// The same, recorded only of somebody who is in one of the regions, if any are given.
    pub(crate) fn send_waiting(
        &self,
        submission: Submission,
        within: Option<Vec<Region>>,
    ) -> Result<Ticket, CommandError> {
        let (caller, answer) = oneshot::channel();
        let Some(queue) = &self.queue else {
            return Err(CommandError::Stopped("the engine is closed".into()));
        };
        while self.check_end().is_err() {
            std::thread::park_timeout(LOOK_AGAIN);
        }
        queue
            .send(Queued::about_somebody(submission, within, caller))
            .map(|()| Ticket { answer })
            .map_err(|_| CommandError::Stopped("the sequencer has ended".into()))
    }

    /// Keyed digest of a command's content: what makes the same command id the same command.
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; 16] {
        self.shared.keyring.vault.content_digest(parts)
    }

    /// The last position that every question sees.
    pub fn head(&self) -> Position {
        self.shared.folded_through()
    }

    /// Today in China; in a synthetic directory the day on which its story stands.
    pub fn today(&self) -> Day {
        self.shared.today()
    }

    /// Calls somebody after each group that was folded, with the position that every question sees now. There can be one such listener; false
    /// when there is one already. It must return at once: answers wait for it.
    pub fn on_head(&self, listener: impl Fn(Position) + Send + Sync + 'static) -> bool {
        self.shared.head_listener.set(Box::new(listener)).is_ok()
    }

    /// Calls somebody after each group in which the register of roles changed, under the same conditions.
    pub fn on_roles(&self, listener: impl Fn(Position) + Send + Sync + 'static) -> bool {
        self.shared.roles_listener.set(Box::new(listener)).is_ok()
    }

    /// Which log this is.
    pub fn log_id(&self) -> Uuid {
        self.shared.log_id
    }

    /// By which algorithms it is hashed and sealed.
    pub fn suite(&self) -> Suite {
        self.shared.suite
    }

    /// Through which position sled is a durable second copy, and how it is.
    pub fn mirror(&self) -> (Position, MirrorState) {
        (self.shared.store.mirrored_through(), self.shared.store.mirror_state())
    }

    /// What has become of sled since the start.
    pub fn mirror_report(&self) -> Option<MirrorReport> {
        self.shared.store.mirror_report()
    }

    /// The log's head: what is durable, though perhaps not folded yet.
    pub fn durable_head(&self) -> Position {
        self.shared.store.head()
    }

    /// What the frames of the log take on the disk, in bytes. While it is open the last file is longer.
    pub fn journal_bytes(&self) -> u64 {
        self.shared.store.journal_bytes()
    }

    /// How long the disk took to make each group durable since the start.
    pub fn sync_times(&self) -> SyncTimes {
        self.shared.load.syncs.read()
    }

    /// Whether nothing is recorded any more until a restart.
    pub fn is_stopped(&self) -> bool {
        self.shared.stopped().is_some()
    }

    /// What could not be done in the background, such as a snapshot.
    pub fn notes(&self) -> Vec<String> {
        self.shared.notes()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shared.heads.close();
        if let Some(thread) = self.heads.take() {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
        drop(self.queue.take());
        for thread in self.writers.drain(..) {
            let _ = thread.join();
        }
        self.access.close();
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.close();
        }
        if let Some(scrub) = &self.scrub {
            scrub.close();
        }
        self.trigger.close();
        self.shared.erasures.close();
        self.shared.keyring.close();
        for thread in self.helpers.drain(..) {
            let _ = thread.join();
        }
    }
}

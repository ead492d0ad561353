//! The thread that keeps the log: it takes what waits, writes it as one group, and lets every request of the group go on.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use parking_lot::Mutex;
use sigeyi_envelope::Suite;
use sigeyi_store::{
    ACCESS_FRAME_ENTRIES_MAX, AccessAppendError, AccessLog, AccessLogOptions, AccessRecord, Disk, Unfinished,
};
use uuid::Uuid;

use super::{
    AccessLogError, FOLDER,
    ticket::{Answer, Logged},
};
use crate::{load::Load, writer::chain};

/// Requests that wait at most. With the longest lists they take 65 MB.
pub(super) const QUEUE_MAX: usize = 4_096;
/// A group takes no more entries when it is longer, in bytes: the latency of those in it should stay that of a sync.
const GROUP_BYTES_MAX: usize = 1 << 20;
/// How long nothing has come when `HEAD.access` is brought up to the last entry.
const HEAD_AFTER: Duration = Duration::from_secs(1);
/// Beside the folder and not in it, so that a folder that is lost is missed.
pub(crate) const HEAD_FILE: &str = "HEAD.access";

/// What a start found of the access log.
#[derive(Debug, Clone, Default)]
pub struct AccessStart {
    /// Entries in it; 0 also for a directory that had none yet.
    pub entries: u64,
    /// Entries that were read; the others lie before a checkpoint.
    pub replayed: u64,
    /// A write that had not been finished when the last process ended, and was cut.
    pub unfinished: Option<Unfinished>,
    /// `HEAD.access` was missing or damaged although there are entries: nobody else knew where the log ends.
    pub head_was_lost: bool,
    /// Why the log cannot be used. Nobody is shown until it is mended; commands and figures go on.
    pub fault: Option<String>,
}

/// How the access log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLogReport {
    /// Its newest entry.
    pub entries: u64,
    /// What its frames take on the disk, in bytes.
    pub bytes: u64,
    /// The last group was refused for want of room.
    pub is_full: bool,
    /// Why nothing is written down any more, if so.
    pub stopped: Option<String>,
}

/// The log with its queue and thread.
pub(crate) struct AccessKeeper {
    kept: Arc<Kept>,
    queue: Option<SyncSender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

struct Waiting {
    record: AccessRecord,
    caller: oneshot::Sender<Answer>,
}

struct Kept {
    /// None for a log that was found damaged.
    log: Option<AccessLog>,
    load: Load,
    is_full: AtomicBool,
    is_stopped: AtomicBool,
    stopped: Mutex<String>,
}

impl AccessKeeper {
    /// Opens the log of a directory and starts its thread. A log that cannot be used is said, and refuses everything.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        dir: &Path,
        (log_id, suite): (Uuid, Suite),
        keep_free_bytes: u64,
    ) -> std::io::Result<(AccessKeeper, AccessStart)> {
        let options = AccessLogOptions {
            suite,
            keep_free_bytes,
            ..AccessLogOptions::new(dir.join(FOLDER), dir.join(HEAD_FILE), log_id)
        };
        let (log, start) = match AccessLog::open(disk, options) {
            Ok(log) => {
                let found = log.found().clone();
                let start = AccessStart {
                    entries: log.last(),
                    replayed: found.replayed,
                    head_was_lost: found.head.known().is_none() && log.last() > 0,
                    unfinished: found.unfinished,
                    fault: None,
                };
                (Some(log), start)
            }
            Err(error) => (None, AccessStart { fault: Some(chain(&error)), ..AccessStart::default() }),
        };
        let kept = Arc::new(Kept {
            log,
            load: Load::new(),
            is_full: AtomicBool::new(false),
            is_stopped: AtomicBool::new(false),
            stopped: Mutex::new(String::new()),
        });
        if let Some(fault) = &start.fault {
            kept.stop(fault.clone());
        }
        let (queue, queued) = sync_channel(QUEUE_MAX);
        let thread = {
            let kept = kept.clone();
            std::thread::Builder::new().name("access-log".to_owned()).spawn(move || kept.run(&queued))?
        };
        Ok((AccessKeeper { kept, queue: Some(queue), thread: Some(thread) }, start))
    }

    /// The open log, or why there is none.
    pub(super) fn log(&self) -> Result<&AccessLog, String> {
        self.kept.log.as_ref().ok_or_else(|| self.kept.stopped.lock().clone())
    }

    /// Hands a record to the thread.
    pub(super) fn send(
        &self,
        record: AccessRecord,
        caller: oneshot::Sender<Answer>,
    ) -> Result<(), AccessLogError> {
        self.kept.check()?;
        let closed = || AccessLogError::Stopped("the engine is closed".into());
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.try_send(Waiting { record, caller }).map_err(|error| match error {
            TrySendError::Full(_) => {
                AccessLogError::Overloaded { again_after: self.kept.load.again_after(QUEUE_MAX) }
            }
            TrySendError::Disconnected(_) => closed(),
        })
    }

    pub(super) fn report(&self) -> AccessLogReport {
        let log = self.kept.log.as_ref();
        AccessLogReport {
            entries: log.map_or(0, AccessLog::last),
            bytes: log.map_or(0, AccessLog::bytes),
            is_full: self.kept.is_full.load(Ordering::Relaxed),
            stopped: self.kept.is_stopped.load(Ordering::Acquire).then(|| self.kept.stopped.lock().clone()),
        }
    }

    /// Finishes what was taken, and closes the log.
    pub(crate) fn close(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
    }
}

impl Kept {
    fn run(&self, queued: &Receiver<Waiting>) {
        let Some(log) = &self.log else { return };
        // What did not fit into the group before.
        let mut left = None;
        let mut is_head_behind = log.last() > 0 && log.found().head.known().is_none();
        loop {
            let first = match left.take() {
                Some(first) => Ok(first),
                None if is_head_behind => queued.recv_timeout(HEAD_AFTER),
                None => queued.recv().map_err(RecvTimeoutError::from),
            };
            match first {
                Ok(first) => {
                    let group;
                    (group, left) = gather(first, queued);
                    self.write(log, group);
                    is_head_behind = true;
                }
                Err(RecvTimeoutError::Timeout) => {
                    // It is a witness: whoever appends next finds a disk that has failed.
                    let _ = log.save_head();
                    is_head_behind = false;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // A log that cannot be closed in good order is one that the next start looks at more closely.
        let _ = log.close();
    }

    fn write(&self, log: &AccessLog, group: Vec<Waiting>) {
        let (records, callers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|waiting| (waiting.record, waiting.caller)).unzip();
        let written = match self.check() {
            Ok(()) => self.load.during(callers.len(), || log.append(records)).map_err(|e| self.refusal(&e)),
            Err(error) => Err(error),
        };
        if written.is_ok() {
            self.is_full.store(false, Ordering::Relaxed);
        }
        for (place, caller) in (0..).zip(callers) {
            let answer = written.clone().map(|appended| Logged { number: appended.first + place });
            // A caller that has gone away needs no answer.
            let _ = caller.send(answer);
        }
        // Room for the next group, while nobody waits for it. Who finds none is refused when that comes.
        if written.is_ok()
            && let Err(error) = log.write_ahead()
        {
            self.refusal(&error);
        }
    }

    /// What a failed append means to those who wait. After a failed sync nobody knows what is on the disk; a restart looks.
    fn refusal(&self, error: &AccessAppendError) -> AccessLogError {
        match error {
            AccessAppendError::DiskFull { .. } => {
                self.is_full.store(true, Ordering::Relaxed);
                AccessLogError::DiskFull
            }
            AccessAppendError::Io(_) | AccessAppendError::Poisoned => {
                self.stop(chain(error));
                self.check().err().unwrap_or(AccessLogError::OutcomeUnknown)
            }
            AccessAppendError::Misfit { .. } | AccessAppendError::Group { .. } => {
                AccessLogError::Stopped(chain(error))
            }
        }
    }

    /// Stops writing for good; the first reason stays.
    fn stop(&self, reason: String) {
        let mut stopped = self.stopped.lock();
        if stopped.is_empty() {
            *stopped = reason;
        }
        self.is_stopped.store(true, Ordering::Release);
    }

    fn check(&self) -> Result<(), AccessLogError> {
        if self.is_stopped.load(Ordering::Acquire) {
            return Err(AccessLogError::Stopped(self.stopped.lock().clone()));
        }
        Ok(())
    }
}

/// What waits, as far as one group takes it, and what comes after it.
fn gather(first: Waiting, queued: &Receiver<Waiting>) -> (Vec<Waiting>, Option<Waiting>) {
    let mut bytes = first.record.bytes();
    let mut group = vec![first];
    while group.len() < ACCESS_FRAME_ENTRIES_MAX
        && let Ok(next) = queued.try_recv()
    {
        bytes += next.record.bytes();
        if bytes > GROUP_BYTES_MAX {
            return (group, Some(next));
        }
        group.push(next);
    }
    (group, None)
}

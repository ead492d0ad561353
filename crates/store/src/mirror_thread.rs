//! The thread that opens sled, brings it up to the journal and keeps it there, and builds a new one when it fails.

use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use sigeyi_envelope::Position;

use crate::block::parse_block;
use crate::event_store::ReadError;
use crate::journal::{Journal, KEEP_FREE_BYTES};
use crate::mirror::within_an_hour;
use crate::mirror_fault::{MirrorFault, Remedy, guarded};
use crate::mirror_set_aside::{Aside, set_aside};
use crate::mirror_shared::Shared;
use crate::mirror_sled::Blocks;
use crate::mirror_writing::{Writing, sync_files};
use crate::run::Run;

/// How often a thread that waits looks around.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How long sled's own lock may still be held by one that was closed just before.
const SLED_LOCK_WAIT_MAX: Duration = Duration::from_secs(10);
/// Lives that ended in a panic at most in one process: each leaves behind the memory that sled held.
const PANICS_MAX: usize = 16;

/// With how much patience sled is met.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Failures in an hour after which nothing is tried until the oldest of them is an hour old.
    pub(crate) failures_per_hour_max: usize,
    /// The pause after the second failure in an hour; it doubles with each further one. After the first there is none.
    pub(crate) first_pause: Duration,
    /// With less room on the disk, in bytes, it takes in nothing: the journal needs it more.
    pub(crate) free_bytes_min: u64,
    /// How long the writing thread may be inside sled before that is called a stall. A large batch on a slow disk takes a part of it.
    pub(crate) write_stall: Duration,
    /// How long a stop waits for a thread that is inside sled. Then it is left behind: what it has not written the next start writes.
    pub(crate) stop_stuck_max: Duration,
    /// How long a thread may be inside sled before it is left behind and a new mirror is built: far longer than it takes to open a large one on a
    /// slow disk.
    pub(crate) left_after: Duration,
}

impl Pace {
    pub(crate) const USUAL: Pace = Pace {
        failures_per_hour_max: 6,
        first_pause: Duration::from_secs(5),
        free_bytes_min: 2 * KEEP_FREE_BYTES,
        write_stall: Duration::from_secs(2),
        stop_stuck_max: Duration::from_secs(5),
        left_after: Duration::from_secs(900),
    };

    /// How long nothing is tried after the newest of these failures, given that all are of the last hour.
    pub(crate) fn pause(&self, failures: usize) -> Option<Duration> {
        match failures {
            0 | 1 => Some(Duration::ZERO),
            more if more <= self.failures_per_hour_max => {
                Some(self.first_pause.saturating_mul(1 << (more - 2).min(16)))
            }
            _ => None,
        }
    }
}

/// With what a thread begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// With the mirror in the folder, if there is one.
    WithWhatIsThere,
    /// From nothing: the mirror in the folder is held by a thread that was left behind.
    Anew {
        /// Whether everything in that one is known to be in the journal.
        is_copy: bool,
    },
}

/// How one life of the mirror ended without a fault of this thread's.
enum End {
    Stopped,
    /// It is ahead of the journal. Nothing more is done.
    Ahead,
    /// A reader met a fault.
    ReaderFailed,
}

/// What is known of the mirror in the folder, and of the one that was set aside.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// It was compared with the journal and found not to be ahead of it, or was begun from nothing.
    is_copy: bool,
    /// The same of the one that was set aside, in this process.
    pub(crate) is_copy_aside: bool,
    /// It was begun because another one failed.
    pub(crate) is_new: bool,
}

/// Runs until the mirror is stopped, or ahead of the journal, whose head was `head` before anything was appended.
pub(crate) fn run_mirror(shared: &Shared, mut head: Position, begin: Begin) {
    let mut failures = VecDeque::new();
    let mut panics = 0;
    let mut known = Known::default();
    let mut room = Ok(());
    if let Begin::Anew { is_copy } = begin {
        known.is_copy = is_copy;
        room = make_room(shared, &mut known);
    }
    loop {
        let lived = std::mem::replace(&mut room, Ok(())).and_then(|()| live(shared, head, &mut known));
        match lived {
            Ok(End::Stopped | End::Ahead) => return,
            Ok(End::ReaderFailed) => {}
            Err(fault) => {
                panics += usize::from(matches!(fault, MirrorFault::Panicked(_)));
                shared.fail(&fault);
            }
        }
        failures.push_back(Instant::now());
        if panics >= PANICS_MAX {
            tracing::error!("sled panicked too often: there is no mirror until the next start");
            return;
        }
        if !wait_for_turn(shared, &mut failures) {
            return;
        }
        if shared.remedy() == Remedy::Rebuild
            && let Err(fault) = make_room(shared, &mut known)
        {
            shared.open();
            shared.fail(&fault);
            continue;
        }
        head = shared.journal.head();
    }
}

/// Waits until it may be tried again, and nobody is inside sled any more. False when it is to stop.
fn wait_for_turn(shared: &Shared, failures: &mut VecDeque<Instant>) -> bool {
    loop {
        if shared.stopping() {
            return false;
        }
        // Whoever waits here is the only one who does; it is tried again in a second.
        if let Err(fault) = shared.save_head() {
            tracing::warn!(reason = fault.in_full(), "the journal's head was not saved");
        }
        failures.retain(within_an_hour);
        let since = failures.back().map_or(Duration::MAX, Instant::elapsed);
        let is_turn = shared.pace.pause(failures.len()).is_some_and(|pause| since >= pause);
        if is_turn && !shared.reading.is_inside() {
            return true;
        }
        thread::park_timeout(LOOK_AGAIN);
    }
}

fn make_room(shared: &Shared, known: &mut Known) -> Result<(), MirrorFault> {
    // A start on which the journal reached its known head has not lost what a mirror could have had.
    let is_copy = known.is_copy || shared.journal.had_head();
    let became = set_aside(&shared.dir, is_copy).map_err(MirrorFault::SetAside)?;
    let is_copy_aside = match became {
        Aside::Refused => return Err(MirrorFault::TwoAside),
        Aside::Kept => known.is_copy,
        Aside::Gone | Aside::Deleted => known.is_copy_aside,
    };
    tracing::warn!(mirror = %shared.dir.display(), ?became, "a new mirror is built from the journal");
    *known = Known { is_copy: true, is_copy_aside, is_new: true };
    shared.is_copy.store(true, Ordering::Release);
    Ok(())
}

/// Opens sled and follows the journal until something ends it.
fn live(shared: &Shared, head: Position, known: &mut Known) -> Result<End, MirrorFault> {
    shared.open();
    let opened = guarded(|| open(shared));
    let blocks = match opened {
        // Unwinding must not drop it: sled flushes then, and a second panic would end the process.
        Ok(blocks) => ManuallyDrop::new(blocks),
        Err(fault) => return Err(fault),
    };
    let followed = guarded(|| follow(shared, &blocks, head, known));
    shared.shut();
    if !matches!(followed, Err(MirrorFault::Panicked(_))) && !shared.is_left() {
        guarded(|| {
            shared.writing.during(|| drop(ManuallyDrop::into_inner(blocks)));
            Ok(())
        })?;
    }
    followed
}

fn open(shared: &Shared) -> Result<Arc<dyn Blocks>, MirrorFault> {
    let deadline = Instant::now() + SLED_LOCK_WAIT_MAX;
    loop {
        match shared.writing.during(|| shared.sled.open(&shared.dir, shared.cache_bytes)) {
            Err(MirrorFault::Held(_)) if Instant::now() < deadline && !shared.stopping() => {
                thread::park_timeout(LOOK_AGAIN);
            }
            opened => return opened,
        }
    }
}

fn follow(
    shared: &Shared,
    blocks: &Arc<dyn Blocks>,
    head: Position,
    known: &mut Known,
) -> Result<End, MirrorFault> {
    let (last, block) = shared.writing.during(|| last_block(&**blocks))?;
    if last > head {
        shared.ahead(last, head);
        return Ok(End::Ahead);
    }
    if let Some(block) = &block {
        compare(block, &shared.journal)?;
    }
    known.is_copy = true;
    shared.is_copy.store(true, Ordering::Release);
    // What an earlier process flushed need not have been durable.
    sync_files(shared)?;
    shared.follow(blocks.clone(), last.0);
    Writing::new(shared, &**blocks, last.0, *known).run()?;
    Ok(if shared.following() { End::Stopped } else { End::ReaderFailed })
}

/// Where the mirror ends, with its last block.
fn last_block(blocks: &dyn Blocks) -> Result<(Position, Option<Run>), MirrorFault> {
    let (Some(first), Some((key, value))) = (blocks.first()?, blocks.last()?) else {
        return Ok((Position::BEGINNING, None));
    };
    if first != 1 {
        return Err(MirrorFault::Beginning);
    }
    let run = parse_block(key, value)?;
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

pub(crate) fn journal_run(journal: &Journal, position: u64) -> Result<Arc<Run>, ReadError> {
    match journal.run_in_memory(position) {
        Some(run) => Ok(run),
        None => journal.run_on_disk(position),
    }
}

//! Reads from sled are done by a thread of their own, so that a sled that hangs has none of the callers, least of all the sequencer.
//! That costs about 4 µs a block (11 µs against 7 µs in place, two busy cores).

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::block::parse_block;
use crate::mirror::Shared;
use crate::mirror_fault::{MirrorFault, guarded};
use crate::run::Run;

/// How long a reader waits for sled; then it reads from the journal, and so does everybody else until sled has come back.
pub(crate) const READ_WITHIN: Duration = Duration::from_millis(100);
/// Readers that wait for sled at most; one more reads from the journal.
const READERS_MAX: usize = 64;

/// One reader's question.
pub(crate) struct Ask {
    position: u64,
    answer: SyncSender<Option<Run>>,
}

/// The way to the reading thread, and its end.
pub(crate) fn asks() -> (SyncSender<Ask>, Receiver<Ask>) {
    sync_channel(READERS_MAX)
}

/// The block that holds a position, if sled gives it in time.
pub(crate) fn ask(shared: &Shared, asks: &SyncSender<Ask>, position: u64) -> Option<Run> {
    if shared.reading.is_longer_than(READ_WITHIN) {
        return None;
    }
    let (answer, answered) = sync_channel(1);
    asks.try_send(Ask { position, answer }).ok()?;
    match answered.recv_timeout(READ_WITHIN) {
        Ok(run) => run,
        Err(RecvTimeoutError::Timeout) => {
            shared.reads_given_up.fetch_add(1, Ordering::Relaxed);
            None
        }
        Err(RecvTimeoutError::Disconnected) => None,
    }
}

/// The reading thread: answers until nobody can ask any more.
pub(crate) fn answer_all(shared: &Shared, asks: &Receiver<Ask>) {
    for Ask { position, answer } in asks {
        // Whoever asked may be gone.
        let _ = answer.send(shared.reading.during(|| read(shared, position)));
    }
}

fn read(shared: &Shared, position: u64) -> Option<Run> {
    let (life, blocks) = shared.blocks()?;
    // The handle is moved in, so that even letting go of it is guarded.
    let found = guarded(move || {
        let missing = MirrorFault::Missing { position };
        let Some((first, value)) = blocks.at(position)? else { return Err(missing) };
        let run = parse_block(first, value)?;
        if run.last() < position { Err(missing) } else { Ok(run) }
    });
    found.map_err(|fault| shared.fail_in(life, &fault)).ok()
}

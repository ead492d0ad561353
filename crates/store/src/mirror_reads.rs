//! Reads from sled are done by a thread of their own, so that a sled that hangs has none of the callers, least of all the sequencer.
//! That costs about 4 µs a block (11 µs against 7 µs in place, two busy cores).

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::block::parse_block;
use crate::mirror_fault::{MirrorFault, guarded};
use crate::mirror_shared::Shared;
use crate::run::Run;

/// How long a reader waits for sled; then it reads from the journal, and so does everybody else until sled has come back.
pub(crate) const READ_WITHIN: Duration = Duration::from_millis(100);
/// Blocks that one reader asks for at once: a part of the time that a reader waits.
pub(crate) const BLOCKS_AT_ONCE: usize = 64;
/// Readers that wait for sled at most; one more reads from the journal.
const READERS_MAX: usize = 64;

/// One reader's question.
pub(crate) struct Ask {
    positions: Vec<u64>,
    answer: SyncSender<Vec<Option<Run>>>,
}

/// The way to the reading thread, and its end.
pub(crate) fn asks() -> (SyncSender<Ask>, Receiver<Ask>) {
    sync_channel(READERS_MAX)
}

/// The blocks that hold some positions, if sled gives them in time. Positions of one block that follow each other are read once.
pub(crate) fn ask(shared: &Shared, asks: &SyncSender<Ask>, positions: Vec<u64>) -> Option<Vec<Option<Run>>> {
    if shared.reading.is_longer_than(READ_WITHIN) {
        return None;
    }
    let (answer, answered) = sync_channel(1);
    asks.try_send(Ask { positions, answer }).ok()?;
    match answered.recv_timeout(READ_WITHIN) {
        Ok(runs) => Some(runs),
        Err(RecvTimeoutError::Timeout) => {
            shared.reads_given_up.fetch_add(1, Ordering::Relaxed);
            None
        }
        Err(RecvTimeoutError::Disconnected) => None,
    }
}

/// The reading thread: answers until nobody can ask any more.
pub(crate) fn answer_all(shared: &Shared, asks: &Receiver<Ask>) {
    for Ask { positions, answer } in asks {
        let mut runs: Vec<Option<Run>> = Vec::with_capacity(positions.len());
        for position in positions {
            let same = runs.last().and_then(Option::as_ref).filter(|run| run.holds(position)).cloned();
            runs.push(same.or_else(|| shared.reading.during(|| read(shared, position))));
        }
        // Whoever asked may be gone.
        let _ = answer.send(runs);
    }
}

fn read(shared: &Shared, position: u64) -> Option<Run> {
    if position > shared.readable() {
        return None;
    }
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

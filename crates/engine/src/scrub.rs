//! The scrub: while the log is open, everything that is durable is read from the disk again, slowly, hashed, and compared with the roots in the
//! journal, with the newest checkpoint and with the tiles. What a disk has altered is found here, and not by whoever asks for it a year later.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use sigeyi_envelope::Position;
use sigeyi_proof::{Hash, Tile, TileId, TileMaker};
use sigeyi_store::{ReadError, TileFileError};

use crate::{Clock, Engine, SystemClock, checkpoints::Checkpoints, shared::Shared, writer::chain};

/// How fast the journal is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScrubPace {
    /// Bytes of the journal a second at most, not 0.
    pub bytes_a_second: u64,
    /// Between the end of a pass and the next one.
    pub pause: Duration,
}

impl ScrubPace {
    /// What is read a second unless told otherwise, in bytes: an hour for 14 GiB, and one or two hundredths of a core.
    pub const BYTES_A_SECOND: u64 = 4 << 20;
    /// The pause unless told otherwise.
    pub const PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
}

impl Default for ScrubPace {
    fn default() -> ScrubPace {
        ScrubPace { bytes_a_second: ScrubPace::BYTES_A_SECOND, pause: ScrubPace::PAUSE }
    }
}

/// How far the scrub is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScrubReport {
    /// Through which event the pass that goes on has come; where none does, the last one.
    pub through: Position,
    /// Passes since the start that came to their end and found nothing.
    pub finished: u64,
    /// When the last of them ended, in µs since 1970-01-01T00:00:00Z; 0 before the first.
    pub finished_at: i64,
    /// How long it took.
    pub took: Duration,
}

/// What is not as it was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScrubError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] ReadError),
    /// The events are not those of the checkpoint.
    #[error("the first {size} events on the disk are not those of the checkpoint that the log has signed")]
    Checkpoint { size: u64 },
    /// A tile is not what the events give.
    #[error("{0} is not what the events give")]
    Tile(TileId),
    /// A tile that should be whole.
    #[error("a tile of the tree cannot be used")]
    TileFile(#[source] TileFileError),
}

impl ScrubError {
    /// A disk that refuses to read may do so once; what it reads wrongly it has lost.
    fn is_damage(&self) -> bool {
        !matches!(self, ScrubError::Journal(ReadError::Io(_)) | ScrubError::TileFile(TileFileError::Io(_)))
    }
}

/// The thread's state.
pub(crate) struct Scrub {
    pace: ScrubPace,
    is_closed: Mutex<bool>,
    changed: Condvar,
    report: Mutex<ScrubReport>,
}

impl Scrub {
    pub(crate) fn new(pace: ScrubPace) -> Scrub {
        Scrub { pace, is_closed: Mutex::new(false), changed: Condvar::new(), report: Mutex::default() }
    }

    /// Nothing is read any more.
    pub(crate) fn close(&self) {
        *self.is_closed.lock() = true;
        self.changed.notify_one();
    }

    /// Waits; true when it is over.
    fn wait(&self, time: Duration) -> bool {
        let until = Instant::now().checked_add(time);
        let mut is_closed = self.is_closed.lock();
        while !*is_closed {
            match until {
                Some(until) if self.changed.wait_until(&mut is_closed, until).timed_out() => break,
                Some(_) => {}
                None => self.changed.wait(&mut is_closed),
            }
        }
        *is_closed
    }

    /// Time in which so many bytes may be read.
    fn time_for(&self, bytes: u64) -> Duration {
        Duration::from_secs_f64(bytes as f64 / self.pace.bytes_a_second.max(1) as f64)
    }

    /// One reading of everything; false when the log was closed meanwhile.
    pub(crate) fn pass(
        &self,
        shared: &Shared,
        checkpoints: Option<&Checkpoints>,
    ) -> Result<bool, ScrubError> {
        // The checkpoint first, so that the journal is never shorter.
        let signed = checkpoints.and_then(Checkpoints::signed);
        let mut tiles = checkpoints.map(|checkpoints| (TileMaker::new(checkpoints.algorithm()), checkpoints));
        let mut pass = shared.store.pass();
        loop {
            let (mut filled, mut is_other): (Vec<(TileId, Tile)>, bool) = (Vec::new(), false);
            let read = pass.step(|leaf: Hash, tree| {
                if let Some((maker, _)) = &mut tiles {
                    maker.push(leaf, |id, tile| filled.push((id, tile)));
                }
                is_other |= signed.is_some_and(|(size, root)| size == tree.size() && root != tree.root());
            });
            // Said first: behind it nothing is what is expected.
            if let (true, Some((size, _))) = (is_other, signed) {
                return Err(ScrubError::Checkpoint { size });
            }
            if let (Some((_, checkpoints)), Some((size, _))) = (&tiles, signed) {
                let mut durable = filled.iter().filter(|(id, _)| id.is_full_at(size));
                durable.try_for_each(|(id, tile)| compare(checkpoints, *id, tile))?;
            }
            self.report.lock().through = Position(pass.through());
            let Some(bytes) = read? else { return Ok(true) };
            if self.wait(self.time_for(bytes)) {
                return Ok(false);
            }
        }
    }
}

fn compare(checkpoints: &Checkpoints, id: TileId, made: &Tile) -> Result<(), ScrubError> {
    match checkpoints.stored_tile(id) {
        Ok(stored) if stored == *made => Ok(()),
        Ok(_) => Err(ScrubError::Tile(id)),
        // They are made anew at this moment, from the journal.
        Err(TileFileError::Missing(_)) => Ok(()),
        Err(error) => Err(ScrubError::TileFile(error)),
    }
}

/// The thread: one pass after the other. Damage stops the log; a disk that does not answer is asked again.
pub(crate) fn run(shared: &Shared, checkpoints: Option<&Checkpoints>, scrub: &Scrub) {
    loop {
        let started = Instant::now();
        match scrub.pass(shared, checkpoints) {
            Ok(false) => return,
            Ok(true) => {
                let took = started.elapsed();
                let through = {
                    let mut report = scrub.report.lock();
                    report.finished += 1;
                    report.finished_at = SystemClock.now();
                    report.took = took;
                    report.through.0
                };
                tracing::info!(
                    events = through,
                    seconds = took.as_secs_f64(),
                    "the journal was read again, and is as it was written"
                );
            }
            Err(error) if error.is_damage() => {
                let reason = chain(&error);
                tracing::error!(
                    reason,
                    "what is on the disk is not what was written; nothing is recorded any more"
                );
                return shared.stop(format!(
                    "{reason}: stop, and run `sigeyi verify --data DIR` and `sigeyi repair --data DIR`"
                ));
            }
            Err(error) => {
                let reason = chain(&error);
                tracing::warn!(reason, "the journal could not be read again; it is tried later");
                shared.note(&format!("the journal could not be read again: {reason}"));
            }
        }
        if scrub.wait(scrub.pace.pause) {
            return;
        }
    }
}

impl Engine {
    /// How far the scrub is; none where there is none.
    pub fn scrub_report(&self) -> Option<ScrubReport> {
        self.scrub.as_ref().map(|scrub| *scrub.report.lock())
    }
}

/// A scrub that is shared with its thread.
pub(crate) fn of(pace: Option<ScrubPace>) -> Option<Arc<Scrub>> {
    pace.map(|pace| Arc::new(Scrub::new(pace)))
}

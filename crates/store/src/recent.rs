//! The last few runs that were read from segments, so that reading on does not read them again.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::run::Run;

const RECENT_RUNS_MAX: usize = 16;
const RECENT_BYTES_MAX: usize = 32 << 20;

/// A small cache of runs, oldest first.
#[derive(Default)]
pub(crate) struct Recent {
    runs: Mutex<VecDeque<Arc<Run>>>,
}

impl Recent {
    /// The run that holds a position.
    pub(crate) fn run_at(&self, position: u64) -> Option<Arc<Run>> {
        let runs = self.runs.lock();
        runs.iter().rev().find(|run| (run.first()..=run.last()).contains(&position)).cloned()
    }

    /// Keeps a run; an earlier reading of the same place goes.
    pub(crate) fn keep(&self, run: &Arc<Run>) {
        let mut runs = self.runs.lock();
        runs.retain(|kept| kept.first() != run.first());
        runs.push_back(run.clone());
        let bytes = |runs: &VecDeque<Arc<Run>>| runs.iter().map(|run| run.memory_bytes()).sum::<usize>();
        while runs.len() > RECENT_RUNS_MAX || (runs.len() > 1 && bytes(&runs) > RECENT_BYTES_MAX) {
            runs.pop_front();
        }
    }
}

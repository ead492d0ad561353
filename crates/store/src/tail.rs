//! The newest events, kept in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::run::Run;

/// How much of the newest events is kept in memory unless told otherwise, in bytes.
pub const TAIL_BYTES_MAX: usize = 64 << 20;

/// The newest frames; the oldest go when there is no room.
pub(crate) struct Tail {
    runs: VecDeque<Arc<Run>>,
    bytes: usize,
    bytes_max: usize,
}

impl Tail {
    pub(crate) fn new(bytes_max: usize) -> Tail {
        Tail { runs: VecDeque::new(), bytes: 0, bytes_max }
    }

    /// Adds the run that follows the newest one.
    pub(crate) fn push(&mut self, run: Arc<Run>) {
        self.bytes += run.memory_bytes();
        self.runs.push_back(run);
        while self.bytes > self.bytes_max
            && let Some(oldest) = self.runs.pop_front()
        {
            self.bytes -= oldest.memory_bytes();
        }
    }

    /// The run that holds a position.
    pub(crate) fn run_at(&self, position: u64) -> Option<Arc<Run>> {
        let index = self.runs.partition_point(|run| run.last() < position);
        self.runs.get(index).filter(|run| run.first() <= position).cloned()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let run = |first: u64| {
            let bytes = Bytes::from(vec![0, 1, first as u8, 0, 1, first as u8 + 1]);
            Arc::new(Run::new(first, bytes, vec![2, 5]))
        };
        let mut tail = Tail::new(run(1).memory_bytes() * 2);
        for first in [1, 3, 5] {
            tail.push(run(first));
        }
        assert!(tail.run_at(1).is_none() && tail.run_at(2).is_none() && tail.run_at(7).is_none());
        for position in 3..=6 {
            assert_eq!(tail.run_at(position).unwrap().get(position).unwrap(), vec![position as u8]);
        }
    }
}

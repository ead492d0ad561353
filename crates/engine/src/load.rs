//! How fast groups are written at the moment, to tell those who are refused when to come again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::sync_times::SyncCounts;

/// Shortest and longest time after which a command that was refused may be sent again.
const AGAIN_AFTER_MIN: Duration = Duration::from_millis(10);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(30);
/// Weight of what was seen before against one new group.
const PAST: u64 = 7;

/// Measured by the writer, read by whoever refuses.
pub(crate) struct Load {
    epoch: Instant,
    /// Mean time for a group, in µs.
    group_micros: AtomicU64,
    /// Mean number of answers in a group.
    group_answers: AtomicU64,
    /// How long the disk took for each group.
    pub(crate) syncs: SyncCounts,
    /// Since when a group is being written, in µs after the epoch, plus one; 0 while none is.
    writing_since: AtomicU64,
}

impl Load {
    pub(crate) fn new() -> Load {
        Load {
            epoch: Instant::now(),
            group_micros: AtomicU64::new(0),
            group_answers: AtomicU64::new(1),
            syncs: SyncCounts::new(),
            writing_since: AtomicU64::new(0),
        }
    }

    /// Writes a group with so many answers. Sequencer and writer never do at the same time.
    pub(crate) fn during<T>(&self, answers: usize, write: impl FnOnce() -> T) -> T {
        let since = self.micros();
        self.writing_since.store(since + 1, Ordering::Relaxed);
        let written = write();
        self.writing_since.store(0, Ordering::Relaxed);
        let mean = |mean: &AtomicU64, new: u64| {
            let old = mean.load(Ordering::Relaxed);
            mean.store((old * PAST + new) / (PAST + 1), Ordering::Relaxed);
        };
        mean(&self.group_micros, self.micros() - since);
        mean(&self.group_answers, answers as u64);
        written
    }

    /// When so many waiting commands will have been written, if nothing changes.
    pub(crate) fn again_after(&self, waiting: usize) -> Duration {
        let under_way = match self.writing_since.load(Ordering::Relaxed) {
            0 => 0,
            since => (self.micros() + 1).saturating_sub(since),
        };
        // A disk that hangs has never been as slow as it is now.
        let group = self.group_micros.load(Ordering::Relaxed).max(under_way);
        let groups = waiting as u64 / self.group_answers.load(Ordering::Relaxed).max(1) + 1;
        Duration::from_micros(group.saturating_mul(groups)).clamp(AGAIN_AFTER_MIN, AGAIN_AFTER_MAX)
    }

    fn micros(&self) -> u64 {
        // Enough for half a million years.
        self.epoch.elapsed().as_micros() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(group_micros: u64, group_answers: u64) -> Load {
        let load = Load::new();
        load.group_micros.store(group_micros, Ordering::Relaxed);
        load.group_answers.store(group_answers, Ordering::Relaxed);
        load
    }

    #[test]
    fn the_time_grows_with_the_queue_and_with_a_group_that_does_not_end() {
        assert_eq!(Load::new().again_after(8_192), AGAIN_AFTER_MIN);
        // 50 ms for each group of 1,000.
        assert_eq!(load(50_000, 1_000).again_after(8_000), Duration::from_millis(450));
        assert_eq!(load(50_000, 1_000).again_after(80_000), Duration::from_millis(4_050));
        assert_eq!(load(50_000, 1).again_after(8_000), AGAIN_AFTER_MAX);
        let hangs = load(1, 1_000);
        hangs.writing_since.store(1, Ordering::Relaxed);
        let first = hangs.again_after(8_000_000);
        while hangs.again_after(8_000_000) <= first {}
    }

    #[test]
    fn it_is_measured() {
        let load = Load::new();
        for _ in 0..50 {
            let started = Instant::now();
            load.during(100, || while started.elapsed() < Duration::from_millis(2) {});
        }
        let after = load.again_after(1_000);
        // Rounding leaves the mean of answers a little below.
        assert!(after > Duration::from_millis(20) && after < Duration::from_secs(2), "{after:?}");
    }
}

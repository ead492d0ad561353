//! How long a thread has been inside a call that may hang.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Since when one thread is inside.
pub(crate) struct Inside {
    epoch: Instant,
    /// µs after the epoch, plus one; 0 while it is outside.
    since: AtomicU64,
}

impl Inside {
    pub(crate) fn new() -> Inside {
        Inside { epoch: Instant::now(), since: AtomicU64::new(0) }
    }

    /// Makes the call. Only one thread at a time does.
    pub(crate) fn during<T>(&self, call: impl FnOnce() -> T) -> T {
        struct Leave<'a>(&'a AtomicU64);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.store(0, Ordering::Release);
            }
        }
        self.since.store(self.micros() + 1, Ordering::Release);
        // Also when it panics.
        let _leave = Leave(&self.since);
        call()
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.since.load(Ordering::Acquire) > 0
    }

    pub(crate) fn is_longer_than(&self, time: Duration) -> bool {
        let since = self.since.load(Ordering::Acquire);
        since > 0 && u128::from((self.micros() + 1).saturating_sub(since)) > time.as_micros()
    }

    fn micros(&self) -> u64 {
        // Enough for half a million years.
        self.epoch.elapsed().as_micros() as u64
    }
}

//! How long the disk took to make each group durable, counted in classes. An answer waits for a sync at least, so this is what its time is
//! measured against.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Classes in which a time doubles: each is an eighth of its octave wide, so that a quantile is at most an eighth too high.
const CLASSES_AN_OCTAVE: u64 = 8;
/// Up to about an hour; whatever takes longer is in the last one.
const CLASSES: usize = 256;

/// Counted by whoever writes: two additions a group.
pub(crate) struct SyncCounts {
    classes: [AtomicU64; CLASSES],
    micros: AtomicU64,
}

impl SyncCounts {
    pub(crate) fn new() -> SyncCounts {
        SyncCounts { classes: [const { AtomicU64::new(0) }; CLASSES], micros: AtomicU64::new(0) }
    }

    pub(crate) fn add(&self, sync: Duration) {
        // Enough for half a million years.
        let micros = sync.as_micros() as u64;
        self.classes[class(micros)].fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }

    pub(crate) fn read(&self) -> SyncTimes {
        SyncTimes {
            classes: self.classes.iter().map(|class| class.load(Relaxed)).collect(),
            micros: self.micros.load(Relaxed),
        }
    }
}

/// How long the disk took to make groups durable, since the start or between two moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncTimes {
    classes: Vec<u64>,
    micros: u64,
}

impl SyncTimes {
    /// Those that have come since an earlier moment.
    pub fn since(&self, earlier: &SyncTimes) -> SyncTimes {
        let classes = self.classes.iter().zip(&earlier.classes);
        SyncTimes {
            classes: classes.map(|(now, before)| now.saturating_sub(*before)).collect(),
            micros: self.micros.saturating_sub(earlier.micros),
        }
    }

    /// How many groups there were.
    pub fn groups(&self) -> u64 {
        self.classes.iter().sum()
    }

    /// Their mean; zero where there was none.
    pub fn mean(&self) -> Duration {
        Duration::from_micros(self.micros.checked_div(self.groups()).unwrap_or(0))
    }

    /// The time that so large a part of them, from 0 to 1, did not exceed; at most an eighth too high. Zero where there was none.
    pub fn quantile(&self, part: f64) -> Duration {
        let wanted = (self.groups() as f64 * part.clamp(0.0, 1.0)).ceil() as u64;
        let mut seen = 0;
        let found = self.classes.iter().position(|count| {
            seen += count;
            seen >= wanted && *count > 0
        });
        Duration::from_micros(found.map_or(0, longest))
    }
}

/// The class of a time in µs.
fn class(micros: u64) -> usize {
    let octave = micros.max(1).ilog2().saturating_sub(CLASSES_AN_OCTAVE.ilog2());
    let class = u64::from(octave) * CLASSES_AN_OCTAVE + (micros >> octave);
    class.min(CLASSES as u64 - 1) as usize
}

/// The longest time of a class, in µs.
fn longest(class: usize) -> u64 {
    let class = class as u64;
    match class / CLASSES_AN_OCTAVE {
        0 | 1 => class,
        octave => ((class % CLASSES_AN_OCTAVE + CLASSES_AN_OCTAVE + 1) << (octave - 1)) - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_a_class_that_is_at_most_an_eighth_longer() {
        let mut last = 0;
        for micros in (0..5_000).chain((0..40).map(|shift| 777 << shift)) {
            let class = class(micros);
            assert!(class >= last || micros < 5_000, "{micros}");
            last = class;
            if class < CLASSES - 1 {
                let longest = longest(class);
                assert!(
                    longest >= micros && longest <= micros + micros / 8,
                    "{micros} is in {class}: {longest}"
                );
            }
        }
    }

    #[test]
    fn quantiles_and_mean_are_those_of_what_was_added_since() {
        let counts = SyncCounts::new();
        (0..1_000).for_each(|_| counts.add(Duration::from_secs(7)));
        let before = counts.read();
        assert_eq!(before.since(&before).quantile(0.99), Duration::ZERO);
        assert_eq!(before.since(&before).mean(), Duration::ZERO);
        (1..=100).for_each(|micros| counts.add(Duration::from_micros(micros * 10)));
        let times = counts.read().since(&before);
        assert_eq!((times.groups(), times.mean()), (100, Duration::from_micros(505)));
        for (part, micros) in [(0.5, 500), (0.99, 990), (1.0, 1_000)] {
            let found = times.quantile(part).as_micros();
            assert!((micros..=micros * 9 / 8).contains(&found), "{part}: {found}");
        }
    }
}

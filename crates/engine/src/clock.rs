//! The clock is an argument of the engine, never a field of a command.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

/// Tells the time in µs since 1970-01-01T00:00:00Z.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> i64;
    /// Whether time is made up. A directory made under such a clock is marked so for ever.
    fn is_simulated(&self) -> bool;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

/// Time as a simulation sets it: it stands still but for a step at each reading, so that the commands of a day spread over it.
#[derive(Debug)]
pub struct SimulatedClock {
    micros: AtomicI64,
    step: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        jiff::Timestamp::now().as_microsecond()
    }

    fn is_simulated(&self) -> bool {
        false
    }
}

impl SimulatedClock {
    /// A clock that begins at a moment.
    pub fn starting_at(micros: i64) -> SimulatedClock {
        SimulatedClock { micros: AtomicI64::new(micros), step: AtomicI64::new(1_000) }
    }

    /// Moves on to a moment, never back, and by a step of µs at each reading from there.
    pub fn advance_to(&self, micros: i64, step: i64) {
        self.micros.fetch_max(micros, Ordering::SeqCst);
        self.step.store(step.max(1), Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> i64 {
        self.micros.fetch_add(self.step.load(Ordering::SeqCst), Ordering::SeqCst)
    }

    fn is_simulated(&self) -> bool {
        true
    }
}

/// A jump against the monotonic clock that stops writes.
const JUMP_MAX: Duration = Duration::from_secs(3_600);
/// A gap between the last event and a start that stops writes.
const GAP_MAX: Duration = Duration::from_secs(31 * 24 * 3_600);

/// Watches a clock for jumps. Once suspect, always suspect, until a start on which the operator accepts the clock.
#[derive(Debug)]
pub(crate) struct ClockGuard {
    last: Option<(Instant, i64)>,
    is_suspect: bool,
}

impl ClockGuard {
    /// At a start: the last event must not lie far behind the clock, nor ahead of it by more than a jump.
    pub(crate) fn at_start(clock: &dyn Clock, recorded_at: Option<i64>, is_accepted: bool) -> ClockGuard {
        if clock.is_simulated() {
            return ClockGuard { last: None, is_suspect: false };
        }
        let now = clock.now();
        let is_off = recorded_at.is_some_and(|last| {
            now.saturating_sub(last) > micros(GAP_MAX) || last.saturating_sub(now) > micros(JUMP_MAX)
        });
        ClockGuard { last: Some((Instant::now(), now)), is_suspect: is_off && !is_accepted }
    }

    /// Reads the clock; none once it is suspect.
    pub(crate) fn now(&mut self, clock: &dyn Clock) -> Option<i64> {
        let now = clock.now();
        if let Some((instant, wall)) = self.last {
            let read = Instant::now();
            let expected = wall.saturating_add(micros(read.duration_since(instant)));
            self.is_suspect |= now.abs_diff(expected) > micros(JUMP_MAX).unsigned_abs();
            self.last = Some((read, now));
        }
        (!self.is_suspect).then_some(now)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that says what it is told, and claims to be real.
    struct Told(AtomicI64);

    impl Clock for Told {
        fn now(&self) -> i64 {
            self.0.load(Ordering::SeqCst)
        }
        fn is_simulated(&self) -> bool {
            false
        }
    }

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn a_jump_of_more_than_an_hour_stops_writes_for_good() {
        let clock = Told(AtomicI64::new(0));
        let mut guard = ClockGuard::at_start(&clock, None, false);
        clock.0.store(HOUR / 2, Ordering::SeqCst);
        assert_eq!(guard.now(&clock), Some(HOUR / 2));
        clock.0.store(2 * HOUR, Ordering::SeqCst);
        assert_eq!(guard.now(&clock), None);
        assert_eq!(guard.now(&clock), None);
    }

    #[test]
    fn an_hour_back_and_ten_years_forward_stop_writes_and_half_an_hour_back_does_not() {
        const NOW: i64 = 500_000 * HOUR;
        for (to, is_fine) in [
            (NOW - HOUR / 2, true),
            (NOW - HOUR - HOUR / 60, false),
            (NOW + 10 * 365 * 24 * HOUR, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            let clock = Told(AtomicI64::new(NOW));
            let mut guard = ClockGuard::at_start(&clock, Some(NOW), false);
            assert_eq!(guard.now(&clock), Some(NOW));
            clock.0.store(to, Ordering::SeqCst);
            assert_eq!(guard.now(&clock).is_some(), is_fine, "{to}");
            // The same at a start, but for half an hour, which is no jump there either.
            let at_start = ClockGuard::at_start(&clock, Some(NOW), false).now(&clock);
            assert_eq!(at_start.is_some(), is_fine, "{to} at a start");
            assert!(ClockGuard::at_start(&clock, Some(NOW), true).now(&clock).is_some());
        }
    }

    #[test]
    fn a_start_long_after_or_well_before_the_last_event_is_suspect_until_accepted() {
        let clock = Told(AtomicI64::new(40 * 24 * HOUR));
        assert_eq!(ClockGuard::at_start(&clock, Some(0), false).now(&clock), None);
        assert!(ClockGuard::at_start(&clock, Some(0), true).now(&clock).is_some());
        assert!(ClockGuard::at_start(&clock, Some(10 * 24 * HOUR), false).now(&clock).is_some());
        assert_eq!(ClockGuard::at_start(&clock, Some(41 * 24 * HOUR), false).now(&clock), None);
    }
}

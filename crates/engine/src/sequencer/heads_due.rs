//! Heads of a day that has ended, until they are committed: when they are asked for, and when again.

use sigeyi_envelope::Position;
use sigeyi_proof::HEADS_BEHIND_EVENTS_MAX;

/// After what fails the first time they are asked for again, in µs of the engine's clock; then after twice that, and so on.
const AGAIN_AFTER_MICROS: i64 = 60_000_000;
/// The longest wait, in µs: the whole register is gone through each time.
const AGAIN_AFTER_MICROS_MAX: i64 = 3_600_000_000;

/// Heads that are not committed yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HeadsDue {
    /// As of which position they are asked for.
    through: Position,
    /// When, in µs since 1970-01-01T00:00:00Z.
    at: i64,
    /// How long the next wait is, in µs.
    wait: i64,
}

impl HeadsDue {
    /// Of a day whose last event is this one. They are asked for at once.
    pub(super) fn now(through: Position, now: i64) -> HeadsDue {
        HeadsDue { through, at: now, wait: AGAIN_AFTER_MICROS }
    }

    /// As of which position they are due.
    pub(super) fn through(&self) -> Position {
        self.through
    }

    /// Whether it is time to ask.
    pub(super) fn is_time(&self, now: i64) -> bool {
        now >= self.at
    }

    /// Asks: as of which position. If that lies too far behind by now, no later one of the same day is to be had, and they are taken as of the head.
    pub(super) fn ask(&mut self, now: i64, head: Position) -> Position {
        self.at = now.saturating_add(self.wait);
        self.wait = (self.wait * 2).min(AGAIN_AFTER_MICROS_MAX);
        if head.0.saturating_sub(self.through.0) > HEADS_BEHIND_EVENTS_MAX {
            self.through = head;
        }
        self.through
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    #[test]
    fn what_fails_is_asked_for_again_after_ever_longer_waits_up_to_an_hour() {
        let mut due = HeadsDue::now(Position(7), 1_000);
        let (mut now, mut waits) = (1_000, Vec::new());
        for _ in 0..9 {
            assert!(due.is_time(now));
            assert_eq!(due.ask(now, Position(9)), Position(7));
            let before = now;
            while !due.is_time(now) {
                now += MINUTE / 2;
            }
            waits.push((now - before) / MINUTE);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn what_lies_too_far_behind_is_taken_as_of_the_head() {
        let mut due = HeadsDue::now(Position(7), 0);
        let last = 7 + HEADS_BEHIND_EVENTS_MAX;
        assert_eq!(due.ask(0, Position(last)), Position(7));
        assert_eq!(due.ask(0, Position(last + 1)), Position(last + 1));
        // From there on as of that position, until it lies too far behind as well.
        assert_eq!(due.ask(0, Position(last + 9)), Position(last + 1));
        assert_eq!(due.through(), Position(last + 1));
    }
}

//! How long to wait before the next attempt.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use ring::rand::{SecureRandom, SystemRandom};

/// Before the second attempt. It doubles from then on.
const FIRST: Duration = Duration::from_millis(200);
/// A receiver that asks for more is asked again after this.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// Waits that grow up to a most, each by chance between its half and its whole, so that many relays do not come back at once.
pub(super) struct Waits {
    most: Duration,
    random: SystemRandom,
}

impl Waits {
    pub(super) fn up_to(most: Duration) -> Waits {
        Waits { most, random: SystemRandom::new() }
    }

    /// After so many attempts in vain, and not before the receiver has asked for.
    pub(super) fn after(&self, attempts: u32, asked: Option<Duration>) -> Duration {
        let mut byte = [u8::MAX];
        // Without chance the whole wait is as good.
        let _ = self.random.fill(&mut byte);
        let wait = spread(grown(attempts, self.most), byte[0]);
        wait.max(asked.unwrap_or_default().min(RETRY_AFTER_MAX))
    }
}

fn grown(attempts: u32, most: Duration) -> Duration {
    let doublings = attempts.saturating_sub(1).min(31);
    FIRST.saturating_mul(1 << doublings).min(most)
}

fn spread(wait: Duration, chance: u8) -> Duration {
    wait / 2 + wait.mul_f64(f64::from(chance) / f64::from(u8::MAX)) / 2
}

/// What `Retry-After` asks for: seconds, or a date.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::from_secs(u64::try_from(at.as_second() - now.as_second()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_most_and_are_never_less_than_half() {
        let most = Duration::from_secs(5);
        let waits: Vec<u128> = (1..8).map(|attempts| grown(attempts, most).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
        assert_eq!(grown(u32::MAX, most), most);
        assert_eq!(spread(most, 0), most / 2);
        assert_eq!(spread(most, u8::MAX), most);
    }

    #[test]
    fn a_receiver_that_asks_for_time_gets_it_up_to_an_hour() {
        let waits = Waits::up_to(Duration::from_secs(1));
        assert_eq!(waits.after(1, Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(waits.after(1, Some(Duration::from_secs(7_000_000))), RETRY_AFTER_MAX);
        assert!(waits.after(9, Some(Duration::ZERO)) >= Duration::from_millis(500));
    }

    #[test]
    fn time_is_asked_for_in_seconds_or_as_a_date() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        assert_eq!(retry_after(" 120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}

//! Months of the calendar in China.

use std::fmt;

use sigeyi_domain::Day;

/// A year and a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The one in which a day lies.
    pub(super) fn of(day: Day) -> Month {
        let (year, month, _) = day.ymd();
        Month { year, month }
    }

    /// Whether a text is a month as it is written.
    pub(super) fn is_one(text: &str) -> bool {
        text.split_once('-').is_some_and(|(year, month)| {
            (year.len(), month.len()) == (4, 2)
                && year.bytes().chain(month.bytes()).all(|byte| byte.is_ascii_digit())
        })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Month { year, month } = self;
        write!(f, "{year:04}-{month:02}")
    }
}

/// The last days of the months that end from one day to another, both included.
pub(super) fn ends(from: Day, to: Day) -> impl Iterator<Item = Day> {
    (from.days()..=to.days()).map(Day::from_days).filter(|day| day.plus(1).ymd().2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn months_end_on_their_last_days() {
        let found: Vec<Day> = ends(day("2023-12-31"), day("2024-03-30")).collect();
        assert_eq!(found, ["2023-12-31", "2024-01-31", "2024-02-29"].map(day));
        assert_eq!(ends(day("2024-03-31"), day("2024-03-30")).count(), 0);
    }

    #[test]
    fn months_are_in_the_order_of_time() {
        assert!(Month::of(day("2023-12-31")) < Month::of(day("2024-01-01")));
        let written = Month::of(day("2024-01-09")).to_string();
        assert_eq!(written, "2024-01");
        assert!(Month::is_one(&written));
        for other in ["", "2024", "2024-1", "2024-0x", "-2024-01", "2024-01-01"] {
            assert!(!Month::is_one(other), "{other}");
        }
    }
}

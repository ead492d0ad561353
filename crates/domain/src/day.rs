//! Calendar days.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar, years 1 to 9999, as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(i32);

/// Text or numbers that are no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD and must exist")]
pub struct DayError;

const EPOCH: Date = Date::constant(1970, 1, 1);
const DAY_MICROS: i64 = 86_400_000_000;
/// UTC+8.
const CHINA_AHEAD_MICROS: i64 = 8 * 3_600_000_000;

impl Day {
    /// 0001-01-01.
    pub const MIN: Day = Day(-719_162);
    /// 9999-12-31.
    pub const MAX: Day = Day(2_932_896);

    /// Year, month and day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Day, DayError> {
        if !(1..=9999).contains(&year) {
            return Err(DayError);
        }
        Date::new(year, month, day).map(Day::from_date).map_err(|_| DayError)
    }

    /// Exactly `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<Day, DayError> {
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_i16, |value, byte| {
                byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0')).ok_or(DayError)
            })
        };
        match text.as_bytes() {
            [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
                // Two digits fit in an i8.
                Day::new(number(year)?, number(&[*m1, *m2])? as i8, number(&[*d1, *d2])? as i8)
            }
            _ => Err(DayError),
        }
    }

    /// Days since 1970-01-01; out of range is brought to the nearest end.
    pub fn from_days(days: i32) -> Day {
        Day(days).clamp(Day::MIN, Day::MAX)
    }

    /// The day in China (UTC+8, no summer time) at a moment given in µs since 1970-01-01T00:00:00Z.
    pub fn in_china(micros: i64) -> Day {
        let days = (micros.saturating_add(CHINA_AHEAD_MICROS)).div_euclid(DAY_MICROS);
        Day::from_days(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// When the day begins in China, in µs since 1970-01-01T00:00:00Z.
    pub fn begins_in_china(self) -> i64 {
        // Days of four digits' years are far from the ends of the range.
        i64::from(self.0) * DAY_MICROS - CHINA_AHEAD_MICROS
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The day `days` later (or earlier, when negative), held within the calendar.
    pub fn plus(self, days: i32) -> Day {
        Day::from_days(self.0.saturating_add(days))
    }

    /// Year, month, day.
    pub fn ymd(self) -> (i16, i8, i8) {
        let date = EPOCH.saturating_add(jiff::Span::new().days(self.0));
        (date.year(), date.month(), date.day())
    }

    fn from_date(date: Date) -> Day {
        // Both days lie in the years 1 to 9999, so the difference fits.
        Day((date.duration_since(EPOCH).as_hours() / 24) as i32)
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(text: String) -> Result<Self, DayError> {
        Day::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

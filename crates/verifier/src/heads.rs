//! Events that commit to everybody's newest event.

use serde::Deserialize;
use sigeyi_envelope::EventParts;
use sigeyi_proof::{Hash, HeadsStatement};

use crate::fault::Wrong;

/// The type number of such an event, as `docs/format.md` numbers them.
pub(crate) const HEADS_COMMITTED: u8 = 31;
/// The schema of its body that is read here.
const SCHEMA: u8 = 1;
const DAY_MICROS: i64 = 86_400_000_000;
/// UTC+8.
const CHINA_AHEAD_MICROS: i64 = 8 * 3_600_000_000;

#[derive(Deserialize)]
struct Body<'a> {
    number: u64,
    #[serde(borrow)]
    day: &'a str,
    through: u64,
    people: u64,
    #[serde(borrow)]
    root: &'a str,
}

/// What the event says of heads.
pub(crate) fn stated(event: &EventParts<'_>) -> Result<HeadsStatement, Wrong> {
    let wrong = Wrong::HeadsBody;
    if event.schema != SCHEMA {
        return Err(wrong);
    }
    let body: Body<'_> = serde_json::from_str(event.clear).map_err(|_| Wrong::HeadsBody)?;
    // The header has the same day as a number.
    let day = event.effective_day;
    if body.day != day_text(day) {
        return Err(wrong);
    }
    let root = hash(body.root).ok_or(wrong)?;
    Ok(HeadsStatement { number: body.number, day, through: body.through, people: body.people, root })
}

/// The business day (UTC+8) of a moment in µs, in days since 1970-01-01.
pub(crate) fn business_day(recorded_at: i64) -> i32 {
    // A moment of 64 bits lies within 107 million days.
    recorded_at.saturating_add(CHINA_AHEAD_MICROS).div_euclid(DAY_MICROS) as i32
}

/// 64 small hexadecimal digits.
fn hash(text: &str) -> Option<Hash> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).filter(|_| !digit.is_ascii_uppercase()).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    if rest.is_empty() { bytes.try_into().ok() } else { None }
}

/// `YYYY-MM-DD` of the Gregorian calendar: years are counted from March of the year 0, in eras of 400.
pub(crate) fn day_text(days: i32) -> String {
    let days = i64::from(days) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_722, "2023-12-31"),
            (19_723, "2024-01-01"),
            (20_089, "2025-01-01"),
            (47_541, "2100-03-01"),
            (-719_162, "0001-01-01"),
            (2_932_896, "9999-12-31"),
        ] {
            assert_eq!(day_text(days), text);
        }
    }

    #[test]
    fn a_business_day_turns_at_sixteen_hours_of_utc() {
        const HOUR: i64 = 3_600_000_000;
        assert_eq!(business_day(16 * HOUR - 1), 0);
        assert_eq!(business_day(16 * HOUR), 1);
        assert_eq!(business_day(-8 * HOUR - 1), -1);
    }

    #[test]
    fn a_hash_has_sixty_four_small_digits() {
        assert_eq!(hash(&"0a".repeat(32)), Some([10; 32]));
        for text in ["0A".repeat(32), "0a".repeat(31), "0a".repeat(33), "0".repeat(63), "0g".repeat(32)] {
            assert_eq!(hash(&text), None, "{text}");
        }
    }
}

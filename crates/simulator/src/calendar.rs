//! Days of a simulation, counted from 2022-01-01, which is 0.

use sigeyi_domain::Day;

/// 2022-01-01 as days since 1970-01-01.
const FIRST_DAY: i32 = 18_993;
/// The last recording day, 2024-12-31.
pub(crate) const LAST: i32 = 1_095;
/// First and last day of each year.
pub(crate) const YEARS: [(i32, i32); 3] = [(0, 364), (365, 729), (730, LAST)];
/// First and last day of each November.
pub(crate) const NOVEMBERS: [(i32, i32); 3] = [(304, 333), (669, 698), (1_035, 1_064)];

/// The calendar day.
pub(crate) fn day(counted: i32) -> Day {
    Day::from_days(FIRST_DAY + counted)
}

/// The count of a calendar day.
pub(crate) fn counted(day: Day) -> i32 {
    day.days() - FIRST_DAY
}

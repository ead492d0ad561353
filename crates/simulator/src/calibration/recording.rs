//! How offices record: when, how late, and with which errors. Days are counted from 2022-01-01, which is 0.

/// 登记日期 of the first survey: 2021-07-01 to 2022-06-30, invented.
pub(crate) const FIRST_REGISTRATIONS: (i32, i32) = (-184, 180);
/// 登记日期 of later ones: 2022-07-01 to 2024-11-30, invented.
pub(crate) const LATER_REGISTRATIONS: (i32, i32) = (181, 1_064);
/// A county begins to enter its first survey within the first days of 2022, at most, invented.
pub(crate) const SURVEY_BEGINS_MAX: i32 = 110;
/// And takes so many days, invented.
pub(crate) const SURVEY_DAYS: i32 = 45;

/// From the fact to its recording: log-normal with a median of 4 days and a tail to 120 (4.4, invented; σ 1.1). A share and the days,
/// as exp(ln 4 + 1.1 z) gives them; between two rows in a straight line. A table, because `exp` is not the same on every platform.
pub(crate) const DELAYS: [(f64, f64); 17] = [
    (0.0, 0.0),
    (0.05, 0.66),
    (0.10, 0.98),
    (0.20, 1.58),
    (0.30, 2.25),
    (0.40, 3.03),
    (0.50, 4.0),
    (0.60, 5.29),
    (0.70, 7.12),
    (0.80, 10.10),
    (0.90, 16.38),
    (0.95, 24.43),
    (0.98, 38.3),
    (0.99, 51.7),
    (0.995, 68.0),
    (0.999, 119.8),
    (1.0, 120.0),
];
/// Nothing is recorded later after the fact.
pub(crate) const DELAY_DAYS_MAX: i32 = 120;
/// What happened up to 120 days before 30 November is left for that month, when reports are due (plan, 三（六）); invented as a share.
pub(crate) const LEFT_FOR_NOVEMBER: f64 = 0.2;

/// Voided, of the records that may be, so that it is 0.2 % of all (4.4, invented).
pub(crate) const VOIDED: f64 = 0.0028;
/// Voided records that are entered anew with another day, invented.
pub(crate) const ENTERED_ANEW: f64 = 0.85;
/// Days from the recording to the voiding at most, invented.
pub(crate) const VOIDING_DAYS_MAX: i32 = 40;
/// How many days the other day differs at most, invented.
pub(crate) const OTHER_DAY_MAX: i32 = 9;

/// Commands that are sent again later (0.5 %, 4.4, invented).
pub(crate) const SENT_AGAIN: f64 = 0.005;
/// Days until then at most, invented.
pub(crate) const SENT_AGAIN_DAYS_MAX: i32 = 30;

/// People who enter data in one office, invented.
pub(crate) const CLERKS_OF_AN_OFFICE: u32 = 5;
/// Who approves what they ask for: none of them.
pub(crate) const HEAD_OF_AN_OFFICE: u32 = 0;
/// Assessors, providers of services and courses of one county, invented.
pub(crate) const ASSESSORS_OF_A_COUNTY: u32 = 3;
/// See [`ASSESSORS_OF_A_COUNTY`].
pub(crate) const PROVIDERS_OF_A_COUNTY: u32 = 4;
/// See [`ASSESSORS_OF_A_COUNTY`].
pub(crate) const COURSES_OF_A_COUNTY: u32 = 24;
/// Records with a remark, invented.
pub(crate) const WITH_REMARKS: f64 = 0.12;

//! Whether something was recorded after the figures of its time had been given out.

use crate::{Day, suppression::Release};

/// How long something took to be recorded, and whether that was too long for the figures of its month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lateness {
    /// Days from the day from which it counts to the day on which it was recorded.
    pub after_days: i32,
    /// Whether the end of a month lies between the two.
    pub is_late: bool,
}

impl Lateness {
    /// Figures are given out of months' ends, as they were known when the month ended ([`Release`]). What counts from a day of a month that was over when
    /// it was recorded is missing from them, and whoever counts that month again gets others: it is late. Recorded in the same month it is not,
    /// however many days later.
    ///
    /// A record counts from its effective day. A voiding takes something away from the day on which the voided record was recorded, whatever the days of both:
    /// no figures had the record before. The day of recording is that of an office in China.
    pub fn of(counts_from: Day, recorded_on: Day) -> Lateness {
        Lateness {
            after_days: recorded_on.days() - counts_from.days(),
            is_late: counts_from <= Release::on(recorded_on).through(),
        }
    }
}

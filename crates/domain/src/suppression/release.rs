//! Of which days figures are published, and as known when.

use crate::{Day, Plan};

/// What is published on a day. Figures of neighbouring days, or of one day as known on neighbouring days, differ by a handful of
/// people. So only figures of months' ends and of a plan's last day are published, and these as they were known when the last month
/// ended: what is published changes once a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    through: Day,
}

/// Why the figures of a day are not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReleased {
    /// In the middle of a month.
    #[error("figures are published for the last day of a month and the plan's last day alone")]
    NotAMonthsEnd,
    /// A day of the running month, or later.
    #[error("figures are published through {through}, the end of the last month")]
    NotYet {
        /// The last day that is published.
        through: Day,
    },
    /// Before the plan or after it.
    #[error("figures are published for days of the plan, {from} to {to}")]
    OutsideThePlan {
        /// The plan's first day.
        from: Day,
        /// The plan's last day.
        to: Day,
    },
}

impl Release {
    /// What is published on a day.
    pub fn on(today: Day) -> Release {
        let (_, _, day_of_month) = today.ymd();
        Release { through: today.plus(-i32::from(day_of_month)) }
    }

    /// The end of the last month: the last day of which figures are published, and the day at whose end their log was known.
    pub fn through(self) -> Day {
        self.through
    }

    /// The day of which figures are asked for; without one the last that is published.
    pub fn day(self, plan: &Plan, asked: Option<Day>) -> Result<Day, NotReleased> {
        let through = self.through;
        let day = asked.unwrap_or(through.min(plan.to));
        let is_months_end = day.plus(1).ymd().2 == 1;
        if !plan.covers(day) {
            Err(NotReleased::OutsideThePlan { from: plan.from, to: plan.to })
        } else if !is_months_end && day != plan.to {
            Err(NotReleased::NotAMonthsEnd)
        } else if day > through {
            Err(NotReleased::NotYet { through })
        } else {
            Ok(day)
        }
    }
}

//! Of which times a reader may have figures. Whoever sees them without the small ones sees those of months' ends, as known when the last month ended:
//! otherwise a day less the day before would give the small ones away.

use async_graphql::{ID, Result};
use sigeyi_domain::{Day, Plan, access::Mask, suppression::Release};
use sigeyi_engine::{KnownAt, Reading, Times};

use super::{errors::fault, reading::plan_or_current};

const MICROS_A_DAY: i64 = 86_400_000_000;
/// China is eight hours ahead.
const MICROS_AHEAD: i64 = 8 * 3_600_000_000;

/// The plan and the times of a question, or why this reader may not ask it.
pub(crate) fn released(
    mask: Mask,
    plan: Option<&ID>,
    asked: Times,
    reading: &Reading,
) -> Result<(&'static Plan, Times)> {
    if mask > Mask::SuppressedFigures {
        return Ok((plan_or_current(plan, reading, asked.as_of)?, asked));
    }
    let release = Release::on(reading.at().today);
    if asked.known_at.is_some() {
        return Err(not_released(
            "figures are published as they were known at the end of the last month alone",
        ));
    }
    let plan = plan_or_current(plan, reading, Some(asked.as_of.unwrap_or(release.through())))?;
    let as_of = release.day(plan, asked.as_of).map_err(|refused| not_released(refused.to_string()))?;
    let known_at = Some(KnownAt::Moment(end_of(release.through())));
    Ok((plan, Times { as_of: Some(as_of), known_at }))
}

/// Whether this reader may follow figures as they change.
pub(crate) fn live(mask: Mask) -> Result<()> {
    if mask > Mask::SuppressedFigures {
        Ok(())
    } else {
        Err(not_released("figures are published once a month: ask `progress` and do not follow it"))
    }
}

/// Whether this reader may have figures of any time, and as known at any.
pub(crate) fn of_any_time(mask: Mask) -> Result<()> {
    if mask > Mask::SuppressedFigures { Ok(()) } else { Err(unpublished()) }
}

/// What is not published at all.
pub(crate) fn unpublished() -> async_graphql::Error {
    not_released("figures are published once a month: reports and differences are not")
}

fn not_released(message: impl Into<String>) -> async_graphql::Error {
    fault("NOT_RELEASED", message)
}

/// The last moment of a day in China, in µs since 1970-01-01T00:00:00Z.
fn end_of(day: Day) -> i64 {
    i64::from(day.plus(1).days()) * MICROS_A_DAY - MICROS_AHEAD - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::world::{PLAN, World};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn asked(as_of: Option<&str>, known_at: Option<KnownAt>) -> Times {
        Times { as_of: as_of.map(day), known_at }
    }

    fn code(error: async_graphql::Error) -> String {
        format!("{:?}", error.extensions.unwrap().get("code").unwrap())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_reader_of_all_figures_has_them_of_any_time() {
        let world = World::of(20);
        let known_at = Some(KnownAt::Moment(7));
        let times = asked(Some("2023-06-13"), known_at);
        let found = released(Mask::Figures, Some(&PLAN.into()), times, &world.engine.read()).unwrap();
        assert_eq!(found, (Plan::find(PLAN).unwrap(), times));
        assert!(live(Mask::Figures).is_ok());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn without_the_small_ones_they_are_of_months_ends_as_known_when_the_last_month_ended() {
        let world = World::of(20);
        let reading = world.engine.read();
        let through = Release::on(reading.at().today).through();
        let plan = PLAN.into();
        let find = |times| released(Mask::SuppressedFigures, Some(&plan), times, &reading);

        let (_, times) = find(asked(Some("2023-06-30"), None)).unwrap();
        assert_eq!(times.as_of, Some(day("2023-06-30")));
        assert_eq!(times.known_at, Some(KnownAt::Moment(end_of(through))));
        assert_eq!(Day::in_china(end_of(through)), through);
        assert_eq!(Day::in_china(end_of(through) + 1), through.plus(1));

        let (plan, times) = find(asked(None, None)).unwrap();
        assert_eq!(times.as_of, Some(through.min(plan.to)));
        assert_eq!(code(find(asked(Some("2023-06-29"), None)).unwrap_err()), "String(\"NOT_RELEASED\")");
        let known = Some(KnownAt::Moment(7));
        assert_eq!(code(find(asked(Some("2023-06-30"), known)).unwrap_err()), "String(\"NOT_RELEASED\")");
        assert_eq!(code(live(Mask::SuppressedFigures).unwrap_err()), "String(\"NOT_RELEASED\")");
    }
}

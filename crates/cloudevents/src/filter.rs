//! Which events somebody asks for, the same on every way: GraphQL, addresses and the command line are read into it, and the log is filtered by what
//! comes of it.

mod parameter;

use sigeyi_domain::{Day, EventType, Plan, Region, Step};
use sigeyi_engine::LogFilter;
use uuid::Uuid;

pub use self::parameter::{BadFilter, FilterParameter};

/// What is asked for. What is left out does not limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventsWanted {
    /// Of one of these types.
    pub types: Vec<EventType>,
    /// About one of these steps.
    pub steps: Vec<Step>,
    /// Of people who were in this region or below it.
    pub region: Option<Region>,
    /// Of this person.
    pub person: Option<Uuid>,
    /// Of what happened in the window of this plan.
    pub plan: Option<&'static Plan>,
    /// Of what happened on this day or later.
    pub effective_from: Option<Day>,
    /// Of what happened on this day or earlier.
    pub effective_to: Option<Day>,
    /// Of what was recorded at this moment or later, in µs since 1970-01-01T00:00:00Z.
    pub recorded_from: Option<i64>,
    /// Of what was recorded before this moment, in µs.
    pub recorded_before: Option<i64>,
}

/// Nothing could ever fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NothingFits {
    /// Of the types that are named none is about one of the steps.
    #[error("none of the types is about one of the steps: leave one of the two out")]
    TypesAndSteps,
    /// The days end before they begin, also together with those of the plan.
    #[error("the days end before they begin: look at them, and at the window of the plan")]
    Days,
    /// The moments end before they begin.
    #[error("the moments end before they begin: the second one is the first that does not belong")]
    Moments,
}

impl NothingFits {
    /// Stable code.
    pub const CODE: &'static str = "NOTHING_FITS";
}

impl EventsWanted {
    /// As the log is filtered. An error where nothing could ever fit.
    pub fn filter(self) -> Result<LogFilter, NothingFits> {
        let types = self.wanted_types()?;
        let (plan_from, plan_to) = (self.plan.map(|plan| plan.from), self.plan.map(|plan| plan.to));
        let effective_from = self.effective_from.into_iter().chain(plan_from).max();
        let effective_to = self.effective_to.into_iter().chain(plan_to).min();
        if effective_from.zip(effective_to).is_some_and(|(from, to)| to < from) {
            return Err(NothingFits::Days);
        }
        if self.recorded_from.zip(self.recorded_before).is_some_and(|(from, before)| before <= from) {
            return Err(NothingFits::Moments);
        }
        Ok(LogFilter {
            types,
            regions: self.region.map(|region| vec![region]),
            person: self.person,
            effective_from,
            effective_to,
            recorded_from: self.recorded_from,
            recorded_before: self.recorded_before,
        })
    }

    /// None of them means any.
    fn wanted_types(&self) -> Result<Vec<EventType>, NothingFits> {
        if self.steps.is_empty() {
            return Ok(self.types.clone());
        }
        let is_named = |event: &EventType| self.types.is_empty() || self.types.contains(event);
        let is_about = |event: &EventType| event.step().is_some_and(|step| self.steps.contains(&step));
        let types: Vec<EventType> =
            EventType::ALL.iter().copied().filter(|event| is_named(event) && is_about(event)).collect();
        if types.is_empty() { Err(NothingFits::TypesAndSteps) } else { Ok(types) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_step_is_what_was_done_and_what_was_tried() {
        let steps = EventsWanted { steps: vec![Step::AbilityAssessed], ..EventsWanted::default() };
        let filter = steps.clone().filter().unwrap();
        assert_eq!(filter.types, [EventType::AbilityAssessed, EventType::AssessmentDeclined]);
        let one = EventsWanted { types: vec![EventType::AssessmentDeclined], ..steps.clone() };
        assert_eq!(one.filter().unwrap().types, [EventType::AssessmentDeclined]);
        let other = EventsWanted { types: vec![EventType::PersonLeft], ..steps };
        assert_eq!(other.filter(), Err(NothingFits::TypesAndSteps));
    }

    #[test]
    fn every_step_has_its_events() {
        for step in Step::ALL {
            assert!(EventType::ALL.iter().any(|event| event.step() == Some(*step)), "{step:?}");
        }
    }

    #[test]
    fn the_window_of_a_plan_narrows_the_days_and_is_narrowed_by_them() {
        let plan = Plan::find("nmg-2022-2024");
        let whole = EventsWanted { plan, ..EventsWanted::default() };
        let filter = whole.clone().filter().unwrap();
        assert_eq!(
            (filter.effective_from, filter.effective_to),
            (plan.map(|it| it.from), plan.map(|it| it.to))
        );
        let from = Some(day("2023-05-01"));
        let part = EventsWanted { effective_from: from, ..whole.clone() }.filter().unwrap();
        assert_eq!((part.effective_from, part.effective_to), (from, plan.map(|it| it.to)));
        let outside = EventsWanted { effective_from: Some(day("2026-01-01")), ..whole };
        assert_eq!(outside.filter(), Err(NothingFits::Days));
    }

    #[test]
    fn one_day_is_a_window_and_one_moment_is_none() {
        let (from, to) = (Some(day("2023-05-01")), Some(day("2023-05-01")));
        let one_day = EventsWanted { effective_from: from, effective_to: to, ..EventsWanted::default() };
        assert!(one_day.filter().is_ok());
        let one_moment =
            EventsWanted { recorded_from: Some(7), recorded_before: Some(7), ..EventsWanted::default() };
        assert_eq!(one_moment.filter(), Err(NothingFits::Moments));
    }
}

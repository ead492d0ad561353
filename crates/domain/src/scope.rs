//! On which days somebody is in scope: of working age, not employed, in the register.

use crate::{CitizenNumber, Day, Fact, FactKind, Plan};

/// What figures and work lists need of somebody's days in scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// In scope on at least one day of the plan so far.
    pub(crate) ever: bool,
    /// The first day of the stretch in scope that reaches the day asked for.
    pub(crate) since: Option<Day>,
}

/// From one birthday to the day before another.
pub(crate) fn is_of_working_age(citizen: CitizenNumber, plan: &Plan, day: Day) -> bool {
    (citizen.birthday(plan.working_age.from)..citizen.birthday(plan.age_until(citizen.sex()))).contains(&day)
}

/// Collects stretches in scope, given in order of time, each with its first and last day.
struct Stretches {
    first: Day,
    last: Day,
    plan_from: Day,
    plan_to: Day,
    as_of: Day,
    scope: Scope,
    previous_last: Option<Day>,
}

impl Stretches {
    fn new(enrolled: Day, citizen: CitizenNumber, plan: &Plan, as_of: Day) -> Stretches {
        Stretches {
            first: enrolled.max(citizen.birthday(plan.working_age.from)),
            last: as_of.min(citizen.birthday(plan.age_until(citizen.sex())).plus(-1)),
            plan_from: plan.from,
            plan_to: plan.to.min(as_of),
            as_of,
            scope: Scope::default(),
            previous_last: None,
        }
    }

    fn add(&mut self, first: Day, last: Day) {
        let (first, last) = (first.max(self.first), last.min(self.last));
        if first > last {
            return;
        }
        self.scope.ever |= first <= self.plan_to && last >= self.plan_from;
        let goes_on = self.previous_last.is_some_and(|previous| previous.plus(1) == first);
        if !goes_on || self.scope.since.is_none() {
            self.scope.since = Some(first);
        }
        self.previous_last = Some(last);
    }

    fn finish(mut self) -> Scope {
        if self.previous_last != Some(self.as_of) {
            self.scope.since = None;
        }
        self.scope
    }
}

impl Scope {
    /// When nothing but age has changed since the enrolment.
    pub(crate) fn of_age(enrolment: &Fact, citizen: CitizenNumber, plan: &Plan, as_of: Day) -> Scope {
        let mut stretches = Stretches::new(enrolment.day, citizen, plan, as_of);
        if !enrolment.detail.is_employed() {
            stretches.add(enrolment.day, as_of);
        }
        stretches.finish()
    }

    /// With changes of employment, leaving and reinstatement; `facts` are those known, in order of entry.
    pub(crate) fn of_changes<'a>(
        facts: impl Iterator<Item = &'a Fact>,
        enrolled: Day,
        citizen: CitizenNumber,
        plan: &Plan,
        as_of: Day,
    ) -> Scope {
        let is_change = |fact: &&Fact| {
            fact.kind.is_employment() || matches!(fact.kind, FactKind::Left | FactKind::Reinstated)
        };
        let mut changes: Vec<&Fact> = facts.filter(is_change).collect();
        // Stable: on one day the one entered later stays later.
        changes.sort_by_key(|fact| fact.day);
        let mut stretches = Stretches::new(enrolled, citizen, plan, as_of);
        let (mut employed, mut has_left) = (false, false);
        for (at, fact) in changes.iter().enumerate() {
            match fact.kind {
                FactKind::Left => has_left = true,
                FactKind::Reinstated => has_left = false,
                _ => employed = fact.detail.is_employed(),
            }
            // What follows on the same day leaves an empty stretch, which is none.
            let last = changes.get(at + 1).map_or(as_of, |next| next.day.plus(-1));
            if !employed && !has_left {
                stretches.add(fact.day, last);
            }
        }
        stretches.finish()
    }
}

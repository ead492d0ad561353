//! How a person counts on a day, under a plan, knowing the log up to a position.

use crate::{
    CitizenNumber, County, Day, Fact, FactKind, Figure, Person, Plan, Position, Step,
    scope::{Scope, is_of_working_age},
};

/// The two times of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View {
    /// As of the end of this day.
    pub as_of: Day,
    /// Knowing what was recorded up to this position.
    pub known_at: Position,
}

/// How one person counts. 8 bytes, since one is kept for every person and plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    county: u8,
    figures: u16,
    waiting_since: Day,
}

/// The four steps of one person in one plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pipeline {
    steps: [StepProgress; 4],
}

/// One step of one person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StepProgress {
    /// The first day on which it was done.
    pub first: Option<Day>,
    /// How often it was done (人次).
    pub times: u32,
    /// Attempts that do not count: nobody reached, or declined.
    pub attempts: u32,
}

impl View {
    /// A day, knowing everything.
    pub fn latest(as_of: Day) -> View {
        // One less than the mark of what was never voided.
        View { as_of, known_at: Position(Position::LATEST.0 - 1) }
    }
}

impl Standing {
    /// Not registered: counts nowhere.
    pub const ABSENT: Standing = Standing { county: u8::MAX, figures: 0, waiting_since: Day::MAX };

    /// Where the person counts; none if not registered.
    pub fn county(&self) -> Option<County> {
        County::from_index(self.county)
    }

    /// Whether the figure counts the person.
    pub fn has(&self, figure: Figure) -> bool {
        self.figures & (1 << figure as u16) != 0
    }

    /// The figures that count the person.
    pub fn figures(&self) -> impl Iterator<Item = Figure> + use<> {
        let figures = self.figures;
        Figure::ALL.into_iter().filter(move |figure| figures & (1 << *figure as u16) != 0)
    }

    /// Since when somebody in scope has been waiting: the latest of enrolment, the plan's first day, and the return into scope.
    pub fn waiting_since(&self) -> Day {
        self.waiting_since
    }

    fn count(&mut self, figure: Figure, counts: bool) {
        self.figures |= u16::from(counts) << figure as u16;
    }
}

impl Pipeline {
    /// One step.
    pub fn step(&self, step: Step) -> &StepProgress {
        &self.steps[step as usize]
    }

    /// The first step that is missing.
    pub fn next(&self) -> Option<Step> {
        Step::ALL.iter().copied().find(|step| self.step(*step).first.is_none())
    }

    /// Whether a step was done on an earlier day than one before it, or without it. Days alone are compared.
    pub fn is_out_of_order(&self) -> bool {
        let mut before = Day::MIN;
        let mut out_of_order = false;
        for step in &self.steps {
            let first = step.first.unwrap_or(Day::MAX);
            out_of_order |= first < before;
            before = before.max(first);
        }
        out_of_order
    }

    fn add(&mut self, fact: &Fact) {
        let (step, counts) = match fact.kind {
            FactKind::InfoVerified => (Step::InfoVerified, true),
            FactKind::VerificationAttempted => (Step::InfoVerified, false),
            FactKind::AbilityAssessed => (Step::AbilityAssessed, true),
            FactKind::AssessmentDeclined => (Step::AbilityAssessed, false),
            FactKind::DemandRegistered => (Step::DemandRegistered, true),
            FactKind::ServiceDelivered => (Step::ServiceDelivered, true),
            _ => return,
        };
        let progress = &mut self.steps[step as usize];
        if counts {
            progress.times += 1;
            progress.first = Some(progress.first.map_or(fact.day, |first| first.min(fact.day)));
        } else {
            progress.attempts += 1;
        }
    }
}

impl Person {
    /// The facts that count in a view, in the order in which they were recorded.
    pub(crate) fn known(&self, view: View) -> impl Iterator<Item = &Fact> {
        self.facts()
            .iter()
            .take_while(move |fact| fact.recorded <= view.known_at)
            .filter(move |fact| fact.day <= view.as_of && fact.is_known(view.known_at))
    }

    /// The four steps in a plan's window.
    pub fn pipeline(&self, plan: &Plan, view: View) -> Pipeline {
        let mut pipeline = Pipeline::default();
        for fact in self.known(view).filter(|fact| plan.covers(fact.day)) {
            pipeline.add(fact);
        }
        pipeline
    }

    /// Whether the person is employed: as the latest day says it, and of one day what was entered last. Nothing before enrolment and after erasure.
    pub fn is_employed(&self, view: View) -> Option<bool> {
        self.citizen()?;
        let enrolment = self.facts().first()?;
        let is_enrolled = enrolment.recorded <= view.known_at && enrolment.day <= view.as_of;
        let statuses = self.known(view).filter(|fact| fact.kind.is_employment());
        statuses.max_by_key(|fact| fact.day).filter(|_| is_enrolled).map(|fact| fact.detail.is_employed())
    }

    /// How the person counts.
    pub fn standing(&self, plan: &Plan, view: View) -> Standing {
        match (self.facts().first(), self.citizen()) {
            (Some(enrolment), Some(citizen))
                if enrolment.recorded <= view.known_at && enrolment.day <= view.as_of =>
            {
                self.standing_of_registered(enrolment, citizen, plan, view)
            }
            _ => Standing::ABSENT,
        }
    }

    fn standing_of_registered(
        &self,
        enrolment: &Fact,
        citizen: CitizenNumber,
        plan: &Plan,
        view: View,
    ) -> Standing {
        let (mut region, mut employment) = (enrolment, enrolment);
        let (mut membership, mut demand) = (None::<&Fact>, None::<&Fact>);
        let mut pipeline = Pipeline::default();
        let mut changes = 0;
        // Facts come in the order of entry, so on one day the one entered later wins.
        for fact in self.known(view) {
            match fact.kind {
                FactKind::Transferred if fact.day >= region.day => region = fact,
                FactKind::Left | FactKind::Reinstated => {
                    changes += 1;
                    if membership.is_none_or(|latest| fact.day >= latest.day) {
                        membership = Some(fact);
                    }
                }
                FactKind::DemandRegistered if demand.is_none_or(|latest| fact.day >= latest.day) => {
                    demand = Some(fact);
                }
                kind if kind.is_employment() => {
                    changes += 1;
                    if fact.day >= employment.day {
                        employment = fact;
                    }
                }
                _ => {}
            }
            if plan.covers(fact.day) {
                pipeline.add(fact);
            }
        }
        let has_left = membership.is_some_and(|fact| fact.kind == FactKind::Left);
        let in_scope =
            !has_left && !employment.detail.is_employed() && is_of_working_age(citizen, plan, view.as_of);
        // With the enrolment as the only change, scope depends on age alone.
        let scope = if changes == 1 {
            Scope::of_age(enrolment, citizen, plan, view.as_of)
        } else {
            Scope::of_changes(self.known(view), enrolment.day, citizen, plan, view.as_of)
        };
        let with_need =
            demand.map_or_else(|| employment.detail.leaves_need(), |demand| demand.detail.is_need());
        let all_four = pipeline.next().is_none();

        let mut standing = Standing { county: region.county, figures: 0, waiting_since: Day::MAX };
        standing.count(Figure::Registered, true);
        standing.count(Figure::EverInScope, scope.ever);
        standing.count(Figure::EverComplete, scope.ever && all_four);
        if in_scope {
            standing.waiting_since = scope.since.unwrap_or(enrolment.day).max(plan.from);
            standing.count(Figure::InScope, true);
            for step in Step::ALL {
                standing.count(Figure::of_step(*step), pipeline.step(*step).first.is_some());
            }
            standing.count(Figure::Complete, all_four);
            standing.count(Figure::WithNeed, with_need);
            let national =
                if with_need { all_four } else { pipeline.step(Step::InfoVerified).first.is_some() };
            standing.count(Figure::CompleteNational, national);
            standing.count(Figure::OutOfOrder, pipeline.is_out_of_order());
        }
        standing
    }

    /// Whether the newest fact, one of [`EventType::bare_fact`](crate::EventType::bare_fact), leaves the standing of a day as it was: it counts for
    /// nothing in the plan, or its step was done before it. False when that is not plain; then the standing has to be looked at.
    pub fn newest_leaves_standing(&self, plan: &Plan, as_of: Day) -> bool {
        let Some((newest, before)) = self.facts().split_last() else { return false };
        match newest.kind {
            FactKind::VerificationAttempted | FactKind::AssessmentDeclined | FactKind::TrainingCompleted => {
                true
            }
            FactKind::InfoVerified | FactKind::AbilityAssessed | FactKind::ServiceDelivered => {
                let did = |fact: &Fact| {
                    fact.kind == newest.kind
                        && fact.day <= newest.day
                        && plan.covers(fact.day)
                        && fact.is_known(Position::LATEST)
                };
                newest.day > as_of || !plan.covers(newest.day) || before.iter().any(did)
            }
            _ => false,
        }
    }

    /// The days on which the standing changes by age alone: the first of working age, and the first after it.
    pub fn age_days(&self, plan: &Plan) -> Option<[Day; 2]> {
        let citizen = self.citizen()?;
        Some([citizen.birthday(plan.working_age.from), citizen.birthday(plan.age_until(citizen.sex()))])
    }
}

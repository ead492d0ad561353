//! The figures once more, written straight from the text of the rules: slow, day by day, from the events alone.

use proptest::prelude::*;

use crate::*;

use super::{
    any::{commands, days_between, decided, surveys},
    examples::{day, plan_of},
};

/// What is known: position, day, event; in order of entry, without what was voided.
struct Known<'a>(Vec<(u64, Day, &'a Event)>);

fn known<'a>(all: &'a [Decided], known_at: u64) -> Known<'a> {
    // Whoever was erased counts nowhere any more, whatever was known before.
    if all.iter().any(|decided| matches!(decided.event, Event::DataErased { .. })) {
        return Known(Vec::new());
    }
    let seen = || (1_u64..).zip(all).take_while(|(position, _)| *position <= known_at);
    let is_voided = |record: u64| {
        seen().any(|(_, decided)| {
            matches!(&decided.event, Event::RecordVoided { clear, .. } if clear.record == Position(record))
        })
    };
    let facts = seen().filter(|(position, _)| !is_voided(*position));
    Known(facts.map(|(position, decided)| (position, decided.effective, &decided.event)).collect())
}

impl Known<'_> {
    /// The latest of what is picked, dated up to a day; on one day, the one entered later.
    fn latest<T>(&self, day: Day, pick: impl Fn(&Event) -> Option<T>) -> Option<T> {
        let mut latest: Option<(Day, T)> = None;
        for (_, dated, event) in &self.0 {
            if *dated > day {
                continue;
            }
            if let Some(picked) = pick(event)
                && latest.as_ref().is_none_or(|(before, _)| dated >= before)
            {
                latest = Some((*dated, picked));
            }
        }
        latest.map(|(_, picked)| picked)
    }

    fn enrolled(&self) -> Option<(Day, CertificateNumber)> {
        self.0.iter().find_map(|(_, day, event)| match event {
            Event::PersonEnrolled { sealed: Some(sealed), .. } => Some((*day, sealed.certificate)),
            _ => None,
        })
    }

    fn is_registered(&self, day: Day) -> bool {
        self.enrolled().is_some_and(|(on, _)| on <= day)
    }

    /// None when employed, else the reason.
    fn reason_of_non_employment(&self, day: Day) -> Option<NonEmploymentReason> {
        self.latest(day, |event| match event {
            Event::PersonEnrolled { clear, sealed: Some(sealed) } if !clear.employed => Some(sealed.reason),
            Event::PersonEnrolled { .. } => Some(None),
            Event::PersonCorrected { clear, sealed: Some(sealed) } if clear.employed.is_some() => {
                Some(sealed.reason)
            }
            Event::EmploymentStarted { .. } => Some(None),
            Event::EmploymentEnded { sealed: Some(sealed), .. } => Some(Some(sealed.reason)),
            _ => None,
        })
        .flatten()
    }

    fn region(&self, day: Day) -> Option<County> {
        self.latest(day, |event| match event {
            Event::PersonEnrolled { clear, .. } => Some(clear.county),
            Event::PersonTransferred { clear, .. } => Some(clear.to),
            _ => None,
        })
    }

    /// Any leaving dated up to the day, if no later reinstatement ended it.
    fn has_left(&self, day: Day) -> bool {
        let left = self.latest(day, |event| match event {
            Event::PersonLeft { .. } => Some(true),
            Event::PersonReinstated { .. } => Some(false),
            _ => None,
        });
        left.unwrap_or(false)
    }

    /// From the 16th birthday to the day before the 60th or 55th, in completed years.
    fn is_of_working_age(&self, day: Day) -> bool {
        let Some((_, certificate)) = self.enrolled() else { return false };
        let text = certificate.to_string();
        let part = |range: std::ops::Range<usize>| text[range].parse::<i32>().unwrap();
        let (year, month, date) = day.ymd();
        let had_birthday = (i32::from(month), i32::from(date)) >= (part(10..12), part(12..14));
        let age = i32::from(year) - part(6..10) - i32::from(!had_birthday);
        let is_man = part(14..17) % 2 == 1;
        age >= 16 && age < if is_man { 60 } else { 55 }
    }

    fn is_in_scope(&self, day: Day) -> bool {
        self.is_registered(day)
            && self.is_of_working_age(day)
            && self.reason_of_non_employment(day).is_some()
            && !self.has_left(day)
    }

    /// The first day within the plan and up to a day on which a step counts.
    fn step(&self, step: Step, plan: &Plan, day: Day) -> Option<Day> {
        let is_step = |event: &Event| match event {
            Event::InfoVerified { .. } => step == Step::InfoVerified,
            Event::AbilityAssessed { .. } => step == Step::AbilityAssessed,
            Event::DemandRegistered { .. } => step == Step::DemandRegistered,
            Event::ServiceDelivered { .. } => step == Step::ServiceDelivered,
            _ => false,
        };
        let days = self.0.iter().filter(|(_, _, event)| is_step(event)).map(|(_, dated, _)| *dated);
        days.filter(|dated| plan.from <= *dated && *dated <= plan.to && *dated <= day).min()
    }

    fn has_need(&self, day: Day) -> bool {
        let demand = self.latest(day, |event| match event {
            Event::DemandRegistered { sealed: Some(sealed), .. } => Some(sealed.demand),
            _ => None,
        });
        match demand {
            Some(Demand::Needs(_)) => true,
            Some(Demand::NoNeed(_)) => false,
            None => {
                let none = ["在校学习", "退休", "无就业意愿", "丧失劳动能力"];
                self.reason_of_non_employment(day).is_some_and(|reason| !none.contains(&reason.label()))
            }
        }
    }

    fn was_ever_in_scope(&self, plan: &Plan, day: Day) -> bool {
        let mut at = plan.from;
        while at <= day && at <= plan.to {
            if self.is_in_scope(at) {
                return true;
            }
            at = at.plus(1);
        }
        false
    }

    fn waiting_since(&self, plan: &Plan, day: Day) -> Day {
        if !self.is_in_scope(day) {
            return Day::MAX;
        }
        let mut since = day;
        while self.is_in_scope(since.plus(-1)) {
            since = since.plus(-1);
        }
        if since < plan.from { plan.from } else { since }
    }

    fn figures(&self, plan: &Plan, day: Day) -> Vec<Figure> {
        let done = Step::ALL.iter().map(|step| self.step(*step, plan, day)).collect::<Vec<_>>();
        let all_four = done.iter().all(Option::is_some);
        let in_scope = self.is_in_scope(day);
        let has_need = self.has_need(day);
        let ever = self.is_registered(day) && self.was_ever_in_scope(plan, day);
        // A later step was done, and an earlier one not, or on a later day.
        let out_of_order = (0..4).any(|late| {
            (0..late).any(|early| match (done[early], done[late]) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(early), Some(late)) => late < early,
            })
        });
        let counts = |figure: &Figure| match figure {
            Figure::Registered => self.is_registered(day),
            Figure::InScope => in_scope,
            Figure::InfoVerified => in_scope && done[0].is_some(),
            Figure::AbilityAssessed => in_scope && done[1].is_some(),
            Figure::DemandRegistered => in_scope && done[2].is_some(),
            Figure::ServiceDelivered => in_scope && done[3].is_some(),
            Figure::Complete => in_scope && all_four,
            Figure::WithNeed => in_scope && has_need,
            Figure::CompleteNational => in_scope && if has_need { all_four } else { done[0].is_some() },
            Figure::EverInScope => ever,
            Figure::EverComplete => ever && all_four,
            Figure::OutOfOrder => in_scope && out_of_order,
        };
        Figure::ALL.into_iter().filter(counts).collect()
    }
}

/// A woman, a man and a child who reach the limits of working age in the range, one on 29 February or 1 March, and one in the middle of life.
const CITIZENS_OF_2024: [&str; 5] =
    ["15010219690225902", "15010219640229901", "15010220080229903", "15010220080303904", "15010219900101901"];
const CITIZENS_OF_2023: [&str; 5] =
    ["15010219680229902", "15010219630301901", "15010220070225903", "15010219680228904", "15010219900101901"];

fn compare(plan: &Plan, commands: &[Command], as_of: Day, part: f64, to: Day) -> Result<(), TestCaseError> {
    let (person, all) = decided(commands, to);
    let latest = View::latest(as_of);
    // From knowing nothing to knowing everything.
    let position = (all.len() as f64 * part).round() as u64;
    let earlier = View { as_of, known_at: Position(position) };
    for (view, known_at) in [(latest, u64::MAX), (earlier, position)] {
        let known = known(&all, known_at);
        let standing = person.standing(plan, view);
        prop_assert_eq!(
            standing.figures().collect::<Vec<_>>(),
            known.figures(plan, as_of),
            "{:?} {:?}",
            view,
            all
        );
        let region = known.region(as_of).filter(|_| known.is_registered(as_of));
        prop_assert_eq!(standing.county(), region);
        prop_assert_eq!(standing.waiting_since(), known.waiting_since(plan, as_of));
    }
    Ok(())
}

/// The first survey, more commands, a day, and how much of it is known.
fn histories(
    citizens: [&'static str; 5],
    from: Day,
    to: Day,
) -> impl Strategy<Value = (Vec<Command>, Day, f64)> {
    proptest::sample::select(citizens.to_vec()).prop_flat_map(move |citizen| {
        let survey = surveys(citizen, from, to).prop_map(Command::SurveyPerson);
        let more = proptest::collection::vec(commands(citizen, from, to), 0..20);
        let commands = (survey, more).prop_map(|(survey, mut more)| {
            more.insert(0, survey);
            more
        });
        (commands, days_between(from, to), 0.0..=1.0)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_standing_is_what_the_rules_say_in_a_leap_year(
        (commands, as_of, part) in histories(CITIZENS_OF_2024, day("2024-02-20"), day("2024-03-10"))
    ) {
        let plan = plan_of("2024-02-24", "2024-03-05", Order::Advisory);
        compare(&plan, &commands, as_of, part, day("2024-03-10"))?;
    }

    #[test]
    fn the_standing_is_what_the_rules_say_in_another_year(
        (commands, as_of, part) in histories(CITIZENS_OF_2023, day("2023-02-20"), day("2023-03-08"))
    ) {
        let plan = plan_of("2023-02-25", "2023-03-03", Order::Advisory);
        compare(&plan, &commands, as_of, part, day("2023-03-08"))?;
    }
}

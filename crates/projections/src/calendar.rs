//! On which days somebody's scope changes by age alone, without any event.

use std::collections::BTreeMap;

use sigeyi_domain::{Day, Person, Plan};

/// Row numbers by the day on which they must be looked at again.
#[derive(Debug, Default)]
pub(crate) struct Calendar {
    days: BTreeMap<Day, Vec<u32>>,
}

impl Calendar {
    /// Notes the days after `today`, under any of the plans, on which the person enters or leaves working age.
    pub(crate) fn note<'a>(
        &mut self,
        number: u32,
        person: &Person,
        plans: impl Iterator<Item = &'a Plan>,
        today: Day,
    ) {
        for day in plans.filter_map(|plan| person.age_days(plan)).flatten().filter(|day| *day > today) {
            let numbers = self.days.entry(day).or_default();
            // Plans mostly agree about ages.
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
    }

    /// Takes those whose day has come.
    pub(crate) fn due(&mut self, today: Day) -> Vec<u32> {
        let later = self.days.split_off(&today.plus(1));
        std::mem::replace(&mut self.days, later).into_values().flatten().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.days.clear();
    }
}

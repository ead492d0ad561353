//! One plan on one business day: the counters of every county, and who is waiting for what.

use std::collections::BTreeSet;

use sigeyi_domain::{
    County, Day, Figure, Person, Plan, Position, Progress, Region, Standing, Step, View, divisions,
};

/// Figures by county, in the order of the division list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountyProgress {
    counties: Vec<Progress>,
}

/// How many people were erased since some position, by the county in which they were last: that much is missing from figures of then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedSince {
    counties: Vec<u32>,
}

/// Somebody in scope who lacks a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Row number.
    pub number: u32,
    /// Since when.
    pub since: Day,
    /// How the person counts.
    pub standing: Standing,
}

/// The counters and work lists of one plan. Its day is the business day, or the plan's last day once that is over.
#[derive(Debug)]
pub struct Board {
    plan: &'static Plan,
    day: Day,
    standings: Vec<Standing>,
    counties: CountyProgress,
    waiting: Vec<BTreeSet<(Day, u32)>>,
}

impl Default for CountyProgress {
    fn default() -> Self {
        CountyProgress { counties: vec![Progress::default(); divisions().counties().count()] }
    }
}

impl Default for ErasedSince {
    fn default() -> Self {
        ErasedSince { counties: vec![0; divisions().counties().count()] }
    }
}

impl ErasedSince {
    pub(crate) fn add(&mut self, county: County) {
        self.counties[county.index() as usize] += 1;
    }

    /// How many they are of a region.
    pub fn of(&self, region: Region) -> u32 {
        region.division().counties.iter().map(|county| self.counties[county.index() as usize]).sum()
    }
}

impl CountyProgress {
    /// Counts a person where he or she is registered.
    pub fn add(&mut self, standing: &Standing) {
        if let Some(county) = standing.county() {
            self.counties[county.index() as usize].add(standing);
        }
    }

    fn remove(&mut self, standing: &Standing) {
        if let Some(county) = standing.county() {
            self.counties[county.index() as usize].remove(standing);
        }
    }

    /// Adds another part of the people.
    pub fn merge(&mut self, other: &CountyProgress) {
        for (progress, other) in self.counties.iter_mut().zip(&other.counties) {
            progress.merge(other);
        }
    }

    /// The figures of a region: those of its counties.
    pub fn of(&self, region: Region) -> Progress {
        let mut total = Progress::default();
        for county in &region.division().counties {
            total.merge(&self.counties[county.index() as usize]);
        }
        total
    }
}

impl Board {
    pub(crate) fn new(plan: &'static Plan) -> Board {
        let waiting = vec![BTreeSet::new(); divisions().counties().count()];
        Board { plan, day: Day::MIN, standings: Vec::new(), counties: CountyProgress::default(), waiting }
    }

    /// The plan.
    pub fn plan(&self) -> &'static Plan {
        self.plan
    }

    /// The day that the figures belong to.
    pub fn day(&self) -> Day {
        self.day
    }

    /// The figures of the day.
    pub fn progress(&self) -> &CountyProgress {
        &self.counties
    }

    /// How a person counts on the day.
    pub fn standing(&self, number: u32) -> Standing {
        self.standings.get(number as usize).copied().unwrap_or(Standing::ABSENT)
    }

    /// Who in a county lacks at least one of the steps, longest waiting first; no steps asked for means any step.
    /// `after` is the last one seen, to go on behind it.
    pub fn waiting<'a>(
        &'a self,
        county: County,
        missing: &'a [Step],
        after: Option<(Day, u32)>,
    ) -> impl Iterator<Item = Waiting> + 'a {
        let from = after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        self.waiting[county.index() as usize]
            .range((from, std::ops::Bound::Unbounded))
            .map(|(since, number)| Waiting {
                number: *number,
                since: *since,
                standing: self.standing(*number),
            })
            .filter(move |waiting| {
                missing.is_empty() || missing.iter().any(|step| !waiting.standing.has(Figure::of_step(*step)))
            })
    }

    /// Where the day of the figures stands on a business day.
    pub(crate) fn day_on(&self, business_day: Day) -> Day {
        business_day.min(self.plan.to)
    }

    /// Takes away a person's old contribution and adds the new one.
    pub(crate) fn update(&mut self, number: u32, person: &Person) {
        let index = number as usize;
        if self.standings.len() <= index {
            self.standings.resize(index + 1, Standing::ABSENT);
        }
        let new = person.standing(self.plan, View::latest(self.day));
        let old = std::mem::replace(&mut self.standings[index], new);
        if old != new {
            self.counties.remove(&old);
            self.counties.add(&new);
            self.list(number, &old, false);
            self.list(number, &new, true);
        }
    }

    /// The same after an event that was folded just now: most leave the standing as it is, which is seen without going through all facts.
    pub(crate) fn follow(&mut self, number: u32, person: &Person) {
        let is_counted = self.standings.len() > number as usize;
        if !(is_counted && person.newest_leaves_standing(self.plan, self.day)) {
            self.update(number, person);
        }
    }

    /// Counts everybody anew on a day.
    pub(crate) fn settle<'a>(&mut self, day: Day, people: impl ExactSizeIterator<Item = &'a Person>) {
        self.day = day;
        self.counties = CountyProgress::default();
        self.standings = Vec::with_capacity(people.len());
        let mut waiting = vec![Vec::new(); self.waiting.len()];
        for (number, person) in people.enumerate() {
            let standing = person.standing(self.plan, View::latest(day));
            self.standings.push(standing);
            self.counties.add(&standing);
            if let Some(county) = listed(&standing) {
                waiting[county.index() as usize].push((standing.waiting_since(), number as u32));
            }
        }
        // Built from whole lists, a set is filled at one go.
        self.waiting = waiting.into_iter().map(BTreeSet::from_iter).collect();
    }

    pub(crate) fn set_day(&mut self, day: Day) {
        self.day = day;
    }

    fn list(&mut self, number: u32, standing: &Standing, add: bool) {
        if let Some(county) = listed(standing) {
            let list = &mut self.waiting[county.index() as usize];
            let key = (standing.waiting_since(), number);
            if add {
                list.insert(key);
            } else {
                list.remove(&key);
            }
        }
    }
}

/// The county on whose work list somebody stands: in scope, with a step missing.
fn listed(standing: &Standing) -> Option<County> {
    (standing.has(Figure::InScope) && !standing.has(Figure::Complete)).then(|| standing.county()).flatten()
}

/// A slice of the people under any plan and view: a filter over the facts, not a replay.
pub(crate) fn scan<'a>(
    people: impl Iterator<Item = &'a Person>,
    plan: &Plan,
    as_of: Day,
    known_at: Position,
    into: &mut CountyProgress,
) {
    let view = View { as_of, known_at };
    for person in people {
        into.add(&person.standing(plan, view));
    }
}

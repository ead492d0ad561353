//! Lists of people on another day, or as they were known: a pass over everybody's facts.

use std::collections::BinaryHeap;

use sigeyi_domain::{Day, Figure, Standing, View};
use sigeyi_projections::{Row, to_domain};

use crate::{
    people::{ListedPerson, PeopleFilter, PeoplePage, Place},
    questions::{QuestionError, ROWS_AT_A_TIME},
    reading::{At, Reading},
};

/// A filter with the two times that it is asked for.
struct Then<'f> {
    filter: &'f PeopleFilter,
    /// How people count: without a day on the plan's.
    counted: View,
    /// How they are described: without a day as of today.
    described: View,
    at: At,
}

impl Reading {
    /// A page of a list at the filter's two times. Whom it may show goes by where people are now, and by what may be shown of them now.
    pub(crate) fn people_then(
        &self,
        filter: &PeopleFilter,
        first: usize,
        after: Option<Place>,
    ) -> Result<PeoplePage, QuestionError> {
        let (at, described) = (self.at(), self.view(filter.times)?);
        let as_of = filter.times.as_of.unwrap_or(at.today.min(filter.plan.to));
        let then = Then { filter, counted: View { as_of, ..described }, described, at };
        let mut found = match &filter.missing {
            Some(_) => self.waiting_then(&then, after, first + 1),
            None => self.enrolled_then(&then, after, first + 1),
        };
        let has_next = found.len() > first;
        found.truncate(first);
        let folded = self.unfixed();
        let listed = |place: &Place| {
            let row = folded.model.people().row(place.number)?;
            // Somebody may have been restricted since the pass.
            let row = Some(row).filter(|row| row.is_shown())?;
            Some(ListedPerson {
                person: self.summary_at(row, then.described, at)?,
                standing: row.person.standing(filter.plan, then.counted),
                cursor: self.seal_cursor(*place, filter),
            })
        };
        Ok(PeoplePage { people: found.iter().filter_map(listed).collect(), has_next, at })
    }

    /// Longest waiting first, then in the order of enrolment.
    fn waiting_then(&self, then: &Then<'_>, after: Option<Place>, first: usize) -> Vec<Place> {
        let after = after.map(|place| (place.since, place.number));
        // The last of those found so far on top.
        let mut found = BinaryHeap::new();
        self.pass(0, |number, row| {
            let waits = then.matches(row).filter(|standing| then.waits(standing));
            let key = waits.map(|standing| (standing.waiting_since(), number));
            if let Some(key) = key.filter(|key| after.is_none_or(|after| *key > after)) {
                found.push(key);
                if found.len() > first {
                    found.pop();
                }
            }
            true
        });
        found.into_sorted_vec().into_iter().map(|(since, number)| Place { since, number }).collect()
    }

    /// In the order of enrolment.
    fn enrolled_then(&self, then: &Then<'_>, after: Option<Place>, first: usize) -> Vec<Place> {
        let mut found = Vec::new();
        let from = after.map_or(0, |place| place.number as usize + 1);
        self.pass(from, |number, row| {
            if then.matches(row).is_some() {
                found.push(Place { since: Day::MIN, number });
            }
            found.len() < first
        });
        found
    }

    /// Looks at everybody from a row number on, as long as more are wanted. Between slices writers go on: what they add lies after the position.
    pub(crate) fn pass(&self, from: usize, mut visit: impl FnMut(u32, &Row) -> bool) {
        let mut from = from;
        loop {
            let folded = self.unfixed();
            let rows = folded.model.people().rows();
            let slice = rows.get(from..rows.len().min(from + ROWS_AT_A_TIME)).unwrap_or_default();
            if slice.is_empty() {
                return;
            }
            for (number, row) in (from as u32..).zip(slice) {
                if !visit(number, row) {
                    return;
                }
            }
            from += slice.len();
        }
    }
}

impl Then<'_> {
    /// How somebody who is on the list counts.
    fn matches(&self, row: &Row) -> Option<Standing> {
        let Then { filter, counted, described, at } = self;
        let person = &row.person;
        let standing = person.standing(filter.plan, *counted);
        let county = standing.county()?;
        let is_waiting = |until: Day| standing.has(Figure::InScope) && standing.waiting_since() <= until;
        let is_present = |regions: &Vec<sigeyi_domain::Region>| {
            let county = person.county(at.today, to_domain(at.position));
            county.is_some_and(|county| regions.iter().any(|region| region.contains(county)))
        };
        let is_listed = filter.regions.iter().any(|region| region.contains(county))
            && row.is_shown()
            && filter.in_scope.is_none_or(|in_scope| standing.has(Figure::InScope) == in_scope)
            && filter.waiting_since.is_none_or(is_waiting)
            && filter.present_in.as_ref().is_none_or(is_present)
            && filter.counsellor.as_ref().is_none_or(|counsellor| {
                person.counsellor(described.as_of, described.known_at) == Some(counsellor)
            });
        // Of whom nothing was known then there is nothing to describe either.
        let is_enrolled = person.enrolled_on().is_some_and(|day| day <= described.as_of);
        (is_listed && is_enrolled).then_some(standing)
    }

    /// Whether somebody in scope lacks one of the steps that are asked for; none of them means any.
    fn waits(&self, standing: &Standing) -> bool {
        let missing = self.filter.missing.as_deref().unwrap_or_default();
        standing.has(Figure::InScope)
            && !standing.has(Figure::Complete)
            && (missing.is_empty() || missing.iter().any(|step| !standing.has(Figure::of_step(*step))))
    }
}

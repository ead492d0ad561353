//! What changed between two moments of knowledge, and through which events.

use std::collections::BinaryHeap;

use sigeyi_domain::{Deciding, Figure, Plan, Region, Standing, View, divisions};
use sigeyi_envelope::Position;
use sigeyi_projections::{from_domain, to_domain};

use crate::{
    questions::{KnownAt, ProgressAnswer, QuestionError, Times},
    reading::Reading,
};

/// A question about a difference.
#[derive(Debug, Clone, Copy)]
pub struct DifferenceQuestion {
    /// Of this region and those right below it.
    pub region: Region,
    /// Under this plan.
    pub plan: &'static Plan,
    /// On this day, and as known at the first moment.
    pub before: Times,
    /// As known at the second moment; without it as the request sees the log.
    pub after: Option<KnownAt>,
    /// Only through which events this figure changed.
    pub figure: Option<Figure>,
}

/// The figures at two moments of knowledge, and what lies between.
#[derive(Debug, Clone)]
pub struct FiguresDifference {
    /// The figures as known at the first moment.
    pub before: ProgressAnswer,
    /// As known at the second.
    pub after: ProgressAnswer,
    /// How many people count differently, in the region or in another one right below it.
    pub people: u32,
    /// In the order of [`Figure::ALL`]: who counts in the region now and did not, and who did and does not.
    pub changes: [FigureChange; Figure::ALL.len()],
    /// Through how many events.
    pub events: u64,
    /// Some of these events, in order.
    pub page: Vec<DifferenceEvent>,
    /// Whether others follow.
    pub has_next: bool,
}

/// How one figure changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FigureChange {
    /// People who count now and did not.
    pub gained: u32,
    /// People who counted and do not now.
    pub lost: u32,
}

/// One event that stands between the two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DifferenceEvent {
    /// Where it stands.
    pub position: Position,
    /// The record that it voids, if that is what it does.
    pub voids: Option<Position>,
}

/// What is counted in one pass.
#[derive(Default)]
struct Counted {
    people: u32,
    changes: [FigureChange; Figure::ALL.len()],
    events: u64,
    /// The last of those that are wanted on top.
    page: BinaryHeap<DifferenceEvent>,
}

impl Reading {
    /// The difference, with at most `first` of its events after a position. Exactly these events explain it: a replay of the log up to the later moment
    /// without them gives the figures of the earlier one. People who have been erased since count at neither.
    pub fn figures_difference(
        &self,
        question: &DifferenceQuestion,
        first: usize,
        after: Position,
    ) -> Result<FiguresDifference, QuestionError> {
        let DifferenceQuestion { region, plan, before, figure, .. } = *question;
        let as_of = before.as_of.unwrap_or(self.at().today.min(plan.to));
        let view = |known_at: Option<KnownAt>| self.view(Times { as_of: Some(as_of), known_at });
        let (view_before, view_after) = (view(before.known_at)?, view(question.after)?);
        let places = Places::of(region);
        loop {
            let erased = self.unfixed().model.people().erased_len();
            let answer = |view: View| {
                let known_at = Some(KnownAt::Position(from_domain(view.known_at)));
                self.progress(plan, Some(as_of), known_at)
            };
            let (before, after_answer) = (answer(view_before)?, answer(view_after)?);
            let counted = self.count_difference(plan, view_before, view_after, &places, figure, first, after);
            // Whoever was erased meanwhile may have been counted or not.
            if self.unfixed().model.people().erased_len() != erased {
                continue;
            }
            let Counted { people, changes, events, page } = counted;
            let mut page = page.into_sorted_vec();
            let has_next = page.len() > first;
            page.truncate(first);
            return Ok(FiguresDifference {
                before,
                after: after_answer,
                people,
                changes,
                events,
                page,
                has_next,
            });
        }
    }

    #[expect(clippy::too_many_arguments, reason = "two views and what is asked of them")]
    fn count_difference(
        &self,
        plan: &Plan,
        before: View,
        after: View,
        places: &Places,
        figure: Option<Figure>,
        first: usize,
        behind: Position,
    ) -> Counted {
        // Whichever way round it is asked, the events lie between the two.
        let (early, late) = if before.known_at <= after.known_at { (before, after) } else { (after, before) };
        let mut counted = Counted::default();
        self.pass(0, |_, row| {
            if to_domain(row.head.position) <= early.known_at {
                return true;
            }
            let was = row.person.standing(plan, before);
            let is = row.person.standing(plan, after);
            if !places.differ(&was, &is, figure) {
                return true;
            }
            counted.people += 1;
            for (figure, change) in Figure::ALL.into_iter().zip(&mut counted.changes) {
                match (places.counts(&was, figure), places.counts(&is, figure)) {
                    (false, true) => change.gained += 1,
                    (true, false) => change.lost += 1,
                    (true, true) | (false, false) => {}
                }
            }
            for Deciding { position, voids } in row.person.deciding(plan, late, early.known_at) {
                counted.events += 1;
                let event =
                    DifferenceEvent { position: from_domain(position), voids: voids.map(from_domain) };
                if event.position > behind {
                    counted.page.push(event);
                    if counted.page.len() > first + 1 {
                        counted.page.pop();
                    }
                }
            }
            true
        });
        counted
    }
}

/// Which of the regions right below one each county lies in: those whose figures are told apart.
struct Places {
    counties: Vec<Option<Region>>,
}

impl Places {
    fn of(region: Region) -> Places {
        let below = &region.division().children;
        let place = |county| {
            let child = below.iter().copied().find(|child| child.contains(county));
            child.or_else(|| region.contains(county).then_some(region))
        };
        Places { counties: divisions().counties().map(place).collect() }
    }

    fn of_standing(&self, standing: &Standing) -> Option<Region> {
        let county = standing.county()?;
        self.counties.get(usize::from(county.index())).copied().flatten()
    }

    /// Whether the figure of the region counts the person.
    fn counts(&self, standing: &Standing, figure: Figure) -> bool {
        standing.has(figure) && self.of_standing(standing).is_some()
    }

    /// Whether some figure that is told counts differently; of one, whether it does.
    fn differ(&self, was: &Standing, is: &Standing, figure: Option<Figure>) -> bool {
        let differs = |figure: Figure| {
            let place = |standing: &Standing| self.of_standing(standing).filter(|_| standing.has(figure));
            place(was) != place(is)
        };
        figure.map_or_else(|| Figure::ALL.into_iter().any(differs), differs)
    }
}

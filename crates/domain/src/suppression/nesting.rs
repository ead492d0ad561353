//! Which figures count part of the people of which others.

use super::figures::{Counts, FIGURES, Figures, NOBODY, NODES};
use crate::Figure;

/// Whoever the first counts, the second counts too, as [`Person::standing`](crate::Person::standing) has it. What follows from two of these in a row
/// is left out.
const PARTS: [(Figure, Figure); 16] = [
    (Figure::EverInScope, Figure::Registered),
    (Figure::InScope, Figure::Registered),
    // On a day of the plan, whoever is in scope has been so on a day of the plan.
    (Figure::InScope, Figure::EverInScope),
    (Figure::InfoVerified, Figure::InScope),
    (Figure::AbilityAssessed, Figure::InScope),
    (Figure::DemandRegistered, Figure::InScope),
    (Figure::ServiceDelivered, Figure::InScope),
    (Figure::WithNeed, Figure::InScope),
    (Figure::OutOfOrder, Figure::InScope),
    // Both readings of the national text ask for the first step.
    (Figure::CompleteNational, Figure::InfoVerified),
    (Figure::Complete, Figure::CompleteNational),
    (Figure::Complete, Figure::AbilityAssessed),
    (Figure::Complete, Figure::DemandRegistered),
    (Figure::Complete, Figure::ServiceDelivered),
    (Figure::Complete, Figure::EverComplete),
    (Figure::EverComplete, Figure::EverInScope),
];

/// The nesting that holds for some figures.
#[derive(Debug)]
pub(super) struct Nesting {
    /// Part and whole, each one step apart; the first of them may be nobody.
    steps: Vec<(usize, usize)>,
    /// The figures of which each is a part, through any number of steps.
    wholes: [Figures; NODES],
}

impl Nesting {
    /// Of the counties' counts. On days outside the plan two of the nestings do not hold, and what does not hold in every county is none.
    pub(super) fn of(counties: &[Counts]) -> Nesting {
        let mut steps: Vec<(usize, usize)> = (0..FIGURES).map(|figure| (NOBODY, figure)).collect();
        let parts = PARTS.iter().map(|(part, whole)| (*part as usize, *whole as usize));
        steps.extend(
            parts.filter(|(part, whole)| counties.iter().all(|counts| counts[*part] <= counts[*whole])),
        );
        let mut wholes = [Figures::default(); NODES];
        // The longest way from part to whole is shorter than there are figures.
        for _ in 0..FIGURES {
            for (part, whole) in &steps {
                wholes[*part] = wholes[*part] | Figures::one(*whole) | wholes[*whole];
            }
        }
        Nesting { steps, wholes }
    }

    pub(super) fn steps(&self) -> &[(usize, usize)] {
        &self.steps
    }

    /// Of which figures this one is a part.
    pub(super) fn wholes(&self, part: usize) -> Figures {
        self.wholes[part]
    }

    /// The figure itself, its parts, and those of which it is a part: what may have to move along with it.
    pub(super) fn around(&self, figure: usize) -> Figures {
        let parts = (0..FIGURES).filter(|part| self.wholes[*part].has(figure));
        parts.fold(self.wholes[figure] | Figures::one(figure), |all, part| all | Figures::one(part))
    }
}

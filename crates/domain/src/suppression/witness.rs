//! Other tables that fit what is published.
//!
//! A published table leaves a small number open as far as there are other tables with the same published figures. One is found by moving people
//! between two counties, figure by figure, in what is withheld on the whole way between them. A move is good if in both
//! counties no count falls below zero and each part stays within its whole. These are bounds on differences of two unknowns each, so the largest move is a
//! shortest way in a graph of 13 nodes, is whole-numbered, and everything between it and no move at all is a good move too. Several moves are made
//! one after another.

use super::{
    PUBLISHED_FROM,
    figures::{Counts, Figures, NOBODY, NODES},
    nesting::Nesting,
    small::Small,
    table::Table,
};
use crate::{County, divisions};

/// How far a count may be moved where nothing above it is published. More than is ever asked for.
const UNBOUND: i64 = 1_000;
/// No way found yet.
const NO_WAY: i64 = i64::MAX / 4;

/// Moves people in a scratch copy of the counties' counts.
pub(super) struct Witness {
    counts: Vec<Counts>,
    touched: Vec<County>,
}

impl Witness {
    pub(super) fn new(table: &Table) -> Witness {
        let counts = divisions().counties().map(|county| *table.counts(county.region())).collect();
        Witness { counts, touched: Vec::new() }
    }

    /// Whether any number of people from none to five fits what is published.
    pub(super) fn leaves_open(&mut self, table: &Table, small: &Small) -> bool {
        let counties = divisions().counties().map(Some);
        let others: Vec<Option<County>> = std::iter::once(None).chain(counties).collect();
        self.is_open(table, small, &others)
    }

    /// Whether any number of people from none to five fits what is published, by moves to and from one other county alone.
    pub(super) fn leaves_open_beside(&mut self, table: &Table, small: &Small, other: County) -> bool {
        self.is_open(table, small, &[Some(other)])
    }

    fn is_open(&mut self, table: &Table, small: &Small, others: &[Option<County>]) -> bool {
        let more = i64::from(PUBLISHED_FROM) - small.people;
        self.reaches(table, small, (small.whole, small.part), more, others)
            && self.reaches(table, small, (small.part, small.whole), small.people, others)
    }

    /// Whether there can be so many people more in the one figure of the region beside the other.
    fn reaches(
        &mut self,
        table: &Table,
        small: &Small,
        (more, less): (usize, usize),
        people: i64,
        others: &[Option<County>],
    ) -> bool {
        let asked = Figures::one(more) | Figures::one(less);
        let mut missing = people;
        'found: for own in &small.region.division().counties {
            let asked = asked & table.withheld(own.region());
            for other in others {
                let figures = match *other {
                    None => table.free(*own),
                    // Most counties drop out here, at little cost.
                    Some(other) if (asked & table.withheld(other.region())).is_empty() => continue,
                    Some(other) if small.region.contains(other) => continue,
                    Some(other) => table.movable(*own, other),
                };
                if !(asked & figures).is_empty() {
                    missing -= self.shift(&table.nesting, *own, *other, figures, (more, less));
                }
                if missing <= 0 {
                    break 'found;
                }
            }
        }
        self.put_back(table);
        missing <= 0
    }

    /// Moves as many people as can be, and says how many.
    fn shift(
        &mut self,
        nesting: &Nesting,
        own: County,
        other: Option<County>,
        figures: Figures,
        (more, less): (usize, usize),
    ) -> i64 {
        // What is published moves as little as nobody does.
        let node = |figure: usize| if figures.has(figure) { figure } else { NOBODY };
        let here = self.counts[own.index() as usize];
        let there = other.map(|other| self.counts[other.index() as usize]);
        // How much more each may rise than `less` does.
        let mut above = [NO_WAY; NODES];
        above[node(less)] = 0;
        loop {
            let mut is_settled = true;
            let mut bound = |lower: usize, by: i64, upper: usize| {
                if above[lower] + by < above[upper] {
                    above[upper] = above[lower] + by;
                    is_settled = false;
                }
            };
            for (part, whole) in nesting.steps() {
                let (lower, upper) = (node(*part), node(*whole));
                bound(upper, here[*whole] - here[*part], lower);
                match there {
                    Some(there) => bound(lower, there[*whole] - there[*part], upper),
                    None => bound(NOBODY, UNBOUND, upper),
                }
            }
            if is_settled {
                break;
            }
        }
        let moved = above[node(more)];
        if moved == 0 {
            return 0;
        }
        self.touched.extend(std::iter::once(own).chain(other));
        for figure in figures.iter() {
            let by = above[figure] - above[NOBODY];
            self.counts[own.index() as usize][figure] += by;
            if let Some(other) = other {
                self.counts[other.index() as usize][figure] -= by;
            }
        }
        moved
    }

    fn put_back(&mut self, table: &Table) {
        for county in self.touched.drain(..) {
            self.counts[county.index() as usize] = *table.counts(county.region());
        }
    }
}

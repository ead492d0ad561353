//! What is small: counts and differences of fewer than five people.

use super::{
    PUBLISHED_FROM,
    figures::{Figures, NOBODY},
    table::Table,
};
use crate::{Figure, Level, Region, divisions};

/// The people of a region whom the one figure counts and the other does not. A count is what a figure counts beside nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Small {
    pub(super) region: Region,
    pub(super) whole: usize,
    pub(super) part: usize,
    /// How many they are: 1 to 4.
    pub(super) people: i64,
}

/// Everything that is small, counties first: what is mended far below often mends what lies above.
pub(super) fn find(table: &Table) -> Vec<Small> {
    let mut regions: Vec<Region> = divisions().regions().collect();
    // Stable, so that divisions of one level stay in the order of their codes.
    regions.sort_by_key(|region| match region.division().level {
        Level::County => 0,
        Level::Prefecture => 1,
        Level::Province => 2,
    });
    let mut small = Vec::new();
    for region in regions {
        let counts = table.counts(region);
        for part in std::iter::once(NOBODY).chain(Figure::ALL.map(|figure| figure as usize)) {
            // What lacks a part that is nobody is found as a count.
            if part != NOBODY && counts[part] == 0 {
                continue;
            }
            for whole in table.nesting.wholes(part).iter() {
                let people = counts[whole] - counts[part];
                if (1..i64::from(PUBLISHED_FROM)).contains(&people) {
                    small.push(Small { region, whole, part, people });
                }
            }
        }
    }
    small
}

/// Withholds every small count, and of two figures that differ by few the part, which is the finer of the two.
pub(super) fn withhold(table: &mut Table, small: &[Small]) {
    for Small { region, whole, .. } in small.iter().filter(|small| small.part == NOBODY) {
        table.withhold(*region, Figures::one(*whole));
    }
    for Small { region, whole, part, .. } in small.iter().filter(|small| small.part != NOBODY) {
        let withheld = table.withheld(*region);
        if !withheld.has(*whole) && !withheld.has(*part) {
            table.withhold(*region, Figures::one(*part));
        }
    }
}

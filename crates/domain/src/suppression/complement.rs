//! What is withheld beside what is small, so that it cannot be told from the rest.

use super::{figures::Figures, small::Small, table::Table, witness::Witness};
use crate::{County, Region};

/// Withholds more, for one small number after another, until each is left open. Withholding more closes nothing that was open, so one round is enough.
pub(super) fn withhold(table: &mut Table, small: &[Small]) {
    let mut witness = Witness::new(table);
    for small in small {
        if !witness.leaves_open(table, small) {
            open(table, &mut witness, small);
        }
    }
}

fn open(table: &mut Table, witness: &mut Witness, small: &Small) {
    // The figure that must move; what moves along with it is withheld already where that is small too.
    let figure = if table.withheld(small.region).has(small.part) { small.part } else { small.whole };
    let along = table.withheld(small.region) & table.nesting.around(figure);
    let mut at = small.region;
    while let Some(above) = at.division().parent {
        if with_sibling(table, witness, small, at, figure, along) {
            return;
        }
        // Nobody beside it to be taken for: the region above is withheld, and may be taken for one beside that.
        table.withhold(above, along);
        if witness.leaves_open(table, small) {
            return;
        }
        at = above;
    }
    withhold_whole_rows(table, small.region);
}

/// Withholds the next smallest sibling that leaves the small number open, ties by code; of a sibling with divisions below it one of these too.
fn with_sibling(
    table: &mut Table,
    witness: &mut Witness,
    small: &Small,
    at: Region,
    figure: usize,
    along: Figures,
) -> bool {
    let Some(above) = at.division().parent else { return false };
    let mut candidates: Vec<(i64, Region, i64, County)> = Vec::new();
    for sibling in above.division().children.iter().filter(|sibling| **sibling != at) {
        for county in &sibling.division().counties {
            let [of_sibling, of_county] =
                [*sibling, county.region()].map(|region| table.counts(region)[figure]);
            candidates.push((of_sibling, *sibling, of_county, *county));
        }
    }
    candidates.retain(|(_, _, people, _)| *people > 0);
    // Regions and counties are ordered by code.
    candidates.sort_unstable();
    for (_, _, _, county) in candidates {
        // First this figure alone, then with what moves along.
        for figures in [Figures::one(figure), along] {
            if with_county(table, witness, small, above, county, figures) {
                return true;
            }
        }
    }
    false
}

/// Withholds the figures on the way from a county up to a region, if that leaves the small number open.
fn with_county(
    table: &mut Table,
    witness: &mut Witness,
    small: &Small,
    above: Region,
    county: County,
    figures: Figures,
) -> bool {
    let path: Vec<Region> =
        table.path(county).iter().copied().take_while(|region| *region != above).collect();
    let before: Vec<Figures> = path.iter().map(|region| table.withheld(*region)).collect();
    for region in &path {
        table.withhold(*region, figures);
    }
    let is_more = path.iter().zip(&before).any(|(region, before)| table.withheld(*region) != *before);
    if is_more && witness.leaves_open_beside(table, small, county) {
        return true;
    }
    for (region, before) in path.iter().zip(before) {
        table.restore(*region, before);
    }
    false
}

/// The last resort: with nothing published on the way up, any number fits.
fn withhold_whole_rows(table: &mut Table, region: Region) {
    for county in &region.division().counties {
        for region in table.path(*county).to_vec() {
            table.withhold(region, Figures::ALL);
        }
    }
}

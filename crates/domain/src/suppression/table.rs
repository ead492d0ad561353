//! The counts of all regions, and what is withheld of them.

use super::{
    PublishedProgress,
    figures::{Counts, Figures, NODES},
    nesting::Nesting,
};
use crate::{County, Figure, Progress, Region, divisions};

/// The tree of the divisions with the counts of each.
#[derive(Debug)]
pub(super) struct Table {
    progress: Vec<Progress>,
    counts: Vec<Counts>,
    withheld: Vec<Figures>,
    /// From each county upwards, itself and the whole included.
    paths: Vec<Vec<Region>>,
    pub(super) nesting: Nesting,
}

impl Table {
    pub(super) fn new(of_county: &impl Fn(Region) -> Progress) -> Table {
        let list = divisions();
        let of_region = |region: Region| {
            let mut progress = Progress::default();
            for county in &region.division().counties {
                progress.merge(&of_county(county.region()));
            }
            progress
        };
        let progress: Vec<Progress> = list.regions().map(of_region).collect();
        let counts: Vec<Counts> = progress.iter().map(counts_of).collect();
        let of_counties: Vec<Counts> =
            list.counties().map(|county| counts[county.region().index()]).collect();
        let path = |county: County| {
            std::iter::successors(Some(county.region()), |region| region.division().parent).collect()
        };
        Table {
            nesting: Nesting::of(&of_counties),
            withheld: vec![Figures::default(); counts.len()],
            paths: list.counties().map(path).collect(),
            progress,
            counts,
        }
    }

    pub(super) fn counts(&self, region: Region) -> &Counts {
        &self.counts[region.index()]
    }

    pub(super) fn withheld(&self, region: Region) -> Figures {
        self.withheld[region.index()]
    }

    /// Those of the figures that are published and not zero: what can be withheld of them.
    pub(super) fn published_of(&self, region: Region, figures: Figures) -> Figures {
        let counts = self.counts(region);
        let open = figures & !self.withheld(region);
        open.iter()
            .filter(|figure| counts[*figure] > 0)
            .fold(Figures::default(), |all, it| all | Figures::one(it))
    }

    /// Withholds those of the figures that are not zero.
    pub(super) fn withhold(&mut self, region: Region, figures: Figures) {
        let more = self.published_of(region, figures);
        self.withheld[region.index()] = self.withheld[region.index()] | more;
    }

    /// Publishes again what was withheld in a trial.
    pub(super) fn restore(&mut self, region: Region, withheld: Figures) {
        self.withheld[region.index()] = withheld;
    }

    /// From a county upwards, itself and the whole included.
    pub(super) fn path(&self, county: County) -> &[Region] {
        &self.paths[county.index() as usize]
    }

    /// The figures of which a person could stand in the one county as well as in the other without a published figure being another: those
    /// that are withheld in both and in every region that holds one of them alone.
    pub(super) fn movable(&self, from: County, to: County) -> Figures {
        let (from, to) = (self.path(from), self.path(to));
        let alone = |path: &[Region], other: &[Region]| {
            let own = path.iter().take_while(|region| !other.contains(region));
            own.fold(Figures::ALL, |all, region| all & self.withheld(*region))
        };
        alone(from, to) & alone(to, from)
    }

    /// The figures of which there could be more or fewer people in the county and in the whole.
    pub(super) fn free(&self, county: County) -> Figures {
        self.path(county).iter().fold(Figures::ALL, |all, region| all & self.withheld(*region))
    }

    pub(super) fn published(&self) -> impl Iterator<Item = PublishedProgress> {
        self.progress
            .iter()
            .zip(&self.withheld)
            .map(|(progress, withheld)| PublishedProgress { progress: *progress, withheld: *withheld })
    }
}

fn counts_of(progress: &Progress) -> Counts {
    let mut counts = [0; NODES];
    for figure in Figure::ALL {
        counts[figure as usize] = i64::from(progress.get(figure));
    }
    counts
}

//! Which figures may be published without a handful of people being told from them (单元格抑制).
//!
//! A count of 1 to 4 is **small**, and so is a difference of 1 to 4 between two figures of a region of which one counts part of the
//! people of the other: in scope less verified is how many lack the step. [`publish`] withholds figures until, for everything that is small,
//! any of 0, 1, 2, 3, 4 and 5 fits what is published. "Fits" is shown and not guessed: the rules look for whole tables of counts that agree with all that is
//! published, add up from county to region, and keep each part within its whole (`suppression/witness.rs`).
//! Why so, and what it does not protect from: `docs/decisions/0016-suppressed-figures.md`.

mod complement;
mod figures;
mod nesting;
mod release;
mod small;
mod table;
mod witness;

use std::sync::Arc;

pub use release::{NotReleased, Release};

use self::{figures::Figures, table::Table};
use crate::{Figure, Progress, Region};

/// The smallest count, or difference, that is published, in people. Zero is published too: it names nobody.
pub const PUBLISHED_FROM: u32 = 5;

/// The figures of every region, without those that are withheld.
#[derive(Debug, Clone)]
pub struct Published {
    regions: Arc<[PublishedProgress]>,
}

/// The figures of one region, without those that are withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedProgress {
    progress: Progress,
    withheld: Figures,
}

/// Decides what is withheld, given the figures of the counties. The same figures always give the same answer.
///
/// Finding what is small takes regions × figures; each small number takes some shortest ways among 13 figures. A fraction of a millisecond
/// where few are small, some milliseconds where nearly all are.
pub fn publish(of_county: impl Fn(Region) -> Progress) -> Published {
    let mut table = Table::new(&of_county);
    let small = small::find(&table);
    small::withhold(&mut table, &small);
    complement::withhold(&mut table, &small);
    Published { regions: table.published().collect() }
}

impl Published {
    /// The figures of a region.
    pub fn of(&self, region: Region) -> PublishedProgress {
        self.regions[region.index()]
    }
}

impl PublishedProgress {
    /// How many people the figure counts; none if that is withheld.
    pub fn get(&self, figure: Figure) -> Option<u32> {
        (!self.withheld.has(figure as usize)).then(|| self.progress.get(figure))
    }

    /// Whether any figure of the region is withheld.
    pub fn is_withheld(&self) -> bool {
        !self.withheld.is_empty()
    }
}

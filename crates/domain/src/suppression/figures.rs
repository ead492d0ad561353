//! Sets of figures.

use std::ops::{BitAnd, BitOr, Not};

use crate::Figure;

/// How many figures there are.
pub(super) const FIGURES: usize = Figure::ALL.len();
/// Stands beside the figures for the one that counts nobody, so that a count is a difference too.
pub(super) const NOBODY: usize = FIGURES;
/// The figures, and the one that counts nobody.
pub(super) const NODES: usize = FIGURES + 1;

/// Counts of one region by figure, and a zero.
pub(super) type Counts = [i64; NODES];

/// A set of figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures(u16);

impl Figures {
    pub(super) const ALL: Figures = Figures((1 << FIGURES) - 1);

    pub(super) fn one(figure: usize) -> Figures {
        Figures(1 << figure) & Figures::ALL
    }

    pub(super) fn has(self, figure: usize) -> bool {
        self.0 & (1 << figure) != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..FIGURES).filter(move |figure| self.has(*figure))
    }
}

impl BitAnd for Figures {
    type Output = Figures;
    fn bitand(self, other: Figures) -> Figures {
        Figures(self.0 & other.0)
    }
}

impl BitOr for Figures {
    type Output = Figures;
    fn bitor(self, other: Figures) -> Figures {
        Figures(self.0 | other.0)
    }
}

impl Not for Figures {
    type Output = Figures;
    fn not(self) -> Figures {
        Figures(!self.0) & Figures::ALL
    }
}

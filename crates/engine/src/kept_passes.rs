//! Figures that a pass over everybody gave. What was known at a position changes by nothing but an erasure, so whoever asks for it again need not
//! wait for another pass, however the log has grown meanwhile.

use std::collections::VecDeque;

use parking_lot::Mutex;
use sigeyi_domain::{Plan, View};
use sigeyi_projections::{CountyProgress, ErasedSince};

/// Passes that are kept at most, some 5 KB each: those that were asked for last.
const PASSES_MAX: usize = 64;

/// The passes of one engine.
#[derive(Default)]
pub(crate) struct KeptPasses {
    passes: Mutex<VecDeque<Pass>>,
}

/// What one pass gave.
#[derive(Clone)]
pub(crate) struct Pass {
    pub(crate) plan: &'static Plan,
    pub(crate) view: View,
    /// How many people had been erased at the time.
    pub(crate) erased: usize,
    pub(crate) counties: CountyProgress,
    pub(crate) erased_since: ErasedSince,
}

impl KeptPasses {
    /// What a pass over everybody would give now.
    pub(crate) fn find(&self, plan: &Plan, view: View, erased: usize) -> Option<Pass> {
        let mut passes = self.passes.lock();
        let is_it = |pass: &Pass| pass.view == view && pass.plan == plan;
        let at = passes.iter().position(is_it)?;
        let pass = passes.remove(at).filter(|pass| pass.erased == erased)?;
        passes.push_back(pass.clone());
        Some(pass)
    }

    pub(crate) fn keep(&self, pass: Pass) {
        let mut passes = self.passes.lock();
        if passes.len() == PASSES_MAX {
            passes.pop_front();
        }
        passes.push_back(pass);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.passes.lock().len()
    }
}

//! How far a stream has been given, as those know who must say where to go on.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sigeyi_engine::Position;

/// Everything up to this position was given, as far as it is asked for.
#[derive(Clone)]
pub(super) struct GivenThrough(Arc<AtomicU64>);

impl GivenThrough {
    pub(super) fn new(position: Position) -> GivenThrough {
        GivenThrough(Arc::new(AtomicU64::new(position.0)))
    }

    pub(super) fn set(&self, position: Position) {
        self.0.store(position.0, Ordering::Relaxed);
    }

    pub(super) fn position(&self) -> Position {
        Position(self.0.load(Ordering::Relaxed))
    }
}

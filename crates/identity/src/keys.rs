//! The keys in use: loaded, kept, and loaded again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{KEYS_FRESH_FOR, KeySet, KeySource, KeySourceError, LOAD_AGAIN_AFTER};

/// The newest keys that a source has given.
pub(crate) struct Keys {
    source: Box<dyn KeySource>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: Option<(Arc<KeySet>, Instant)>,
    tried_at: Option<Instant>,
}

/// What became of loading keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshed {
    /// The keys are those that the source has now.
    Loaded,
    /// The last attempt was made less than [`LOAD_AGAIN_AFTER`] ago, or is still under way.
    TooSoon,
}

impl Keys {
    pub(crate) fn new(source: Box<dyn KeySource>) -> Keys {
        Keys { source, state: Mutex::default() }
    }

    /// The keys, unless they are older than their source lets them become.
    pub(crate) fn current(&self, now: Instant) -> Option<Arc<KeySet>> {
        let state = self.state.lock();
        let (keys, loaded_at) = state.keys.as_ref()?;
        let is_kept = self.source.kept_for().is_none_or(|kept_for| age(*loaded_at, now) < kept_for);
        is_kept.then(|| keys.clone())
    }

    /// Whether it is time to look whether the source has other keys.
    pub(crate) fn are_stale(&self, now: Instant) -> bool {
        let state = self.state.lock();
        let is_fresh =
            state.keys.as_ref().is_some_and(|(_, loaded_at)| age(*loaded_at, now) < KEYS_FRESH_FOR);
        !is_fresh && state.may_be_tried(now)
    }

    pub(crate) fn may_be_loaded(&self, now: Instant) -> bool {
        self.state.lock().may_be_tried(now)
    }

    /// Loads the keys, without holding a lock meanwhile. A source that fails changes nothing.
    pub(crate) fn load(&self, now: Instant) -> Result<Refreshed, KeySourceError> {
        {
            let mut state = self.state.lock();
            if !state.may_be_tried(now) {
                return Ok(Refreshed::TooSoon);
            }
            state.tried_at = Some(now);
        }
        let keys = KeySet::parse(&self.source.load()?)?;
        self.state.lock().keys = Some((Arc::new(keys), now));
        Ok(Refreshed::Loaded)
    }
}

impl State {
    fn may_be_tried(&self, now: Instant) -> bool {
        self.tried_at.is_none_or(|tried_at| age(tried_at, now) >= LOAD_AGAIN_AFTER)
    }
}

fn age(since: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(since)
}

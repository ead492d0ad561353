//! One read: which events are wanted, and which have been found so far.

use bytes::Bytes;
use sigeyi_envelope::Position;

use crate::event_store::Direction;
use crate::run::Run;

/// Collects events from runs until it has what was asked for.
pub(crate) struct Page {
    next: u64,
    /// The last one wanted, inclusive.
    end: u64,
    direction: Direction,
    bytes_left: usize,
    events: Vec<Bytes>,
    full: bool,
}

impl Page {
    /// A read of events after (forward) or before (backward) `from`, of those up to `head`.
    pub(crate) fn new(
        from: Position,
        direction: Direction,
        head: Position,
        max_events: usize,
        max_bytes: usize,
    ) -> Page {
        let steps = max_events as u64;
        let (next, end, empty) = match direction {
            Direction::Forward => {
                let next = from.0.saturating_add(1);
                (next, from.0.saturating_add(steps).min(head.0), from.0 >= head.0)
            }
            Direction::Backward => {
                let next = from.0.saturating_sub(1).min(head.0);
                (next, next.saturating_sub(steps).saturating_add(1), next == 0)
            }
        };
        let full = empty || max_events == 0;
        Page { next, end, direction, bytes_left: max_bytes, events: Vec::new(), full }
    }

    /// The position that is wanted next, while one is.
    pub(crate) fn wanted(&self) -> Option<u64> {
        (!self.full).then_some(self.next)
    }

    /// Takes what it wants from a run. False when the run does not hold the wanted position.
    pub(crate) fn take(&mut self, run: &Run) -> bool {
        let before = self.events.len();
        while let Some(event) = self.wanted().and_then(|wanted| run.get(wanted)) {
            if event.len() > self.bytes_left && !self.events.is_empty() {
                self.full = true;
                return true;
            }
            self.bytes_left = self.bytes_left.saturating_sub(event.len());
            self.events.push(event);
            if self.next == self.end {
                self.full = true;
            }
            match self.direction {
                Direction::Forward => self.next += 1,
                Direction::Backward => self.next -= 1,
            }
        }
        self.events.len() > before
    }

    /// What was found, in the direction of the read.
    pub(crate) fn into_events(self) -> Vec<Bytes> {
        self.events
    }
}

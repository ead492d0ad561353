//! The newest events in words, for those who are a little behind.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use sigeyi_engine::Position;

use crate::scope::Trace;

/// Events that a group keeps in words.
const KEPT_MAX: usize = 1_024;
/// Bytes of them at most.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// An event in words, and whom it is about.
#[derive(Clone)]
pub(super) struct Worded {
    pub(super) position: Position,
    pub(super) words: Bytes,
    pub(super) trace: Trace,
}

/// The newest events in words.
pub(super) struct Kept {
    events: VecDeque<Worded>,
    bytes: usize,
    /// Everything that matches and lies after this is kept.
    after: Position,
    /// What came last as one piece: most subscribers want the same of it.
    joined: Option<Joined>,
}

/// Events as one piece.
#[derive(Clone)]
pub(super) struct Joined {
    after: Position,
    pub(super) through: Position,
    pub(super) words: Bytes,
    pub(super) traces: Vec<Trace>,
}

impl Kept {
    /// Nothing yet.
    pub(super) fn after_position(after: Position) -> Kept {
        Kept { events: VecDeque::new(), bytes: 0, after, joined: None }
    }

    pub(super) fn keep(&mut self, events: Vec<Worded>) {
        for event in events {
            self.bytes += event.words.len();
            self.events.push_back(event);
        }
        while self.events.len() > KEPT_MAX || self.bytes > KEPT_BYTES_MAX {
            if let Some(Worded { position, words, .. }) = self.events.pop_front() {
                self.bytes -= words.len();
                self.after = position;
            }
        }
    }

    /// What comes after a position, and how far that goes, if all of it is kept.
    pub(super) fn after(
        &self,
        position: Position,
        through: Position,
    ) -> Option<(impl Iterator<Item = &Worded>, Position)> {
        let from = self.events.partition_point(|event| event.position <= position);
        let newest = self.events.back().map_or(through, |newest| through.max(newest.position));
        (position >= self.after).then(|| (self.events.range(from..), newest))
    }

    /// The same as one piece.
    pub(super) fn joined_after(&mut self, position: Position, through: Position) -> Option<Joined> {
        let (events, newest) = self.after(position, through)?;
        if let Some(joined) = &self.joined
            && (joined.after, joined.through) == (position, newest)
        {
            return Some(joined.clone());
        }
        let (words, traces) = join(events);
        let joined = Joined { after: position, through: newest, words, traces };
        self.joined = Some(joined.clone());
        Some(joined)
    }
}

/// Events one after the other.
pub(super) fn join<'e>(events: impl Iterator<Item = &'e Worded>) -> (Bytes, Vec<Trace>) {
    let (mut words, mut traces) = (BytesMut::new(), Vec::new());
    for event in events {
        words.extend_from_slice(&event.words);
        traces.push(event.trace);
    }
    (words.freeze(), traces)
}

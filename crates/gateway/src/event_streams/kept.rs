//! The newest events in words, for those who are a little behind.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use sigeyi_engine::Position;

use crate::scope::Trace;

/// Events that a group keeps in words.
const KEPT_MAX: usize = 1_024;
/// Bytes of them at most.
const KEPT_BYTES_MAX: usize = 4 << 20;
/// Events that a subscriber is given of them at a time.
const GIVEN_MAX: usize = 256;
/// Bytes of a piece of several events, as far as each is smaller: what a connection buffers for a client is a piece or two.
const PIECE_BYTES_MAX: usize = 32 * 1024;

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
    /// What was joined last: most subscribers want the same of it.
    joined: Option<Joined>,
}

/// Events in pieces.
#[derive(Clone)]
pub(super) struct Joined {
    after: Position,
    pub(super) through: Position,
    pub(super) pieces: Vec<Piece>,
    pub(super) traces: Vec<Trace>,
}

/// Events in words that are given at once.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) words: Bytes,
    /// Position of the last of them.
    pub(crate) through: Position,
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

    /// What comes next after a position, and how far that goes, if all of it is kept.
    pub(super) fn after(
        &self,
        position: Position,
        through: Position,
    ) -> Option<(impl Iterator<Item = &Worded>, Position)> {
        let from = self.events.partition_point(|event| event.position <= position);
        let to = self.events.len().min(from + GIVEN_MAX);
        let newest = self.events.back().map_or(through, |newest| through.max(newest.position));
        let through = self.events.get(to).map_or(newest, |_| self.events[to - 1].position);
        (position >= self.after).then(|| (self.events.range(from..to), through))
    }

    /// The same in pieces.
    pub(super) fn joined_after(&mut self, position: Position, through: Position) -> Option<Joined> {
        let (events, through) = self.after(position, through)?;
        if let Some(joined) = &self.joined
            && (joined.after, joined.through) == (position, through)
        {
            return Some(joined.clone());
        }
        let (pieces, traces) = join(events);
        let joined = Joined { after: position, through, pieces, traces };
        self.joined = Some(joined.clone());
        Some(joined)
    }
}

/// Events one after the other, in pieces that each have their own memory.
pub(super) fn join<'e>(events: impl Iterator<Item = &'e Worded>) -> (Vec<Piece>, Vec<Trace>) {
    let (mut pieces, mut traces) = (Vec::new(), Vec::new());
    let (mut gathered, mut bytes) = (Vec::<&Worded>::new(), 0);
    for event in events {
        if bytes + event.words.len() > PIECE_BYTES_MAX {
            pieces.extend(Piece::of(&gathered, bytes));
            (gathered, bytes) = (Vec::new(), 0);
        }
        bytes += event.words.len();
        gathered.push(event);
        traces.push(event.trace);
    }
    pieces.extend(Piece::of(&gathered, bytes));
    (pieces, traces)
}

impl Piece {
    /// Nothing where there is none.
    fn of(events: &[&Worded], bytes: usize) -> Option<Piece> {
        let last = events.last()?;
        let mut words = BytesMut::with_capacity(bytes);
        for event in events {
            words.extend_from_slice(&event.words);
        }
        Some(Piece { words: words.freeze(), through: last.position })
    }
}

impl From<Worded> for Piece {
    fn from(event: Worded) -> Piece {
        Piece { words: event.words, through: event.position }
    }
}

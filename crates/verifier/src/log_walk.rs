//! A whole log, event by event.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
};

use sigeyi_envelope::{EventParts, StoredEvent};
use sigeyi_proof::{Checkpoint, Hash, HashAlgorithm, HeadsBehind};
use uuid::Uuid;

use crate::{
    claimed_roots::{Claimant, ClaimedRoots},
    event_checks::{EventFault, Newest, OpenCommit, commit, follow},
    fault::{At, VerifyError, Wrong},
    heads::{HEADS_COMMITTED, business_day, stated},
};

/// What the events so far make of the next one.
pub(crate) struct LogWalk {
    roots: ClaimedRoots,
    people: HashMap<Uuid, Newest>,
    commit: Option<OpenCommit>,
    recorded_at: i64,
    checkpoint: Option<Checkpoint>,
    behind: HeadsBehind,
    heads: u64,
}

/// How far a log is fixed by a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// Up to this event.
    Through(u64),
    /// There was no checkpoint to compare with.
    Nowhere,
}

/// A log that has been walked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogEnd {
    /// Events.
    pub events: u64,
    /// People who have events.
    pub people: u64,
    /// Events that commit to everybody's newest event, each recomputed.
    pub heads: u64,
    /// Root over all.
    pub root: Hash,
    /// How far a checkpoint says the same.
    pub fixed: Fixed,
}

impl LogWalk {
    pub(crate) fn new(algorithm: HashAlgorithm, checkpoint: Option<Checkpoint>) -> LogWalk {
        LogWalk {
            roots: ClaimedRoots::new(algorithm),
            people: HashMap::new(),
            commit: None,
            recorded_at: i64::MIN,
            checkpoint,
            behind: HeadsBehind::default(),
            heads: 0,
        }
    }

    /// Events so far.
    pub(crate) fn size(&self) -> u64 {
        self.roots.size()
    }

    /// Root over the events so far.
    pub(crate) fn root(&self) -> Hash {
        self.roots.root()
    }

    /// Checks the next event, which stands there, against those before it. Where the checkpoint is, it claims a root.
    pub(crate) fn push(&mut self, event: &StoredEvent<'_>, leaf: Hash, at: At) -> Result<(), Wrong> {
        let (parts, expected) = (event.parts(), self.size() + 1);
        if parts.position.0 != expected {
            return Err(EventFault::Position { expected, found: parts.position.0 }.into());
        }
        let suite = self.roots.algorithm().suite();
        if parts.suite.number() != suite {
            return Err(EventFault::Suite { expected: suite, found: parts.suite.number() }.into());
        }
        if parts.recorded_at < self.recorded_at {
            return Err(EventFault::RecordedTime.into());
        }
        self.recorded_at = parts.recorded_at;
        self.commit = commit(parts, self.commit)?;
        self.follow_heads(parts)?;
        if parts.person.is_nil() {
            if parts.version != 0 || parts.previous.is_some() {
                return Err(EventFault::Nobody.into());
            }
        } else {
            match self.people.entry(parts.person) {
                Entry::Occupied(mut newest) => {
                    let before = *newest.get();
                    newest.insert(follow(parts, leaf, Some(before))?);
                }
                Entry::Vacant(none) => {
                    none.insert(follow(parts, leaf, None)?);
                }
            }
        }
        self.roots.push(leaf);
        if let Some(checkpoint) = self.checkpoint.as_ref().filter(|checkpoint| checkpoint.size == expected) {
            self.roots.claim(checkpoint.root, Claimant::Checkpoint(at));
        }
        Ok(())
    }

    /// The frame that begins at this byte ends here, and says that the root is this one.
    pub(crate) fn end_frame(&mut self, root: Hash, at: u64) -> Result<(), Wrong> {
        self.between_commits()?;
        self.roots.claim(root, Claimant::Frame(at));
        Ok(())
    }

    /// Computes every root that was claimed of the events since the last time, which stand in this file.
    pub(crate) fn settle(&mut self, path: &Path) -> Result<(), VerifyError> {
        self.roots.settle(path)
    }

    /// Compares heads with the events before them; before the event is its person's newest.
    fn follow_heads(&mut self, parts: &EventParts<'_>) -> Result<(), Wrong> {
        if parts.kind == HEADS_COMMITTED {
            let newest = self.people.iter().map(|(person, newest)| newest.head(*person));
            self.behind.check(self.roots.algorithm(), &stated(parts)?, newest)?;
            self.heads += 1;
        }
        let before = self.people.get(&parts.person).map(|newest| newest.head(parts.person));
        let of = (!parts.person.is_nil()).then_some((parts.person.into_bytes(), before));
        self.behind.push(of, business_day(parts.recorded_at));
        Ok(())
    }

    /// Refuses a place where a commit is not at its end.
    fn between_commits(&self) -> Result<(), Wrong> {
        if self.commit.is_some() { Err(EventFault::Commit.into()) } else { Ok(()) }
    }

    /// The end of the log, which the checkpoint must not be behind.
    pub(crate) fn end(self) -> Result<LogEnd, Wrong> {
        self.between_commits()?;
        let root = self.root();
        // Of a log without events nothing else has compared it.
        if let Some(Checkpoint { size, .. }) = self
            .checkpoint
            .as_ref()
            .filter(|checkpoint| checkpoint.size == self.size() && checkpoint.root != root)
        {
            return Err(Wrong::Root { size: *size });
        }
        let (events, people) = (self.size(), self.people.len() as u64);
        let fixed = match &self.checkpoint {
            Some(checkpoint) if checkpoint.size > events => {
                return Err(Wrong::Shorter { end: events, size: checkpoint.size });
            }
            Some(checkpoint) => Fixed::Through(checkpoint.size),
            None => Fixed::Nowhere,
        };
        Ok(LogEnd { events, people, heads: self.heads, root, fixed })
    }
}

//! The questions of one request, all answered from one position and one day.

use std::{
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::{ArcRwLockReadGuard, RawRwLock, RwLock, RwLockReadGuard};
use sigeyi_domain::Day;
use sigeyi_envelope::Position;

use crate::{
    Engine,
    shared::{Folded, Shared},
};

/// What one request sees. The first question fixes position and day; what is kept with both times is answered as of them however the log grows
/// meanwhile. Counters and work lists are kept for the newest position alone: a question about them that comes too late says so by
/// [`has_moved`](Self::has_moved), and the request is asked again from the start.
pub struct Reading {
    pub(crate) shared: Arc<Shared>,
    at: OnceLock<At>,
    has_moved: AtomicBool,
    hold: Option<ArcRwLockReadGuard<RawRwLock, Folded>>,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Everything up to here is seen, nothing after it.
    pub position: Position,
    /// What "today" means.
    pub today: Day,
}

/// The read model for the length of one question.
pub(crate) enum Look<'r> {
    Locked(RwLockReadGuard<'r, Folded>),
    Held(&'r Folded),
}

impl Deref for Look<'_> {
    type Target = Folded;

    fn deref(&self) -> &Folded {
        match self {
            Look::Locked(folded) => folded,
            Look::Held(folded) => folded,
        }
    }
}

impl Engine {
    /// A new request.
    pub fn read(&self) -> Reading {
        Reading {
            shared: self.shared.clone(),
            at: OnceLock::new(),
            has_moved: AtomicBool::new(false),
            hold: None,
        }
    }

    /// A request that nothing can move: nothing is folded, and so nothing answered to writers, until it is dropped. For what was moved again and
    /// again; it must be over within milliseconds.
    pub fn read_held(&self) -> Reading {
        self.shared.turn_day();
        Reading { hold: Some(RwLock::read_arc(&self.shared.folded)), ..self.read() }
    }
}

impl Reading {
    /// Where the request stands.
    pub fn at(&self) -> At {
        self.look().1
    }

    /// Where the request stands, if it has asked anything yet.
    pub fn asked_at(&self) -> Option<At> {
        self.at.get().copied()
    }

    /// Whether some answer was not of the position of the others.
    pub fn has_moved(&self) -> bool {
        self.has_moved.load(Ordering::Relaxed)
    }

    /// Whether nothing can move it.
    pub fn is_held(&self) -> bool {
        self.hold.is_some()
    }

    /// Asks for everything up to a position, which must be there. A request that stands before it is asked again.
    pub fn need(&self, position: Position) {
        if self.at().position < position {
            self.move_on();
        }
    }

    /// The newest read model, for what is asked with both times.
    pub(crate) fn look(&self) -> (Look<'_>, At) {
        if self.at.get().is_none() && self.hold.is_none() {
            self.shared.turn_day();
        }
        let folded = self.unfixed();
        let at =
            *self.at.get_or_init(|| At { position: folded.model.head(), today: folded.model.business_day() });
        (folded, at)
    }

    /// The newest read model, for what is kept for the newest position alone.
    pub(crate) fn look_at_newest(&self) -> (Look<'_>, At) {
        let (folded, at) = self.look();
        if folded.model.head() != at.position || folded.model.business_day() != at.today {
            self.move_on();
        }
        (folded, at)
    }

    /// Says that an answer was not of the request's position.
    pub(crate) fn move_on(&self) {
        self.has_moved.store(true, Ordering::Relaxed);
    }

    /// The newest read model, whatever the request's position.
    pub(crate) fn unfixed(&self) -> Look<'_> {
        match &self.hold {
            Some(folded) => Look::Held(folded),
            None => Look::Locked(self.shared.folded.read()),
        }
    }
}

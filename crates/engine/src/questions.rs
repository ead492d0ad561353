//! Questions. Each is answered from one position, and says which.

use sigeyi_domain::{Day, Plan, View};
use sigeyi_envelope::{Position, StoredEvent};
use sigeyi_projections::{CountyProgress, ErasedSince, from_domain, to_domain};
use sigeyi_store::{EventStore, ReadError};

use crate::{Engine, kept_passes::Pass, reading::Reading};

/// Rows that are counted under one lock: a writer waits at most about a millisecond.
pub(crate) const ROWS_AT_A_TIME: usize = 8_192;

/// What was known, for questions about the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownAt {
    /// Up to this position.
    Position(Position),
    /// Up to this moment, in µs since 1970-01-01T00:00:00Z.
    Moment(i64),
}

/// The two times of a question, as they are asked for: what is left out is the request's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// As of the end of this day; without it today.
    pub as_of: Option<Day>,
    /// What was known; without it what the request sees.
    pub known_at: Option<KnownAt>,
}

/// Figures with what they are figures of.
#[derive(Debug, Clone)]
pub struct ProgressAnswer {
    /// The plan.
    pub plan: &'static Plan,
    /// As of the end of this day.
    pub as_of: Day,
    /// Knowing the log up to here.
    pub position: Position,
    /// The figures, by county.
    pub counties: CountyProgress,
    /// How many people were known at the position and have been erased since: the figures are without them.
    pub erased_since: ErasedSince,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// A position that is not there yet.
    #[error("position {asked} is not recorded yet: the log ends at {head}")]
    UnknownPosition {
        /// What was asked for.
        asked: Position,
        /// What is there.
        head: Position,
    },
    /// A cursor of another list, or none at all.
    #[error("this cursor is not of this list: start again without `after`")]
    BadCursor,
    /// The log could not be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// The log is damaged.
    #[error("event {0} is missing or damaged: stop, and verify the directory")]
    Damaged(Position),
}

impl Reading {
    /// The figures of a plan. Without a day: today, or the plan's last day if it is over. The figures of that day come from counters;
    /// those of any other day, or of what was known before, from a pass over the facts.
    pub fn progress(
        &self,
        plan: &'static Plan,
        as_of: Option<Day>,
        known_at: Option<KnownAt>,
    ) -> Result<ProgressAnswer, QuestionError> {
        let at = self.at();
        let as_of = as_of.unwrap_or(at.today.min(plan.to));
        if known_at.is_none() {
            let (folded, at) = self.look();
            if let Some(board) = folded.model.board(plan).filter(|board| board.day() == as_of) {
                if folded.model.head() != at.position {
                    self.move_on();
                }
                let counties = board.progress().clone();
                let erased_since = folded.model.erased_since(at.position);
                return Ok(ProgressAnswer { plan, as_of, position: at.position, counties, erased_since });
            }
        }
        let position = match known_at {
            None => at.position,
            Some(known_at) => self.position_of(known_at)?,
        };
        let Pass { counties, erased_since, .. } =
            self.counted(plan, View { as_of, known_at: to_domain(position) });
        Ok(ProgressAnswer { plan, as_of, position, counties, erased_since })
    }

    /// What a pass over everybody gives, or gave before.
    fn counted(&self, plan: &'static Plan, view: View) -> Pass {
        loop {
            let erased = self.unfixed().model.people().erased_len();
            if let Some(kept) = self.shared.kept_passes.find(plan, view, erased) {
                return kept;
            }
            let counties = self.scan(plan, view);
            let folded = self.unfixed();
            // Whoever was erased meanwhile may have been counted or not.
            if folded.model.people().erased_len() == erased {
                let erased_since = folded.model.erased_since(from_domain(view.known_at));
                drop(folded);
                let pass = Pass { plan, view, erased, counties, erased_since };
                self.shared.kept_passes.keep(pass.clone());
                return pass;
            }
        }
    }

    /// Whether [`progress`](Self::progress) answers from counters, at once, rather than by a pass over the facts.
    pub fn has_counters(&self, plan: &'static Plan, as_of: Option<Day>, known_at: Option<KnownAt>) -> bool {
        let today = self.at().today;
        known_at.is_none() && as_of.is_none_or(|as_of| as_of == today.min(plan.to))
    }

    /// Counts everybody, slice by slice, on two threads. Writers go on meanwhile: what they add lies after the position, and an erasure alone changes
    /// what was before it.
    fn scan(&self, plan: &'static Plan, view: View) -> CountyProgress {
        let people = self.unfixed().model.people().len();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let count = || {
            let mut counties = CountyProgress::default();
            loop {
                let from = next.fetch_add(ROWS_AT_A_TIME, std::sync::atomic::Ordering::Relaxed);
                if from >= people {
                    return counties;
                }
                self.unfixed().model.progress(from..from + ROWS_AT_A_TIME, plan, view, &mut counties);
            }
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(count);
            let mut counties = count();
            match other.join() {
                Ok(others) => counties.merge(&others),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            counties
        })
    }

    /// The request's own two times: today, and all that it sees.
    pub fn present(&self) -> View {
        let at = self.at();
        View { as_of: at.today, known_at: to_domain(at.position) }
    }

    /// The two times that are asked for, with the request's own for what is left out.
    pub fn view(&self, times: Times) -> Result<View, QuestionError> {
        let View { as_of, known_at } = self.present();
        let known_at = match times.known_at {
            Some(asked) => to_domain(self.position_of(asked)?),
            None => known_at,
        };
        Ok(View { as_of: times.as_of.unwrap_or(as_of), known_at })
    }

    /// The last position that was recorded at a moment, or the position itself if it is there.
    pub fn position_of(&self, known_at: KnownAt) -> Result<Position, QuestionError> {
        let head = self.at().position;
        match known_at {
            KnownAt::Position(asked) if asked > head => Err(QuestionError::UnknownPosition { asked, head }),
            KnownAt::Position(asked) => Ok(asked),
            KnownAt::Moment(micros) => {
                last_recorded(Position::BEGINNING, head, micros, |position| self.recorded_at(position))
            }
        }
    }

    /// When an event was recorded, in µs since 1970-01-01T00:00:00Z.
    pub fn recorded_at(&self, position: Position) -> Result<i64, QuestionError> {
        let bytes = self.shared.store.read_one(position)?.ok_or(QuestionError::Damaged(position))?;
        let stored = StoredEvent::parse(&bytes).map_err(|_| QuestionError::Damaged(position))?;
        Ok(stored.parts().recorded_at)
    }
}

/// The last position up to `head` that was recorded at a moment or before it, in µs since 1970-01-01T00:00:00Z; `known` is one that was.
pub(crate) fn last_recorded<E>(
    known: Position,
    head: Position,
    micros: i64,
    recorded_at: impl Fn(Position) -> Result<i64, E>,
) -> Result<Position, E> {
    // The first position that was recorded later: recorded times never go back.
    let (mut low, mut high) = (known.0 + 1, head.0 + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if recorded_at(Position(middle))? <= micros {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(Position(low - 1))
}

impl Engine {
    /// [`Reading::progress`] by itself.
    pub fn progress(
        &self,
        plan: &'static Plan,
        as_of: Option<Day>,
        known_at: Option<KnownAt>,
    ) -> Result<ProgressAnswer, QuestionError> {
        loop {
            let reading = self.read();
            let answer = reading.progress(plan, as_of, known_at)?;
            // Between fixing the position and looking at the counters a group may have been folded.
            if !reading.has_moved() {
                return Ok(answer);
            }
        }
    }

    /// [`Reading::position_of`] by itself.
    pub fn position_of(&self, known_at: KnownAt) -> Result<Position, QuestionError> {
        self.read().position_of(known_at)
    }

    /// How many people are enrolled.
    pub fn people(&self) -> usize {
        self.shared.folded.read().model.people().len()
    }
}

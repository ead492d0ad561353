//! The thread that takes heads when a business day has turned, and the command that does so at once.

use std::{
    sync::{Arc, mpsc::SyncSender},
    time::Duration,
};

use parking_lot::{Condvar, Mutex};
use sigeyi_envelope::Position;

use super::{CommittedHeads, Taken, newest, take, through_position};
use crate::{
    Engine,
    answer::{Answer, CommandError},
    sequencer::{Queued, Task},
    shared::Shared,
    writer::chain,
};

/// How often a log to which nobody sends anything is asked whether its day has turned, or what has failed is to be tried again.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked whether everything up to the position is folded.
const FOLDED_LOOK_EVERY: Duration = Duration::from_millis(1);

/// Tells the thread what to take.
#[derive(Default)]
pub(crate) struct HeadsKeeper {
    /// Whether heads are taken by themselves.
    is_daily: bool,
    state: Mutex<State>,
    changed: Condvar,
    /// So many attempts fail from now on.
    #[cfg(test)]
    failures: std::sync::atomic::AtomicU32,
}

#[derive(Default)]
struct State {
    /// The position as of which heads are to be taken. A story whose days turn faster than that has several closed with one.
    through: Option<Position>,
    /// Heads are being taken, or wait to be appended.
    is_at_work: bool,
    is_closed: bool,
}

/// What the thread does next.
enum Next {
    Take(Position),
    /// Ask the sequencer for the day.
    Look,
    Close,
}

impl HeadsKeeper {
    pub(crate) fn new(is_daily: bool) -> HeadsKeeper {
        HeadsKeeper { is_daily, ..HeadsKeeper::default() }
    }

    /// Whether the sequencer is to notice when a day has turned.
    pub(crate) fn is_daily(&self) -> bool {
        self.is_daily
    }

    /// Heads are due as of this position.
    pub(crate) fn ask(&self, through: Position) {
        self.state.lock().through = Some(through);
        self.changed.notify_one();
    }

    /// Whether what was asked for is not done yet.
    pub(crate) fn is_at_work(&self) -> bool {
        let state = self.state.lock();
        state.is_at_work || state.through.is_some()
    }

    /// What is asked for by now is still done.
    pub(crate) fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for something to do. Time that is made up does not pass by itself, so that nobody looks for it.
    fn next(&self, looks: bool) -> Next {
        let mut state = self.state.lock();
        state.is_at_work = false;
        loop {
            if let Some(through) = state.through.take() {
                state.is_at_work = true;
                return Next::Take(through);
            }
            if state.is_closed {
                return Next::Close;
            }
            if !looks {
                self.changed.wait(&mut state);
            } else if self.changed.wait_for(&mut state, LOOK_EVERY).timed_out() {
                return Next::Look;
            }
        }
    }
}

#[cfg(test)]
impl HeadsKeeper {
    pub(crate) fn fail_next(&self, attempts: u32) {
        self.failures.store(attempts, std::sync::atomic::Ordering::SeqCst);
    }

    pub(crate) fn failures_left(&self) -> u32 {
        self.failures.load(std::sync::atomic::Ordering::SeqCst)
    }

    fn fails(&self) -> bool {
        let left = self.failures_left();
        self.fail_next(left.saturating_sub(1));
        left > 0
    }
}

/// The thread: it holds the queue open as long as it runs.
pub(crate) fn run(shared: &Shared, queue: &SyncSender<Queued>) {
    let looks = !shared.clock.is_simulated();
    // What has turned while nobody had the directory open.
    if looks && shared.knows_its_end() {
        look(queue);
    }
    loop {
        match shared.heads.next(looks) {
            Next::Close => return,
            Next::Look if shared.knows_its_end() => look(queue),
            Next::Look => {}
            Next::Take(through) => {
                let done = commit(shared, through, |queued| queue.send(queued).is_ok());
                if let Err(reason) = done {
                    shared.note(&format!("no heads were committed: {reason}"));
                }
            }
        }
    }
}

/// Asks the sequencer to look at the clock.
fn look(queue: &SyncSender<Queued>) {
    let (caller, _) = oneshot::channel();
    // With a full queue it looks at it anyway.
    let _ = queue.try_send(Queued { task: Task::Day, caller });
}

/// Takes heads, and has the sequencer append them.
fn commit(shared: &Shared, through: Position, send: impl FnOnce(Queued) -> bool) -> Result<Answer, String> {
    while shared.folded_through() < through {
        if let Some(stopped) = shared.stopped() {
            return Err(stopped.to_string());
        }
        std::thread::park_timeout(FOLDED_LOOK_EVERY);
    }
    #[cfg(test)]
    if shared.heads.fails() {
        return Err("a test has told it to fail".to_owned());
    }
    let heads = take(shared, through).map_err(|error| chain(&error))?;
    let taken = Taken::of(shared, through, &heads).map_err(|error| chain(&error))?;
    let (caller, answer) = oneshot::channel();
    if !send(Queued { task: Task::Heads(taken), caller }) {
        return Err("the sequencer has ended".to_owned());
    }
    let answer = answer.recv().map_err(|_| "the sequencer has ended".to_owned())?;
    if let Err(refused) = &answer {
        return Err(refused.to_string());
    }
    Ok(answer)
}

impl Engine {
    /// Commits to the newest event of everybody as of now, without waiting for the day to turn. Nothing where nothing has come since the last time.
    pub fn commit_heads(&self) -> Result<Option<CommittedHeads>, CommandError> {
        let stopped = CommandError::Stopped;
        let before = self.committed_heads().map_err(|error| stopped(chain(&error)))?;
        let head = self.head();
        let is_new = match &before {
            // The event itself is one more.
            Some(before) => head.0 > through_position(before).0 + 1,
            None => head > Position::BEGINNING,
        };
        if !is_new {
            return Ok(None);
        }
        let shared: &Arc<Shared> = &self.shared;
        let mut refused = None;
        let committed = commit(shared, head, |queued| match self.try_send(queued) {
            Ok(()) => true,
            Err(error) => {
                refused = Some(error);
                false
            }
        });
        if let Some(refused) = refused {
            return Err(refused);
        }
        committed.map_err(stopped)??;
        self.committed_heads().map_err(|error| stopped(chain(&error)))
    }

    /// The newest heads that were committed.
    pub fn committed_heads(&self) -> Result<Option<CommittedHeads>, super::HeadsError> {
        newest(&self.shared, self.head())
    }
}

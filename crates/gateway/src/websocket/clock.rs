//! The times of one socket: when a ping is due, and when its client has been waited for long enough.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::limits::Limits;

/// What a moment brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// The client has not said `connection_init`.
    Init,
    /// A ping must be sent.
    Ping,
    /// The client has not read, or not answered a ping.
    Silence,
    /// The server has waited long enough for the last results.
    Leave,
    /// The client's token is over.
    Expired,
    /// It must be seen whether the client's token is still believed.
    Verify,
}

/// One timer for all of it. It is set to the earliest moment, and never later.
pub(super) struct Clock {
    timer: Pin<Box<Sleep>>,
    ping_every: Duration,
    silence_max: Duration,
    init_by: Option<Instant>,
    ping_at: Instant,
    /// Since when a ping was not answered, by a pong or anything else.
    asked: Option<Instant>,
    /// Since when something could not be written.
    blocked: Option<Instant>,
    leave_by: Option<Instant>,
    /// When the client's token is over, if it has one. None too where no clock goes so far.
    expires_at: Option<Instant>,
    verify_every: Duration,
    verify_at: Option<Instant>,
}

impl Clock {
    pub(super) fn new(limits: &Limits) -> Clock {
        let now = Instant::now();
        let (init_by, ping_at) = (now + limits.init_time_max, now + limits.ping_every);
        Clock {
            timer: Box::pin(sleep_until(init_by.min(ping_at))),
            ping_every: limits.ping_every,
            silence_max: limits.silence_max,
            init_by: Some(init_by),
            ping_at,
            asked: None,
            blocked: None,
            leave_by: None,
            expires_at: None,
            verify_every: limits.verify_every,
            verify_at: None,
        }
    }

    /// What is due now; pending, with the task to be woken, when nothing is.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Due> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            let due = self.due(Instant::now());
            self.arm();
            if let Some(due) = due {
                return Poll::Ready(due);
            }
        }
    }

    pub(super) fn initialised(&mut self) {
        self.init_by = None;
    }

    /// The client has a token that is believed for so long.
    pub(super) fn has_token_for(&mut self, time_left: Duration) {
        let now = Instant::now();
        self.expires_at = now.checked_add(time_left);
        self.verify_at = Some(now + self.verify_every);
        self.arm();
    }

    /// A ping was written.
    pub(super) fn asked(&mut self) {
        self.asked.get_or_insert_with(Instant::now);
        self.arm();
    }

    /// The client said something.
    pub(super) fn heard(&mut self) {
        self.asked = None;
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }

    /// The client does not take what is written.
    pub(super) fn blocked(&mut self) {
        if self.blocked.is_none() {
            self.blocked = Some(Instant::now());
            self.arm();
        }
    }

    /// The client has taken what was written. A ping may have waited behind it, so its time begins anew.
    pub(super) fn unblocked(&mut self) {
        if self.blocked.take().is_some() && self.asked.is_some() {
            self.asked = Some(Instant::now());
        }
    }

    pub(super) fn leave_within(&mut self, time: Duration) {
        self.leave_by = Some(Instant::now() + time);
        self.arm();
    }

    fn due(&mut self, now: Instant) -> Option<Due> {
        if self.leave_by.is_some_and(|by| by <= now) {
            return Some(Due::Leave);
        }
        if self.init_by.is_some_and(|by| by <= now) {
            return Some(Due::Init);
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            return Some(Due::Expired);
        }
        let since = [self.asked, self.blocked].into_iter().flatten().min();
        if since.is_some_and(|since| since + self.silence_max <= now) {
            return Some(Due::Silence);
        }
        if self.verify_at.is_some_and(|at| at <= now) {
            self.verify_at = Some(now + self.verify_every);
            return Some(Due::Verify);
        }
        let ping = self.ping_at <= now;
        ping.then(|| {
            self.ping_at = now + self.ping_every;
            Due::Ping
        })
    }

    fn arm(&mut self) {
        let earliest = self.earliest();
        self.timer.as_mut().reset(earliest);
    }

    fn earliest(&self) -> Instant {
        let silence = [self.asked, self.blocked].into_iter().flatten().map(|since| since + self.silence_max);
        let others = [self.init_by, self.leave_by, self.expires_at, self.verify_at].into_iter().flatten();
        silence.chain(others).fold(self.ping_at, Instant::min)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use tokio::time::Instant;

    use super::{Clock, Due};
    use crate::limits::Limits;

    const SECOND: Duration = Duration::from_secs(1);

    /// A clock, and the time that a test lets pass.
    struct Story {
        clock: Clock,
        now: Instant,
    }

    impl Story {
        fn begin() -> Story {
            let limits = Limits {
                init_time_max: 3 * SECOND,
                ping_every: 12 * SECOND,
                silence_max: 30 * SECOND,
                ..Limits::default()
            };
            let clock = Clock::new(&limits);
            Story { now: clock.ping_at - limits.ping_every, clock }
        }

        fn initialised() -> Story {
            let mut story = Story::begin();
            story.clock.initialised();
            story
        }

        /// What is due next, and after how many seconds.
        fn next(&mut self) -> (Due, u64) {
            let begin = self.now;
            loop {
                self.now = self.now.max(self.clock.earliest());
                if let Some(due) = self.clock.due(self.now) {
                    return (due, (self.now - begin).as_secs());
                }
            }
        }

        /// As [`Clock::asked`].
        fn asked(&mut self) {
            self.clock.asked.get_or_insert(self.now);
        }
    }

    #[tokio::test]
    async fn a_client_must_begin_in_time() {
        assert_eq!(Story::begin().next(), (Due::Init, 3));
    }

    #[tokio::test]
    async fn pings_are_due_as_long_as_they_are_answered() {
        let mut story = Story::initialised();
        for _ in 0..10 {
            assert_eq!(story.next(), (Due::Ping, 12));
            story.asked();
            story.clock.heard();
        }
    }

    #[tokio::test]
    async fn an_unanswered_ping_is_waited_for_from_the_first_one() {
        let mut story = Story::initialised();
        for _ in 0..3 {
            assert_eq!(story.next(), (Due::Ping, 12));
            story.asked();
        }
        assert_eq!(story.next(), (Due::Silence, 6));
    }

    #[tokio::test]
    async fn talking_does_not_excuse_from_reading() {
        let mut story = Story::initialised();
        story.clock.blocked = Some(story.now);
        for _ in 0..2 {
            assert_eq!(story.next(), (Due::Ping, 12));
            story.clock.heard();
        }
        assert_eq!(story.next(), (Due::Silence, 6));
    }

    #[tokio::test]
    async fn a_ping_that_waited_behind_other_messages_has_its_whole_time() {
        let mut story = Story::initialised();
        story.clock.asked = Some(story.now);
        story.clock.blocked = Some(story.now);
        let before = Instant::now();
        story.clock.unblocked();
        assert_eq!(story.clock.blocked, None);
        assert!(story.clock.asked.is_some_and(|since| since >= before));
    }

    #[tokio::test]
    async fn a_token_is_looked_at_again_until_it_is_over() {
        let mut story = Story::initialised();
        story.clock.ping_at = story.now + 3_600 * SECOND;
        story.clock.expires_at = Some(story.now + 130 * SECOND);
        story.clock.verify_at = Some(story.now + 60 * SECOND);
        assert_eq!(story.next(), (Due::Verify, 60));
        assert_eq!(story.next(), (Due::Verify, 60));
        assert_eq!(story.next(), (Due::Expired, 10));
    }

    #[tokio::test]
    async fn a_token_that_outlives_every_clock_is_looked_at_again_all_the_same() {
        let mut story = Story::initialised();
        story.clock.has_token_for(Duration::MAX);
        assert_eq!(story.clock.expires_at, None);
        assert!(story.clock.verify_at.is_some());
    }

    #[tokio::test]
    async fn the_timer_wakes_for_what_is_due_first() {
        let limits = Limits { ping_every: 600 * SECOND, silence_max: SECOND / 20, ..Limits::default() };
        let mut clock = Clock::new(&limits);
        clock.initialised();
        clock.blocked();
        assert_eq!(poll_fn(|context| clock.poll(context)).await, Due::Silence);
    }
}

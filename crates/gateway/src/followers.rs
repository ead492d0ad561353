//! Those who follow: their places, their pace, and when they must go.

mod body;
mod place;

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::{Semaphore, watch};

use crate::{
    ended::Ended,
    metrics::{StreamKind, StreamMetrics},
    subject::Subject,
    tenure,
    tokens::Token,
};

pub(crate) use self::{
    body::{Followed, LastWords, Patience},
    place::{Lingering, Place},
};

use self::place::OfUsers;

/// Streams over plain HTTP that are followed at a time.
const FOLLOWERS_MAX: usize = 4_096;
/// Files that are given at a time: each keeps a processor busy.
const FILES_MAX: usize = 8;

/// Streams that a user has at a time, unless the operator says otherwise.
pub const STREAMS_PER_USER: usize = 64;
/// The same where nobody proves who it is, and all are one user on one machine; also the most that an operator may allow: as many as there are
/// places over HTTP and sockets together.
pub const STREAMS_PER_USER_MAX: usize = 8_192;

/// The places, and the word that everybody must go.
#[derive(Clone)]
pub(crate) struct Followers {
    places: Arc<Semaphore>,
    files: Arc<Semaphore>,
    of_users: Arc<OfUsers>,
    metrics: StreamMetrics,
    shutting_down: watch::Receiver<bool>,
    verify_every: Duration,
    pub(crate) pace: Pace,
}

/// How long what may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Where nothing else comes, a sign of life comes so often.
    pub(crate) heartbeat_every: Duration,
    /// Time in which a client must take what was sent to it. Less than the time after which a connection is given up of which nobody says why.
    pub(crate) taken_within: Duration,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoPlace {
    #[error("the server goes down: come again in a moment")]
    ShuttingDown,
    #[error("too many others follow something: come again later")]
    TooMany,
    #[error(
        "this user follows {0} streams already: end one of them, or wait until one that was cut off is closed"
    )]
    TooManyOfUser(usize),
}

impl NoPlace {
    /// Stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            NoPlace::ShuttingDown => "SHUTTING_DOWN",
            NoPlace::TooMany | NoPlace::TooManyOfUser(_) => "TOO_MANY_STREAMS",
        }
    }

    /// What it is over HTTP.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            NoPlace::ShuttingDown | NoPlace::TooMany => StatusCode::SERVICE_UNAVAILABLE,
            NoPlace::TooManyOfUser(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { heartbeat_every: Duration::from_secs(15), taken_within: Duration::from_secs(20) }
    }
}

impl Followers {
    /// Until `shutting_down` says true. Tokens are looked at each time that `verify_every` has passed.
    pub(crate) fn new(shutting_down: watch::Receiver<bool>, verify_every: Duration) -> Followers {
        Followers {
            places: Arc::new(Semaphore::new(FOLLOWERS_MAX)),
            files: Arc::new(Semaphore::new(FILES_MAX)),
            of_users: Arc::new(OfUsers::at_most(STREAMS_PER_USER_MAX)),
            metrics: StreamMetrics::default(),
            shutting_down,
            verify_every,
            pace: Pace::default(),
        }
    }

    /// The same with so many streams for each user.
    pub(crate) fn per_user(self, streams_max: usize) -> Followers {
        Followers { of_users: Arc::new(OfUsers::at_most(streams_max)), ..self }
    }

    /// The same, counted there.
    pub(crate) fn counted_by(self, metrics: StreamMetrics) -> Followers {
        Followers { metrics, ..self }
    }

    /// The same at another pace.
    #[cfg(test)]
    pub(crate) fn at_pace(self, pace: Pace) -> Followers {
        Followers { pace, ..self }
    }

    /// For those who follow what happens.
    pub(crate) fn keeping_up(&self) -> Patience {
        Patience { taken_within: self.pace.taken_within, must_keep_up: true }
    }

    /// For those who read what was.
    pub(crate) fn at_any_speed(&self) -> Patience {
        Patience { taken_within: self.pace.taken_within, must_keep_up: false }
    }

    pub(crate) fn metrics(&self) -> &StreamMetrics {
        &self.metrics
    }

    /// A place for one more. Subscriptions over a WebSocket have theirs among the operations of the socket, so here their user is all that counts.
    pub(crate) fn admit(&self, kind: StreamKind, subject: &Subject) -> Result<Place, NoPlace> {
        if *self.shutting_down.borrow() {
            return Err(NoPlace::ShuttingDown);
        }
        let places = match kind {
            StreamKind::Sse | StreamKind::GraphqlSse => Some(&self.places),
            StreamKind::Ndjson => Some(&self.files),
            StreamKind::Websocket => None,
        };
        let permit = places.map(|places| places.clone().try_acquire_owned().map_err(|_| NoPlace::TooMany));
        Place::take(kind, permit.transpose()?, (&self.of_users, &subject.actor), self.metrics.clone())
    }

    /// Done when whoever came with this token must go: its right is over, or the server goes down.
    pub(crate) fn over(&self, token: Option<Token>) -> BoxFuture<'static, Ended> {
        let (verify_every, mut shutting_down) = (self.verify_every, self.shutting_down.clone());
        async move {
            tokio::select! {
                over = tenure::over(token, verify_every) => over.into(),
                // An error is a server that is gone.
                _ = shutting_down.wait_for(|is_shutting_down| *is_shutting_down) => Ended::shutting_down(),
            }
        }
        .boxed()
    }
}

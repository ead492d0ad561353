//! Those who follow over plain HTTP: their places, their pace, and when they must go.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::{
    tenure::{self, TenureOver},
    tokens::Token,
};

/// Streams that are followed at a time.
const FOLLOWERS_MAX: usize = 4_096;

/// The places, and the word that everybody must go.
#[derive(Clone)]
pub(crate) struct Followers {
    places: Arc<Semaphore>,
    shutting_down: watch::Receiver<bool>,
    verify_every: Duration,
    pub(crate) pace: Pace,
}

/// How long what may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Where nothing else comes, a sign of life comes so often.
    pub(crate) heartbeat_every: Duration,
    /// Time in which a client must take what was sent to it. Less than the time after which its connection is cut without a word.
    pub(crate) taken_within: Duration,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    ShuttingDown,
    TooMany,
}

/// Why somebody must go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    ShuttingDown,
    Tenure(TenureOver),
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { heartbeat_every: Duration::from_secs(15), taken_within: Duration::from_secs(20) }
    }
}

impl Followers {
    /// Until `shutting_down` says true. Tokens are looked at each time that `verify_every` has passed.
    pub(crate) fn new(shutting_down: watch::Receiver<bool>, verify_every: Duration) -> Followers {
        let (places, pace) = (Arc::new(Semaphore::new(FOLLOWERS_MAX)), Pace::default());
        Followers { places, shutting_down, verify_every, pace }
    }

    /// The same at another pace.
    #[cfg(test)]
    pub(crate) fn at_pace(self, pace: Pace) -> Followers {
        Followers { pace, ..self }
    }

    /// A place for one more.
    pub(crate) fn admit(&self) -> Result<OwnedSemaphorePermit, NoPlace> {
        self.admit_to(&self.places)
    }

    /// The same where there are other places.
    pub(crate) fn admit_to(&self, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, NoPlace> {
        if *self.shutting_down.borrow() {
            return Err(NoPlace::ShuttingDown);
        }
        places.clone().try_acquire_owned().map_err(|_| NoPlace::TooMany)
    }

    /// Done when whoever came with this token must go: its right is over, or the server goes down.
    pub(crate) fn over(&self, token: Option<Token>) -> BoxFuture<'static, Over> {
        let (verify_every, mut shutting_down) = (self.verify_every, self.shutting_down.clone());
        async move {
            tokio::select! {
                over = tenure::over(token, verify_every) => Over::Tenure(over),
                // An error is a server that is gone.
                _ = shutting_down.wait_for(|is_shutting_down| *is_shutting_down) => Over::ShuttingDown,
            }
        }
        .boxed()
    }
}

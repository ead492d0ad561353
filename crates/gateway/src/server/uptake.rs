//! What a connection and an answer over it tell each other of a client that takes nothing of what is written.
//!
//! A connection is given up when its client has taken nothing for long. Where an answer says why it ends, which only arrives once the client
//! reads again, the connection lingers: it is kept for a while longer, whatever the client takes meanwhile, with nothing but what is in its buffers.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Waker,
    time::Duration,
};

use axum::http::Extensions;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use super::limits::ConnectionLimits;

/// How the client of one connection takes what is written to it.
#[derive(Clone)]
pub(crate) struct Uptake(Arc<Shared>);

struct Shared {
    linger_time_max: Duration,
    /// Since when nothing that is written is taken.
    stalled_since: watch::Sender<Option<Instant>>,
    held: Mutex<Held>,
    /// Whether the connection lingers: what `held` says, for whoever asks at each flush.
    is_lingering: AtomicBool,
    connection: AtomicWaker,
}

#[derive(Default)]
struct Held {
    /// Somebody sees to it that a client that takes nothing is told, and makes the connection linger then.
    is_minded: bool,
    lingering: Option<Lingering>,
}

/// A connection that is kept so that its client can read why it was cut off.
struct Lingering {
    until: Instant,
    _kept: Box<dyn Any + Send>,
}

impl Default for Uptake {
    fn default() -> Uptake {
        Uptake::new(ConnectionLimits::default().linger_time_max)
    }
}

impl Uptake {
    /// Of a new connection, which may linger so long.
    pub(crate) fn new(linger_time_max: Duration) -> Uptake {
        Uptake(Arc::new(Shared {
            linger_time_max,
            stalled_since: watch::Sender::new(None),
            held: Mutex::default(),
            is_lingering: AtomicBool::new(false),
            connection: AtomicWaker::new(),
        }))
    }

    /// That of the connection over which a request came.
    pub(crate) fn of(extensions: &Extensions) -> Uptake {
        extensions.get::<Uptake>().cloned().unwrap_or_default()
    }

    /// The next request has come, of which nothing is known yet.
    pub(crate) fn answer_begins(&self) {
        self.set_minded(false);
        self.all_is_taken();
    }

    /// Says whether somebody sees to it that a client that takes nothing is told.
    pub(crate) fn set_minded(&self, is_minded: bool) {
        self.0.held.lock().is_minded = is_minded;
    }

    /// From now on the connection is kept for its time at most, with what belongs to it, and until everything is taken.
    pub(crate) fn linger(&self, kept: impl Any + Send) {
        let until = Instant::now() + self.0.linger_time_max;
        self.0.held.lock().lingering = Some(Lingering { until, _kept: Box::new(kept) });
        self.0.is_lingering.store(true, Ordering::Release);
        self.0.connection.wake();
    }

    pub(crate) fn is_lingering(&self) -> bool {
        self.0.is_lingering.load(Ordering::Acquire)
    }

    /// How long a connection lingers at most.
    pub(crate) fn linger_time_max(&self) -> Duration {
        self.0.linger_time_max
    }

    /// Done once the client has taken nothing for so long.
    pub(crate) async fn stalled(&self, within: Duration) {
        let mut stalled = self.0.stalled_since.subscribe();
        loop {
            // The sender lives as long as this does.
            let since = stalled.wait_for(Option::is_some).await.ok().and_then(|since| *since);
            let Some(since) = since else { return std::future::pending().await };
            if timeout_at(since + within, stalled.wait_for(|now| *now != Some(since))).await.is_err() {
                return;
            }
        }
    }

    /// Nothing is taken since this moment.
    pub(super) fn stalls(&self, since: Instant) {
        self.0.stalled_since.send_replace(Some(since));
    }

    /// Something is taken again.
    pub(super) fn goes_on(&self) {
        self.0.stalled_since.send_replace(None);
    }

    /// Everything that was written is taken.
    pub(super) fn all_is_taken(&self) {
        if self.is_lingering() {
            self.0.is_lingering.store(false, Ordering::Release);
            // What was kept is dropped behind the lock.
            let lingering = self.0.held.lock().lingering.take();
            drop(lingering);
        }
    }

    /// When a connection whose client takes nothing since a moment is given up, which has so long where nobody minds it.
    pub(super) fn given_up_at(
        &self,
        since: Instant,
        write_time_max: Duration,
        connection: &Waker,
    ) -> Instant {
        // First, so that a connection that begins to linger now is woken.
        self.0.connection.register(connection);
        let held = self.0.held.lock();
        match &held.lingering {
            Some(lingering) => lingering.until,
            None if held.is_minded => since + write_time_max + self.0.linger_time_max,
            None => since + write_time_max,
        }
    }
}

//! The body of a stream over HTTP. It is given as fast as its client takes it; where the client takes nothing, the stream is ended all the
//! same, and its last words wait for the client alone.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, future::BoxFuture, stream::BoxStream, task::AtomicWaker};
use parking_lot::Mutex;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use super::Place;
use crate::{ended::Ended, request_id::RequestId, server::Uptake};

/// What is said in a stream that the server ends; nothing where its end says enough.
pub(crate) type LastWords = Box<dyn Fn(&Ended) -> Option<Bytes> + Send>;

/// A stream that is being followed.
pub(crate) struct Followed {
    pub(crate) pieces: BoxStream<'static, Result<Bytes, Ended>>,
    /// Done when whoever follows must go.
    pub(crate) over: BoxFuture<'static, Ended>,
    pub(crate) last_words: LastWords,
    pub(crate) patience: Patience,
    pub(crate) place: Place,
    pub(crate) id: RequestId,
}

/// How long a client is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Time in which the client must take something of what was written.
    pub(crate) taken_within: Duration,
    /// Whether it must also have room for the next piece within this time: whoever follows what happens must keep up with it.
    pub(crate) must_keep_up: bool,
}

impl Followed {
    /// As the body of an answer over this connection.
    pub(crate) fn into_body(self, uptake: Uptake) -> Body {
        uptake.set_minded(true);
        let state = Mutex::new(State::Given { followed: self, given_at: None });
        let shared = Arc::new(Shared { state, waker: AtomicWaker::new(), uptake });
        let watch = tokio::spawn(shared.clone().watch());
        Body::from_stream(Pieces { shared, watch }.map(Ok::<Bytes, std::convert::Infallible>))
    }
}

/// What the body and whoever watches its client share.
struct Shared {
    state: Mutex<State>,
    waker: AtomicWaker,
    uptake: Uptake,
}

enum State {
    Given {
        followed: Followed,
        /// When a piece was given after which nobody has asked for the next one.
        given_at: Option<Instant>,
    },
    /// The stream is ended, and its last words are not given yet.
    Ended(Option<Bytes>),
    Over,
}

impl Shared {
    /// Ends the stream of a client that takes nothing. Nobody asks for pieces then, so nobody else would.
    async fn watch(self: Arc<Self>) {
        let Some(patience) = self.patience() else { return };
        let mut stalled = std::pin::pin!(self.uptake.stalled(patience.taken_within));
        loop {
            let next = self.given_at().filter(|_| patience.must_keep_up).unwrap_or_else(Instant::now);
            tokio::select! {
                () = &mut stalled => return self.cut_off(),
                () = sleep_until(next + patience.taken_within) => {}
            }
            if patience.must_keep_up && self.given_at().is_some_and(|at| is_past(at, patience)) {
                return self.cut_off();
            }
        }
    }

    fn patience(&self) -> Option<Patience> {
        match &*self.state.lock() {
            State::Given { followed, .. } => Some(followed.patience),
            State::Ended(_) | State::Over => None,
        }
    }

    fn given_at(&self) -> Option<Instant> {
        match &*self.state.lock() {
            State::Given { given_at, .. } => *given_at,
            State::Ended(_) | State::Over => None,
        }
    }

    fn cut_off(&self) {
        self.state.lock().end(&Ended::too_slow(), &self.uptake);
        self.waker.wake();
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut state = self.state.lock();
        if let State::Given { followed, given_at } = &mut *state {
            let patience = followed.patience;
            let is_too_slow = patience.must_keep_up && given_at.is_some_and(|at| is_past(at, patience));
            *given_at = None;
            self.waker.register(context.waker());
            let next = match followed.over.poll_unpin(context) {
                Poll::Ready(ended) => Some(Err(ended)),
                Poll::Pending if is_too_slow => Some(Err(Ended::too_slow())),
                Poll::Pending => match followed.pieces.poll_next_unpin(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(next) => next,
                },
            };
            match next {
                Some(Ok(piece)) => {
                    *given_at = Some(Instant::now());
                    return Poll::Ready(Some(piece));
                }
                Some(Err(ended)) => state.end(&ended, &self.uptake),
                None => *state = State::Over,
            }
        }
        Poll::Ready(match std::mem::replace(&mut *state, State::Over) {
            State::Ended(last_words) => last_words,
            State::Given { .. } | State::Over => None,
        })
    }
}

impl State {
    /// What the stream has is dropped at once but for its last words. The connection lingers until they are taken.
    fn end(&mut self, ended: &Ended, uptake: &Uptake) {
        match std::mem::replace(self, State::Over) {
            State::Given { followed: Followed { pieces, over, last_words, place, id, .. }, .. } => {
                drop((pieces, over));
                uptake.linger(place.ends(ended, id));
                *self = State::Ended(last_words(ended));
            }
            other => *self = other,
        }
    }
}

fn is_past(given_at: Instant, patience: Patience) -> bool {
    given_at.elapsed() >= patience.taken_within
}

/// The pieces as they are asked for.
struct Pieces {
    shared: Arc<Shared>,
    watch: JoinHandle<()>,
}

impl Stream for Pieces {
    type Item = Bytes;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.shared.poll_next(context)
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.watch.abort();
        *self.shared.state.lock() = State::Over;
        self.shared.uptake.set_minded(false);
    }
}

//! Events as they happen, as an event stream (WHATWG): a message's id is its position, its name the event's type.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, future::BoxFuture, stream};
use sigeyi_engine::Position;
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use super::{ended::Ended, parameters::Parameter};
use crate::{
    costs::Costs,
    event_streams::{Given, Subscriber},
    followers::Pace,
    subject::Subject,
};

/// Media type of an event stream.
const MEDIA_TYPE: &str = "text/event-stream";
/// A proxy that gathers answers would keep events back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// What a client waits before it comes again after a broken connection, in milliseconds.
const RETRY_MILLISECONDS: u32 = 3_000;

/// The parameters beside those of filters.
pub(super) const TAKES: [Parameter; 1] = [Parameter::After];

/// A stream that is being given.
pub(super) struct Messages {
    pub(super) subscriber: Subscriber,
    pub(super) after: Position,
    pub(super) pace: Pace,
    /// Done when whoever follows may not go on, or the server goes down.
    pub(super) over: BoxFuture<'static, Ended>,
    pub(super) costs: Arc<Costs>,
    pub(super) subject: Subject,
    /// The place that it takes.
    pub(super) _seat: OwnedSemaphorePermit,
}

struct Progress {
    messages: Messages,
    /// When something was given last.
    given_at: Option<Instant>,
    is_over: bool,
}

/// The stream.
pub(super) fn answer(messages: Messages) -> Response {
    let progress = Progress { messages, given_at: None, is_over: false };
    let pieces = stream::unfold(progress, |mut progress| async {
        progress.next().await.map(|piece| (Ok::<Bytes, std::convert::Infallible>(piece), progress))
    });
    let mut response = Response::new(Body::from_stream(pieces.fuse().boxed()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

impl Progress {
    /// The next piece. The connection asks for it when it has room, so whoever takes nothing costs one piece.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let piece = match self.given_at {
            None => Ok(format!("retry: {RETRY_MILLISECONDS}\n{}", heartbeat(self.messages.after)).into()),
            Some(given_at) if given_at.elapsed() > self.messages.pace.taken_within => Err(Ended::too_slow()),
            Some(given_at) => self.what_comes(given_at).await,
        };
        self.given_at = Some(Instant::now());
        match piece {
            Ok(piece) => Some(piece),
            Err(ended) => {
                self.is_over = true;
                tracing::debug!(code = %ended.code, "a stream of events ends");
                Some(format!("event: ended\ndata: {}\n\n", ended.json()).into())
            }
        }
    }

    async fn what_comes(&mut self, given_at: Instant) -> Result<Bytes, Ended> {
        let Messages { subscriber, pace, over, costs, subject, .. } = &mut self.messages;
        loop {
            let left = (given_at + pace.heartbeat_every).saturating_duration_since(Instant::now());
            let given = async {
                let given = subscriber.next(Some(left)).await.ok_or_else(Ended::shutting_down)??;
                costs.events(subject, given.read_alone).await;
                Ok::<Given, Ended>(given)
            };
            let given = tokio::select! {
                biased;
                over = &mut *over => return Err(over),
                given = given => given?,
            };
            match given.words.into_iter().next() {
                Some(words) => return Ok(words),
                None if given_at.elapsed() >= pace.heartbeat_every => {
                    return Ok(heartbeat(given.through).into());
                }
                None => {}
            }
        }
    }
}

/// Moves the cursor of clients, also where nothing matches.
fn heartbeat(position: Position) -> String {
    format!("event: heartbeat\nid: {position}\ndata: {{\"position\":\"{position}\"}}\n\n")
}

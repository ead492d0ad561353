//! Events as they happen, as an event stream (WHATWG): a message's id is its position, its name the event's type.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream, stream::BoxStream};
use sigeyi_engine::Position;
use tokio::time::Instant;

use super::{given::GivenThrough, parameters::Parameter};
use crate::{
    costs::Costs,
    ended::Ended,
    event_streams::{Given, Piece, Subscriber},
    followers::LastWords,
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
    pub(super) heartbeat_every: Duration,
    pub(super) costs: Arc<Costs>,
    pub(super) subject: Subject,
}

struct Progress {
    messages: Messages,
    /// Taken from the log, written down, and not given yet.
    ready: VecDeque<Piece>,
    /// When something was given last.
    given_at: Option<Instant>,
    through: GivenThrough,
}

/// The stream.
pub(super) fn answer(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

impl Messages {
    /// What is given, and what is said when that ends: the connection asks for the next piece when it has room for it, so whoever takes nothing
    /// costs what was read at a time, and nothing more once it is cut off.
    pub(super) fn given(self) -> (BoxStream<'static, Result<Bytes, Ended>>, LastWords) {
        let through = GivenThrough::new(self.after);
        let progress =
            Progress { messages: self, ready: VecDeque::new(), given_at: None, through: through.clone() };
        let pieces = stream::unfold(progress, |mut progress| async {
            let piece = progress.next().await;
            progress.given_at = Some(Instant::now());
            Some((piece, progress))
        });
        (pieces.boxed(), Box::new(move |ended| Some(last_message(ended, through.position()))))
    }
}

impl Progress {
    async fn next(&mut self) -> Result<Bytes, Ended> {
        let Some(given_at) = self.given_at else {
            return Ok(format!("retry: {RETRY_MILLISECONDS}\n{}", heartbeat(self.messages.after)).into());
        };
        loop {
            if let Some(Piece { words, through }) = self.ready.pop_front() {
                self.through.set(through);
                return Ok(words);
            }
            let given = self.messages.what_comes(given_at).await?;
            self.ready = given.pieces.into();
            match self.ready.back_mut() {
                // Nothing else fits up to there.
                Some(last) => last.through = given.through,
                None => self.through.set(given.through),
            }
            if self.ready.is_empty() && given_at.elapsed() >= self.messages.heartbeat_every {
                return Ok(heartbeat(given.through).into());
            }
        }
    }
}

impl Messages {
    async fn what_comes(&mut self, given_at: Instant) -> Result<Given, Ended> {
        let left = (given_at + self.heartbeat_every).saturating_duration_since(Instant::now());
        let given = self.subscriber.next(Some(left)).await.ok_or_else(Ended::shutting_down)??;
        self.costs.events(&self.subject, given.read_alone).await;
        Ok(given)
    }
}

/// Why the stream ends, and after which position to go on.
fn last_message(ended: &Ended, position: Position) -> Bytes {
    format!("event: ended\nid: {position}\ndata: {}\n\n", ended.json_at(position)).into()
}

/// Moves the cursor of clients, also where nothing matches.
fn heartbeat(position: Position) -> String {
    format!("event: heartbeat\nid: {position}\ndata: {{\"position\":\"{position}\"}}\n\n")
}

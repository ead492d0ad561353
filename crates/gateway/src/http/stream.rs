//! Operations over an event stream: GraphQL over SSE with a connection for each (the "distinct connections mode" of its protocol).

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, future::BoxFuture, stream, stream::BoxStream};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout},
};

use crate::{
    executor::Item,
    followers::{Over, Pace},
    request_id::Outcome,
};

const MEDIA_TYPE: &str = "text/event-stream";
/// A proxy that gathers answers would keep results back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// A comment, which clients pass over.
const SIGN_OF_LIFE: Bytes = Bytes::from_static(b":\n\n");
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");

/// The results of an operation.
pub(super) struct Results {
    pub(super) items: BoxStream<'static, Item>,
    pub(super) pace: Pace,
    /// Done when whoever follows must go.
    pub(super) over: BoxFuture<'static, Over>,
    /// The place that they take.
    pub(super) _place: OwnedSemaphorePermit,
}

struct Progress {
    results: Results,
    /// When something was given last.
    given_at: Option<Instant>,
    is_over: bool,
}

/// The stream. Where it ends without `complete` its client asks again.
pub(super) fn answer(results: Results, outcome: Outcome) -> Response {
    let progress = Progress { results, given_at: None, is_over: false };
    let pieces = stream::unfold(progress, |mut progress| async {
        progress.next().await.map(|piece| (Ok::<Bytes, std::convert::Infallible>(piece), progress))
    });
    let mut response = Response::new(Body::from_stream(pieces.fuse().boxed()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response.extensions_mut().insert(outcome);
    response
}

impl Progress {
    /// The next piece. The connection asks for it when it has room, so whoever takes nothing costs one piece.
    async fn next(&mut self) -> Option<Bytes> {
        let Results { items, pace, over, .. } = &mut self.results;
        let is_too_slow = self.given_at.is_some_and(|given_at| given_at.elapsed() > pace.taken_within);
        if self.is_over || is_too_slow {
            return None;
        }
        let piece = match self.given_at {
            // The head goes out at once, whenever the first result comes.
            None => SIGN_OF_LIFE,
            Some(_) => tokio::select! {
                biased;
                _ = over => return None,
                item = timeout(pace.heartbeat_every, items.next()) => match item {
                    Err(_) => SIGN_OF_LIFE,
                    Ok(Some(item)) => next(&item),
                    Ok(None) => {
                        self.is_over = true;
                        COMPLETE
                    }
                },
            },
        };
        self.given_at = Some(Instant::now());
        Some(piece)
    }
}

fn next(item: &Item) -> Bytes {
    [b"event: next\ndata: ", &item.json[..], b"\n\n"].concat().into()
}

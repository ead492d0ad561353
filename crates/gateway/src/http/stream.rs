//! Operations over an event stream: GraphQL over SSE with a connection for each (the "distinct connections mode" of its protocol).

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream, stream::BoxStream};
use serde_json::json;
use tokio::time::timeout;

use crate::{
    ended::Ended,
    executor::Item,
    followers::LastWords,
    request_id::{Outcome, RequestId},
};

const MEDIA_TYPE: &str = "text/event-stream";
/// A proxy that gathers answers would keep results back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// A comment, which clients pass over.
const SIGN_OF_LIFE: Bytes = Bytes::from_static(b":\n\n");
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");

struct Progress {
    items: BoxStream<'static, Item>,
    heartbeat_every: Duration,
    has_begun: bool,
    is_over: bool,
}

/// The stream. Where it ends without `complete` its client asks again.
pub(super) fn answer(body: Body, outcome: Outcome) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response.extensions_mut().insert(outcome);
    response
}

/// The results as they come. The connection asks for the next one when it has room, so whoever takes nothing costs one piece.
pub(super) fn given(
    items: BoxStream<'static, Item>,
    heartbeat_every: Duration,
) -> BoxStream<'static, Result<Bytes, Ended>> {
    let progress = Progress { items, heartbeat_every, has_begun: false, is_over: false };
    let pieces = stream::unfold(progress, |mut progress| async {
        progress.next().await.map(|piece| (Ok(piece), progress))
    });
    pieces.boxed()
}

/// What the protocol has for a stream that is cut off is a result with an error, and no `complete` after it. Of other ends the client learns when
/// it asks again.
pub(super) fn last_words(id: RequestId) -> LastWords {
    Box::new(move |ended| {
        let extensions = json!({ "code": ended.code, "requestId": id.0 });
        let errors = json!({ "errors": [{ "message": ended.message, "extensions": extensions }] });
        ended.is_too_slow().then(|| next(errors.to_string().as_bytes()))
    })
}

impl Progress {
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        if !self.has_begun {
            // The head goes out at once, whenever the first result comes.
            self.has_begun = true;
            return Some(SIGN_OF_LIFE);
        }
        Some(match timeout(self.heartbeat_every, self.items.next()).await {
            Err(_) => SIGN_OF_LIFE,
            Ok(Some(item)) => next(&item.json),
            Ok(None) => {
                self.is_over = true;
                COMPLETE
            }
        })
    }
}

fn next(json: &[u8]) -> Bytes {
    [b"event: next\ndata: ", json, b"\n\n"].concat().into()
}

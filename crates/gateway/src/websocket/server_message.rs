//! Messages of the server, as they are written.

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::extract::ws::{Message, Utf8Bytes};
use serde_json::{Map, Value, json};

use crate::followers::NoPlace;

/// Why an operation ends although its document is valid.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the server failed at this operation: try again, and tell who runs it")]
    Internal,
    #[error("there was no result in time: ask for less")]
    Timeout,
    #[error("{0} operations are under way on this socket: complete one first")]
    TooManyOperations(usize),
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    #[error("the server is going down: connect again")]
    ShuttingDown,
}

impl Failure {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Failure::Internal => "INTERNAL",
            Failure::Timeout => "TIMEOUT",
            Failure::TooManyOperations(_) => "TOO_MANY_OPERATIONS",
            Failure::NoPlace(no_place) => no_place.code(),
            Failure::ShuttingDown => "SHUTTING_DOWN",
        }
    }
}

impl From<Failure> for Vec<ServerError> {
    fn from(failure: Failure) -> Vec<ServerError> {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", failure.code());
        vec![ServerError { extensions: Some(extensions), ..ServerError::new(failure.to_string(), None) }]
    }
}

/// What stands before the payload in each `next` of an operation.
pub(super) fn next_opening(id: &str) -> String {
    format!(r#"{{"id":{},"type":"next","payload":"#, json!(id))
}

/// A result, already JSON, as a `next`: one allocation, and no second look at the JSON.
pub(super) fn next(opening: &str, payload: &[u8]) -> Result<Message, Failure> {
    let mut text = Vec::with_capacity(opening.len() + payload.len() + 1);
    text.extend_from_slice(opening.as_bytes());
    text.extend_from_slice(payload);
    text.push(b'}');
    Utf8Bytes::try_from(text).map(Message::Text).map_err(|_| Failure::Internal)
}

pub(super) fn error(id: &str, errors: &[ServerError]) -> Message {
    text(&json!({ "id": id, "type": "error", "payload": errors }))
}

pub(super) fn complete(id: &str) -> Message {
    text(&json!({ "id": id, "type": "complete" }))
}

pub(super) fn acknowledgement() -> Message {
    Message::Text(Utf8Bytes::from_static(r#"{"type":"connection_ack"}"#))
}

pub(super) fn pong(payload: Option<Map<String, Value>>) -> Message {
    match payload {
        Some(payload) => text(&json!({ "type": "pong", "payload": payload })),
        None => Message::Text(Utf8Bytes::from_static(r#"{"type":"pong"}"#)),
    }
}

fn text(message: &Value) -> Message {
    Message::Text(message.to_string().into())
}

#[cfg(test)]
mod tests {
    use axum::extract::ws::Message;

    use super::{next, next_opening};

    #[test]
    fn an_id_is_escaped_and_the_payload_stands_as_it_is() {
        let message = next(&next_opening("a\"\n"), br#"{"data": {"b":1}}"#).expect("it is UTF-8");
        assert_eq!(
            message,
            Message::Text(r#"{"id":"a\"\n","type":"next","payload":{"data": {"b":1}}}"#.into())
        );
    }

    #[test]
    fn no_text_that_is_not_utf_8() {
        assert!(next(&next_opening("1"), &[0xff]).is_err());
    }
}

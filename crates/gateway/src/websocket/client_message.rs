//! Messages of the client, as they are read.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::documents::Params;

/// Length of an operation's id, in bytes.
pub(super) const ID_BYTES_MAX: usize = 128;

/// A message that fits the protocol.
#[derive(Debug)]
pub(super) enum ClientMessage {
    Init(HeaderMap),
    Ping(Option<Map<String, Value>>),
    Pong,
    Subscribe { id: String, params: Params },
    Complete { id: String },
}

/// What is wrong with a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum InvalidMessage {
    #[error("message is no JSON: {0}")]
    NoJson(String),
    #[error("message must be an object")]
    NoObject,
    #[error("message must have a type")]
    NoType,
    #[error("type is unknown")]
    UnknownType,
    #[error("message must be text")]
    Binary,
    #[error("id must be a string of 1 to {ID_BYTES_MAX} bytes")]
    BadId,
    #[error("payload must be an object")]
    BadPayload,
    #[error("payload.extensions must be an object")]
    BadExtensions,
    #[error("payload must have a query, and may have operationName and an object of variables")]
    BadParams,
}

impl ClientMessage {
    pub(super) fn parse(text: &str) -> Result<ClientMessage, InvalidMessage> {
        // Of broken JSON it is said where it breaks, and nothing of it.
        let message: Value =
            serde_json::from_str(text).map_err(|error| InvalidMessage::NoJson(error.to_string()))?;
        let Value::Object(mut fields) = message else { return Err(InvalidMessage::NoObject) };
        let Some(Value::String(kind)) = fields.remove("type") else { return Err(InvalidMessage::NoType) };
        match kind.as_str() {
            "connection_init" => Ok(ClientMessage::Init(headers(payload(&mut fields)?.unwrap_or_default()))),
            "ping" => payload(&mut fields).map(ClientMessage::Ping),
            "pong" => payload(&mut fields).map(|_| ClientMessage::Pong),
            "subscribe" => {
                let id = id(&mut fields)?;
                let payload = payload(&mut fields)?.ok_or(InvalidMessage::BadPayload)?;
                if !matches!(payload.get("extensions"), None | Some(Value::Null | Value::Object(_))) {
                    return Err(InvalidMessage::BadExtensions);
                }
                // What is said of a value of another type repeats the value.
                let params = serde_json::from_value(Value::Object(payload));
                let params = params.map_err(|_| InvalidMessage::BadParams)?;
                Ok(ClientMessage::Subscribe { id, params })
            }
            "complete" => id(&mut fields).map(|id| ClientMessage::Complete { id }),
            _ => Err(InvalidMessage::UnknownType),
        }
    }
}

fn id(fields: &mut Map<String, Value>) -> Result<String, InvalidMessage> {
    match fields.remove("id") {
        Some(Value::String(id)) if (1..=ID_BYTES_MAX).contains(&id.len()) => Ok(id),
        _ => Err(InvalidMessage::BadId),
    }
}

fn payload(fields: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, InvalidMessage> {
    match fields.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err(InvalidMessage::BadPayload),
    }
}

/// The strings of a payload as headers. What cannot be a header is none.
fn headers(payload: Map<String, Value>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in payload {
        let Value::String(value) = value else { continue };
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            continue;
        };
        // Names that differ in case only are the same one; too many of them are dropped.
        let _ = headers.try_insert(name, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::{ClientMessage, ID_BYTES_MAX, InvalidMessage};

    fn wrong(text: &str) -> InvalidMessage {
        ClientMessage::parse(text).expect_err(text)
    }

    #[test]
    fn init_payload_becomes_headers_as_far_as_it_can() {
        let text =
            r#"{"type":"connection_init","payload":{"Authorization":"Bearer x","a b":"c","n":1,"bad":"\n"}}"#;
        let Ok(ClientMessage::Init(headers)) = ClientMessage::parse(text) else { panic!("it is an init") };
        assert_eq!(headers.len(), 1);
        assert_eq!(headers["authorization"], "Bearer x");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        assert!(matches!(wrong("nonsense"), InvalidMessage::NoJson(_)));
        assert_eq!(wrong("[]"), InvalidMessage::NoObject);
        assert_eq!(wrong("{}"), InvalidMessage::NoType);
        assert_eq!(wrong(r#"{"type":1}"#), InvalidMessage::NoType);
        assert_eq!(wrong(r#"{"type":"next","id":"1"}"#), InvalidMessage::UnknownType);
        assert_eq!(wrong(r#"{"type":"ping","payload":1}"#), InvalidMessage::BadPayload);
        assert_eq!(wrong(r#"{"type":"connection_init","payload":"x"}"#), InvalidMessage::BadPayload);
        for message in [
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":1}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
        ] {
            assert_eq!(wrong(message), InvalidMessage::BadId, "{message}");
        }
        assert_eq!(wrong(r#"{"type":"subscribe","id":"1"}"#), InvalidMessage::BadPayload);
        for payload in [r#"{}"#, r#"{"query":1}"#, r#"{"query":"{a}","variables":[1]}"#] {
            let text = format!(r#"{{"type":"subscribe","id":"1","payload":{payload}}}"#);
            assert_eq!(wrong(&text), InvalidMessage::BadParams, "{payload}");
        }
        let text = r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","extensions":"x"}}"#;
        assert_eq!(wrong(text), InvalidMessage::BadExtensions);
    }

    #[test]
    fn nothing_that_was_sent_is_repeated() {
        const NUMBER: &str = "15010219310217957X44";
        for message in [
            NUMBER.to_owned(),
            format!(r#""{NUMBER}"#),
            format!(r#"{{"type":"{NUMBER}"}}"#),
            format!(
                r#"{{"type":"subscribe","id":"1","payload":{{"query":"{{a}}","variables":"{NUMBER}"}}}}"#
            ),
            format!(r#"{{"type":"subscribe","id":"1","payload":{{"query":["{NUMBER}"]}}}}"#),
            format!(
                r#"{{"type":"subscribe","id":"1","payload":{{"query":"{{a}}","operationName":{{"{NUMBER}":1}}}}}}"#
            ),
        ] {
            assert!(!wrong(&message).to_string().contains(NUMBER), "{message}");
        }
    }

    #[test]
    fn ids_have_a_limit() {
        let complete = |length: usize| format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(length));
        assert!(ClientMessage::parse(&complete(ID_BYTES_MAX)).is_ok());
        assert_eq!(wrong(&complete(ID_BYTES_MAX + 1)), InvalidMessage::BadId);
    }

    #[test]
    fn null_is_as_good_as_absent() {
        let text = r#"{"type":"subscribe","id":"1",
            "payload":{"query":"{a}","operationName":null,"variables":null,"extensions":null}}"#;
        assert!(matches!(ClientMessage::parse(text), Ok(ClientMessage::Subscribe { .. })));
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"ping","payload":null}"#),
            Ok(ClientMessage::Ping(None))
        ));
    }
}

//! Why an import was not carried out to its end: a stable code, what to do, and nothing of what was sent.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::json;
use sigeyi_engine::{CommandError, ImportError};

use super::limits::ROW_BYTES_MAX;
use crate::{codes::Code, costs::RateLimited, request_id::RequestId};

/// Time after which a client may ask again for a place, in seconds.
const RETRY_AFTER_SECONDS: u32 = 10;
/// What to do after an import that stopped on the way.
const SEND_AGAIN: &str = "what was recorded before stays; send the same rows again to record the rest";

/// Why recording stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The body ended before its end.
    #[error("the body broke off")]
    BrokenOff,
    /// A line is too long.
    #[error("line {line} is longer than {ROW_BYTES_MAX} bytes: shorten it")]
    RowTooLong {
        /// Which line of the body, from 1.
        line: u64,
    },
    /// A line is no row.
    #[error("line {line} is not a row: give one JSON object a line, with `file`, `line` and the columns")]
    BadRow {
        /// Which line of the body, from 1.
        line: u64,
    },
    /// A row of the roster behind one of the records.
    #[error("line {line} is a row of the roster behind one of the records: send the roster first")]
    RowOrder {
        /// Which line of the body, from 1.
        line: u64,
    },
    /// Too many rows.
    #[error("there are more than {rows_max} rows: send them in several imports")]
    TooManyRows {
        /// How many there may be.
        rows_max: u64,
    },
    /// The engine.
    #[error("{}", message(.0))]
    Engine(#[from] ImportError),
}

/// Why an import is answered with an error.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// Nobody who may come in.
    #[error("there are no valid credentials: send them with the request")]
    Unauthenticated,
    /// Somebody who may import nowhere.
    #[error("none of the roles may import: `me` lists the roles with their regions")]
    Forbidden,
    /// Another media type.
    #[error("rows come as application/x-ndjson: say so in Content-Type")]
    UnsupportedMediaType,
    /// No source, or one that is no id.
    #[error(
        "name the source system once as `source`: 1 to 64 letters, digits, dots, underscores or hyphens of ASCII"
    )]
    BadSource,
    /// More than is given back.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// Others are importing.
    #[error("other imports are under way: send it again later")]
    TooManyImports,
    /// The body came too slowly.
    #[error("the rows did not arrive in time: {SEND_AGAIN}")]
    Timeout,
    /// The body broke off.
    #[error("the connection broke: {SEND_AGAIN}")]
    BrokenOff,
    /// Recording stopped.
    #[error("{0}; {SEND_AGAIN}")]
    Stopped(#[from] Fault),
    /// The server failed.
    #[error("something went wrong inside: tell whoever runs the service; {SEND_AGAIN}")]
    Internal,
}

impl Refusal {
    /// Stable code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Refusal::Unauthenticated => "UNAUTHENTICATED",
            Refusal::Forbidden => "FORBIDDEN",
            Refusal::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Refusal::BadSource => "BAD_SOURCE",
            Refusal::RateLimited(_) => Code::RateLimited.as_str(),
            Refusal::TooManyImports => "TOO_MANY_IMPORTS",
            Refusal::Timeout => "TIMEOUT",
            Refusal::BrokenOff | Refusal::Stopped(Fault::BrokenOff) => "BROKEN_OFF",
            Refusal::Stopped(Fault::RowTooLong { .. }) => "ROW_TOO_LONG",
            Refusal::Stopped(Fault::BadRow { .. }) => "BAD_ROW",
            Refusal::Stopped(Fault::RowOrder { .. }) => "ROW_ORDER",
            Refusal::Stopped(Fault::TooManyRows { .. }) => "TOO_MANY_ROWS",
            Refusal::Stopped(Fault::Engine(error)) => error.source.code(),
            Refusal::Internal => "INTERNAL",
        }
    }

    /// The line of the body that is meant, if one is.
    pub(super) fn line(&self) -> Option<u64> {
        match self {
            Refusal::Stopped(
                Fault::RowTooLong { line } | Fault::BadRow { line } | Fault::RowOrder { line },
            ) => Some(*line),
            _ => None,
        }
    }

    /// The answer, in the shape that GraphQL's errors have.
    pub(super) fn into_response(self, id: RequestId) -> Response {
        let mut extensions = json!({ "code": self.code(), "requestId": id.0 });
        if let Some(line) = self.line() {
            extensions["line"] = line.into();
        }
        if let Refusal::RateLimited(limited) = self {
            extensions["retryAfterMs"] = limited.milliseconds().into();
        }
        let content = json!({ "errors": [{ "message": self.to_string(), "extensions": extensions }] });
        let mut response = Response::new(Body::from(content.to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Refusal::RateLimited(limited) => {
                headers.insert(header::RETRY_AFTER, limited.seconds().into());
            }
            Refusal::TooManyImports => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
            }
            Refusal::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Refusal::Unauthenticated => StatusCode::UNAUTHORIZED,
            Refusal::Forbidden => StatusCode::FORBIDDEN,
            Refusal::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Timeout => StatusCode::REQUEST_TIMEOUT,
            Refusal::Stopped(Fault::TooManyRows { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::TooManyImports | Refusal::Stopped(Fault::Engine(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::BadSource | Refusal::BrokenOff | Refusal::Stopped(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// What is wrong inside goes to the log alone.
fn message(error: &ImportError) -> String {
    match &error.source {
        CommandError::Stopped(_) => {
            format!("{error}: nothing is recorded at the moment; tell whoever runs the service")
        }
        source => format!("{error}: {source}"),
    }
}

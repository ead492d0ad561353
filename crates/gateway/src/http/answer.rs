//! Answers: their status, their headers and their bytes.

use async_graphql::{ServerError, Value};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Serialize;

use super::negotiation::Media;
use crate::{
    codes::{Code, again_after, code_of, identify},
    costs::RateLimited,
    executor::Answer,
    followers::NoPlace,
    request_id::{Outcome, RequestId},
};

/// Time after which to ask again where nothing better is known, in seconds.
const RETRY_AFTER_SECONDS: u64 = 10;

pub(super) type Result<T, E = Refusal> = std::result::Result<T, E>;

/// Why nothing was run, or its result is not known.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Nothing where the status depends on the media type.
    status: Option<StatusCode>,
    errors: Vec<ServerError>,
    allow: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: Code, message: &str) -> Refusal {
        Refusal { status: Some(status), errors: vec![code.error(message)], allow: None }
    }

    /// With the methods that would do.
    pub(super) fn allow(self, methods: &'static str) -> Refusal {
        Refusal { allow: Some(methods), ..self }
    }

    #[cfg(feature = "fuzzing")]
    pub(super) fn into_errors(self) -> Vec<ServerError> {
        self.errors
    }
}

/// A request that was read, and whose operation must not run.
impl From<Vec<ServerError>> for Refusal {
    fn from(errors: Vec<ServerError>) -> Refusal {
        let has = |code: Code| errors.iter().any(|error| code_of(error) == Some(code.as_str()));
        let status = if has(Code::Internal) {
            Some(StatusCode::INTERNAL_SERVER_ERROR)
        } else if has(Code::AccessLogUnavailable) {
            Some(StatusCode::SERVICE_UNAVAILABLE)
        } else {
            None
        };
        Refusal { status, errors, allow: None }
    }
}

impl From<NoPlace> for Refusal {
    fn from(no_place: NoPlace) -> Refusal {
        let code = match no_place {
            NoPlace::ShuttingDown | NoPlace::TooMany => Code::Overloaded,
            NoPlace::TooManyOfUser(_) => Code::TooManyStreams,
        };
        Refusal::new(no_place.status(), code, &no_place.to_string())
    }
}

impl From<RateLimited> for Refusal {
    fn from(limited: RateLimited) -> Refusal {
        Refusal { status: Some(StatusCode::TOO_MANY_REQUESTS), errors: vec![limited.error()], allow: None }
    }
}

/// The answer where an operation ran, or would have run with the same result.
pub(super) fn answered(answer: Answer, media: Media, id: RequestId, outcome: Outcome) -> Response {
    match answer {
        Answer::Ran(response) => ran(response, media, id, outcome),
        Answer::Kept(json) => sent(StatusCode::OK, json.into(), media, outcome),
    }
}

fn ran(mut response: async_graphql::Response, media: Media, id: RequestId, mut outcome: Outcome) -> Response {
    let no_field_failed = response.errors.iter().all(|error| error.path.is_empty());
    if response.data == Value::Null && !response.errors.is_empty() && no_field_failed {
        return refused(Refusal::from(response.errors), media, id, outcome);
    }
    identify(&mut response.errors, id);
    outcome.code = first_code(&response.errors);
    let content = Content {
        data: Some(&response.data),
        errors: &response.errors,
        extensions: Some(&response.extensions).filter(|extensions| !extensions.is_empty()),
    };
    let mut answer = built(StatusCode::OK, &content, media, outcome);
    for (name, value) in &response.http_headers {
        answer.headers_mut().append(name, value.clone());
    }
    answer
}

/// The answer where nothing ran.
pub(super) fn refused(mut refusal: Refusal, media: Media, id: RequestId, mut outcome: Outcome) -> Response {
    identify(&mut refusal.errors, id);
    outcome.code = first_code(&refusal.errors);
    let status = refusal.status.unwrap_or(match media {
        // Clients of the older media type take every other status for a failure of the transport.
        Media::Json => StatusCode::OK,
        Media::GraphqlResponse => StatusCode::BAD_REQUEST,
    });
    let content = Content { data: None, errors: &refusal.errors, extensions: None };
    let mut answer = built(status, &content, media, outcome);
    if let Some(methods) = refusal.allow {
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        let seconds = refusal
            .errors
            .first()
            .and_then(again_after)
            .map_or(RETRY_AFTER_SECONDS, |milliseconds| milliseconds.div_ceil(1_000));
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
}

fn built(status: StatusCode, content: &Content<'_>, media: Media, outcome: Outcome) -> Response {
    // Names are strings and values finite, so writing cannot fail.
    let bytes = serde_json::to_vec(content).unwrap_or_default();
    sent(status, bytes.into(), media, outcome)
}

fn sent(status: StatusCode, body: Body, media: Media, outcome: Outcome) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.extensions_mut().insert(outcome);
    answer
}

fn first_code(errors: &[ServerError]) -> Option<String> {
    errors.first().and_then(code_of).map(str::to_owned)
}

//! Why somebody is given no events: a stable code, what to do, and nothing of what was sent.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::json;
use sigeyi_domain::access::Denial;

use super::parameters::BadParameter;
use crate::{
    codes::Code,
    costs::RateLimited,
    ended::Ended,
    followers::NoPlace,
    request_id::{Outcome, RequestId},
};

/// Time after which a client may ask again for a place, in seconds.
const RETRY_AFTER_SECONDS: u32 = 10;

#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("there are no valid credentials: send them with the request")]
    Unauthenticated,
    #[error("{0}: `me` lists the roles with their regions")]
    Forbidden(Denial),
    #[error("events are text/event-stream or application/cloudevents-batch+json: accept one of them")]
    NotAcceptable,
    #[error(transparent)]
    BadParameter(#[from] BadParameter),
    #[error("Last-Event-ID must be a position, a whole number such as 42")]
    BadLastEventId,
    #[error("the log does not reach this position: is it another log, or an older copy of it?")]
    UnknownPosition,
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    #[error("{}", .0.message)]
    Failed(Ended),
}

impl Refusal {
    /// Stable code.
    pub(super) fn code(&self) -> &str {
        match self {
            Refusal::Unauthenticated => Code::Unauthenticated.as_str(),
            Refusal::Forbidden(_) => "FORBIDDEN",
            Refusal::NotAcceptable => Code::NotAcceptable.as_str(),
            Refusal::BadParameter(bad) => bad.code(),
            Refusal::BadLastEventId => "BAD_PARAMETER",
            Refusal::UnknownPosition => "UNKNOWN_POSITION",
            Refusal::RateLimited(_) => Code::RateLimited.as_str(),
            Refusal::NoPlace(no_place) => no_place.code(),
            Refusal::Failed(ended) => &ended.code,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Refusal::Unauthenticated => StatusCode::UNAUTHORIZED,
            Refusal::Forbidden(_) => StatusCode::FORBIDDEN,
            Refusal::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Refusal::BadParameter(_) | Refusal::BadLastEventId | Refusal::UnknownPosition => {
                StatusCode::BAD_REQUEST
            }
            Refusal::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::NoPlace(no_place) => no_place.status(),
            Refusal::Failed(ended) if ended.code == Code::AccessLogUnavailable.as_str() => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Refusal::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer, in the shape that GraphQL's errors have.
    pub(super) fn into_response(self, id: RequestId) -> Response {
        let mut extensions = json!({ "code": self.code(), "requestId": id.0 });
        if let Refusal::RateLimited(limited) = &self {
            extensions["retryAfterMs"] = limited.milliseconds().into();
        }
        if let Refusal::BadParameter(bad) = &self
            && let Some(parameter) = bad.parameter()
        {
            extensions["parameter"] = parameter.name().into();
        }
        let content = json!({ "errors": [{ "message": self.to_string(), "extensions": extensions }] });
        let mut response = Response::new(Body::from(content.to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        match &self {
            Refusal::RateLimited(limited) => {
                headers.insert(header::RETRY_AFTER, limited.seconds().into());
            }
            Refusal::NoPlace(_) => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
            }
            Refusal::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        let code = Some(self.code().to_owned());
        response.extensions_mut().insert(Outcome { kind: super::KIND, code, operation: None });
        response
    }
}

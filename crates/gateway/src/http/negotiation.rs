//! Which media types a client sends and takes.

use axum::http::{HeaderMap, StatusCode, header};

use super::answer::{Refusal, Result};
use crate::{
    accept::{Accepted, Closeness, Liking, MediaName, MediaType},
    codes::Code,
};

/// The media types of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    GraphqlResponse,
    Json,
}

impl Media {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Media::Json => "application/json; charset=utf-8",
        }
    }

    fn name(self) -> MediaName {
        match self {
            Media::GraphqlResponse => ("application", "graphql-response+json"),
            Media::Json => ("application", "json"),
        }
    }
}

/// The media type that the client likes best; nothing where it takes none of them. Who says nothing gets plain JSON, as old clients
/// expect it.
pub(super) fn accepted(headers: &HeaderMap) -> Option<Media> {
    let accepted = Accepted::of(headers);
    if accepted.says_nothing() {
        return Some(Media::Json);
    }
    let json = accepted.preference(Media::Json.name());
    let graphql = accepted.preference(Media::GraphqlResponse.name());
    match (json, graphql) {
        (None, None) => None,
        // Liked as much and both by name, the newer one is better: it tells a failure of GraphQL from one on the way.
        _ if graphql > json => Some(Media::GraphqlResponse),
        _ if graphql == json && graphql.is_some_and(|it| it.closeness == Closeness::Exact) => {
            Some(Media::GraphqlResponse)
        }
        _ => Some(Media::Json),
    }
}

/// Whether the client likes an event stream better than an answer in JSON; nothing where it takes neither.
pub(super) fn liking_for_streams(headers: &HeaderMap) -> Option<Liking> {
    Accepted::of(headers).liking_for_streams(&[Media::GraphqlResponse.name(), Media::Json.name()])
}

/// Whether the body is JSON in UTF-8, as it stands.
pub(super) fn require_json(headers: &HeaderMap) -> Result<()> {
    let refusal =
        |message| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::UnsupportedMediaType, message));
    if headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|it| !it.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return refusal("the body must not be compressed: send it as it is");
    }
    let mut lines = headers.get_all(header::CONTENT_TYPE).iter();
    let content_type = match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().ok().and_then(MediaType::read),
        _ => None,
    };
    match content_type {
        Some(it) if it.is("application", "json") && it.is_utf8() => Ok(()),
        Some(it) if it.is("application", "json") => {
            refusal("the body must be UTF-8: send it with charset=utf-8")
        }
        _ => refusal("the body must be JSON: send it with the content type application/json"),
    }
}

#[cfg(test)]
mod tests;

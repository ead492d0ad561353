//! Which media types a client sends and takes.

use axum::http::{HeaderMap, StatusCode, header};

use super::answer::{Refusal, Result};
use crate::codes::Code;

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

    fn subtype(self) -> &'static str {
        match self {
            Media::GraphqlResponse => "graphql-response+json",
            Media::Json => "json",
        }
    }
}

/// The media type that the client likes best; nothing where it takes none of them. Who says nothing gets plain JSON, as old clients
/// expect it.
pub(super) fn accepted(headers: &HeaderMap) -> Option<Media> {
    let lines = headers.get_all(header::ACCEPT);
    let ranges: Vec<Range<'_>> = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(Range::read)
        .collect();
    let says_nothing = lines.iter().all(|line| line.as_bytes().trim_ascii().is_empty());
    if says_nothing {
        return Some(Media::Json);
    }
    let json = preference(&ranges, Media::Json);
    let graphql = preference(&ranges, Media::GraphqlResponse);
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

/// How a client came to name a media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Anything,
    AnySubtype,
    Exact,
}

/// How much a client likes a media type, and if that is the same, how it names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    thousandths: u16,
    closeness: Closeness,
}

/// The closest range decides, also when it forbids what a wider one allows.
fn preference(ranges: &[Range<'_>], media: Media) -> Option<Preference> {
    ranges
        .iter()
        .filter_map(|range| Some((range.closeness(media)?, range.thousandths)))
        .max()
        .filter(|&(_, thousandths)| thousandths > 0)
        .map(|(closeness, thousandths)| Preference { thousandths, closeness })
}

/// A part of an Accept header.
struct Range<'a> {
    media: MediaType<'a>,
    thousandths: u16,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Range<'a>> {
        let media = MediaType::read(text)?;
        let thousandths = match media.parameter("q") {
            Some(quality) => thousandths(quality)?,
            None => 1_000,
        };
        Some(Range { media, thousandths })
    }

    fn closeness(&self, media: Media) -> Option<Closeness> {
        if !self.media.is_utf8() {
            None
        } else if self.media.is("application", media.subtype()) {
            Some(Closeness::Exact)
        } else if self.media.is("application", "*") {
            Some(Closeness::AnySubtype)
        } else if self.media.is("*", "*") {
            Some(Closeness::Anything)
        } else {
            None
        }
    }
}

/// A media type with its parameters, as it was sent.
struct MediaType<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: &'a str,
}

impl<'a> MediaType<'a> {
    fn read(text: &'a str) -> Option<MediaType<'a>> {
        let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subtype) = name.split_once('/')?;
        Some(MediaType { kind: kind.trim(), subtype: subtype.trim(), parameters })
    }

    fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.split(';').filter_map(|parameter| parameter.split_once('=')).find_map(
            |(key, value)| key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"')),
        )
    }

    fn is_utf8(&self) -> bool {
        self.parameter("charset")
            .is_none_or(|it| it.eq_ignore_ascii_case("utf-8") || it.eq_ignore_ascii_case("utf8"))
    }
}

/// A quality such as `0.85`; nothing where it is none.
fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match whole {
        "1" if fraction.bytes().all(|byte| byte == b'0') => Some(1_000),
        "0" => format!("{fraction:0<3}").parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

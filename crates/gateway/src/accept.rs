//! Which media types a client takes, and which of them it likes best (RFC 9110 section 12.5.1).

use axum::http::{HeaderMap, header};

/// Kind and subtype of a media type.
pub(crate) type MediaName = (&'static str, &'static str);

/// Media type of an event stream.
const EVENT_STREAM: MediaName = ("text", "event-stream");

/// What the `Accept` of a request says.
pub(crate) struct Accepted<'a> {
    ranges: Vec<Range<'a>>,
    says_nothing: bool,
}

/// How a client likes an event stream beside other answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Liking {
    /// It likes the stream better.
    Stream,
    /// It names both and likes them as much.
    Either,
    /// It likes the others better, or says nothing.
    Others,
}

impl<'a> Accepted<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Accepted<'a> {
        let lines = headers.get_all(header::ACCEPT);
        let ranges = lines
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .filter_map(Range::read)
            .collect();
        let says_nothing = lines.iter().all(|line| line.as_bytes().trim_ascii().is_empty());
        Accepted { ranges, says_nothing }
    }

    /// Whether the client takes anything.
    pub(crate) fn says_nothing(&self) -> bool {
        self.says_nothing
    }

    /// How much it likes a media type; none where it does not take it.
    pub(crate) fn preference(&self, media: MediaName) -> Option<Preference> {
        preference(&self.ranges, media)
    }

    /// An event stream beside others; none where it takes neither.
    pub(crate) fn liking_for_streams(&self, others: &[MediaName]) -> Option<Liking> {
        if self.says_nothing {
            return Some(Liking::Others);
        }
        let stream = self.preference(EVENT_STREAM);
        let other = others.iter().filter_map(|media| self.preference(*media)).max();
        match (stream, other) {
            (None, None) => None,
            _ if stream > other => Some(Liking::Stream),
            _ if stream == other && stream.is_some_and(|it| it.closeness == Closeness::Exact) => {
                Some(Liking::Either)
            }
            _ => Some(Liking::Others),
        }
    }
}

/// How a client came to name a media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Closeness {
    Anything,
    AnySubtype,
    Exact,
}

/// How much a client likes a media type, and if that is the same, how it names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Preference {
    thousandths: u16,
    pub(crate) closeness: Closeness,
}

/// The closest range decides, also when it forbids what a wider one allows.
fn preference(ranges: &[Range<'_>], media: MediaName) -> Option<Preference> {
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

    fn closeness(&self, (kind, subtype): MediaName) -> Option<Closeness> {
        if !self.media.is_utf8() {
            None
        } else if self.media.is(kind, subtype) {
            Some(Closeness::Exact)
        } else if self.media.is(kind, "*") {
            Some(Closeness::AnySubtype)
        } else if self.media.is("*", "*") {
            Some(Closeness::Anything)
        } else {
            None
        }
    }
}

/// A media type with its parameters, as it was sent.
pub(crate) struct MediaType<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: &'a str,
}

impl<'a> MediaType<'a> {
    pub(crate) fn read(text: &'a str) -> Option<MediaType<'a>> {
        let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subtype) = name.split_once('/')?;
        Some(MediaType { kind: kind.trim(), subtype: subtype.trim(), parameters })
    }

    pub(crate) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.split(';').filter_map(|parameter| parameter.split_once('=')).find_map(
            |(key, value)| key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"')),
        )
    }

    pub(crate) fn is_utf8(&self) -> bool {
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
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_for_whoever_names_it_and_likes_nothing_better() {
        let liking = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            Accepted::of(&headers).liking_for_streams(&[("application", "json")])
        };
        for (accept, expected) in [
            ("text/event-stream", Some(Liking::Stream)),
            ("text/event-stream, */*", Some(Liking::Stream)),
            ("text/event-stream, application/json;q=0.9", Some(Liking::Stream)),
            ("text/event-stream, application/json", Some(Liking::Either)),
            ("text/event-stream;q=0.9, application/json", Some(Liking::Others)),
            ("*/*", Some(Liking::Others)),
            ("", Some(Liking::Others)),
            ("application/json", Some(Liking::Others)),
            ("text/event-stream;q=0, */*", Some(Liking::Others)),
            ("text/html", None),
        ] {
            assert_eq!(liking(accept), expected, "{accept}");
        }
        assert_eq!(
            Accepted::of(&HeaderMap::new()).liking_for_streams(&[("application", "json")]),
            Some(Liking::Others)
        );
    }
}

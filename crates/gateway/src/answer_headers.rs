//! Headers that every answer carries, unless its handler knows better.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// Each with its value. What is answered is data: as a page it may do nothing, be in no other page, and be embedded by no other site.
const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// For a year, by RFC 6797. Names above and below are not the server's own, so nothing is said of them.
const TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Whether browsers are told to come over TLS alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// The server speaks TLS to the network.
    Tls,
    /// It does not, or to this machine alone: browsers would refuse everything else on `localhost` too.
    Other,
}

/// Adds those that are not there.
pub(crate) fn add(mut response: Response, transport: Transport) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    match transport {
        Transport::Tls => drop(headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ALONE)),
        Transport::Other => {}
    }
    response
}

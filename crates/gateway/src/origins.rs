//! Whose pages may ask from a browser. A page of the server itself may; any other must be named by the operator, letter by letter.

use std::{fmt, str::FromStr, time::Duration};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header, uri::Authority};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::this_machine::names_this_machine;

/// How long a browser may keep what a preflight was answered.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// What pages may read of an answer beside its body.
const EXPOSED: [HeaderName; 3] = [HeaderName::from_static("x-request-id"), header::RETRY_AFTER, header::LINK];

/// What a page sends that follows events again; a browser asks before.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Where a page comes from, as browsers write it: `https://host` or `https://host:port`, also with `http`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// A text that no browser would send as an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an origin is https://host or http://host, with :port where it is not the usual one, in small letters, without a path \
     and without *"
)]
pub struct OriginError;

/// The origins of others that are let in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins(Vec<Origin>);

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Origin, OriginError> {
        let (scheme, authority) = text.split_once("://").ok_or(OriginError)?;
        let usual_port = usual_port(scheme).ok_or(OriginError)?;
        let parsed: Authority = authority.parse().map_err(|_| OriginError)?;
        let is_plain = authority
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']'));
        // Browsers leave the usual port out, and would never be heard under what they do not send.
        let port = parsed.port();
        let has_no_port = authority.ends_with(':') || port.is_some_and(|port| port.as_u16() == usual_port);
        if !is_plain || parsed.host().is_empty() || has_no_port {
            return Err(OriginError);
        }
        HeaderValue::from_str(text).map(Origin).map_err(|_| OriginError)
    }
}

impl Origin {
    /// Whether it is a page of this machine.
    pub(crate) fn is_of_this_machine(&self) -> bool {
        let uri = self.0.to_str().ok().and_then(|text| text.parse::<Uri>().ok());
        names_this_machine(uri.as_ref().and_then(Uri::authority))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Made of text.
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

impl Origins {
    pub(crate) fn of(origins: &[Origin]) -> Origins {
        Origins(origins.to_vec())
    }

    /// Answers preflights, and tells browsers that these pages may read the answers. None where nobody is let in. Cookies and the like are
    /// never asked for: a token is sent by the page itself.
    pub(crate) fn layer(&self) -> Option<CorsLayer> {
        if self.0.is_empty() {
            return None;
        }
        let layer = CorsLayer::new()
            .allow_origin(AllowOrigin::list(self.0.iter().map(|origin| origin.0.clone())))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, LAST_EVENT_ID])
            .expose_headers(EXPOSED)
            .max_age(KEPT_FOR);
        Some(layer)
    }

    /// Whether a WebSocket may be opened, for which browsers ask nobody. What is no browser names no origin.
    pub(crate) fn let_in(&self, headers: &HeaderMap) -> bool {
        headers.get_all(header::ORIGIN).iter().all(|origin| {
            self.0.iter().any(|allowed| allowed.0 == origin) || is_of_the_server(origin, headers)
        })
    }
}

/// Whether the page was served under the name that is asked now.
fn is_of_the_server(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    let (Some(host), Some((scheme, authority))) = (host, origin) else { return false };
    let Some(usual_port) = usual_port(scheme) else { return false };
    let usual_port = format!(":{usual_port}");
    host.strip_suffix(&usual_port).unwrap_or(host).eq_ignore_ascii_case(authority)
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origins: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        for origin in origins {
            headers.append(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for text in
            ["https://app.example.org", "http://localhost:5173", "https://10.1.2.3:8443", "http://[::1]:3000"]
        {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
        for text in [
            "*",
            "null",
            "",
            "app.example.org",
            "https://",
            "https://*.example.org",
            "https://App.example.org",
            "https://app.example.org/",
            "https://app.example.org/path",
            "https://app.example.org:443",
            "http://app.example.org:80",
            "https://app.example.org:",
            "https://user@app.example.org",
            "ftp://app.example.org",
            "https://a b",
            "https://app.example.org,https://b.example.org",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError), "{text}");
        }
    }

    #[test]
    fn a_socket_is_for_pages_of_the_server_of_the_list_and_for_what_is_no_page() {
        let origins = Origins::of(&["https://app.example.org".parse().unwrap()]);
        let let_in = |host: &str, sent: &[&str]| origins.let_in(&headers(host, sent));
        assert!(let_in("sigeyi.example.org", &[]));
        assert!(let_in("sigeyi.example.org", &["https://app.example.org"]));
        assert!(let_in("sigeyi.example.org", &["https://sigeyi.example.org"]));
        assert!(let_in("Sigeyi.example.org:443", &["https://sigeyi.example.org"]));
        assert!(let_in("sigeyi.example.org:8443", &["https://sigeyi.example.org:8443"]));
        for sent in [
            &["https://evil.example.org"][..],
            &["http://app.example.org"],
            &["https://app.example.org.evil.example"],
            &["https://sigeyi.example.org:8443"],
            &["null"],
            &[""],
            &["https://app.example.org", "https://evil.example.org"],
        ] {
            assert!(!let_in("sigeyi.example.org", sent), "{sent:?}");
        }
        assert!(!Origins::default().let_in(&headers("sigeyi.example.org", &["https://app.example.org"])));
    }
}

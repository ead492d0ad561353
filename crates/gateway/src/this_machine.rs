//! Only callers of this machine: a web page that somebody here looks at must not reach the server through the browser.
//!
//! Listening on a loopback address keeps other machines out, but not their pages: a name that resolves to 127.0.0.1 (DNS rebinding)
//! or a WebSocket opened across origins comes from this machine's own browser. Both give themselves away in `Host` and `Origin`.

use std::net::{IpAddr, Ipv6Addr};

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The layer that refuses the others.
pub(crate) async fn only(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_local = is_absent_or(headers, header::HOST, |host| names_this_machine(host.parse().ok().as_ref()))
        && is_absent_or(headers, header::ORIGIN, |origin| {
            names_this_machine(origin.parse::<Uri>().ok().as_ref().and_then(Uri::authority))
        });
    if is_local { next.run(request).await } else { refused() }
}

fn refused() -> Response {
    let text = "只接受本机的请求 only requests from this machine: use localhost or a loopback address\n";
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn is_absent_or(headers: &HeaderMap, name: header::HeaderName, holds: impl Fn(&str) -> bool) -> bool {
    headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(&holds))
}

/// `localhost` or a loopback address. Names below `localhost` are left out: no browser needs them here.
pub(crate) fn names_this_machine(authority: Option<&Authority>) -> bool {
    let Some(host) = authority.map(Authority::host) else { return false };
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let address =
        v6.map_or_else(|| host.parse::<IpAddr>().ok(), |v6| v6.parse::<Ipv6Addr>().ok().map(IpAddr::V6));
    host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_taken() {
        let is_taken = |host: &str| names_this_machine(host.parse().ok().as_ref());
        for host in ["localhost", "LOCALHOST:8086", "127.0.0.1:8086", "127.1.2.3", "[::1]:8086"] {
            assert!(is_taken(host), "{host}");
        }
        for host in [
            "example.org",
            "127.0.0.1.example.org",
            "localhost.example.org",
            "0.0.0.0:8086",
            "192.168.1.2",
            "[::]:8086",
            "[fe80::1]",
            "a.localhost",
            "",
            "local host",
        ] {
            assert!(!is_taken(host), "{host}");
        }
    }
}

//! The address of a server, as `--server` takes it.

use std::{fmt, net::IpAddr, str::FromStr};

use ureq::http::Uri;

/// `http://host:port` or `https://host:port`, and nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerUrl {
    origin: String,
    is_encrypted: bool,
    is_this_machine: bool,
}

/// Text that is no such address.
#[derive(Debug, thiserror::Error)]
#[error(
    "应为 http://主机:端口 或 https://主机:端口，后面没有路径 give http://host:port or https://host:port, with nothing behind it"
)]
pub(crate) struct ServerUrlError;

impl ServerUrl {
    /// The whole address of something on the server.
    pub(crate) fn of(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Whether TLS is spoken.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Whether what is sent could be read on a network.
    pub(crate) fn is_exposed(&self) -> bool {
        !self.is_encrypted && !self.is_this_machine
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<ServerUrl, ServerUrlError> {
        let uri: Uri = text.parse().map_err(|_| ServerUrlError)?;
        let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(ServerUrlError);
        };
        let host = authority.host();
        // A user and a password would be left over here, as would a port that is none.
        let port = authority.port_u16().filter(|port| *port > 0).map(|port| format!(":{port}"));
        let is_plain = authority.as_str() == format!("{host}{}", port.unwrap_or_default());
        let has_more = uri.path() != "/" || uri.query().is_some() || text.contains(['#', '?']);
        if host.is_empty() || !is_plain || has_more {
            return Err(ServerUrlError);
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = bare.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        Ok(ServerUrl {
            origin: format!("{scheme}://{authority}"),
            is_encrypted: scheme == "https",
            is_this_machine: is_loopback || host.eq_ignore_ascii_case("localhost"),
        })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_a_host_and_perhaps_a_port() {
        for (text, whole, is_exposed) in [
            ("http://127.0.0.1:8086", "http://127.0.0.1:8086/graphql", false),
            ("http://127.0.0.1:8086/", "http://127.0.0.1:8086/graphql", false),
            ("http://localhost:8086", "http://localhost:8086/graphql", false),
            ("HTTP://LOCALHOST:1", "http://LOCALHOST:1/graphql", false),
            ("http://[::1]:8086", "http://[::1]:8086/graphql", false),
            ("https://sigeyi.example.org", "https://sigeyi.example.org/graphql", false),
            ("https://192.0.2.1:8443", "https://192.0.2.1:8443/graphql", false),
            ("http://sigeyi.example.org", "http://sigeyi.example.org/graphql", true),
            ("http://localhost.example.org:80", "http://localhost.example.org:80/graphql", true),
            ("http://[fe80::1]:80", "http://[fe80::1]:80/graphql", true),
        ] {
            let url: ServerUrl = text.parse().unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(url.of("/graphql"), whole);
            assert_eq!(url.is_exposed(), is_exposed, "{text}");
            assert_eq!(url.is_encrypted(), whole.starts_with("https"), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_taken() {
        for text in [
            "",
            "127.0.0.1:8086",
            "localhost",
            "localhost:8086",
            "//localhost:8086",
            "/graphql",
            "ws://localhost:8086",
            "ftp://localhost",
            "file:///data",
            "http://",
            "https://",
            "http:///x",
            "http://:8086",
            "http://localhost:",
            "http://localhost:0",
            "http://localhost:99999",
            "http://localhost:port",
            "http://user@localhost:8086",
            "http://user:password@localhost:8086",
            "http://localhost:8086/graphql",
            "http://localhost:8086/?a",
            "http://localhost:8086?",
            "http://localhost:8086/#a",
            "http://localhost:8086#a",
            "http://local host",
            " http://localhost",
            "http://localhost\n",
        ] {
            assert!(text.parse::<ServerUrl>().is_err(), "{text:?}");
        }
    }
}

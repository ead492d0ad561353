//! What can go wrong between the command line and a server.

use std::io;

use sigeyi_identity::HttpsError;
use ureq::Timeout;

use super::url::ServerUrl;

/// One message each.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServerError {
    /// Nobody listens there, or nobody who can be trusted.
    #[error("连不上服务 {url} cannot be reached: is sigeyi serve running there, and is the address right?")]
    Unreachable {
        /// Where.
        url: ServerUrl,
        /// Why.
        #[source]
        source: ureq::Error,
    },
    /// The connection was there, and then it was not, or stood still.
    #[error("与服务 {url} 的连接中断 the connection to {url} broke or stood still")]
    Broken {
        /// Where.
        url: ServerUrl,
        /// Why.
        #[source]
        source: ureq::Error,
    },
    /// The server said no.
    #[error("服务拒绝 the server refuses: {code}: {message}")]
    Refused {
        /// Stable code, or the status where the answer has none.
        code: String,
        /// What to do.
        message: String,
    },
    /// The server asks who it is.
    #[error(
        "UNAUTHENTICATED: 服务要求令牌 the server asks for a token: give --token-file FILE or set SIGEYI_TOKEN (sigeyi token issues one)"
    )]
    TokenMissing,
    /// The server does not take the token, and says no more.
    #[error(
        "UNAUTHENTICATED: 服务不认这个令牌 the server does not believe the token: is it over, or of another server? sigeyi token issues one"
    )]
    TokenNotBelieved,
    /// Somebody else answered.
    #[error(
        "{url} 的答复不是 sigeyi 的 the answer of {url} is not one that sigeyi gives: is the address right?"
    )]
    Strange {
        /// Where.
        url: ServerUrl,
    },
    /// TLS without anybody to trust.
    #[error(
        "本机没有可信的证书，不能使用 https this machine has no certificates to trust: name a file with them in SSL_CERT_FILE"
    )]
    NothingToTrust,
    /// A file of authorities.
    #[error("根证书文件不能用 the file of authorities cannot be used")]
    Authorities(#[from] HttpsError),
}

impl ServerError {
    /// Sorts what the client library says.
    pub(crate) fn of(url: &ServerUrl, source: ureq::Error) -> ServerError {
        let url = url.clone();
        if was_never_connected(&source) {
            ServerError::Unreachable { url, source }
        } else {
            ServerError::Broken { url, source }
        }
    }
}

fn was_never_connected(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Tls(_)
        | ureq::Error::Rustls(_)
        | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        ureq::Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::AddrNotAvailable
                | io::ErrorKind::PermissionDenied
                // A certificate that is not trusted comes so.
                | io::ErrorKind::InvalidData
        ),
        _ => false,
    }
}

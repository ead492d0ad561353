//! What an operator decides about the server, and why it cannot start.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use sigeyi_identity::KeySourceError;

use crate::{
    answer_headers::Transport,
    costs::{COST_PER_MINUTE, COST_PER_MINUTE_OF_ALL},
    followers::{STREAMS_PER_USER, STREAMS_PER_USER_MAX},
    identities::Visitors,
    origins::Origin,
    register::RightsFrom,
};

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Where to listen: with tokens and TLS anywhere, otherwise at an address of this machine alone.
    pub listen: SocketAddr,
    /// Certificate and key; without them the server speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Whether there is a page to try the schema with, at `/graphiql`.
    pub graphiql: bool,
    /// Whom to let in.
    pub visitors: Visitors,
    /// Whether the schema may be asked for (`__schema`, `__type`).
    pub introspection: bool,
    /// Whose pages may ask from a browser, beside those of the server itself.
    pub allowed_origins: Vec<Origin>,
    /// What requests may cost a minute, for each actor.
    pub cost_per_minute: u64,
    /// Streams that each user may have at a time: over HTTP, subscriptions over WebSockets, and files.
    pub streams_per_user: usize,
    /// From where the rights of those who come in come.
    pub rights: RightsFrom,
}

impl ServeOptions {
    /// What is usual for these visitors. The page is for trying, so it is there where nobody proves who it is.
    pub fn new(listen: SocketAddr, visitors: Visitors) -> ServeOptions {
        let (graphiql, cost_per_minute, streams_per_user) = match visitors {
            Visitors::ThisMachine => (true, COST_PER_MINUTE_OF_ALL, STREAMS_PER_USER_MAX),
            Visitors::WithToken(_) => (false, COST_PER_MINUTE, STREAMS_PER_USER),
        };
        ServeOptions {
            listen,
            tls: None,
            graphiql,
            visitors,
            introspection: true,
            allowed_origins: Vec::new(),
            cost_per_minute,
            streams_per_user,
            rights: RightsFrom::Token,
        }
    }

    pub(crate) fn transport(&self) -> Transport {
        if self.tls.is_some() && !self.listen.ip().is_loopback() { Transport::Tls } else { Transport::Other }
    }

    /// Whether the server may listen there: to be asked before anything that takes long.
    pub fn check(&self) -> Result<(), ServeError> {
        let elsewhere = self.allowed_origins.iter().find(|origin| !origin.is_of_this_machine());
        if let (Visitors::ThisMachine, Some(origin)) = (&self.visitors, elsewhere) {
            return Err(ServeError::OriginElsewhere(origin.clone()));
        }
        match (&self.visitors, &self.tls) {
            _ if self.listen.ip().is_loopback() => Ok(()),
            (Visitors::ThisMachine, _) => Err(ServeError::NotLoopback(self.listen)),
            (Visitors::WithToken(_), None) => Err(ServeError::WithoutTls(self.listen)),
            (Visitors::WithToken(_), Some(_)) => Ok(()),
        }
    }
}

/// PEM files for TLS.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The server's certificate, followed by those that lead to a root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Without identity everybody who can connect may do everything.
    #[error(
        "cannot listen on {0}: without identity everybody who can connect may do everything, so the server is for \
         this machine alone; give a loopback address such as 127.0.0.1:8086, or let it ask for tokens"
    )]
    NotLoopback(SocketAddr),
    /// Without identity every page of that origin could do everything.
    #[error(
        "cannot let in pages of {0}: without identity they could do everything; name an origin of this machine, or let the server ask \
         for tokens"
    )]
    OriginElsewhere(Origin),
    /// Whoever can read the network would have the tokens.
    #[error(
        "cannot listen on {0} without TLS: tokens must not travel in clear; give a certificate and its key, or a \
         loopback address with a proxy before it that speaks TLS"
    )]
    WithoutTls(SocketAddr),
    /// Nobody could come in.
    #[error("the keys with which tokens are checked cannot be loaded")]
    Keys(#[from] KeySourceError),
    /// The address is taken, or not there.
    #[error("cannot listen on {address}: choose another address, or end what uses this one")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Certificate or key.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// What is wrong with the files for TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// It cannot be read, or is no PEM.
    #[error("{path} cannot be read as PEM: check the file and its permissions")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// A file without a certificate.
    #[error("{0} holds no certificate: give the PEM file of the chain, the server's own certificate first")]
    NoCertificate(PathBuf),
    /// A file without a private key.
    #[error("{0} holds no private key: give the PEM file of the certificate's key, without a passphrase")]
    NoKey(PathBuf),
    /// They cannot be used, or not together.
    #[error("{certificate} and {key} cannot be used together: check that the key is the certificate's")]
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
}

impl TlsError {
    pub(crate) fn unreadable(path: &Path) -> impl FnOnce(rustls::pki_types::pem::Error) -> TlsError {
        move |source| TlsError::Unreadable { path: path.to_owned(), source }
    }
}

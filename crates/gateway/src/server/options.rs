//! What an operator decides about the server, and why it cannot start.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Where to listen. Until there is identity this must be an address of this machine alone.
    pub listen: SocketAddr,
    /// Certificate and key; without them the server speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Whether there is a page to try the schema with, at `/graphiql`.
    pub graphiql: bool,
}

impl ServeOptions {
    /// Whether the server may listen there: to be asked before anything that takes long.
    pub fn check(&self) -> Result<(), ServeError> {
        loopback(self.listen)
    }
}

/// Only addresses of this machine alone, until there is identity.
pub(crate) fn loopback(listen: SocketAddr) -> Result<(), ServeError> {
    if listen.ip().is_loopback() { Ok(()) } else { Err(ServeError::NotLoopback(listen)) }
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
        "cannot listen on {0}: there are no identities yet, so the server is for this machine alone; \
         give a loopback address such as 127.0.0.1:8086"
    )]
    NotLoopback(SocketAddr),
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

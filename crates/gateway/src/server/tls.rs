//! TLS 1.2 and 1.3 from PEM files, which can be read again while the server runs.

use std::sync::Arc;

use parking_lot::RwLock;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};
use tokio_rustls::TlsAcceptor;

use crate::server::options::{TlsError, TlsFiles};

/// What new connections are accepted with.
#[derive(Clone)]
pub(crate) struct Tls {
    files: TlsFiles,
    acceptor: Arc<RwLock<TlsAcceptor>>,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn read(files: &TlsFiles) -> Result<Tls, TlsError> {
        let acceptor = Arc::new(RwLock::new(acceptor(files)?));
        Ok(Tls { files: files.clone(), acceptor })
    }

    /// For the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.read().clone()
    }

    /// Reads the files again, for connections from now on; those that are open stay as they are. When the files cannot be used,
    /// everything stays. The log has what became of it.
    pub(crate) fn read_again(&self) {
        let (certificate, key) = (self.files.certificate.display(), self.files.key.display());
        match acceptor(&self.files) {
            Ok(acceptor) => {
                *self.acceptor.write() = acceptor;
                tracing::info!(%certificate, %key, "certificate and key were read again");
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "certificate and key were read again and cannot be used: the old ones stay"
            ),
        }
    }
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
    let unfit =
        |source| TlsError::Unfit { certificate: files.certificate.clone(), key: files.key.clone(), source };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(certificates(files)?, key(files)?)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(files: &TlsFiles) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let path = &files.certificate;
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(TlsError::unreadable(path))?;
    if chain.is_empty() { Err(TlsError::NoCertificate(path.clone())) } else { Ok(chain) }
}

fn key(files: &TlsFiles) -> Result<PrivateKeyDer<'static>, TlsError> {
    let path = &files.key;
    match PrivateKeyDer::from_pem_file(path) {
        Err(pem::Error::NoItemsFound) => Err(TlsError::NoKey(path.clone())),
        other => other.map_err(TlsError::unreadable(path)),
    }
}

//! TLS 1.2 and 1.3 from PEM files.

use std::sync::Arc;

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

/// Reads the files once, at the start.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
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
